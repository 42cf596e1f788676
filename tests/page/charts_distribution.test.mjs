import assert from "node:assert/strict";
import { test } from "node:test";

import { distributionReading, distributionScene, dotRuns, stacked } from "../../src/llr_sd/page/js/charts/distribution.mjs";

const spec = (more = {}) => ({
  title: "GPs, end of Sep 2020", unit: "WTE",
  series: [
    { name: "plan", values: Float64Array.from({ length: 100 }, (_, i) => 600 + i), runs: 100 },
    { name: "stay", values: new Float64Array(80).fill(639), runs: 90 },
    { name: "lost", values: new Float64Array(0), runs: 5 },
  ],
  targets: [{ label: "", value: 639, atLeast: true }], ...more,
});
const place = (width = 900) => ({ width, scale: 1, kept: null, row: null });

function flat(nodes) {
  return nodes.flatMap((n) => [n, ...(typeof n.inside === "string" ? [] : flat(n.inside))]);
}

test("each dot stands for as many runs, at the middle one of them", () => {
  assert.deepEqual(dotRuns(7), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(dotRuns(500).length, 50);
  assert.deepEqual(dotRuns(500).slice(0, 3), [5, 15, 25]);
  assert.deepEqual(dotRuns(0), []);
});

test("no dot lies on both sides of a level, and the tallest stack has room", () => {
  const places = Array.from({ length: 50 }, (_, i) => 100 + 3 * i);
  const looks = { largest: 15, least: 3, ceiling: false };
  const { size, dots } = stacked(places, 163, 60, looks);
  for (const [i, dot] of dots.entries()) {
    assert.ok(places[i] < 163 ? dot.x + size / 2 <= 163 + 1e-6 : dot.x - size / 2 >= 163 - 1e-6);
    assert.ok(Math.abs(dot.x - places[i]) <= size);
  }
  assert.ok((Math.max(...dots.map((d) => d.rank)) + 1) * size <= 60);
  const heap = stacked(new Array(50).fill(5), NaN, 60, { ...looks, least: 6 });
  assert.equal(heap.size, 6);
  assert.ok(Math.abs(50 * heap.step - 60) < 1e-9);
  const [on] = stacked([163], 163, 60, looks).dots;
  const [under] = stacked([163], 163, 60, { ...looks, ceiling: true }).dots;
  assert.ok(on.x > 163 && under.x < 163);
});

test("the share that meets a target is told of all runs with a result, to the side that the target asks for", () => {
  const at = distributionReading(spec(), 639, 0);
  assert.equal(at.head, "Runs at 639 WTE or more");
  assert.deepEqual(at.lines.map((l) => l.words), ["61%", "100%", "–"]);
  const ceiling = spec({ targets: [{ label: "", value: 639, atLeast: false }] });
  assert.deepEqual(distributionReading(ceiling, 639, 1).lines.map((l) => l.words), ["40%", "100%", "–"]);
  assert.equal(distributionReading(ceiling, 639, 0).spoken, "plan: 40% of runs at 639 WTE or less");
});

test("a panel says median, range, share and what has no result; the same number in every run is said to be that", () => {
  const said = flat(distributionScene(spec(), place()).nodes).filter((n) => n.tag === "text").map((n) => n.inside).join(" ");
  assert.ok(said.includes("median 650, nine runs in ten 605 to 694; 61% of runs at least 639 WTE"), said);
  assert.ok(said.includes("639 in every run; 10 runs without a result"));
  assert.ok(said.includes("no run has a result; 5 runs without a result"));
});

test("up to three targets are told of, each to its own side", () => {
  const targets = [{ label: "", value: 639, atLeast: true }, { label: "", value: 620, atLeast: false }, { label: "", value: 690, atLeast: true }, { label: "", value: 1, atLeast: true }];
  const said = flat(distributionScene(spec({ targets }), place(2000)).nodes).filter((n) => n.tag === "text").map((n) => n.inside).join(" ");
  assert.ok(said.includes("; 61% of runs at least 639 WTE, 21% at most 620 WTE and 10% at least 690 WTE"), said);
});

test("where runs are too few for nine in ten, no range is given", () => {
  const few = spec({ series: [{ name: "few", values: Float64Array.from({ length: 71 }, (_, i) => i), runs: 71 }], targets: [] });
  const said = flat(distributionScene(few, place()).nodes).filter((n) => n.tag === "text").map((n) => n.inside).join(" ");
  assert.ok(said.includes("median 35, too few runs for a range (71)"), said);
});

test("filled dots are those that meet the target", () => {
  const circles = flat(distributionScene(spec(), place()).nodes).filter((n) => n.tag === "circle");
  const filled = circles.filter((c) => c.attributes.fill !== "#fff");
  assert.equal(circles.length, 50);
  // Fifty dots stand for runs 600.5 (the second of two) and so on up to 699; those from 639 on are the 31 last.
  assert.equal(filled.length, 31);
});

test("reading starts at the target's own level", () => {
  const { grid } = distributionScene(spec(), place());
  assert.equal(grid.stops[grid.start], 639);
  assert.deepEqual([...grid.stops].sort((a, b) => a - b), grid.stops);
});
