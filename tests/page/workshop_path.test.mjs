import assert from "node:assert/strict";
import { test } from "node:test";

import { closureRange, closureSentence, closureWords, costSentence, hireSentence, lastSentence, placesSentence, pounds, reached, releaseSentence, supervisionSentence } from "../../src/llr_sd/page/js/second/path_facts.mjs";
import { evidenceWords } from "../../src/llr_sd/page/js/second/slider.mjs";

const [FIRST, FINAL] = [2017.75, 2030.75];
const when = { first: FIRST, final: FINAL, calendar: true };
const by = (middle, low = middle, high = middle) => ({ middle, low, high, runs: 10 });
const facts = (dates, more = {}) => ({ ...when, horizon: 5, seen: 5, tolerance: 0.05, all: reached(dates, FIRST, FINAL, 5), ...more });
const ten = (...some) => Array.from({ length: 10 }, (_, i) => some[Math.min(some.length - 1, Math.floor((i * some.length) / 10))]);

test("a closure is a year, now, or not within the run, which is never told as a date", () => {
  assert.equal(closureWords(2028.4, when), "2028");
  assert.equal(closureWords(FIRST, when), "now");
  assert.equal(closureWords(FINAL, when), "2030");
  assert.equal(closureWords(FINAL + 1, when), "not by Oct 2030");
  assert.equal(closureRange(by(2028, 2026.2, FINAL + 1), when), "2026 to not by Oct 2030");
  assert.equal(closureRange(by(2028, 2028.1, 2028.9), when), "");
  assert.equal(closureWords(4, { first: 0, final: 12, calendar: false }), "time 4");
});

test("chances of a closure are counts of runs, by the horizon and by the end of the run", () => {
  const found = reached([2019, 2022.75, 2022.8, 2031.75, NaN], FIRST, FINAL, 5);
  assert.deepEqual([found.soon.met, found.ever.met, found.soon.runs], [2, 3, 4]);
  assert.equal(found.soon.probability, 0.5);
});

test("the sentence of closure says when, how sure, and by which end; or that it is not", () => {
  assert.equal(
    closureSentence(facts(ten(2025, 2028, 2031.75))),
    "Every level comes within 5% of bar 3 first in 2028 in the middle of the runs (nine in ten: 2025 to not by Oct 2030); within 5 years in no run, by the end of Sep 2030 in 70% of the runs.",
  );
  assert.equal(closureSentence(facts(ten(2031.75, 2031.75, 2020))), "In 30% of the runs every level comes within 5% of bar 3 by the end of Sep 2030, within 5 years in 30% of the runs.");
  assert.equal(closureSentence(facts(ten(2031.75))), "In no run does every level come within 5% of bar 3 by the end of Sep 2030.");
  assert.equal(closureSentence(facts(ten(FIRST))), "Every level is within 5% of bar 3 from the start in the middle of the runs; within 5 years in every run.");
});

test("the last level is named, and none where all come together", () => {
  const levels = (...dates) => ({ ...when, levels: dates.map((d, i) => ({ label: ["High", "Low", "Base"][i], closure: by(d) })) });
  assert.equal(lastSentence(levels(2020, 2025, 2019)), "The low level comes last.");
  assert.equal(lastSentence(levels(2025, 2020, 2019)), "The high level comes last.");
  assert.equal(lastSentence(levels(2025, 2025, 2019)), "The high and low levels come last.");
  assert.equal(lastSentence(levels(2025, 2025, 2025)), "");
  assert.equal(lastSentence(levels(FINAL + 1, 2025, FINAL + 1)), "In the middle of the runs the high and base levels are not there by the end of Sep 2030.");
});

test("who cannot be hired is named by level, most first; and that nobody is missed only where no run misses anybody", () => {
  const levels = (...means) => ({ seen: 5, levels: means.map((unfoundMean, i) => ({ label: ["High", "Low"][i], unfoundMean })) });
  assert.equal(hireSentence(levels(by(1, 0.2, 3), by(2, 1, 4))), "Hires wanted for which nobody is found, a year in the first 5 years: 2.0 low WTE (1.0 to 4.0) and 1.0 high WTE (0.2 to 3.0).");
  assert.match(hireSentence({ ...levels(by(1), by(0)), seen: 1 }), /a year in the first year: 1\.0 high/);
  assert.equal(hireSentence(levels(by(0), by(0))), "In the first 5 years nobody is wanted who cannot be hired.");
  assert.equal(hireSentence(levels(by(0, 0, 2), by(0))), "In the first 5 years nobody is wanted who cannot be hired, in the middle of the runs. In some runs high staff are not found.");
  assert.match(hireSentence(levels(by(0, 0, 2), by(2, 1, 4))), /In some runs high staff are not found either\.$/);
});

test("supervision is told where it is tightest, and that trainees wait only where nothing is free", () => {
  const of = (...free) => ({ years: [2017.75, 2018.75, 2019.75], calendar: true, supervision: [by(1), by(1.5), by(1.2)], free: free.map((f) => by(f)) });
  assert.equal(supervisionSentence(of(1, 0, 0.5)), "Tightest at the end of Sep 2018: then supervision takes 1.5 WTE of autonomous time, and none is left for more trainees.");
  assert.match(supervisionSentence(of(1, 0.04, 0.5)), /less than 0\.1 WTE more is free to supervise trainees\.$/);
  assert.equal(supervisionSentence(of(0.2, 0.5, 0.5)), "At the start supervision takes 1.0 WTE of autonomous time, and 0.2 WTE more are free to supervise trainees.");
});

test("places, release and money are told with their numbers", () => {
  const paths = [{ label: "From foundation to core", places: by(1.9), released: [by(0), by(1.4)] }, { label: "From core to enhanced", places: by(2.5), released: [by(0), by(0.02)] }];
  const on = { horizon: 5, years: [2017.75, 2018.75], calendar: true, paths };
  assert.equal(placesSentence(on), "Bar 3 asks for these training places a year, over 5 years: 1.9 from foundation to core and 2.5 from core to enhanced.");
  assert.equal(releaseSentence(on), "Most working time is away on training at the end of Sep 2018: 1.4 from foundation to core (WTE).");
  assert.equal(releaseSentence({ ...on, paths: paths.map((p) => ({ ...p, released: [by(0), by(0)] })) }), "Nobody is away on training.");
  const money = (now, then, more = by(then - now)) => costSentence({ ...on, costs: { now: by(now), then: by(then), more }, staffCost: [by(4.4e6), by(4.6e6)], trainingCost: [by(0), by(39100)] });
  assert.equal(money(4.49e6, 4.96e6), "Bar 3 costs \u00a34.96 million a year, more than today's staff (\u00a34.49 million), at prices of 2017. Training costs most at the end of Sep 2018: \u00a339,000 a year beyond pay, beside \u00a34.60 million of pay.");
  assert.match(money(4.96e6, 4.49e6), /a year, less than today's staff \(\u00a34\.96 million\)/);
  assert.match(money(4.49e6, 4.4901e6), /as much as today's staff/);
  assert.match(money(4.47e6, 4.46e6, by(-1e4, -3e5, 4e5)), /^Bar 3 costs \u00a34\.46 million a year, and today's staff \u00a34\.47 million, at prices of 2017; the runs do not agree which costs more\. Training/);
  assert.equal(pounds(-1234567), "\u2212\u00a31.23 million");
});

test("evidence says of what kind it is, and where there is none", () => {
  assert.equal(evidenceWords({ source: "Pulse 2018", grade: "B" }), "From the literature: Pulse 2018.");
  assert.equal(evidenceWords({ source: "judgement", grade: "C" }), "A judgement: no source gives it.");
  assert.match(evidenceWords({ source: "lever, neutral at 1", grade: "C" }), /^Yours to set/);
});
