/** Numbers of several elements together, run by run; the spread comes after, since medians do not add. */

import { quantile } from "../draws/statistics.mjs";
import { columnOf } from "../workshop/kit.mjs";

/**
 * The sum of some elements of an output in each run.
 * @param {Object} ensemble
 * @param {string} name of an output
 * @param {Object[]} wheres as `spread` of the kit takes one
 * @returns {number[]} by run; NaN where it failed
 */
export function summed(ensemble, name, wheres) {
  const columns = wheres.map((where) => columnOf(ensemble, name, where));
  return columns[0].map((_, run) => columns.reduce((sum, column) => sum + column[run], 0));
}

/** One number over another in each run; NaN where the other is nought. */
export function ratio(one, other) {
  return one.map((value, run) => (other[run] === 0 ? NaN : value / other[run]));
}

/**
 * The median of runs and the range that holds nine in ten.
 * @param {number[]} values by run; those without a value do not count
 * @returns {{middle: number, low: number, high: number}} NaN where no run has a value
 */
export function spreadOf(values) {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  const at = (share) => (sorted.length ? quantile(sorted, share) : NaN);
  return { middle: at(0.5), low: at(0.05), high: at(0.95) };
}
