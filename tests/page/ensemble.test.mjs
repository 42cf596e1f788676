import assert from "node:assert/strict";
import test from "node:test";

import { problemsOf } from "../../src/llr_sd/page/js/engine/asks.mjs";
import { mergeParts, runsOf, simulate } from "../../src/llr_sd/page/js/engine/ensemble.mjs";
import { evaluate } from "../../src/llr_sd/page/js/engine/expressions.mjs";
import { FixtureMachine, fixture } from "./runs_fixture.mjs";

const ask = (given = {}) => ({ held: {}, ranges: {}, runs: 40, ...given });
const run = (given, first = 0, count = 40, data = fixture()) => simulate(new FixtureMachine(), data, ask(given), first, count);

test("outputs are read by name, element and nearest time, and expressions are of single numbers", () => {
  const part = run({ held: { leave: 0.2 } }, 0, 1);
  const [senior, junior] = [(save) => 100 * 0.9 ** save, (save) => 100 * 0.8 ** save];
  assert.deepEqual([...part.outputs.keys()].sort(), ["all_2020", "inverse", "junior_2018", "short", "staff"]);
  assert.deepEqual([...part.outputs.get("staff")], [0, 1, 2, 3].flatMap((save) => [senior(save), junior(save)]));
  assert.deepEqual([...part.outputs.get("junior_2018")], [junior(1)]);
  assert.deepEqual([...part.outputs.get("short")], [200 - (senior(3) + junior(3))]);
});

test("what an expression leaves undefined is missing for itself alone", () => {
  const part = run({});
  assert.ok(part.outputs.get("inverse").every(Number.isNaN));
  assert.ok(part.ok.every((good) => good === 1));
  assert.deepEqual(part.failures, []);
});

test("a run that breaks a law failed, by the law's name and the time, and has no number left", () => {
  const part = run({ held: { break: 1 } }, 4, 2);
  const law = { time: 2019, variable: "balance", reason: 'breaks the law "staff are kept"' };
  assert.deepEqual(part.failures, [{ run: 4, ...law }, { run: 5, ...law }]);
  assert.deepEqual([...part.ok], [0, 0]);
  assert.ok([...part.outputs.values()].every((array) => array.every(Number.isNaN)));
});

test("what the engine says of a run comes before a law and a missing number", () => {
  const part = run({ held: { break: 2 }, variables: ["ratio"] }, 0, 1);
  assert.deepEqual(part.failures, [{ run: 0, time: 2019, variable: "staff[junior]", reason: "negative stock" }]);
  assert.ok(part.variables.get("ratio").every(Number.isNaN));
});

test("an output that is not finite fails its run, though neither the engine nor a law says so", () => {
  const data = fixture();
  data.laws = [];
  const part = run({ held: { leave: Infinity } }, 0, 1, data);
  assert.deepEqual(part.failures.map((f) => [f.variable, f.time, f.reason]), [["staff", null, "not a finite number"]]);
});

test("what else is looked at decides no run", () => {
  const [data, machine] = [fixture(), new FixtureMachine()];
  const call = (given) => {
    simulate(machine, { ...data }, ask(given), 1, 2);
    const { wanted, at, judged } = machine.calls.at(-1);
    return { wanted, at, judged };
  };
  const all = [0, 1, 2, 3];
  assert.deepEqual(call({ variables: ["ratio"] }), { wanted: [0, 1, 2, 4, 3], at: all, judged: { elements: [0, 1, 2, 4], at: all } });
  assert.deepEqual(call({}), { wanted: [0, 1, 2, 4], at: all, judged: null });
  // Without a law and a course over time only the dates that outputs are read at count, as in llr-sd run.
  data.laws = [];
  data.outputs = data.outputs.filter((o) => o.name !== "staff");
  assert.deepEqual(call({}), { wanted: [2, 1], at: [1, 3], judged: null });
  assert.deepEqual(call({ variables: ["ratio"] }), { wanted: [2, 1, 3], at: all, judged: { elements: [2, 1], at: [1, 3] } });
  const [few, many] = [ask(), ask({ variables: ["ratio"] })].map((a) => simulate(machine, { ...data }, a, 0, 3).outputs);
  assert.deepEqual(few, many);
});

test("held values, then draws, then the model's own; a name of JavaScript's own is a name", () => {
  const machine = new FixtureMachine();
  const part = simulate(machine, fixture(), ask({ held: { break: 3 } }), 10, 4);
  const { design } = machine.calls[0];
  assert.deepEqual([...design.subarray(0, 4)], [...part.drawn.get("leave")]);
  assert.deepEqual([...design.subarray(4)], [3, 3, 3, 3, 0, 0, 0, 0]);
  assert.deepEqual([...run({ held: { leave: 0.1 } }).drawn.keys()], [], "what is held was not drawn");
});

test("parts are the runs of the whole, whatever their order and size, and the central run comes with the first", () => {
  const data = fixture();
  const asked = ask({ variables: ["ratio"] });
  const machine = new FixtureMachine();
  const parts = [[30, 10], [0, 4], [4, 26]].map(([first, count]) => simulate(machine, data, asked, first, count));
  const whole = simulate(machine, data, asked, 0, 40);
  const ensemble = mergeParts(data, asked, parts, 7);
  assert.equal(ensemble.runs, 40);
  for (const [name, array] of whole.outputs) assert.deepEqual(ensemble.outputs.get(name).values, array, name);
  assert.deepEqual(ensemble.drawn.get("leave"), whole.drawn.get("leave"));
  assert.deepEqual(ensemble.outputs.get("staff").elements, ["Senior", "Junior"]);
  assert.deepEqual([...ensemble.outputs.get("staff").times], [2017, 2018, 2019, 2020]);
  assert.equal(ensemble.outputs.get("all_2020").times, null);
  assert.deepEqual(ensemble.outputs.get("all_2020").elements, [""]);
  assert.equal(ensemble.variables.get("ratio").values.length, 160);
  const all = 100 * 0.9 ** 3 + 100 * 0.8 ** 3;
  assert.deepEqual([...ensemble.central.outputs.get("all_2020").values], [all], "the model's value lies inside the range");
});

test("a range in place of the study's redraws its input, and one for a fixed input makes it vary", () => {
  const law = { ...fixture().inputs[0].law, low: 0.5, high: 0.6 };
  const part = run({ ranges: { leave: law, toString: law } });
  for (const name of ["leave", "toString"]) {
    const column = part.drawn.get(name);
    assert.ok(column.every((x) => x >= 0.5 && x <= 0.6) && new Set(column).size === 40);
  }
});

test("where nothing varies there is one run", () => {
  const data = fixture();
  assert.equal(runsOf(data, ask()), 40);
  data.inputs[0].uncertain = false;
  assert.equal(runsOf(data, ask()), 1);
  const ensemble = mergeParts(data, ask(), [simulate(new FixtureMachine(), data, ask(), 0, 1)], 1);
  assert.deepEqual([ensemble.runs, ensemble.drawn.size, ensemble.certain], [1, 0, true]);
  const certain = (held) => mergeParts(fixture(), ask({ held }), [run({ held })], 1).certain;
  assert.deepEqual([certain({}), certain({ leave: 0.1 })], [false, true], "a setting that holds all that varies is certain in every run");
});

test("a variable that the page does not have is named", () => {
  assert.throws(() => run({ variables: ["no such"] }), /"no such"/);
  assert.throws(() => run({ variables: ["staff[chief]"] }), /"staff\[chief\]"/);
});

test("powers are those of C, and what an unknown name gives is an error", () => {
  const a = Float64Array.of(1, -1, 3, 0);
  assert.deepEqual([...evaluate(["**", "a", 2], new Map([["a", a]]), 4)], [1, 1, 9, 0]);
  assert.deepEqual([...evaluate(["**", "a", ["/", 1, 0]], new Map([["a", a]]), 4)], [1, 1, NaN, 0]);
  assert.throws(() => evaluate("b", new Map(), 1), /"b"/);
});

test("what cannot be run is said by name, in the sentences of llr-sd run", () => {
  const data = fixture();
  Object.assign(data.inputs[1], { whole: "mix", name: "part", value: 0.4, minimum: 0, maximum: 1 });
  data.inputs.push({ ...data.inputs[1], name: "rest", value: 0.6 });
  Object.assign(data.engine, { limits: { leave: [0, 2] }, whole: ["toString"] });
  const told = (held, ranges = {}) => problemsOf(data, { held, ranges }).map((p) => `${p.input}: ${p.what}`);
  assert.deepEqual(told({ leave: 1, part: 0.5, rest: 0.5 }), []);
  assert.deepEqual(told({ leave: 5 }), ["leave: leave = 5 is out of its range, 0 to 4 1/Year."]);
  assert.deepEqual(told({ leave: 3 }), ["leave: leave = 3: this page was made for 0 to 2 1/Year."]);
  assert.deepEqual(told({ toString: 1.5 }), ["toString: toString = 1.5: it takes whole numbers."]);
  assert.deepEqual(told({ leave: NaN }), ["leave: leave is not a finite number."]);
  assert.deepEqual(told({ no: 1 }), ['no: the model has no parameter "no".']);
  assert.deepEqual(told({ part: 0.5 }), ["rest: sets the share part but not rest: they would not sum to 1. Set all or none."]);
  assert.deepEqual(told({ part: 0.5, rest: 0.4 }), ["part: sets the shares part, rest to a sum of 0.9, not 1."]);
  assert.deepEqual(told({}, { leave: { kind: "uniform", low: 3, high: 1 } }), ["leave: low (3) must be below high (1)."]);
});

test("findings of parts are those of one batch: the worst number and all runs", () => {
  const data = fixture();
  const parts = [[0, 10, [0.2, 0.1]], [10, 30, [0.05]]].map(([first, count, values]) => ({
    ...simulate(new FixtureMachine(), data, ask(), first, count),
    findings: values.map((value, i) => ({ variable: i ? "b" : "a", what: `lasts ${value}`, value, runs: count, mend: "" })),
  }));
  const found = mergeParts(data, ask(), parts, 0).findings.map((f) => [f.variable, f.what, f.runs]);
  assert.deepEqual(found, [["a", "lasts 0.05", 40], ["b", "lasts 0.1", 10]]);
});
