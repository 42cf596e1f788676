// What the figures of a report draw.

import assert from "node:assert/strict";
import { test } from "node:test";

import { filled, toggled } from "../../src/llr_sd/page/js/report/specs.mjs";

const SPEC = { title: "x", series: [{ name: "a", median: [1, null], low90: null, hidden: false }, { name: "b", median: [2, 3], central: [null], hidden: true }] };

test("what is no number in JSON is not a number, and a list that is not there stays away", () => {
  const { series } = filled(SPEC);
  assert.deepEqual(series[0].median, [1, NaN]);
  assert.equal(series[0].low90, null);
  assert.deepEqual(series[1].central, [NaN]);
  assert.equal(SPEC.series[0].median[1], null);
  assert.deepEqual(filled({ rows: [1] }), { rows: [1] });
});

test("a series is shown or hidden by itself", () => {
  assert.deepEqual(toggled(SPEC, 0, false).series.map((s) => s.hidden), [true, true]);
  assert.deepEqual(toggled(SPEC, 1, true).series.map((s) => s.hidden), [false, false]);
  assert.equal(SPEC.series[0].hidden, false);
});

test("parts of bars keep their numbers and their wholes", () => {
  const part = { name: "a", value: 1, low: null, high: 2 };
  const [bar] = filled({ bars: [{ name: "x", parts: [part], total: { value: null, low: null, high: null } }] }).bars;
  assert.deepEqual(bar.parts, [{ ...part, low: NaN }]);
  assert.ok(Number.isNaN(bar.total.value));
});
