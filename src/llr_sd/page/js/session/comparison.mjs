/** Settings side by side on the same draws: what each gives, what one changes against another run by run, and in what they differ. */

import { difference, statisticsOf, wilson } from "../draws/statistics.mjs";
import { Refusal, scenarioOf } from "./checks.mjs";
import { canonical } from "./hash.mjs";

/**
 * Return the settings that can be compared, as references of the move "compare".
 *
 * @param {object} data of the page
 * @param {object} state
 * @returns {Array<{ref: string, name: string, kind: string}>} kind: "now", "saved" or "scenario"
 */
export function comparable(data, state) {
  return [
    { ref: "now", name: "As on screen", kind: "now" },
    ...state.saved.map(({ id, name }) => ({ ref: `saved:${id}`, name, kind: "saved" })),
    ...data.scenarios.map(({ name }) => ({ ref: `scenario:${name}`, name, kind: "scenario" })),
  ];
}

/**
 * Return the references that are compared: those chosen; else the setting of the screen and its start, or its start and the next scenario
 * that answers the question while nothing is changed.
 */
export function compared(data, state) {
  if (state.compare.length >= 2) return state.compare;
  const start = `scenario:${state.from}`;
  const same = unlike(data, [settingAt(data, state, "now"), settingAt(data, state, start)]).length === 0;
  const next = data.scenarios.find(({ name, kind }) => kind === "scenario" && name !== state.from);
  return same && next ? [start, `scenario:${next.name}`] : ["now", start];
}

/**
 * Return what a reference asks of the pool: all with the runs of the page, so that run i has the same draws in each.
 *
 * @param {object} data of the page
 * @param {object} state
 * @param {string} ref
 * @returns {{name: string, held: object, ranges: object, runs: number}} a scenario varies as the study has it
 * @throws {Refusal}
 */
export function settingAt(data, state, ref) {
  const { runs } = state;
  if (ref === "now") return { name: "As on screen", held: state.held, ranges: state.ranges, runs };
  const kept = state.saved.find(({ id }) => ref === `saved:${id}`);
  if (kept) return { name: kept.name, held: kept.held, ranges: kept.ranges, runs };
  if (!ref.startsWith("scenario:")) throw new Refusal(`There is no setting "${ref}".`);
  const scenario = scenarioOf(data, ref.slice("scenario:".length));
  return { name: scenario.name, held: scenario.set, ranges: {}, runs };
}

/**
 * Return the inputs in which settings differ.
 *
 * @param {object} data of the page
 * @param {Array<{held: object, ranges: object}>} settings
 * @returns {Array<{input: object, standings: Array<{held: number|null, law: object|null}>}>} in the order of the model's table; what
 *   neither is held nor varies is held at the model's own value
 */
export function unlike(data, settings) {
  return data.inputs.flatMap((input) => {
    const standings = settings.map(({ held, ranges }) => {
      if (Object.hasOwn(held, input.name)) return { held: held[input.name], law: null };
      const law = Object.hasOwn(ranges, input.name) ? ranges[input.name] : input.uncertain ? input.law : null;
      return { held: law === null ? input.value : null, law };
    });
    const all = new Set(standings.map(canonical));
    return all.size > 1 ? [{ input, standings }] : [];
  });
}

/**
 * Return every number of an ensemble at which settings are compared.
 *
 * @param {object} data of the page
 * @param {object} ensemble
 * @param {number} [time] for outputs over time, the nearest saved one; the last where none is given
 * @returns {Array<{spec: object, time: number|null, element: string, at: number, stride: number}>} its values are values[run * stride + at]
 */
export function cellsOf(data, ensemble, time) {
  return data.outputs.flatMap((spec) => {
    const { times, elements } = ensemble.outputs.get(spec.name);
    const when = times === null ? 0 : nearest(times, time ?? times[times.length - 1]);
    const width = Math.max(1, elements.length);
    const stride = width * (times === null ? 1 : times.length);
    return Array.from({ length: width }, (_, i) => {
      return { spec, time: times === null ? spec.at : times[when], element: elements[i] ?? "", at: when * width + i, stride };
    });
  });
}

/**
 * Return what one setting has at a cell.
 *
 * @param {object} ensemble
 * @param {object} cell of `cellsOf`
 * @returns {{runs: number, lost: number, median: number, low50: number, high50: number, low90: number, high90: number}} the ends of the half
 *   and of the nine tenths of the runs in the middle; NaN where there are too few runs for it (`FEWEST_RUNS`)
 */
export function standing(ensemble, cell) {
  const good = valuesAt(ensemble, cell);
  return spread(good, ensemble.runs - good.length, ensemble.certain);
}

/** Return the values of an ensemble at a cell, run by run, those of runs without one left out. */
function valuesAt(ensemble, cell) {
  const { values } = ensemble.outputs.get(cell.spec.name);
  const good = [];
  for (let run = 0; run < ensemble.runs; run += 1) {
    const value = values[run * cell.stride + cell.at];
    if (ensemble.ok[run] && Number.isFinite(value)) good.push(value);
  }
  return good;
}

/**
 * Return what one setting changes against another at a cell, run by run on the same draws (`analysis/paired.py`).
 *
 * @param {object} ensemble
 * @param {object} base of as many runs
 * @param {object} cell of `cellsOf`
 * @returns {{runs: number, lost: number, median: number, low50: number, high50: number, low90: number, high90: number, above: number, alike: number, chance: Array<number>|null}}
 *   of the differences, as `standing` has them; a run that failed in either is lost; `above` runs are higher and `alike` the same but for rounding; `chance` of being
 *   higher with its 95 % interval [probability, low, high], null where no run differs
 */
export function change(ensemble, base, cell) {
  const runs = Math.max(ensemble.runs, base.runs);
  // Where nothing varies one run stands for all; any other two have a pair for each run.
  const step = [ensemble, base].map((one) => (one.runs === 1 ? 0 : 1));
  if (ensemble.runs !== base.runs && !step.includes(0)) throw new Error("two ensembles of different runs have no pairs");
  const value = (one, run) => (one.ok[run] ? one.outputs.get(cell.spec.name).values[run * cell.stride + cell.at] : NaN);
  const good = [];
  for (let run = 0; run < runs; run += 1) {
    const changed = difference(value(ensemble, run * step[0]), value(base, run * step[1]));
    if (Number.isFinite(changed)) good.push(changed);
  }
  const above = good.filter((one) => one > 0).length;
  const alike = good.filter((one) => one === 0).length;
  return { ...spread(good, runs - good.length, ensemble.certain && base.certain), above, alike, chance: alike < good.length ? wilson(above, good.length) : null };
}

/**
 * Return what one setting changes against another over time, as a chart draws it.
 *
 * @param {object} ensemble
 * @param {object} base
 * @param {object} cell of `cellsOf`, of an output over time; its element is read at every time
 * @returns {object} lists over the times: median, low50, high50, low90, high90
 */
export function changeOver(ensemble, base, cell) {
  const { times, elements } = ensemble.outputs.get(cell.spec.name);
  const width = Math.max(1, elements.length);
  const found = Array.from(times, (_, t) => change(ensemble, base, { ...cell, at: t * width + (cell.at % width) }));
  return Object.fromEntries(["median", "low50", "high50", "low90", "high90"].map((key) => [key, found.map((one) => one[key])]));
}

function spread(good, lost, certain) {
  const { p05, p25, p50, p75, p95 } = statisticsOf(good, certain || good.length + lost === 1);
  return { runs: good.length, lost, median: p50.value, low50: p25.value, high50: p75.value, low90: p05.value, high90: p95.value };
}

function nearest(times, time) {
  let best = 0;
  for (let i = 1; i < times.length; i += 1) if (Math.abs(times[i] - time) < Math.abs(times[best] - time)) best = i;
  return best;
}
