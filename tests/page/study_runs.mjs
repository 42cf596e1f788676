// node study_runs.mjs DATA.json RUNS: every scenario of a page, as its workers simulate it. Run by tests/unit/test_page_runs.py.

import fs from "node:fs";

import { mergeParts, simulate } from "../../src/llr_sd/page/js/engine/ensemble.mjs";
import { Machine, compile } from "../../src/llr_sd/page/js/engine/engine.mjs";
import { chance, summarise } from "../../src/llr_sd/page/js/draws/statistics.mjs";

const data = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const runs = Number(process.argv[3]);
const machine = new Machine(await compile(data.engine), data.engine);
const plain = (array) => Array.from(array, (x) => (Number.isFinite(x) ? x : null));

const told = data.scenarios.map((scenario) => {
  const ask = { held: scenario.set, ranges: {}, runs };
  const members = data.inputs.some((i) => i.uncertain) ? runs : 1;
  const parts = [];
  for (let first = 0; first < members; first += 17) {
    parts.push(simulate(machine, data, ask, first, Math.min(17, members - first))); // an odd number: spare lanes must not matter
  }
  const found = mergeParts(data, ask, parts, 0);
  const values = (name) => found.outputs.get(name).values;
  const singles = data.outputs.filter((o) => o.expression !== null || (o.at !== null && !o.axes.length)).map((o) => o.name);
  const median = (name) => summarise(values(name), found.ok)[0].statistics.p50;
  return {
    name: scenario.name,
    outputs: Object.fromEntries([...found.outputs].map(([name, o]) => [name, plain(o.values)])),
    central: Object.fromEntries([...found.central.outputs].map(([name, o]) => [name, plain(o.values)])),
    times: [...found.times],
    ok: Array.from(found.ok, Boolean),
    failures: found.failures.map((f) => [f.run, f.time, f.variable, f.reason]),
    medians: Object.fromEntries(singles.map((name) => [name, plain(["value", "low", "high"].map((key) => median(name)[key]))])),
    chances: data.targets.map((target) => {
      const row = chance(values(target.output), found.ok, target);
      return plain(["probability", "low", "high", "least", "most"].map((key) => row[key]));
    }),
  };
});
process.stdout.write(JSON.stringify(told));
