import assert from "node:assert/strict";
import test from "node:test";
import { bandsWords, changeSentence, changeShort, chanceSentence, driversNotes, driversSentence, failureWords, fewWords, findingWords, goalWords, numberSentence, rangeWords, runsWords } from "../../src/llr_sd/page/js/app/words.mjs";

const wte = { unit: "WTE", percent: false };
const share = { unit: "Dmnl", percent: true };
const runs = (given) => runsWords({ have: 500, all: 500, failed: 0, busy: false, error: "", ...given });

test("how many runs are on screen is told as it is", () => {
  assert.equal(runs({ have: 64 }), "64 of 500 runs so far");
  assert.equal(runs({}), "500 runs");
  assert.equal(runs({ have: 1, all: 1 }), "1 run: nothing varies");
  assert.equal(runs({ have: 0, busy: true }), "The first runs are on their way.");
  assert.equal(runs({ have: 0 }), "No runs yet.");
  assert.equal(runs({ failed: 3 }), "500 runs; 3 failed");
  assert.equal(runs({ failed: 500 }), "500 runs; all failed");
  assert.equal(runs({ have: 64, failed: 64 }), "64 of 500 runs so far; all failed");
  assert.equal(runs({ error: "the law cannot be" }), "No numbers: the law cannot be");
});

test("failed runs are told first, with the first cause, and never where none failed", () => {
  const failure = { run: 2, time: 2019.5, variable: "GP WTE", reason: "falls below zero" };
  assert.equal(failureWords([], 500, true), "");
  assert.equal(failureWords([failure], 500, true), "1 of 500 runs failed and is left out of every number. Why: \u201cGP WTE\u201d falls below zero, Jul 2019 (run 3).");
  assert.match(failureWords([failure, { ...failure, run: 9, reason: "is not finite" }], 500, true), /^2 of 500 runs failed and are left out of every number. The first of 2 causes: /);
  assert.match(failureWords([failure], 1, false), /^The run failed: there are no numbers. .*, time 2019.5 \(run 3\)\.$/);
  assert.match(failureWords([failure, failure], 2, true), /^All 2 runs failed: there are no numbers. Why/);
  assert.match(failureWords([{ run: 0, time: null, variable: null, reason: "is unknown" }], 5, true), /Why: is unknown \(run 1\)\.$/);
});

test("few runs are told where ends need more, and not where one run says all", () => {
  assert.equal(fewWords(71, 100, false), "Only 71 runs of 100 have a result: the ends of ranges need 72.");
  assert.equal(fewWords(1, 100, false), "Only 1 run of 100 has a result: the ends of ranges need 72.");
  for (const args of [[72, 100, false], [1, 1, true], [0, 100, false]]) assert.equal(fewWords(...args), "");
});

test("a change is told up or down, or none, as the numbers have it", () => {
  const both = (now, start, quantity = wte) => [changeShort({ now, start, same: false }, quantity), changeSentence({ now, start, same: false }, quantity)];
  assert.deepEqual(both(528.2, 517), ["+11 from 517 at the start", "That is 11 WTE more than at the start, 517."]);
  assert.deepEqual(both(506, 517), ["\u221211 from 517 at the start", "That is 11 WTE less than at the start, 517."]);
  assert.deepEqual(both(517, 517), ["middle as at the start, 517", "The middle is as at the start."]);
  assert.deepEqual(both(517.3, 517), ["a little above 517, the start", "That is a little more than at the start, 517."]);
  assert.deepEqual(both(516.7, 517), ["a little below 517, the start", "That is a little less than at the start, 517."]);
  assert.deepEqual(both(0.48, 0.47, share), ["+1 point from 47% at the start", "That is 1 point more than at the start, 47%."]);
  assert.deepEqual(both(NaN, 517), ["", ""]);
  assert.equal(changeShort({ now: 5, start: 5, same: true }, wte), "");
});

test("a number has its range, and says where it has none", () => {
  const spread = { runs: 500, p05: 502, p50: 529, p95: 559, flat: false };
  assert.equal(rangeWords(spread, wte), "502 to 559");
  assert.equal(rangeWords({ ...spread, p05: 0.02, p95: 0.4 }, share), "2.0 to 40%");
  assert.equal(rangeWords({ ...spread, flat: true }, wte), "the same in all 500 runs");
  assert.equal(rangeWords({ ...spread, flat: true, runs: 1 }, wte), "one run");
  assert.equal(rangeWords({ ...spread, runs: 0 }, wte), "");
  assert.equal(numberSentence("GPs", spread, wte), "GPs: 529 WTE in the middle; nine runs in ten lie between 502 and 559 WTE.");
  assert.equal(numberSentence("GPs", { ...spread, flat: true }, wte), "GPs: 529 WTE, the same in all 500 runs.");
  assert.equal(numberSentence("GPs", { ...spread, flat: true, runs: 1 }, wte), "GPs: 529 WTE.");
  assert.equal(numberSentence("GPs", { ...spread, runs: 0 }, wte), "GPs: no run has a result.");
  assert.equal(numberSentence("GPs", { ...spread, p05: NaN, p95: NaN }, wte), "GPs: 529 WTE in the middle; too few runs for a range.");
  assert.equal(rangeWords({ ...spread, p05: NaN, p95: NaN }, wte), "too few runs");
});

test("a chance says what it is a chance of", () => {
  const least = { name: "639 GPs", atLeast: 639, atMost: null };
  const most = { name: "few gaps", atLeast: null, atMost: 0.05 };
  const chance = { probability: 0.2, low: 0.17, high: 0.24, met: 100, runs: 500, lost: 0 };
  assert.equal(goalWords(least, wte), "at least 639 WTE");
  assert.equal(goalWords(most, share), "at most 5.0%");
  assert.equal(chanceSentence(least, wte, chance), "639 GPs (at least 639 WTE) is met in 20% (17 to 24%) of runs.");
  assert.equal(chanceSentence(least, wte, { ...chance, probability: 0, met: 0, low: 0, high: 0.0076 }), "639 GPs (at least 639 WTE) is met in 0 of 500 runs (at most 0.8%).");
  assert.equal(chanceSentence(least, wte, { ...chance, probability: 1, met: 500, low: 0.9924, high: 1 }), "639 GPs (at least 639 WTE) is met in all 500 runs (at least 99.2%).");
  assert.equal(chanceSentence(least, wte, { ...chance, runs: 0 }), "639 GPs (at least 639 WTE): no run has a result.");
});

test("what drives an output is told only where something does", () => {
  const facts = { output: "GPs", runs: 500, varying: 20, note: "" };
  assert.match(driversSentence([], { ...facts, varying: 0 }), /^No lever varies in this setting/);
  assert.equal(driversSentence([], facts), "In these 500 runs no lever alone moves GPs more than chance would.");
  assert.equal(driversSentence([{ label: "quitting" }, { label: "joining" }], facts), "In these 500 runs GPs moves most with quitting and joining.");
  assert.equal(driversSentence([], { ...facts, note: "too few runs: 100 needed" }), "GPs: too few runs: 100 needed.");
});

test("what the shares are not is always told, and what else is to be known only where it is so", () => {
  const plain = { lost: 0, skewed: false, dummy: null, constant: [] };
  assert.equal(driversNotes(plain).length, 1);
  const all = driversNotes({ lost: 1, skewed: true, dummy: [0, -0.02, 0.034], constant: ["a", "b"] });
  assert.deepEqual(all.slice(1), [
    "A lever that nothing depends on would show up to 3.4%; only those above that are shown.",
    "A few extreme runs carry most of the spread, so the intervals are too narrow.",
    "1 run without a result is left out.",
    "2 levers are drawn but the same in all runs.",
  ]);
});

test("bands are told where there are some, and one line where all runs agree", () => {
  const band = { median: [1], low50: [0], low90: [-1] };
  const few = { median: [1], low50: [0], low90: [NaN] };
  const none = { median: [1], low50: [NaN], low90: [NaN] };
  const line = { median: [1], low50: null };
  assert.match(bandsWords({ series: [band, line] }, 500), /nine in ten/);
  assert.equal(bandsWords({ series: [few] }, 40), "The line is the median; half of the runs lie in the band.");
  assert.equal(bandsWords({ series: [none] }, 8), "The line is the median; the runs are too few for a band.");
  assert.equal(bandsWords({ series: [line] }, 500), "All runs agree, so there is one line and no band.");
  assert.equal(bandsWords({ series: [line] }, 1), "Nothing varies in this setting, so there is one line and no band.");
  assert.equal(bandsWords({ series: [{ median: [NaN], low50: null }] }, 500), "");
});

test("what must be known though no run failed is told, with the runs that show it", () => {
  const finding = { variable: "wait", what: "cannot be followed by TIME STEP 0.25", runs: 3, mend: "Take a shorter one." };
  assert.equal(findingWords([], 500), "");
  assert.equal(findingWords([finding], 500), "\u201cwait\u201d cannot be followed by TIME STEP 0.25 (in 3 of 500 runs). Take a shorter one.");
  assert.equal(findingWords([{ ...finding, runs: 500 }], 500), "\u201cwait\u201d cannot be followed by TIME STEP 0.25. Take a shorter one.");
});
