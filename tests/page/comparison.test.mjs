import assert from "node:assert/strict";
import test from "node:test";
import { changeWords, higherWords, keptWords, rangesWords } from "../../src/llr_sd/page/js/app/compare.mjs";
import { change, changeOver, cellsOf, comparable, compared, settingAt, standing, unlike } from "../../src/llr_sd/page/js/session/comparison.mjs";
import { disagreement, numbersOf } from "../../src/llr_sd/page/js/session/kept.mjs";
import { keeping } from "../../src/llr_sd/page/js/session/settings.mjs";
import { Store } from "../../src/llr_sd/page/js/session/store.mjs";
import { pageData } from "./session_fixture.mjs";

const output = (name, more) => ({ name, label: name, unit: "head", variable: name, at: null, expression: null, axes: [], percent: false, ...more });
const data = pageData({
  outputs: [output("staff"), output("end", { at: 2 })],
  targets: [{ name: "enough", output: "end", atLeast: 3, atMost: null, source: "" }],
});

/** An ensemble of one output over two times and two elements, and one number; run i has what `value` gives. */
function ensemble(runs, value, ok = () => 1) {
  const staff = Float64Array.from({ length: runs * 4 }, (_, i) => value(Math.floor(i / 4)) + 10 * (i % 4));
  const end = Float64Array.from({ length: runs }, (_, run) => value(run));
  const outputs = new Map([
    ["staff", { spec: data.outputs[0], times: Float64Array.of(1, 2), elements: ["a", "b"], values: staff }],
    ["end", { spec: data.outputs[1], times: null, elements: [""], values: end }],
  ]);
  return { runs, outputs, times: Float64Array.of(1, 2), ok: Uint8Array.from({ length: runs }, (_, run) => ok(run)), failures: [] };
}

test("cells are read at the time that is asked for, the last where none is, each element of its own", () => {
  const one = ensemble(7, (run) => run);
  const told = (time) => cellsOf(data, one, time).map((cell) => [cell.spec.name, cell.time, cell.element, standing(one, cell).median]);
  assert.deepEqual(told(), [["staff", 2, "a", 23], ["staff", 2, "b", 33], ["end", 2, "", 3]]);
  assert.deepEqual(told(1.2), [["staff", 1, "a", 3], ["staff", 1, "b", 13], ["end", 2, "", 3]]);
});

test("with too few runs there is no range, and with fewer still no number", () => {
  const [, , cell] = cellsOf(data, ensemble(1, () => 0));
  const told = (runs) => Object.values(standing(ensemble(runs, (run) => run), cell)).map(Number.isFinite);
  assert.deepEqual(told(72), [true, true, true, true, true, true, true]);
  assert.deepEqual(told(71), [true, true, true, true, true, false, false]);
  assert.deepEqual(told(5), [true, true, false, false, false, false, false]);
  // Where all that varies is held each run says all, as in the tables of a study.
  const sure = { ...ensemble(5, () => 3), certain: true };
  assert.deepEqual([standing(sure, cell).low90, standing(sure, cell).high90, change(sure, sure, cell).low90], [3, 3, 0]);
  assert.ok(Number.isNaN(change(sure, ensemble(5, () => 3), cell).low90));
});

test("differences are taken run by run: what both share is no part of them", () => {
  const [, , cell] = cellsOf(data, ensemble(1, () => 0));
  // The two overlap widely, but each run gains from 1 to 2.
  const base = ensemble(100, (run) => run);
  const gains = ensemble(100, (run) => run + 1 + run / 99);
  const found = change(gains, base, cell);
  assert.deepEqual([found.runs, found.lost, found.above, found.alike], [100, 0, 100, 0]);
  assert.ok(Math.abs(found.median - 1.5) < 1e-12 && Math.abs(found.low90 - 1.05) < 1e-12 && Math.abs(found.high90 - 1.95) < 1e-12);
  const over = changeOver(gains, base, cellsOf(data, gains)[1]);
  assert.deepEqual(over.median.map((x) => Math.round(1e9 * x) / 1e9), [1.5, 1.5]);
  const back = change(base, gains, cell);
  assert.deepEqual([back.above, back.chance[0]], [0, 0]);
  assert.ok(Math.abs(back.median + 1.5) < 1e-12);
});

test("ties are counted, also those by rounding, and are no gain", () => {
  const [, , cell] = cellsOf(data, ensemble(1, () => 0));
  const base = ensemble(100, () => 0.3);
  const other = ensemble(100, (run) => (run < 40 ? 0.1 + 0.2 : run < 70 ? 0.4 : 0.2));
  const found = change(other, base, cell);
  assert.deepEqual([found.above, found.alike, found.chance[0]], [30, 40, 0.3]);
  assert.equal(change(base, base, cell).chance, null);
});

test("a run that failed in either setting is lost to the pair, and never a number", () => {
  const [, , cell] = cellsOf(data, ensemble(1, () => 0));
  const base = ensemble(10, (run) => run, (run) => (run === 1 ? 0 : 1));
  const other = ensemble(10, (run) => (run === 2 ? NaN : 1e9 * (run === 1) + run + 1));
  const found = change(other, base, cell);
  assert.deepEqual([found.runs, found.lost, found.median, found.above], [8, 2, 1, 8]);
  const none = change(ensemble(10, () => NaN), base, cell);
  assert.deepEqual([none.runs, none.lost, none.chance], [0, 10, null]);
  assert.ok(Number.isNaN(none.median));
});

test("a setting in which nothing varies stands for every run of another; other numbers of runs have no pairs", () => {
  const [, , cell] = cellsOf(data, ensemble(1, () => 0));
  const found = change(ensemble(10, (run) => run), ensemble(1, () => 4.5), cell);
  assert.deepEqual([found.runs, found.above, found.median], [10, 5, 0]);
  assert.throws(() => change(ensemble(10, () => 0), ensemble(9, () => 0), cell), /no pairs/);
});

test("what is compared, and in what the settings differ", () => {
  const store = new Store(data, null);
  assert.deepEqual(compared(data, store.state), ["scenario:As it goes", "scenario:Keep staff"]);
  store.change({ kind: "hold", input: "quit rate", value: 0.06 });
  assert.deepEqual(compared(data, store.state), ["now", "scenario:As it goes"]);
  store.change({ kind: "range", input: "gap", law: { kind: "uniform", low: 0, high: 1 } });
  store.change(keeping(data, { name: "mine", ...store.state }, []));
  store.change({ kind: "release", input: "quit rate" });
  const refs = comparable(data, store.state).map(({ ref }) => ref);
  assert.equal(refs.length, 5);
  const settings = refs.map((ref) => settingAt(data, store.state, ref));
  assert.deepEqual(settings.map(({ name }) => name), ["As on screen", "mine", "As published", "As it goes", "Keep staff"]);
  const found = Object.fromEntries(unlike(data, settings).map(({ input, standings }) => [input.name, standings.map(({ held, law }) => law?.kind ?? held)]));
  assert.deepEqual(found, { "quit rate": ["pert", 0.06, "pert", "pert", 0.06], "opening staff": [110, 110, 90, 110, 110], gap: ["uniform", "uniform", -3, -3, -3] });
  assert.deepEqual(unlike(data, [settings[1], settings[1]]), []);
  assert.deepEqual(unlike(data, [settings[3], { ...settings[3], held: { ...settings[3].held, gap: -3 } }]), []);
  assert.throws(() => settingAt(data, store.state, "saved:x"), /no setting/);
});

test("kept numbers say median, range and chance, and a fresh ensemble that gives others is noticed", () => {
  const numbers = numbersOf(data, ensemble(101, (run) => run / 20));
  const named = Object.fromEntries(numbers.map((row) => [`${row.output} ${row.element} ${row.statistic}`, row.value]));
  assert.equal(named["end  p50"], 2.5);
  assert.equal(named["staff b p05"], 30.25);
  assert.equal(named["end  chance of enough"], 41 / 101);
  const again = JSON.parse(JSON.stringify(numbers));
  assert.equal(disagreement(again, numbers), null);
  again[2].value *= 1 + 1e-6;
  assert.equal(disagreement(again, numbers).kept, again[2]);
  assert.deepEqual(disagreement(numbers.slice(1), numbers).fresh, numbers[0]);
  assert.notEqual(disagreement(numbers, numbers.slice(0, -1)), null);
});

test("a kept setting that no longer gives its numbers is said to, and one that does is not", () => {
  const store = new Store(data, null);
  const runs = ensemble(100, (run) => run);
  store.change(keeping(data, { name: "mine", ...store.state, runs: 500 }, numbersOf(data, runs)));
  const [{ id }] = store.state.saved;
  const told = (one) => keptWords(data, store.state, [{ ref: "now", ensemble: one }, { ref: `saved:${id}`, ensemble: one }]);
  assert.equal(told(runs), "");
  assert.match(told(ensemble(100, (run) => run + 1)), /"mine" was kept with other numbers.*p05 of staff: 24.95 then, 25.95 now/);
});

test("settings that draw from different ranges are said to, whatever order they were given in", () => {
  const law = { kind: "uniform", low: 0, high: 1 };
  const one = { ranges: { a: law, b: law } };
  assert.equal(rangesWords([one, { ranges: { b: law, a: law } }]), "");
  assert.match(rangesWords([one, { ranges: { a: law, b: { ...law, high: 2 } } }]), /ranges differ/);
  assert.match(rangesWords([one, one, { ranges: {} }]), /ranges differ/);
});

test("differences in words claim no more than the runs show", () => {
  const spec = { unit: "head", percent: false };
  const [, , cell] = cellsOf(data, ensemble(1, () => 0));
  const told = (one, other) => {
    const found = change(one, other, cell);
    return [changeWords(found, spec), higherWords(found)];
  };
  const base = ensemble(100, (run) => run);
  assert.deepEqual(told(base, base), ["the same in every run", "–"]);
  assert.deepEqual(told(ensemble(100, (run) => run + 5), base), ["+5", "all of 100 pairs (at least 96%)"]);
  assert.deepEqual(told(ensemble(100, (run) => run - 5), base), ["−5", "none of 100 pairs (at most 3.7%)"]);
  const half = told(ensemble(100, (run) => (run < 50 ? run + 5 : run)), base);
  assert.deepEqual(half, ["+2.50 (0 to +5)", "50% of 100 pairs (40 to 60%); the same in 50"]);
  assert.deepEqual(told(ensemble(100, () => NaN), base), ["no pair of runs has a result", "–; 100 pairs without a result"]);
});

test("an ensemble without a result is kept as having no numbers, not as zeros", () => {
  const numbers = numbersOf(data, ensemble(5, () => NaN));
  assert.ok(numbers.every(({ value }) => value === null));
  assert.equal(keeping(data, { name: "none", ...new Store(data, null).state }, numbers).numbers.length, numbers.length);
});
