// node --test tests/page: what a workshop has changed goes to the models behind as one set of beliefs, and only the newest ask is answered.

import assert from "node:assert/strict";
import test from "node:test";

import { Behind } from "../../src/llr_sd/page/js/workshop/behind.mjs";

const pert = (low, mode, high) => ({ kind: "pert", low, mode, high, sd: null, values: [], weights: [], minimum: null, maximum: null, centre: mode });
const input = (name, given = {}) => ({
  name, variable: name, label: `the ${name}`, group: "", unit: "Dmnl", value: 1, low: 0, high: 4, minimum: 0, maximum: 10, step: null,
  percent: false, whole: "", uncertain: false, law: null, own: null, middle: 1, ...given,
});
const page = (inputs, set = {}) => ({
  inputs,
  scenarios: [{ name: "As entered", kind: "scenario", note: "", set }, { name: "Other", kind: "scenario", note: "", set: { lever: 2 } }],
  study: { runs: 200, seed: 1 },
  engine: { limits: {}, whole: [] },
  draws: { bounds: Object.fromEntries(inputs.map((i) => [i.name, [null, null]])), design: "random" },
});
const ratio = (given = {}) => input("ratio", { value: 0.3, middle: 0.3, own: pert(0.1, 0.3, 0.6), law: pert(0.1, 0.3, 0.6), uncertain: true, ...given });
const site = page([ratio(), input("policy"), input("base_date"), input("rate", { unit: "1/Year" }), input("own"), input("fixed")]);
const other = page([ratio({ minimum: 0.2 }), input("policy", { value: 0.5, middle: 0.5 }), input("base_date"), input("rate", { unit: "Year" }), input("lever", { value: 0 }), input("fixed")], { lever: 1, fixed: 3 });
const state = (held = {}, ranges = {}) => ({ held, ranges });

test("nothing is carried from a workshop that changed nothing", () => {
  assert.deepEqual(new Behind(other, null, site).carried(state()), { held: Object.create(null), ranges: Object.create(null), told: [], left: [] });
});

test("a belief of both models is carried, held or as a range", () => {
  const behind = new Behind(other, null, site);
  const held = behind.carried(state({ ratio: 0.4 }));
  assert.deepEqual({ ...held.held }, { ratio: 0.4 });
  assert.deepEqual(held.told, [{ input: "ratio", value: 0.4, law: null }]);
  const law = pert(0.2, 0.4, 0.5);
  const range = behind.carried(state({}, { ratio: law }));
  assert.deepEqual([{ ...range.held }, { ...range.ranges }], [{}, { ratio: law }]);
  assert.deepEqual(range.told, [{ input: "ratio", value: null, law }]);
  // What is held is not drawn, so its range is not carried.
  assert.deepEqual({ ...behind.carried(state({ ratio: 0.4 }, { ratio: law })).ranges }, {});
});

test("what differs in unit or start, what only one has, and dates stay at the site", () => {
  const { held } = new Behind(other, null, site).carried(state({ policy: 2, base_date: 3, rate: 2, own: 2 }));
  assert.deepEqual({ ...held }, {});
});

test("what the other model cannot take is left", () => {
  const { held, told, left } = new Behind(other, null, site).carried(state({ ratio: 0.15 }));
  assert.deepEqual([{ ...held }, told, left], [{}, [], [{ input: "ratio", value: 0.15, law: null }]]);
});

test("a scenario gives way to beliefs, and both to what a screen holds", () => {
  const behind = new Behind(other, null, site);
  const asked = behind.state({ scenario: "As entered", held: { lever: 4 } }, state({ ratio: 0.4, fixed: 2 }));
  assert.deepEqual({ ...asked.held }, { lever: 4, fixed: 2, ratio: 0.4 });
  assert.deepEqual([asked.from, asked.runs, asked.saved.length], ["As entered", 200, 0]);
  assert.equal(behind.state({ scenario: "Other" }).held.lever, 2);
  assert.throws(() => behind.state({ scenario: "None" }), /no scenario "None"/);
  const law = pert(0.2, 0.4, 0.5);
  assert.deepEqual({ ...behind.state({ held: { ratio: 0.5 } }, state({}, { ratio: law })).ranges }, {});
});
