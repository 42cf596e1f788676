import assert from "node:assert/strict";
import test from "node:test";
import { bandsOf, beside, chanceOf, changeOf, columnAt, headlines, outputTitle, sortedAt, spreadOf, targetsOver, titleAtEnd, trajectorySpec } from "../../src/llr_sd/page/js/app/specs.mjs";
import { numbersParts } from "../../src/llr_sd/page/js/app/tables.mjs";

const spec = (name, more = {}) => ({ name, label: name, unit: "WTE", variable: name, at: null, expression: null, axes: [], percent: false, headline: true, ...more });
const gps = spec("gps", { variable: "GP WTE" });
const last = spec("gps_2020", { variable: "GP WTE", at: 2020.75, label: "GPs, September 2020" });
const mix = spec("mix", { at: 2020.75, axes: [{ name: "level", elements: ["a", "b"], labels: ["A", "B"] }] });
const data = {
  model: { calendar: true },
  outputs: [gps, last, mix],
  targets: [{ name: "many", output: "gps_2020", atLeast: 639, atMost: null, source: "" }],
  history: { gps: [{ time: 2019.5, value: 5, source: "count" }] },
};

/** An ensemble of some runs in which run r has r everywhere, ten times that for the second element, and nothing in runs that failed. */
function ensemble(runs, { failed = [], asked = runs, same = false } = {}) {
  const number = (run) => (failed.includes(run) ? NaN : same ? 7 : run);
  const series = Float64Array.from({ length: runs * 2 }, (_, i) => number(Math.floor(i / 2)) + (i % 2));
  const single = Float64Array.from({ length: runs }, (_, run) => number(run));
  const pair = Float64Array.from({ length: runs * 2 }, (_, i) => number(Math.floor(i / 2)) * (i % 2 ? 10 : 1));
  return {
    runs,
    ask: { runs: asked },
    failures: failed.map((run) => ({ run })),
    ok: Uint8Array.from({ length: runs }, (_, run) => Number(!failed.includes(run))),
    outputs: new Map([
      ["gps", { times: Float64Array.of(2019.75, 2020.75), elements: [""], values: series }],
      ["gps_2020", { times: null, elements: [""], values: single }],
      ["mix", { times: null, elements: ["A", "B"], values: pair }],
    ]),
  };
}

test("values are taken by time and element, and failed runs are left out of what is sorted", () => {
  const { outputs } = ensemble(4, { failed: [1] });
  assert.deepEqual([...columnAt(outputs.get("gps"), 1, 0)], [1, NaN, 3, 4]);
  assert.deepEqual([...sortedAt(outputs.get("mix"), 0, 1)], [0, 20, 30]);
});

test("numbers sort by size, not as text", () => {
  assert.deepEqual([...sortedAt({ times: null, elements: [""], values: Float64Array.of(10, 9, -1, 100) }, 0, 0)], [-1, 9, 10, 100]);
});

test("quantiles follow NumPy's rule, and are not given of fewer runs than they need", () => {
  assert.deepEqual(spreadOf(ensemble(101), "gps_2020", 0, 0), { runs: 101, lost: 0, p05: 5, p25: 25, p50: 50, p75: 75, p95: 95, flat: false });
  const few = spreadOf(ensemble(71), "gps_2020", 0, 0);
  assert.ok(Number.isNaN(few.p05) && Number.isNaN(few.p95) && few.p50 === 35 && few.p25 === 17.5);
  assert.equal(spreadOf({ ...ensemble(71, { same: true }), certain: true }, "gps_2020", 0, 0).p95, 7, "one run says all where nothing varies");
  const lost = spreadOf(ensemble(80, { failed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }), "gps_2020", 0, 0);
  assert.ok(lost.runs === 70 && lost.lost === 10 && Number.isNaN(lost.p95));
});

test("the first runs of an ensemble stand for it until it is there; one run says all of what is certain", () => {
  assert.ok(Number.isFinite(spreadOf(ensemble(64, { asked: 500 }), "gps_2020", 0, 0).p05));
  const one = spreadOf(ensemble(1, { asked: 500 }), "gps_2020", 0, 0);
  assert.ok(one.flat && one.p50 === 0 && one.p05 === 0);
  assert.equal(spreadOf(ensemble(2, { failed: [0, 1] }), "gps_2020", 0, 0).runs, 0);
});

test("bands hold the quantiles of each time, and say where all runs agree", () => {
  const whole = ensemble(101);
  const bands = bandsOf(whole, whole.outputs.get("gps"), 0);
  assert.deepEqual([bands.low90, bands.median, bands.high50], [[5, 6], [50, 51], [75, 76]]);
  assert.equal(bands.flat, false);
  const same = ensemble(101, { same: true });
  assert.equal(bandsOf(same, same.outputs.get("gps"), 0).flat, true);
});

test("a chance counts the runs that meet the target, and bounds it where runs have no result", () => {
  const chance = chanceOf(ensemble(700), { output: "gps_2020", atLeast: 630, atMost: null });
  assert.deepEqual([chance.met, chance.runs, chance.lost, chance.probability], [70, 700, 0, 0.1]);
  const most = chanceOf(ensemble(10, { failed: [9] }), { output: "gps_2020", atLeast: null, atMost: 4 });
  assert.deepEqual([most.met, most.runs, most.lost, most.least, most.most], [5, 9, 1, 0.5, 0.6]);
  assert.equal(chanceOf(ensemble(2, { failed: [0, 1] }), { output: "gps_2020", atLeast: 1, atMost: null }).runs, 0);
});

test("a trajectory stands in front of its start, with the targets of the same variable and what was observed", () => {
  const now = ensemble(101);
  const start = ensemble(101, { same: true });
  const names = { now: "Your setting", start: "Start: none" };
  const drawn = trajectorySpec(data, gps, { now, start, same: false, names }, 0);
  assert.deepEqual(drawn.series.map((s) => [s.name, s.low90 !== null]), [["Your setting", true], ["Start: none", false]]);
  assert.deepEqual(drawn.targets.map((t) => [t.label, t.value, t.time]), [["many", 639, 2020.75]]);
  assert.equal(drawn.history.length, 1);
  assert.equal(trajectorySpec(data, gps, { now, start: now, same: true, names }, 0).series.length, 1);
  assert.deepEqual(targetsOver(data, mix, [2019, 2021]), [], "another variable's target is not on it");
  assert.deepEqual(targetsOver(data, gps, [2019, 2020]), [], "nor one of a date that is not on it");
});

test("head lines are single numbers, those with a target first, and an output is called with its date once", () => {
  const now = ensemble(101);
  assert.deepEqual(headlines(data, now).map((o) => o.name), ["gps_2020"]);
  assert.deepEqual(headlines({ ...data, outputs: [gps] }, now).map((o) => o.name), ["gps"], "a series at its end, where there is nothing else");
  assert.equal(outputTitle(last, true), "GPs, September 2020");
  assert.equal(titleAtEnd(data, gps, now), "gps, end of Sep 2020");
  assert.equal(outputTitle({ ...gps, at: 12 }, false), "gps, time 12");
  const closes = spec("closure", { at: 2030.75, label: "Date at which the gap closes (2031.75 = never)", unit: "Year" });
  assert.equal(outputTitle(closes, true), closes.label, "a date is not titled with another one");
  for (const label of ["Years to close the gap", "Month in which it closes", "Years until it closes"]) assert.equal(outputTitle({ ...closes, label, unit: "Years" }, true), label);
  for (const label of ["Mean age of GPs", "Years of experience", "Updated plan"]) assert.equal(outputTitle({ ...closes, label }, true), `${label}, end of Sep 2030`, "an age is one of its date");
  assert.equal(outputTitle({ ...closes, unit: "WTE/Year" }, true), `${closes.label}, end of Sep 2030`, "but a rate is");
  assert.equal(outputTitle({ ...closes, at: null }, true, 2030.75), `${closes.label}, end of Sep 2030`, "and so is one of many times");
  assert.equal(outputTitle({ ...gps, label: "scheme 12", at: 12 }, false), "scheme 12, time 12", "a number in a name is no time");
});

test("the table has every output and element of every setting, with how many runs stand behind", () => {
  const parts = numbersParts(data, [{ name: "now", ensemble: ensemble(101, { failed: [3, 4] }) }, { name: "start", ensemble: ensemble(101) }]);
  assert.deepEqual(parts.map((p) => p.title), ["gps, end of Sep 2020 (WTE)", "GPs, September 2020 (WTE)", "mix, end of Sep 2020 (WTE): A", "mix, end of Sep 2020 (WTE): B"]);
  assert.deepEqual(parts[1].rows.map((r) => [r.setting, r.cells[2], r.runs, r.lost]), [["now", "51", 99, 2], ["start", "50", 101, 0]]);
});

test("a part of a setting is set against the same members of its start, not against all of them", () => {
  const start = ensemble(500);
  const asking = { now: ensemble(64, { asked: 500 }), start, same: false };
  assert.deepEqual(changeOf(asking, "gps_2020", 0, 0), { now: 31.5, start: 31.5, same: false });
  assert.deepEqual(changeOf({ ...asking, now: ensemble(500) }, "mix", 0, 1), { now: 2495, start: 2495, same: false });
  assert.equal(changeOf({ ...asking, start: ensemble(1, { asked: 500 }) }, "gps_2020", 0, 0).start, 0, "a start in which nothing varies has one run");
  assert.ok(Number.isNaN(changeOf({ ...asking, start: null }, "gps_2020", 0, 0).start));
});

test("beside a part of a setting its start has the same members: in pictures, chances and numbers alike", () => {
  const now = ensemble(64, { asked: 500 });
  const start = ensemble(500, { failed: [3, 400] });
  const part = beside(now, start);
  const alike = ensemble(64, { asked: 500, failed: [3] });
  assert.deepEqual([part.runs, part.failures, [...part.ok]], [64, [{ run: 3 }], [...alike.ok]]);
  for (const name of ["gps", "gps_2020", "mix"]) assert.deepEqual(part.outputs.get(name), alike.outputs.get(name));
  const target = { output: "gps_2020", atLeast: 32, atMost: null };
  assert.deepEqual(chanceOf(part, target), chanceOf(alike, target));
  assert.notEqual(chanceOf(part, target).probability, chanceOf(start, target).probability);
  assert.deepEqual(bandsOf(part, part.outputs.get("gps"), 0), bandsOf(alike, alike.outputs.get("gps"), 0));
  const [, of2020] = numbersParts(data, [{ name: "now", ensemble: now }, { name: "start", ensemble: part }]);
  assert.deepEqual(of2020.rows.map((r) => [r.runs, r.lost, r.cells[2]]), [[64, 0, "32"], [63, 1, "32"]]);
  assert.equal(beside(now, start), part, "made once");

  assert.equal(beside(ensemble(500), start), start, "all of it beside all runs");
  assert.equal(beside(ensemble(1, { asked: 500 }), start), start, "one run is all of a setting in which nothing varies");
  assert.equal(beside(now, null), null);
});
