/** The numbers that are kept with a setting: what its own runs gave, once, and whether the page still gives them. */

import { chance } from "../draws/statistics.mjs";
import { cellsOf, standing } from "./comparison.mjs";

const CLOSE = 1e-9; // of the larger of two numbers: a browser's own functions may differ in the last places

/**
 * Return the numbers to keep of an ensemble: median and range of every output (the last time of one over time), and the chance of every
 * target with its 95 % interval.
 *
 * @param {object} data of the page
 * @param {object} ensemble of all runs of its setting
 * @returns {Array<{output: string, element: string, time: number|null, statistic: string, value: number|null, low?: number|null, high?: number|null, met?: number, runs?: number, lost?: number}>}
 *   of a chance also in how many of how many runs, and how many have no result
 */
export function numbersOf(data, ensemble) {
  const cells = cellsOf(data, ensemble);
  const rows = cells.flatMap((cell) => {
    const { low90, median, high90 } = standing(ensemble, cell);
    const where = { output: cell.spec.name, element: cell.element, time: cell.time };
    return [["p05", low90], ["p50", median], ["p95", high90]].map(([statistic, value]) => ({ ...where, statistic, value: finite(value) }));
  });
  const chances = data.targets.map((target) => {
    const cell = cells.find(({ spec }) => spec.name === target.output);
    const { probability, low, high, met, runs, lost } = chance(ensemble.outputs.get(target.output).values, ensemble.ok, target);
    const where = { output: target.output, element: "", time: cell.time, statistic: `chance of ${target.name}` };
    return { ...where, value: finite(probability), low: finite(low), high: finite(high), met, runs, lost };
  });
  return [...rows, ...chances];
}

/**
 * Return the first number in which a kept setting and a fresh ensemble of it differ; null where they agree.
 *
 * @param {Array<object>} kept numbers of a setting
 * @param {Array<object>} fresh of `numbersOf`
 * @returns {{kept: object|null, fresh: object|null}|null}
 */
export function disagreement(kept, fresh) {
  for (let i = 0; i < Math.max(kept.length, fresh.length); i += 1) {
    const [one, other] = [kept[i] ?? null, fresh[i] ?? null];
    if (one === null || other === null || !["output", "element", "time", "statistic"].every((key) => one[key] === other[key])) return { kept: one, fresh: other };
    if (!["value", "low", "high"].every((key) => close(one[key] ?? null, other[key] ?? null))) return { kept: one, fresh: other };
  }
  return null;
}

function close(a, b) {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= CLOSE * Math.max(Math.abs(a), Math.abs(b));
}

function finite(value) {
  return Number.isFinite(value) ? value : null;
}
