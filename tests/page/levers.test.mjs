import assert from "node:assert/strict";
import test from "node:test";
import { grouped, mattering } from "../../src/llr_sd/page/js/levers/levers.mjs";
import { alike, firstLaw, recast } from "../../src/llr_sd/page/js/levers/law.mjs";
import { LAWS, boxed, niceStep, outsideOf, sliderEnds, snapped, standing, stepOf, unboxed } from "../../src/llr_sd/page/js/levers/standing.mjs";
import { differenceWords, found, lawWords, outsideSummary, outsideWords, permissibleWords, searchable, sourceWords, standingWords, standingsApart, valueWithUnit } from "../../src/llr_sd/page/js/levers/wording.mjs";
import { KINDS, lawProblem } from "../../src/llr_sd/page/js/draws/laws.mjs";
import { input, pageData } from "./session_fixture.mjs";

const data = pageData();
const [rate, staff, gap] = data.inputs;
const share = { ...rate, own: rate.law, percent: true, label: "yearly share of staff who quit", unit: "1/Year" };
const pert = (low, mode, high) => ({ ...rate.law, low, mode, high, centre: mode });

test("a lever varies, is held, or stands at the model's value", () => {
  assert.deepEqual(standing(rate, {}, {}), { varies: true, value: 0.1, law: rate.law });
  assert.deepEqual(standing(rate, { "quit rate": 0.3 }, {}), { varies: false, value: 0.3, law: rate.law });
  assert.deepEqual(standing(staff, {}, {}), { varies: false, value: 100, law: null });
  const law = pert(1, 20, 300);
  assert.deepEqual(standing(staff, {}, { "opening staff": law }), { varies: true, value: 20, law });
});

test("a name that every object has is no held value", () => {
  const odd = input("constructor", "Dmnl", 2);
  assert.deepEqual(standing(odd, {}, {}), { varies: false, value: 2, law: null });
});

test("a slider shows every value that must be seen on it, and never what is not permissible", () => {
  assert.deepEqual(sliderEnds(staff, 100, 500, NaN), [0, 500]);
  assert.deepEqual(sliderEnds(staff, -20), [-20, 200]);
  assert.deepEqual(sliderEnds({ ...rate, low: -1, high: 3 }, 0.1), [0, 1]);
});

test("steps are 1, 2 or 5 of a power of ten, at most a hundredth", () => {
  for (const [low, high, step] of [[0, 1, 0.01], [0, 200, 2], [0, 7, 0.05], [0, 0.04, 0.0002], [5, 5, 1]]) {
    assert.ok(Math.abs(niceStep(low, high) - step) < 1e-12 * step, `${low} to ${high}: ${niceStep(low, high)}`);
  }
  for (let i = 1; i < 400; i += 1) {
    const high = 10 ** ((i - 200) / 25);
    const step = niceStep(0, high);
    assert.ok(step <= (high / 100) * (1 + 1e-9) && step > high / 251, `${high}: ${step}`);
  }
});

test("a switch moves by its own step", () => {
  assert.equal(stepOf({ ...staff, step: 1 }, 0, 3), 1);
  assert.equal(stepOf({ ...staff, step: null }, 0, 200), 2);
});

test("a hand's value lies on the grid and inside the ends", () => {
  assert.equal(snapped(0.3000001, 0.1, 0, 1), 0.3);
  assert.equal(snapped(1.02, 0.1, 0, 1.02), 1.02);
  assert.equal(snapped(0.004, 0.1, 0.003, 1), 0.003);
  assert.equal(snapped(-3, 0.1, 0, 1), 0);
});

test("shares are told as so many in 100, in boxes too, and come back as they were", () => {
  assert.equal(valueWithUnit(share, 0.035), "3.5 in 100");
  assert.equal(valueWithUnit(rate, 0.035), "0.035 a year");
  assert.equal(valueWithUnit(staff, 1204.5), "1,204.5 head");
  assert.equal(boxed(0.07, 100), "7");
  for (let i = 0; i < 2000; i += 1) {
    const value = Number((i / 1999).toPrecision(6));
    assert.equal(unboxed(boxed(value, 100), 100), value);
    assert.equal(unboxed(boxed(value, 1), 1), value);
  }
  assert.ok(Number.isNaN(unboxed("", 1)) && Number.isNaN(unboxed("a few", 1)));
  assert.equal(unboxed("\u22123", 1), -3);
});

test("how a lever stands is said from its numbers", () => {
  assert.equal(standingWords(share, standing(share, {}, {})), "varies: 5 to 20 in 100");
  assert.equal(standingWords(share, standing(share, { "quit rate": 0.2 }, {})), "held at 20 in 100");
  assert.equal(lawWords(share, share.law), "5 to 20 in 100, most likely 10");
  assert.equal(lawWords(staff, { kind: "normal", mode: 100, sd: 5 }), "around 100 head, standard deviation 5 head");
  assert.equal(lawWords(staff, { kind: "lognormal", mode: 100, sd: 0.5 }), "around 100 head, standard deviation 0.5 on the log scale");
  assert.equal(lawWords(staff, { kind: "discrete", values: [2, 3], weights: [] }), "one of 2 and 3");
  assert.equal(lawWords(staff, { kind: "discrete", values: [2, 3], weights: [1, 3] }), "one of 2 (25%) and 3 (75%)");
  assert.equal(lawWords(staff, { kind: "p10_p90", low: 1, high: 9, mode: null }), "eight times in ten 1 to 9 head");
  assert.equal(lawWords(staff, { kind: "p10_p90", low: 1, high: 9, mode: 3 }), "eight times in ten 1 to 9 head, middle 3");
  assert.equal(lawWords(staff, { kind: "beta", low: 1, high: 9, mode: 3, sd: 1 }), "1 to 9 head, mean 3, standard deviation 1 head");
});

test("a value outside the range of its source is told, one inside or on its end is not", () => {
  assert.equal(outsideWords(share, 0.21), "21 in 100 is outside the range of its source, 5 to 20 in 100.");
  for (const value of [0.05, 0.1, 0.2]) assert.equal(outsideWords(share, value), "");
  assert.equal(outsideWords(staff, 1e6), "");
  const own = { ...staff, own: { kind: "discrete", values: [120, 90, 100], weights: [] } };
  assert.deepEqual(outsideOf(own, 80), { low: 90, high: 120 });
  assert.equal(outsideOf(own, 100), null);
});

test("a setting with values outside their sources says so, but not of what the plan itself believes", () => {
  const four = ["a", "b", "c", "d"].map((name) => ({ ...share, name, label: name }));
  const held = { a: 0.3, b: 0.4, c: 0.5, d: 0.6 };
  assert.equal(outsideSummary(four, held), "Outside the range of their sources: a (30 in 100), b (40 in 100), c (50 in 100) and 1 more.");
  assert.equal(outsideSummary(four, { a: 0.3 }), "Outside the range of its source: a (30 in 100).");
  assert.equal(outsideSummary([{ ...share, planned: 0.3 }], { "quit rate": 0.3 }), "");
  assert.equal(outsideSummary(four, { a: 0.1 }), "");
});

test("a source is told with its grade, and said to be missing where it is", () => {
  assert.equal(sourceWords({ source: "Table 11", grade: "A" }), "Table 11 (A, source document)");
  assert.equal(sourceWords({ source: "Table 11", grade: "" }), "Table 11");
  assert.equal(sourceWords({ source: "", grade: "C" }), "C, judgement");
  assert.equal(sourceWords({ source: "", grade: "" }), "none is stated");
});

test("what may be set is told where it is limited", () => {
  assert.equal(permissibleWords(share), "0 to 100 in 100");
  assert.equal(permissibleWords(staff), "");
  assert.equal(permissibleWords({ ...staff, minimum: 0 }), "0 head or more");
  assert.equal(permissibleWords({ ...staff, minimum: 60, maximum: 60 }), "60 head only");
});

test("what differs from the start is told with what was there", () => {
  const law = pert(0.02, 0.03, 0.04);
  assert.equal(differenceWords({ what: "held", was: null, now: 0.2 }, share), "held at 20 in 100; at the start it varies");
  assert.equal(differenceWords({ what: "held", was: null, now: 7 }, staff), "7 head; at the start 100 head");
  assert.equal(differenceWords({ what: "value", was: 110, now: 90 }, staff), "90 head; at the start 110 head");
  assert.equal(differenceWords({ what: "released", was: 0.06, now: null, varies: true }, share), "varies; at the start it is held at 6 in 100");
  assert.equal(differenceWords({ what: "released", was: 110, now: null, varies: false }, staff), "stands at 100 head; at the start it is held at 110 head");
  assert.match(differenceWords({ what: "range", was: share.law, now: law, varies: true }, share), /^drawn from 2 to 4 in 100, most likely 3; the study has 5 to 20/);
  assert.match(differenceWords({ what: "range", was: null, now: law, varies: true }, gap), /^drawn from .*; the study does not vary it$/);
  assert.match(differenceWords({ what: "range", was: null, now: law, varies: false }, gap), /^has the range .*, but is held, so nothing is drawn from it; the study does not vary it$/);
  assert.match(differenceWords({ what: "released", was: 110, now: null, varies: true }, staff), /^varies; /);
  assert.equal(differenceWords({ what: "runs", was: 500, now: 1 }, null), "1 run; at the start 500 runs");
});

test("ranges that differ in kind or in what lies between their ends do not read the same", () => {
  const stands = (...laws) => laws.map((law) => ({ varies: true, value: NaN, law }));
  const pert = { kind: "pert", low: 1, mode: 3, high: 9 };
  assert.deepEqual(standingsApart(staff, stands(pert, { ...pert, high: 8 })), ["varies: 1 to 9 head", "varies: 1 to 8 head"]);
  assert.deepEqual(standingsApart(staff, stands(pert, pert)), ["varies: 1 to 9 head", "varies: 1 to 9 head"]);
  assert.deepEqual(standingsApart(staff, [...stands(pert, { ...pert, mode: 4 }), { varies: false, value: 2, law: null }]), [
    "1 to 9 head, most likely 3, most likely value between two ends (PERT)", "1 to 9 head, most likely 4, most likely value between two ends (PERT)", "held at 2 head",
  ]);
  const told = differenceWords({ what: "range", was: pert, now: { ...pert, kind: "triangular" }, varies: true }, staff);
  assert.equal(told, "drawn from 1 to 9 head, most likely 3, triangle between two ends; the study has 1 to 9 head, most likely 3, most likely value between two ends (PERT)");
});

test("a box takes numbers as the page writes them, and no other kind", () => {
  for (const [text, number] of [["1,204.5", 1204.5], ["12,345,678", 12345678], [" \u22123 ", -3], [".5", 0.5], ["5.", 5], ["1e3", 1000], ["1204", 1204]]) assert.equal(unboxed(text, 1), number, text);
  for (const text of ["", "  ", "1,5", "1,2345", "12,34,567", "0x10", "1_0", "Infinity", "e3", ".", "-", "1 2"]) assert.ok(Number.isNaN(unboxed(text, 1)), text);
});

test("a search is over label, name, unit, group and note, in any order of words", () => {
  const text = searchable({ ...staff, label: "Staff at the start", note: "a count of January", group: "opening" });
  for (const words of ["january staff", "HEAD", "opening_staff".slice(0, 7), "count opening"]) assert.ok(found(text, words), words);
  assert.ok(!found(text, "staff february"));
});

test("levers that matter: what scenarios set, then what moves the results, then what is changed; none twice", () => {
  const start = { held: {}, ranges: {} };
  const sections = mattering(data, ["quit rate", "a"], { held: { gap: 1 }, ranges: {} }, start);
  assert.deepEqual(sections.map((s) => s.inputs.map((i) => i.name)), [["opening staff"], ["quit rate", "a"], ["gap"]]);
  assert.deepEqual(mattering(data, [], start, start).map((s) => s.title), ["What the scenarios set"]);
  const alike = pageData({ scenarios: data.scenarios.map((s) => ({ ...s, set: { ...s.set, "opening staff": 90 } })) });
  assert.deepEqual(mattering(alike, [], start, start)[0].inputs.map((i) => i.name), ["quit rate"], "what all scenarios set alike is no choice");
  const bare = pageData({ scenarios: [{ name: "now", kind: "scenario", note: "", set: {} }] });
  assert.deepEqual(mattering(bare, [], start, start), []);
});

test("of what scenarios set, policies stand before beliefs, and what only a believed plan sets comes last", () => {
  const inputs = [
    input("belief", "Dmnl", 1, { uncertain: true }),
    input("planned", "Dmnl", 1, { planned: 9 }),
    input("seldom", "Dmnl", 1),
    input("often", "Dmnl", 1),
    input("ground", "Dmnl", 1),
    input("published", "Dmnl", 1),
  ];
  const sets = [{}, { often: 2 }, { often: 3, seldom: 4, belief: 5 }, { belief: 6, planned: 9 }, { planned: 9 }];
  const scenarios = sets.map((set, i) => ({ name: `s${i}`, kind: "scenario", note: "", set: { ...set, ground: 7 } }));
  scenarios.push({ name: "p", kind: "published", note: "", set: { ground: 7, published: 1 } });
  const [first] = mattering(pageData({ inputs, scenarios }), [], { held: {}, ranges: {} }, { held: {}, ranges: {} });
  assert.deepEqual(first.inputs.map((i) => i.name), ["often", "seldom", "belief", "planned", "published"]);
});

test("groups keep the order of the table, and what has none comes last", () => {
  const some = pageData({ inputs: [staff, { ...rate, group: "left_shift" }, { ...gap, group: "demand" }] });
  assert.deepEqual(grouped(some).map((s) => s.title), ["Left shift", "Demand", "Other values of the model"]);
});

test("each law of a study can be chosen, takes every number that it needs, and begins as one that can be", () => {
  assert.deepEqual(Object.keys(LAWS).sort(), Object.keys(KINDS).filter((kind) => kind !== "fixed").sort());
  for (const [kind, needed] of Object.entries(KINDS)) {
    if (kind === "fixed") continue;
    for (const number of needed) assert.ok(LAWS[kind].takes.includes(number), `${kind}: ${number}`);
    for (const from of [firstLaw(staff), rate.law, firstLaw(input("nought", "Dmnl", 0, { low: 0, high: 1 }))]) {
      if (kind === "log_uniform" && !(from.low > 0)) continue;
      if (kind === "lognormal" && !(from.mode > 0)) continue;
      if (kind === "p10_p90" && (from.mode === from.low || from.mode === from.high)) continue;
      if (kind === "beta" && (from.mode === from.low || from.mode === from.high)) continue;
      assert.equal(lawProblem(recast(from, kind, staff)), null, `${kind} of ${JSON.stringify(from)}`);
    }
  }
});

test("two laws are alike by kind and numbers, however a missing one is written", () => {
  assert.ok(alike({ ...rate.law, values: null, weights: null, sd: undefined, centre: 9 }, rate.law));
  assert.ok(alike(null, null) && !alike(null, rate.law));
  for (const change of [{ kind: "uniform" }, { high: 0.3 }, { values: [1] }]) assert.ok(!alike({ ...rate.law, ...change }, rate.law));
});
