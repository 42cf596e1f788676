import assert from "node:assert/strict";
import test from "node:test";

import { askOf, barsOf, factsOf, pairOf, sentencesOf, setWords, settingOf, verdictWords } from "../../src/llr_sd/page/js/second/cards.mjs";
import { recordOf, recordWords } from "../../src/llr_sd/page/js/second/challenge.mjs";
import { lawSaid, saidOf } from "../../src/llr_sd/page/js/second/challenge_moves.mjs";
import { assumptionsOf, saidFacts, saidWords, stacked, widthWords, widthsOf } from "../../src/llr_sd/page/js/second/opinions.mjs";
import { chanceWords, comparedWith, comparedWords, interval, published, standWords, summaryRows, tiesWords } from "../../src/llr_sd/page/js/second/risks.mjs";
import { Store } from "../../src/llr_sd/page/js/session/store.mjs";
import { studiesOf } from "../../src/llr_sd/page/js/session/study.mjs";
import { WORKSHOP } from "../../src/llr_sd/page/js/workshop/moves.mjs";
import { valueIn } from "../../src/llr_sd/page/js/workshop/room.mjs";
import { input, memory, pageData } from "./session_fixture.mjs";

const SCORES = [1, 2, 3, 4, 5].map((l) => [1, 2, 3, 4, 5].map((c) => l * c));
const stand = (likelihood, consequence, score, more = {}) => ({ scale: "Capacity", means: "WTE", date: 2020.75, likelihood, consequence, score, chances: [1, 0.9, 0.6, 0.2, 0], runs: 512, illustrative: false, ties: [], ...more });
const RATINGS = {
  title: "A log", source: "512 runs", runs: 512,
  likelihoods: ["rare", "unlikely", "possible", "likely", "almost certain"], consequences: ["insignificant", "minor", "moderate", "major", "catastrophic"],
  scores: SCORES, levels: SCORES.map((row) => row.map(() => "high")), agreement: [[1, 5], [6, 10], [11, 12], [13, 16], [17, 25]],
  risks: [
    { id: "R1", title: "Too few posts", wording: "Nobody can be trained.", likelihood: 4, consequence: 4, lost: "staff", stands: [stand([5, 5, 5], [4, 4, 4], [20, 20, 20])] },
    { id: "R2", title: "Leaving", wording: "People go.", likelihood: 2, consequence: 3, lost: "staff", stands: [stand([3, 3, 4], [3, 3, 3], [9, 9, 12])] },
  ],
};
const CARD = { name: "halved", title: "Half", text: "What if?", set: { "quit rate": 0.2 }, shift: {}, source: "the test", grade: "C" };
const data = () => ({ ...pageData(), workshop: { cards: [CARD], ratings: RATINGS, words: {}, roles: [], behind: {} } });
const made = () => new Store(data(), memory(), WORKSHOP);
const opinion = (value, who = "GP", reason = "") => ({ kind: "opinion", input: "quit rate", value, who, reason, screen: "challenge" });

test("one change is taken back singly, and what was changed again later is not, until that is taken back", () => {
  const store = made();
  store.change({ kind: "hold", input: "opening staff", value: 120, screen: "people" });
  store.change({ kind: "hold", input: "gap", value: 1, screen: "people" });
  store.change({ kind: "range", input: "quit rate", law: { kind: "pert", low: 0.1, mode: 0.2, high: 0.3 }, screen: "care" });
  store.change({ kind: "hold", input: "opening staff", value: 130, screen: "care" });
  assert.throws(() => store.change({ kind: "takeBack", n: 1, screen: "challenge" }), /Change 4 changed it again/);
  store.change({ kind: "takeBack", n: 2, screen: "challenge" });
  assert.equal(Object.hasOwn(store.state.held, "gap"), false);
  assert.equal(store.state.held["opening staff"], 130);
  store.change({ kind: "takeBack", n: 3, screen: "challenge" });
  assert.deepEqual(Object.keys(store.state.ranges), []);
  store.change({ kind: "takeBack", n: 4, screen: "challenge" });
  assert.equal(store.state.held["opening staff"], 120);
  assert.deepEqual(store.state.room.journal.map(({ changes: [{ was, now }] }) => [was?.mode ?? was, now?.mode ?? now]), [[110, 120], [null, 1], [null, 0.2], [120, 130], [1, null], [0.2, null], [130, 120]]);
  assert.throws(() => store.change({ kind: "takeBack", n: 99 }), /no change 99/);
});

test("staff are not taken back by the record: the screen of staff has them", () => {
  const store = made();
  store.change({ kind: "hold", input: "opening staff", value: 120, screen: "staff" });
  assert.throws(() => store.change({ kind: "takeBack", n: 1 }), /who works here now/);
});

test("a share of a whole is taken back with its whole", () => {
  const store = made();
  store.change({ kind: "hold", input: "a", value: 0.8, screen: "shares" });
  store.change({ kind: "takeBack", n: 1, screen: "challenge" });
  assert.deepEqual(Object.keys(store.state.held), ["opening staff"]);
});

test("the record says old and new value, reason and role, and marks what has no reason", () => {
  const store = made();
  assert.equal(recordWords(recordOf(data(), store.state.room)), "Nothing was changed yet: the plan is as it was entered.");
  store.change({ kind: "hold", input: "opening staff", value: 120, screen: "people" });
  store.change({ kind: "hold", input: "quit rate", value: 0.2, screen: "care" });
  const bare = recordOf(data(), store.state.room);
  assert.deepEqual(bare.map(({ n, changes, stuck }) => [n, changes, stuck]), [
    [2, [{ label: "Quit rate", was: "about 0.1 a year", now: "0.2 a year" }], ""],
    [1, [{ label: "Opening staff", was: "110 head", now: "120 head" }], ""],
  ]);
  assert.equal(recordWords(bare), "2 changes of the plan; none has a reason yet.");
  assert.equal(recordWords(bare.slice(1)), "1 change of the plan, without a reason.");
  store.change({ kind: "because", n: 1, reason: "two joined", who: "Practice manager" });
  assert.equal(recordWords(recordOf(data(), store.state.room)), "2 changes of the plan; 1 without a reason.");
  store.change({ kind: "because", n: 2, reason: "exit interviews", who: "" });
  const whole = recordOf(data(), store.state.room);
  assert.equal(recordWords(whole), "2 changes of the plan, each with its reason.");
  assert.equal(recordWords(whole.slice(1)), "1 change of the plan, with its reason.");
  assert.deepEqual(whole.map(({ reason, who }) => [reason, who]), [["exit interviews", ""], ["two joined", "Practice manager"]]);
});

test("what people say of an assumption is kept value by value, and can be taken out", () => {
  const store = made();
  store.change(opinion(0.1, "GP", "it is so here"));
  store.change(opinion(0.4, "Nurse"));
  store.change(opinion(0.4, "Nurse"));
  assert.deepEqual(store.state.room.opinions.map(({ value, who }) => [value, who]), [[0.1, "GP"], [0.4, "Nurse"], [0.4, "Nurse"]]);
  store.change({ kind: "unsay", input: "quit rate", at: 1 });
  assert.equal(store.state.room.opinions.length, 2);
  assert.equal(store.state.room.journal.length, 0, "saying changes nothing in the plan");
  for (const [move, why] of [
    [opinion(2), /Quit rate: 2 a year cannot be; it may be 0 to 1 a year/],
    [opinion(NaN), /not a finite number/],
    [opinion("0.1"), /not a finite number/],
    [{ ...opinion(0.1), input: "nothing" }, /no input "nothing"/],
    [{ ...opinion(0.1), input: "a" }, /share of a whole/],
    [{ ...opinion(0.1), who: "x\u0000" }, /control character/],
    [{ kind: "unsay", input: "quit rate", at: 7 }, /no value 7/],
    [{ ...opinion(0.1), extra: 1 }, /has no "extra"/],
  ]) assert.throws(() => store.change(move), why);
});

test("a range of what was said goes from the least to the most, likeliest the middle one", () => {
  const said = (...values) => lawSaid(data(), "quit rate", values.map((value) => ({ value })));
  assert.deepEqual([said(0.4, 0.1, 0.2)].map(({ kind, low, mode, high }) => [kind, low, mode, high]), [["triangular", 0.1, 0.2, 0.4]]);
  assert.equal(said(0.4, 0.1).mode, 0.25);
  assert.equal(said(0.1, 0.2, 0.3, 0.4).mode, 0.25);
  assert.deepEqual([said(0.1, 0.1, 0.4)].map(({ low, mode }) => [low, mode]), [[0.1, 0.1]]);
  assert.throws(() => said(0.2, 0.2), /everybody said the same/);
  assert.throws(() => said(0.2), /two values at least; one was said/);
  assert.throws(() => said(), /none was said/);
});

test("settling makes the range of the plan, lets go of a value that held it, is in the record, and goes into the study as said in the workshop", () => {
  const store = made();
  store.change({ kind: "hold", input: "quit rate", value: 0.3, screen: "care" });
  for (const value of [0.1, 0.4, 0.2]) store.change(opinion(value));
  store.change({ kind: "settleOpinions", input: "quit rate", screen: "challenge" });
  assert.equal(Object.hasOwn(store.state.held, "quit rate"), false);
  assert.deepEqual(store.state.ranges["quit rate"], lawSaid(data(), "quit rate", store.state.room.opinions));
  assert.deepEqual(store.state.room.journal.at(-1).changes.map(({ was }) => was), [0.3, null]);
  const withKeys = { ...data(), study: { ...data().study, keys: {} } };
  const [[, text]] = studiesOf(withKeys, store.state)[0].files;
  assert.match(text, /\[uncertain\.override\."quit rate"\]\ndistribution = "triangular"\nlow = 0\.1\nmode = 0\.2\nhigh = 0\.4\nsource = "said in the workshop"\ngrade = "C"/);
  const { workshop, ...plain } = withKeys;
  assert.match(studiesOf(plain, store.state)[0].files[0][1], /source = "set in the page"/);
  store.change({ kind: "takeBack", n: store.state.room.journal.at(-1).n, screen: "path" });
  assert.equal(store.state.held["quit rate"], 0.3);
  assert.deepEqual(Object.keys(store.state.ranges), []);
  assert.throws(() => store.change({ kind: "settleOpinions", input: "gap" }), /none was said/);
});

test("a verdict on a card is kept, the last one counts; what is no card or no verdict is refused", () => {
  const store = made();
  store.change({ kind: "card", card: "halved", verdict: "holds", who: "GP", reason: "seen before" });
  store.change({ kind: "card", card: "halved", verdict: "we disagree", who: "Nurse", reason: "" });
  assert.deepEqual({ ...store.state.room.cards.halved }, { verdict: "we disagree", who: "Nurse", reason: "" });
  assert.throws(() => store.change({ kind: "card", card: "other", verdict: "holds" }), /no card "other"/);
  assert.throws(() => store.change({ kind: "card", card: "halved", verdict: "maybe" }), /"maybe" is no verdict/);
  assert.throws(() => store.change({ kind: "card", card: "toString", verdict: "holds" }), /no card/);
  assert.equal(verdictWords(undefined), "");
  assert.equal(verdictWords({ verdict: "holds", who: "GP", reason: "seen." }), "The room says that the plan holds, because seen (GP).");
  assert.equal(verdictWords({ verdict: "does not hold", who: "", reason: "" }), "The room says that the plan does not hold, without a reason given.");
  assert.equal(verdictWords(store.state.room.cards.halved), "The room disagrees, without a reason given (Nurse).");
});

test("the model's rating is locked until a placing is kept, and what was placed before it stays", () => {
  const store = made();
  assert.throws(() => store.change({ kind: "reveal", risk: "R1" }), /Place the risk first/);
  store.change({ kind: "place", risk: "R1", likelihood: 3, consequence: 4, who: "GP" });
  store.change({ kind: "place", risk: "R1", likelihood: 5, consequence: 5, who: "Patient" });
  store.change({ kind: "unplace", risk: "R1", at: 1 });
  store.change({ kind: "reveal", risk: "R1" });
  assert.throws(() => store.change({ kind: "unplace", risk: "R1", at: 0 }), /stays/);
  store.change({ kind: "place", risk: "R1", likelihood: 4, consequence: 4, who: "GP" });
  assert.deepEqual(saidOf(store.state.room, "R1").placed.map(({ after }) => after), [false, true]);
  store.change({ kind: "unplace", risk: "R1", at: 1 });
  store.change({ kind: "talk", risk: "R1", text: "the model counts Rutland twice" });
  assert.deepEqual(saidOf(store.state.room, "R1").text, "the model counts Rutland twice");
  for (const [move, why] of [
    [{ kind: "place", risk: "R9", likelihood: 3, consequence: 3 }, /no risk "R9"/],
    [{ kind: "place", risk: "R2", likelihood: 0, consequence: 3 }, /likelihood 0/],
    [{ kind: "place", risk: "R2", likelihood: 3, consequence: 2.5 }, /consequence 2.5/],
    [{ kind: "unplace", risk: "R2", at: 0 }, /no placing 0/],
    [{ kind: "talk", risk: "R2", text: 7 }, /no text/],
  ]) assert.throws(() => store.change(move), why);
});

test("a session with all of it replays to the same state and the same bytes", () => {
  const store = made();
  store.change(opinion(0.1));
  store.change(opinion(0.3, "Nurse", "more"));
  store.change({ kind: "settleOpinions", input: "quit rate", screen: "challenge" });
  store.change({ kind: "card", card: "halved", verdict: "holds", who: "", reason: "" });
  store.change({ kind: "place", risk: "R2", likelihood: 3, consequence: 3, who: "GP" });
  store.change({ kind: "reveal", risk: "R2" });
  store.change({ kind: "takeBack", n: 1, screen: "path" });
  const before = store.text();
  store.undo();
  store.redo();
  assert.equal(store.text(), before);
  const again = made();
  assert.deepEqual(again.open(before).faults, []);
  assert.deepEqual(again.state, store.state);
  const edited = before.replace('"consequence":3', '"consequence":9');
  assert.match(made().open(edited).faults.join(" "), /consequence 9 is none of 1 to 5/);
});

test("what the log and the model say lies above, below, among or with the placings of the room", () => {
  const placed = (...cells) => cells.map(([likelihood, consequence]) => ({ likelihood, consequence }));
  const [one, two] = RATINGS.risks;
  const model = interval(one.stands[0]);
  assert.deepEqual(comparedWith(RATINGS, placed([3, 3]), model), { score: "higher", likelihood: "higher", consequence: "higher" });
  assert.deepEqual(comparedWith(RATINGS, placed([5, 5]), model), { score: "same", likelihood: "same", consequence: "lower" });
  assert.deepEqual(comparedWith(RATINGS, placed([2, 2]), published(RATINGS, { likelihood: 1, consequence: 1 })), { score: "same", likelihood: "lower", consequence: "lower" });
  assert.deepEqual(comparedWith(RATINGS, placed([5, 5]), published(RATINGS, two)), { score: "lower", likelihood: "lower", consequence: "lower" });
  assert.deepEqual(comparedWith(RATINGS, placed([2, 2], [5, 4]), model), { score: "among", likelihood: "among", consequence: "among" });
  assert.equal(comparedWith(RATINGS, placed([3, 3]), interval(two.stands[0])).score, "among", "its interval reaches into another range");
  const words = (score, likelihood, consequence, count) => comparedWords("The model", { score, likelihood, consequence }, count);
  assert.equal(words("higher", "higher", "same", 1), "The model rates this risk higher than the room did. It takes it to be likelier.");
  assert.equal(words("lower", "lower", "lower", 3), "The model rates this risk lower than anyone in the room did. It takes it to be less likely and less grave.");
  assert.equal(words("same", "same", "same", 2), "The model and the room rate this risk alike.");
  assert.equal(words("among", "among", "higher", 2), "The model rates this risk as some in the room did, and not as others. It takes it to be graver.");
  assert.equal(words("among", "among", "same", 1), "The model is not sure enough to be told from the room.");
});

test("a rating is told with its interval, the chance behind it, and what it hangs on", () => {
  assert.equal(standWords(stand([4, 3, 5], [3, 3, 4], [12, 12, 15])), "4 × 3 = 12 (12 to 15)");
  assert.equal(standWords(stand([5, 5, 5], [4, 4, 4], [20, 20, 20])), "5 × 4 = 20");
  assert.equal(chanceWords(RATINGS, stand([4, 4, 4], [3, 3, 3], [12, 12, 12])), "A loss that is moderate or worse comes in 60% of 512 runs.");
  assert.equal(chanceWords(RATINGS, stand([1, 1, 1], [5, 5, 5], [5, 5, 5])), "A loss that is catastrophic comes in 0% of 512 runs.");
  assert.equal(tiesWords([]), "No single assumption moves it much.");
  assert.equal(tiesWords([{ label: "one", grade: "B", rank: 0.5 }, { label: "two", grade: "C", rank: -0.4 }]),
    "It hangs most on “one” (the more of it, the more is lost; evidence: literature) and “two” (the more of it, the less is lost; evidence: judgement).");
});

test("of a risk that was not shown the summary holds neither rating", () => {
  const store = made();
  store.change({ kind: "place", risk: "R1", likelihood: 3, consequence: 4, who: "GP" });
  const [one, two] = summaryRows(RATINGS, store.state.room);
  assert.deepEqual([one.placed, one.log, one.model, one.difference], ["GP 3 × 4 = 12", "", "", ""]);
  assert.equal(two.placed, "not placed yet");
  store.change({ kind: "reveal", risk: "R1" });
  store.change({ kind: "place", risk: "R1", likelihood: 5, consequence: 4, who: "" });
  const [shown] = summaryRows(RATINGS, store.state.room);
  assert.deepEqual([shown.log, shown.model], ["4 × 4 = 16", "5 × 4 = 20"]);
  assert.equal(shown.placed, "GP 3 × 4 = 12; after the ratings were shown: somebody 5 × 4 = 20");
  assert.match(shown.difference, /^The model rates this risk higher than the room did/);
});

test("what was said is told against the plan's range: inside, outside, or without one", () => {
  const [quit] = data().inputs;
  const words = (one, ...values) => saidWords(data(), one, saidFacts(one, values.map((value) => ({ value, who: "" }))));
  assert.equal(words(quit), "Nobody has said a value yet.");
  assert.equal(words(quit, 0.1), "One value was said: 0.1 a year, inside the plan's range, 0.05 to 0.2 a year.");
  assert.equal(words(quit, 0.3), "One value was said: 0.3 a year, outside the plan's range, 0.05 to 0.2 a year.");
  assert.equal(words(quit, 0.1, 0.2), "2 values were said, from 0.1 to 0.2 a year, with 0.15 in the middle: all inside the plan's range, 0.05 to 0.2 a year.");
  assert.equal(words(quit, 0.1, 0.4, 0.3), "3 values were said, from 0.1 to 0.4 a year, with 0.3 in the middle: 2 of them outside the plan's range, 0.05 to 0.2 a year.");
  assert.equal(words(quit, 0.4, 0.4), "All 2 say 0.4 a year: all outside the plan's range, 0.05 to 0.2 a year.");
  assert.equal(words(data().inputs[1], 80, 120), "2 values were said, from 80 to 120 head, with 100 in the middle; the plan has no range for it.");
});

test("what people are asked of has a name for people, and is no share of a whole", () => {
  const inputs = [input("shown", "Dmnl", 1, { label: "what it is" }), input("bare_name", "Dmnl", 1), input("one_year", "Year", 1), input("share", "Dmnl", 0.5, { label: "a share", whole: "mix" }), input("one", "Dmnl", 1, { label: "one", name: "one_of", minimum: 1, maximum: 1 }), input("moves", "Dmnl", 1, { label: "it moves", uncertain: true })];
  assert.deepEqual(assumptionsOf({ ...data(), inputs }).map(({ name }) => name), ["moves", "shown"]);
});

test("marks of values that lie close stand in rows of their own", () => {
  assert.deepEqual(stacked([100, 120, 500, 130]), [0, 1, 0, 2]);
});

/** Runs of two levels: bar 3, staff over time, workload, closure; run i has what `value` gives. */
const axis = { name: "Skill", elements: ["high", "low"], labels: ["High", "Low"] };
function runs({ best, staff, workload, closure, count = 100 }) {
  const specs = {
    bar_3: { axes: [axis], times: null, of: (run) => best(run) },
    staff: { axes: [axis], times: Float64Array.of(2017.75, 2022.75), of: (run) => [...staff(run), ...staff(run)] },
    workload: { axes: [], times: Float64Array.of(2017.75, 2022.75), of: (run) => [1, workload(run)] },
    closure: { axes: [], times: null, of: (run) => [closure(run)] },
  };
  const outputs = new Map(Object.entries(specs).map(([name, { axes, times, of }]) => {
    const all = Array.from({ length: count }, (_, run) => of(run)).flat();
    return [name, { spec: { name, axes }, times, elements: axes.length ? axis.labels : [""], values: Float64Array.from(all) }];
  }));
  return { runs: count, ok: new Uint8Array(count).fill(1), outputs, certain: false, central: { outputs } };
}
const PLAN = { best: (run) => [20 + run / 100, 60], staff: (run) => [18 + run / 100, 58], workload: () => 1.1, closure: (run) => (run < 40 ? 2025.25 : 2031.75) };
function pageOf(now, more = {}) {
  const inputs = [input("horizon_years", "Year", 5), input("base_date", "Year", 2017.75), ...data().inputs];
  const state = { held: {}, ranges: {}, runs: 500, ...more };
  const all = { ...data(), inputs, outputs: [{ axes: [axis] }], model: { final: 2030.75 } };
  return { data: all, now, state, input: (name) => inputs.find((one) => one.name === name), value: (name) => valueIn(all, inputs.find((one) => one.name === name), state) };
}
const called = (level) => ({ high: "Autonomous", low: "Core" })[level];

test("a card is held against the plan run by run, and its sentences say which way it goes", () => {
  const plan = runs(PLAN);
  const page = pageOf(plan);
  const worse = runs({ best: (run) => [25 + run / 100, 60], staff: PLAN.staff, workload: (run) => (run < 90 ? 1.3 : 1.05), closure: () => 2031.75 });
  const pair = pairOf(page, worse, "bar_3", { level: "high" });
  assert.deepEqual([pair.runs, pair.above, pair.below, pair.middle].map((x) => Math.round(1e9 * x) / 1e9), [100, 100, 0, 5]);
  const told = sentencesOf(factsOf(page, worse), called);
  assert.equal(told.best, "Autonomous: the best mix in 5 years takes 25.5 WTE instead of 20.5; run by run 5.0 more (+5.0 to +5.0 in nine runs of ten).");
  assert.equal(told.staff, "The staff in post in 5 years are the same in every run.");
  assert.deepEqual(told.workload, { text: "Workload in 5 years: 1.30 instead of 1.10, where 1 is work and staff in balance; more in 90% of the runs.", kind: "watch" });
  assert.deepEqual(told.closing, { text: "By end of Sep 2030 the gap closes in no run; in the plan in 40% of the runs.", kind: "watch" });
  const near = runs({ best: PLAN.best, staff: PLAN.staff, workload: (run) => PLAN.workload(run) + 1e-4, closure: PLAN.closure });
  assert.equal(sentencesOf(factsOf(page, near), called).workload.text, "Workload in 5 years: about 1.10 as in the plan, where 1 is work and staff in balance; more in each of 100 runs.");
  const better = runs({ best: (run) => [15 + run / 100, 60], staff: PLAN.staff, workload: () => 1, closure: () => 2022.25 });
  const good = sentencesOf(factsOf(page, better), called);
  assert.match(good.best, /; run by run 5\.0 fewer \(−5\.0 to −5\.0 in nine runs of ten\)\.$/);
  assert.deepEqual(good.workload, { text: "Workload in 5 years: 1.00 instead of 1.10, where 1 is work and staff in balance; less in each of 100 runs.", kind: "plain" });
  assert.deepEqual(good.closing, { text: "By end of Sep 2030 the gap closes in every run; in the plan in 40% of the runs.", kind: "plain" });
});

test("a card that changes nothing is said to, and one that moves less than is shown is not", () => {
  const plan = runs(PLAN);
  const told = sentencesOf(factsOf(pageOf(plan), runs(PLAN)), called);
  assert.equal(told.best, "No run of the bars is changed: the best mix is the same.");
  assert.equal(told.workload.text, "Workload in 5 years is the same in every run: 1.10, where 1 is work and staff in balance.");
  assert.equal(told.closing.text, "By end of Sep 2030 the gap closes in 40% of the runs, with the card as in the plan.");
  const hardly = sentencesOf(factsOf(pageOf(plan), runs({ ...PLAN, best: (run) => [20.01 + run / 100, 60] })), called);
  assert.equal(hardly.best, "The best mix in 5 years takes as many at each level: the middle of the differences is under 0.05 WTE.");
});

test("what a run does not reach is told of its last time, not of a horizon beyond it", () => {
  const page = pageOf(runs(PLAN), { held: { horizon_years: 20, base_date: 2010 } });
  const told = sentencesOf(factsOf(page, runs({ ...PLAN, best: (run) => [25 + run / 100, 60], staff: (run) => [19 + run / 100, 58] })), called);
  assert.match(told.best, /^Autonomous: the best mix in 20 years takes 25\.5 WTE/);
  assert.match(told.staff, /^Autonomous: in 5 years there are 19\.5 WTE/);
  assert.match(told.workload.text, /^Workload in 5 years /);
});

test("half of the runs close at a date, and a card that delays it says both dates", () => {
  const closing = (year) => runs({ ...PLAN, closure: () => year });
  const told = sentencesOf(factsOf(pageOf(closing(2024.75)), closing(2027.75)), called).closing;
  assert.deepEqual(told, { text: "By end of Sep 2030 the gap closes in every run, with the card as in the plan. Half of them have closed it by Oct 2027 instead of Oct 2024.", kind: "watch" });
  assert.equal(sentencesOf(factsOf(pageOf(closing(2027.75)), closing(2024.75)), called).closing.kind, "plain");
});

test("the picture is of the bars, or of the staff where these move more", () => {
  const words = { levels: { high: { short: "High" }, low: { short: "Low" } } };
  const page = pageOf(runs(PLAN));
  const bars = barsOf(factsOf(page, runs({ ...PLAN, best: (run) => [25 + run / 100, 60] })), words);
  assert.equal(bars.which, "best");
  assert.deepEqual(bars.bars.map(({ parts }) => parts.map(({ name }) => name)), [["High", "Low"], ["High", "Low"]]);
  assert.equal(barsOf(factsOf(page, runs({ ...PLAN, staff: (run) => [10 + run / 100, 58] })), words).which, "staff");
});

test("a card holds what it sets on top of the plan, which stays, and says what stood there", () => {
  const page = pageOf(runs(PLAN), { held: { gap: 1 } });
  const setting = settingOf(page, CARD);
  const ask = askOf(page.state, setting);
  assert.deepEqual([ask.held, page.state.held], [{ gap: 1, "quit rate": 0.2 }, { gap: 1 }]);
  assert.equal(setWords(page, "quit rate", 0.2), "Quit rate: 0.2 instead of 0.1 a year, which varies");
  assert.equal(setWords(page, "gap", 2), "Gap: 2 instead of 1");
});

test("ranges that what was said widens, narrows or leaves", () => {
  const page = pageOf(runs(PLAN));
  const [narrow, wide] = [(run) => [20 + run / 100, 60], (run) => [20 + run / 10, 60]].map((best) => runs({ ...PLAN, best }));
  assert.equal(widthWords(widthsOf(page, narrow, wide), called), "With what was said the range of the best mix widens most at the level “Autonomous”: 20.5 to 29.4 WTE instead of 20.0 to 20.9 WTE.");
  assert.equal(widthWords(widthsOf(page, wide, narrow), called), "With what was said the range of the best mix narrows most at the level “Autonomous”: 20.0 to 20.9 WTE instead of 20.5 to 29.4 WTE.");
  assert.equal(widthWords(widthsOf(page, wide, wide), called), "With what was said the ranges of the bars stay as wide as they were.");
});
