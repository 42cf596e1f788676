import assert from "node:assert/strict";
import { test } from "node:test";
import {
  agedBands, bandsFacts, bandsOf, bandsSentence, evidenceWords, fastestSentence, growthWords, inYears, offRows, olderSentence, peopleFacts, rowsSentence,
  segmentSentence,
} from "../../src/llr_sd/page/js/people/people_facts.mjs";

const flat = (n) => ({ middle: n, low: n, high: n });
const pair = (now, later) => ({ now: flat(now), later: flat(later) });
const facts = (more = {}) =>
  peopleFacts({
    years: 5,
    patients: pair(36000, 37000),
    older: pair(6480, 7180),
    ages: [{ label: "0 to 4", ...pair(2000, 1960) }, { label: "75 to 84", ...pair(2000, 2340) }],
    segments: [{ name: "frail", label: "Frail", are: "frail", ...pair(2900, 3103) }],
    ...more,
  });

test("a group is told with its growth, its fall, or neither", () => {
  const said = (segment, more) => segmentSentence(facts({ ...more, segments: [{ are: "frail", ...segment }] }), facts({ segments: [{ are: "frail", ...segment }] }).segments[0]);
  assert.equal(said(pair(2900, 3103)), "Of 36,000 patients 2,900 are frail; in five years 3,103, 7% more.");
  assert.equal(said(pair(2900, 2610)), "Of 36,000 patients 2,900 are frail; in five years 2,610, 10% fewer.");
  assert.equal(said(pair(2900, 2900)), "Of 36,000 patients 2,900 are frail, and as many in five years.");
  assert.equal(said(pair(0, 0)), "Of 36,000 patients 0 are frail, and none in five years.");
  assert.equal(said(pair(2900, 2900), { years: 0 }), "Of 36,000 patients 2,900 are frail.");
});

test("how old the list is, whether it ages or not", () => {
  assert.equal(olderSentence(facts()), "Today 18% are 65 or over, in five years 19%.");
  assert.equal(olderSentence(facts({ older: pair(6480, 6660) })), "18% are 65 or over, and so they will be in five years.");
  assert.equal(olderSentence(facts({ older: pair(6480, 3700) })), "Today 18% are 65 or over, in five years 10%.");
  assert.equal(olderSentence(facts({ patients: pair(0, 0) })), "");
});

test("the age that grows fastest is named only where one does", () => {
  const ages = (...grown) => ({ ages: grown.map(([label, now, later]) => ({ label, ...pair(now, later) })) });
  assert.equal(fastestSentence(facts()), "People aged 75 to 84 grow fastest: 17% in five years.");
  assert.equal(fastestSentence(facts(ages(["0 to 4", 10, 9], ["5 to 14", 10, 8]))), "No age grows in five years.");
  assert.equal(fastestSentence(facts(ages(["0 to 4", 10, 10], ["5 to 14", 10, 10]))), "No age grows or shrinks in five years.");
  assert.equal(fastestSentence(facts(ages(["0 to 4", 10, 11], ["5 to 14", 100, 110]))), "Every age grows by 10% in five years.");
  assert.equal(fastestSentence(facts(ages(["0 to 4", 10, 12], ["5 to 14", 10, 12], ["15 to 44", 10, 11]))), "People aged 0 to 4 and 5 to 14 grow fastest: 20% in five years.");
});

test("the bands are held against the list, both ways", () => {
  const said = (list, ...bands) => bandsSentence(bandsFacts({ list, bands }));
  assert.equal(said(36000, 16000, 20000), "The age bands add up to the list: 36,000.");
  assert.equal(said(36000, 15400, 20000), "The age bands add up to 35,400, 600 fewer than the list of 36,000. Only their proportions count: the total is the list.");
  assert.equal(said(36000, 17000, 20000), "The age bands add up to 37,000, 1,000 more than the list of 36,000. Only their proportions count: the total is the list.");
  assert.deepEqual(bandsOf(36000, [1, 2, 3]), [6000, 12000, 18000]);
});

test("groups that do not add up at an age are named", () => {
  const row = (label, ...values) => ({ label, values });
  assert.equal(rowsSentence(offRows([row("0 to 4", 0.333, 0.333, 0.333)])), "At every age the five groups add up to 100%.");
  assert.equal(rowsSentence(offRows([row("0 to 4", 0.5, 0.53)])), "At 0 to 4 the groups add up to 103%. The model brings them to 100%.");
  assert.equal(rowsSentence(offRows([row("0 to 4", 0, 0), row("5 to 14", 0.5, 0.4)])), "At 0 to 4 all groups are at 0%, so that nobody of that age is counted, and at 1 other age to something else than 100%.");
});

test("an older list keeps its number and has the share of older people that was asked for", () => {
  const names = ["a0_4", "a45_64", "a65_74", "a85p"];
  assert.deepEqual(agedBands(1000, [100, 300, 60, 20], names, 0.4), [150, 450, 300, 100]);
});

test("growth, years and evidence in words", () => {
  assert.deepEqual([growthWords(0.0004), growthWords(0.1), growthWords(-0.1), growthWords(null)], ["as many", "10% more", "10% fewer", ""]);
  assert.deepEqual([0, 1, 5, 12, 2.5].map(inYears), ["now", "in a year", "in five years", "in 12 years", "in 2.5 years"]);
  assert.deepEqual(["A", "B", "C", ""].map(evidenceWords), ["from the plan", "published elsewhere", "judgement", "no source given"]);
});
