import assert from "node:assert/strict";
import test from "node:test";
import { keeping } from "../../src/llr_sd/page/js/session/settings.mjs";
import { Store } from "../../src/llr_sd/page/js/session/store.mjs";
import { commandsOf, studiesOf, studyArchive } from "../../src/llr_sd/page/js/session/study.mjs";
import { pageData } from "./session_fixture.mjs";

const keys = {
  title: "Small",
  model: "small.mdl",
  seed: 7,
  set: { "FINAL TIME": 2030 },
  scenario: [{ name: "Keep staff", set: { "opening staff": 120 } }],
  uncertain: { groups: ["retention"], override: { "quit rate": { distribution: "pert", low: 0, mode: 0.1, high: 0.3, label: "leavers" }, gap: { distribution: "uniform", low: -5, high: 0 } } },
  outputs: { staff: { variable: "staff" } },
  monte_carlo: { runs: 4096, design: "random" },
};

function made() {
  const data = pageData();
  data.study.keys = keys;
  data.study.seed = "9007199254740993";
  data.model.files = { "small.mdl": "text" };
  return { data, store: new Store(data, null) };
}

const keep = (data, store, name) => store.change(keeping(data, { name, ...store.state }, []));

test("the setting of the screen is a scenario, in a study of the page's seed and runs", () => {
  const { data, store } = made();
  store.change({ kind: "hold", input: "quit rate", value: 0.125 });
  const [{ folder, files, names }] = studiesOf(data, store.state);
  assert.equal(folder, "small-settings");
  assert.deepEqual(names, ["As on screen"]);
  assert.deepEqual(files[1], ["small.mdl", "text"]);
  const lines = files[0][1].split("\n");
  assert.deepEqual(lines.slice(0, 3), ['title = "Small (settings of the page)"', 'model = "small.mdl"', "seed = 9007199254740993"]);
  for (const line of ["\"FINAL TIME\" = 2030", "\"opening staff\" = 110", "\"quit rate\" = 0.125", "runs = 500", 'design = "random"']) assert.ok(lines.includes(line), line);
  for (const gone of ["Keep staff", "120", "4096"]) assert.ok(!files[0][1].includes(gone), gone);
});

test("kept settings are scenarios beside it, and one that is on screen stands there once", () => {
  const { data, store } = made();
  keep(data, store, 'The "first"');
  assert.deepEqual(studiesOf(data, store.state)[0].names, ['The "first"']);
  store.change({ kind: "hold", input: "gap", value: 4 });
  keep(data, store, "as ON screen");
  store.change({ kind: "hold", input: "gap", value: 5 });
  assert.deepEqual(studiesOf(data, store.state)[0].names, ["As on screen (2)", 'The "first"', "as ON screen"]);
});

test("settings of other ranges or runs are studies of their own", () => {
  const { data, store } = made();
  keep(data, store, "before");
  store.change({ kind: "range", input: "quit rate", law: { kind: "uniform", low: 0.1, high: 0.2 } });
  keep(data, store, "after");
  store.change({ kind: "runs", runs: 100 });
  const found = studiesOf(data, store.state);
  assert.deepEqual(found.map(({ folder, names }) => [folder, names]), [["small-settings", ["As on screen"]], ["small-settings-2", ["before"]], ["small-settings-3", ["after"]]]);
  const [now, before] = found.map(({ files }) => files[0][1]);
  assert.ok(now.includes('[uncertain.override."quit rate"]\ndistribution = "uniform"\nlow = 0.1\nhigh = 0.2\nsource = "set in the page"\ngrade = "C"\nlabel = "leavers"'));
  assert.ok(!now.includes("pert") && now.includes("[uncertain.override.gap]"));
  assert.ok(before.includes('[uncertain.override."quit rate"]\ndistribution = "pert"'));
});

test("the same state gives the same archive, and the lines to paste name its folder", () => {
  const { data, store } = made();
  keep(data, store, "mine");
  assert.deepEqual(studyArchive(data, store.state), studyArchive(data, store.state));
  assert.equal(commandsOf("small-settings").shell, "llr-sd run small-settings --out small-settings-results");
});
