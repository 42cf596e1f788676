/** What stands in a page as a study that `llr-sd run` takes: kept settings and the current one as scenarios, ranges as overrides. */

import { folded, table } from "./checks.mjs";
import { canonical } from "./hash.mjs";
import { toToml } from "./toml.mjs";
import { zip } from "./zip.mjs";

const NOW = "As on screen";
const LAW = ["low", "mode", "high", "sd", "values", "weights"];

/**
 * Return the study folders that say what a state says: one for all settings of the same ranges and runs, that of the screen first.
 *
 * Every study draws from the page's seed, so its medians and chances are the page's. Analyses that belong to scenarios of the page's own
 * study (sensitivity, levers, answers and so on) stay behind.
 *
 * @param {object} data of the page; `data.study.keys` are the keys of a study of what it opens with, inputs under the names of the table
 * @param {object} state
 * @returns {Array<{folder: string, names: Array<string>, files: Array<[string, string]>}>} names of the scenarios; paths from the folder on
 */
export function studiesOf(data, state) {
  const groups = new Map();
  for (const setting of settingsOf(data, state)) {
    const key = canonical([setting.ranges, setting.runs]);
    groups.set(key, [...(groups.get(key) ?? []), setting]);
  }
  return [...groups.values()].map((settings, i) => {
    const folder = `${slug(data.study.name || data.what)}-settings${i ? `-${i + 1}` : ""}`;
    const files = [["study.toml", toToml(studyKeys(data, settings))], ...Object.entries(data.model.files)];
    return { folder, names: settings.map(({ name }) => name), files };
  });
}

/** Return these folders in one archive. */
export function studyArchive(data, state) {
  return zip(studiesOf(data, state).flatMap(({ folder, files }) => files.map(([path, text]) => [`${folder}/${path}`, text])));
}

/** Return the lines that run a study folder: of the shell, and of Python. */
export function commandsOf(folder) {
  return {
    shell: `llr-sd run ${folder} --out ${folder}-results`,
    python: `import llr_sd\nllr_sd.run_study(llr_sd.load_study("${folder}"), out="${folder}-results")`,
  };
}

/** The setting of the screen and the kept ones; that of the screen is left out where it is kept already. */
function settingsOf(data, state) {
  const told = ({ held, ranges, runs }) => canonical([held, ranges, runs]);
  const taken = new Set(state.saved.map(({ name }) => folded(name)));
  let name = NOW;
  for (let i = 2; taken.has(folded(name)); i += 1) name = `${NOW} (${i})`;
  const { held, ranges, runs, from } = state;
  const here = state.saved.filter((setting) => told(setting) === told(state));
  const now = here.length ? here : [{ name, held, ranges, runs, from }];
  return [...now, ...state.saved.filter((setting) => !here.includes(setting))];
}

function studyKeys(data, settings) {
  const { keys } = data.study;
  const [{ ranges, runs }] = settings;
  const scenario = settings.map(({ name, from, held, note }) => ({ name, note: note ?? `kept in the page; started from "${from}"`, set: held }));
  return {
    ...keys,
    title: `${data.study.title} (settings of the page)`,
    seed: BigInt(data.study.seed),
    scenario,
    uncertain: uncertainKeys(keys.uncertain ?? {}, ranges, data.workshop ? "said in the workshop" : "set in the page"),
    monte_carlo: { runs: BigInt(runs), design: data.study.design },
  };
}

/** What varies: as the study has it, with the laws of the page in place of its own; a label of its own stays. */
function uncertainKeys(uncertain, ranges, source) {
  const before = table(Object.entries(uncertain.override ?? {}));
  const changed = Object.entries(ranges).map(([name, law]) => {
    const label = before[name]?.label;
    return [name, { ...lawKeys(law), source, grade: "C", ...(label ? { label } : {}) }];
  });
  const override = table([...Object.entries(before), ...changed]);
  return { ...uncertain, override: Object.keys(override).length ? override : null };
}

function lawKeys(law) {
  const said = LAW.filter((key) => law[key] !== null && law[key] !== undefined && !(Array.isArray(law[key]) && law[key].length === 0));
  return { distribution: law.kind, ...Object.fromEntries(said.map((key) => [key, law[key]])) };
}

function slug(text) {
  const plain = text.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return plain.slice(0, 60) || "study";
}
