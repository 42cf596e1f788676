import assert from "node:assert/strict";
import { test } from "node:test";
import { againstSentence, againstWords, careFacts, contactsSentence, eachSentence, hoursSentence } from "../../src/llr_sd/page/js/people/care_facts.mjs";
import { ratio, spreadOf, summed } from "../../src/llr_sd/page/js/people/reads.mjs";

const flat = (n) => ({ middle: n, low: n, high: n });
const pair = (now, later) => ({ now: flat(now), later: flat(later) });
const fun = (label, contacts, hours, against = 1) => ({ label, contacts: pair(...contacts), hours: pair(...hours), against: flat(against) });
const facts = (more = {}) =>
  careFacts({
    years: 5, contacts: pair(194000, 204000), hours: pair(50000, 52000), each: 5.39,
    functions: [fun("Urgent care", [80000, 82000], [16000, 16400]), fun("Coordination", [12000, 13800], [6000, 6900])],
    segments: [{ one: "a frail person", each: flat(16.2) }, { one: "a well person", each: flat(2.94) }],
    ...more,
  });

test("contacts grow, fall or stay", () => {
  assert.equal(contactsSentence(facts()), "Today's patients take 194,000 contacts a year, 5.4 each; those of five years on 204,000, 5% more.");
  assert.equal(contactsSentence(facts({ contacts: pair(194000, 184300) })), "Today's patients take 194,000 contacts a year, 5.4 each; those of five years on 184,300, 5% fewer.");
  assert.equal(contactsSentence(facts({ contacts: pair(194000, 194000) })), "Today's patients take 194,000 contacts a year, 5.4 each; those of five years on as many.");
  assert.equal(contactsSentence(facts({ years: 0 })), "Today's patients take 194,000 contacts a year, 5.4 each.");
});

test("what takes most time, and what grows fastest", () => {
  assert.equal(hoursSentence(facts()), "Most time goes to urgent care: 16,000 hours a year. Coordination grows fastest: 15% in five years.");
  const shrinking = facts({ functions: [fun("Urgent care", [10, 9], [10, 9]), fun("Coordination", [10, 8], [12, 11])] });
  assert.equal(hoursSentence(shrinking), "Most time goes to coordination: 12 hours a year.");
  const alike = facts({ functions: [fun("Urgent care", [10, 11], [12, 13]), fun("Coordination", [100, 110], [12, 13])] });
  assert.equal(hoursSentence(alike), "Most time goes to urgent care and coordination: 12 hours a year each.");
  const none = facts({ functions: [fun("Urgent care", [10, 11], [0, 0])] });
  assert.match(hoursSentence(none), /^No care takes any time/);
});

test("need is held against LLR's, more, less and alike", () => {
  const of = (...against) => againstSentence(facts({ functions: against.map((a, i) => fun(["Urgent care", "Coordination", "Prevention"][i], [1, 1], [1, 1], a)) }));
  assert.equal(of(1, 1.002), "Head for head, these people need the same of each kind of care as LLR's, within half a per cent.");
  assert.equal(of(1.03, 1.12, 0.9), "Head for head, these people need 12% more coordination, 3% more urgent care and 10% less prevention than LLR's.");
  assert.equal(of(1, 1.12), "Head for head, these people need 12% more coordination than LLR's; of the rest the same.");
  assert.equal(of(0.9, 1), "Head for head, these people need 10% less urgent care than LLR's; of the rest the same.");
});

test("one need against LLR's in a cell", () => {
  assert.deepEqual([1.12, 0.9, 1.004, NaN].map(againstWords), ["+12%", "\u221210%", "the same", "\u2013"]);
});

test("what one person takes, by group or whatever the group", () => {
  assert.equal(eachSentence(facts()), "A frail person takes 16.2 contacts a year, a well person 2.9.");
  assert.equal(eachSentence(facts({ segments: [{ one: "a frail person", each: flat(2) }, { one: "a well person", each: flat(9) }] })), "A well person takes 9.0 contacts a year, a frail person 2.0.");
  assert.equal(eachSentence(facts({ segments: [{ one: "a frail person", each: flat(5) }, { one: "a well person", each: flat(5) }] })), "One person takes 5.0 contacts a year, whatever the group.");
  assert.equal(eachSentence(facts({ segments: [{ one: "a frail person", each: flat(NaN) }] })), "");
});

test("elements are summed run by run, before the median is taken", () => {
  const axes = [{ name: "Bar", elements: ["b1", "b3"] }, { name: "Age", elements: ["young", "old"] }];
  const values = Float64Array.from([1, 9, 2, 8, 5, 1, 0, 0, NaN, NaN, NaN, NaN]); // three runs, the last failed
  const ensemble = { outputs: new Map([["people", { spec: { name: "people", axes }, times: null, elements: ["", "", "", ""], values }]]) };
  const of = (bar, ...ages) => summed(ensemble, "people", ages.map((age) => ({ bar, age })));
  assert.deepEqual(of("b1", "young", "old"), [10, 6, NaN]);
  assert.deepEqual(of("b3", "old"), [8, 0, NaN]);
  assert.deepEqual(spreadOf(of("b1", "young", "old")), { middle: 8, low: 6.2, high: 9.8 });
  assert.deepEqual(ratio([1, 2], [2, 0]), [0.5, NaN]);
});
