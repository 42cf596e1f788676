import assert from "node:assert/strict";
import { test } from "node:test";

import { barsFacts, barsSpec, combined, faultStatement, keptSentence, needStatement, peopleWords, pictureSentence, signedWords, spreadOf, wayOf } from "../../src/llr_sd/page/js/first/bars_facts.mjs";

const LEVELS = ["Autonomous", "Enhanced", "Core", "Foundation"].map((label) => ({ name: label.toLowerCase(), label }));
const by = (middle, low = middle, high = middle) => ({ middle, low, high, runs: 100 });
const facts = (...gap) => ({ levels: LEVELS.slice(0, gap.length), gap: gap.map((wte) => ({ wte })), years: "5 years" });

test("the picture's sentence names what is fewer and what is more, and the other way round", () => {
  assert.equal(
    pictureSentence(facts(by(-2.5, -3.9, -1.1), by(8.9, 4.8, 19.3), by(3.8, 1.9, 8.7), by(4.2, 2.4, 7))),
    "In 5 years the best mix takes fewer autonomous (2.5) and more enhanced (8.9), core (3.8) and foundation (4.2) staff than today.",
  );
  assert.equal(pictureSentence(facts(by(2.5, 1.1, 3.9), by(-1))), "In 5 years the best mix takes fewer enhanced (1.0) and more autonomous (2.5) staff than today.");
});

test("what does not move is as many, and where the runs do not agree none is told to be more", () => {
  assert.equal(pictureSentence(facts(by(0.04, 0, 0.04), by(1, 0.5, 2))), "In 5 years the best mix takes more enhanced (1.0) staff than today. It takes as many autonomous staff as today.");
  assert.equal(pictureSentence(facts(by(2, -1, 5), by(1, 0.5, 2))), "In 5 years the best mix takes more enhanced (1.0) staff than today. Whether it takes more or fewer autonomous staff, the runs do not agree.");
  assert.equal(pictureSentence(facts(by(0), by(0))), "It takes as many autonomous and enhanced staff as today.");
  assert.equal(wayOf(by(0.3, 0, 0.5)), null);
  assert.equal(wayOf(by(-0.3, -0.5, -0.1)), -1);
});

test("need of today's patients is held against the staff, level by level, whichever way", () => {
  const need = (...all) => needStatement({ levels: LEVELS.slice(0, all.length), need: all });
  assert.deepEqual(need(by(0), by(0)), { kind: "good", text: "Today's patients need as many staff as there are, each working as now." });
  assert.deepEqual(need(by(2.5), by(-1)), { kind: "watch", text: "With everyone working as now, today's patients need more staff than there are (WTE: 2.5 autonomous) and fewer than there are (WTE: 1.0 enhanced)." });
  assert.equal(need(by(-2.5), by(-1)).kind, "plain");
  assert.match(need(by(-2.5), by(-1)).text, /need fewer than there are \(WTE: 2\.5 autonomous and 1\.0 enhanced\)\.$/);
});

test("a need of which the runs do not agree is told neither as more nor as fewer", () => {
  const need = (...all) => needStatement({ levels: LEVELS.slice(0, all.length), need: all });
  assert.deepEqual(need(by(0.4, -0.2, 1)), { kind: "plain", text: "Whether today's patients need more or fewer autonomous staff than there are, the runs do not agree." });
  assert.deepEqual(need(by(0, -1, 1), by(0)).kind, "plain");
  assert.equal(need(by(2), by(0.02, -0.3, 0.4)).text, "With everyone working as now, today's patients need more staff than there are (WTE: 2.0 autonomous). Whether they need more or fewer enhanced staff than there are, the runs do not agree.");
});

test("the mix kept is held against the best mix, whichever is more", () => {
  const kept = (total, third, more = by(total - third)) => keptSentence({ levels: LEVELS.slice(0, 2), kept: { levels: [by(22.5), by(3.5)], total: by(total), more }, bars: [null, null, { total: by(third) }], years: "5 years" });
  assert.equal(kept(26, 30.5), "If everyone went on working as now, the patients in 5 years would need 22.5 autonomous and 3.5 enhanced: 26.0 WTE in all, fewer than the best mix (30.5).");
  assert.match(kept(26, 20), /more than the best mix \(20\.0\)\.$/);
  assert.match(kept(26, 26.01), /as many as the best mix\.$/);
  assert.match(kept(26, 27, by(-1, -3, 0.5)), /26\.0 WTE in all, where the best mix takes 27\.0 and the runs do not agree which is more\.$/);
});

test("bars that should not be read say so, with the level and in how many runs; few runs make no warning, none no words", () => {
  assert.equal(faultStatement({ calibration: [], staffing: [] }).text, "");
  const bad = faultStatement({ calibration: [], staffing: [{ label: "Core", share: 1 }] });
  assert.equal(bad.kind, "watch");
  assert.match(bad.text, /^Do not read these bars: in every run, the site's staff per patient at the core level is outside 0\.7 to 1\.4/);
  const rare = faultStatement({ calibration: [{ label: "Foundation", share: 0.04 }], staffing: [] });
  assert.equal(rare.kind, "plain");
  assert.match(rare.text, /^In 4\.0% of the runs, minutes, shares and pace do not explain LLR's own staff at the foundation level/);
});

test("each reason not to read the bars says in how many runs it holds, and of several levels from the least to the most", () => {
  const level = (label, share) => ({ label, share });
  const both = faultStatement({ calibration: [level("Foundation", 0.07)], staffing: [level("Core", 1), level("Enhanced", 1)] });
  assert.match(both.text, /^Do not read these bars: in every run, the site's staff per patient at the core and enhanced levels is outside .*; in 7\.0% of the runs, minutes, shares and pace do not explain LLR's own staff at the foundation level/);
  assert.match(faultStatement({ calibration: [], staffing: [level("Core", 1), level("Enhanced", 0.3)] }).text, /: in 30 to 100% of the runs, the site's staff per patient at the core and enhanced levels/);
});

test("a difference keeps its sign, and one that shows as nothing has none", () => {
  assert.deepEqual(signedWords(by(8.94, 4.8, 19.3)), { value: "+8.9", range: "+4.8 to +19.3" });
  assert.deepEqual(signedWords(by(-2.5, -3.9, 0.02)), { value: "\u22122.5", range: "\u22123.9 to 0.0" });
  assert.deepEqual(signedWords(by(-0.2, -0.4, -0.1), 0), { value: "0", range: "" });
});

test("people are told in whole numbers, one of them as one", () => {
  assert.equal(peopleWords(by(12.6, 7.2, 29)), "+13 people (+7 to +29)");
  assert.equal(peopleWords(by(-1.2, -2, 0.1)), "\u22121 person (\u22122 to 0)");
  assert.equal(peopleWords(by(11)), "+11 people");
});

test("the gap is worked out run by run, not from the middles", () => {
  assert.deepEqual(combined([[3, 5, 9], [1, 5, 2]], (b, a) => b - a), [2, 0, 7]);
  assert.equal(spreadOf([2, NaN, 0, 7]).middle, 2);
  assert.equal(spreadOf([NaN]), null);
});

/** A page with two runs of two levels. */
function page(values = {}) {
  const skill = { name: "Skill", elements: ["high", "low"] };
  const bar = { name: "Bar", elements: ["b1", "b2", "b3", "kept_mix"] };
  const output = (name, axes, numbers) => [name, { spec: { name, axes }, times: null, elements: new Array(axes.reduce((n, a) => n * a.elements.length, 1)), values: Float64Array.from(numbers) }];
  const each = { bar_1: [4, 6, 4, 6], bar_2: [3, 8, 3, 9], bar_3: [3, 9, 5, 10], kept: [5, 7, 5, 7], need: [4, 6, 4, 7], calibration_fault: [0, 0, 0, 1], staffing_fault: [0, 0, 0, 0], ...values };
  const outputs = new Map([
    ...Object.entries(each).map(([name, numbers]) => output(name, [skill], numbers)),
    output("bar_total", [bar], [10, 11, 12, 12, 10, 12, 15, 12]),
    output("heads_of_bar", [bar, skill], [8, 6, 0, 0, 6, 9, 0, 0, 8, 6, 0, 0, 10, 10, 0, 0]),
  ]);
  const data = { outputs: [...outputs.values()].map(({ spec }) => spec) };
  return { data, now: { outputs, central: { outputs } }, words: { levels: { high: { label: "High" }, low: { label: "Low" } } }, value: () => 5 };
}

test("facts are those of the runs: bars, gap in WTE and in people, faults and need", () => {
  const found = barsFacts(page());
  assert.deepEqual(found.bars.map((b) => b.name), ["1. Our staff today", "2. Best mix today", "3. Best mix in 5 years"]);
  assert.deepEqual(found.bars.map((b) => b.levels.map((l) => l.middle)), [[4, 6], [3, 8.5], [4, 9.5]]);
  assert.deepEqual(found.bars.map((b) => b.total.middle), [10, 11.5, 13.5]);
  assert.deepEqual(found.gap.map(({ wte, heads }) => [wte.middle, heads.middle]), [[0, 0], [3.5, 3.5]]);
  assert.deepEqual(found.faults, { calibration: [{ label: "Low", share: 0.5 }], staffing: [] });
  assert.equal(found.need[1].high, 0.95);
  const spec = barsSpec(found);
  assert.deepEqual(spec.bars[0].parts, [{ name: "High", value: 4, low: null, high: null }, { name: "Low", value: 6, low: null, high: null }]);
  assert.ok(spec.bars[2].parts[0].low < 3.2 && spec.bars[2].parts[0].high > 4.8);
});

test("without a run that has a number there are no facts", () => {
  assert.equal(barsFacts({ now: null }), null);
  assert.equal(barsFacts(page({ bar_1: [NaN, NaN, NaN, NaN] })), null);
});
