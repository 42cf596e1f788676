/**
 * The numbers that are given of many runs, each with its 95 % interval: those of `analysis/summary.py`, `quantiles.py` and
 * `rounding.py`.
 *
 * Arrays of runs have the shape (run, cell), last axis fastest, in the unit of the output; NaN where a run failed or has no value.
 */

import { betaQuantile, betaShares } from "./incomplete.mjs";

const Z = 1.959963984540054; // the 97.5 % point of the standard normal
const ROUNDING = 1e-12;

/** The quantiles that are given, by name. */
export const STATISTICS = { p05: 0.05, p10: 0.1, p25: 0.25, p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95 };

/** Below these runs a statistic has no interval, and no number is given; a quantile needs a run on either side of it. */
export const FEWEST_RUNS = {
  mean: 2,
  ...Object.fromEntries(Object.entries(STATISTICS).map(([name, p]) => [name, Math.ceil(Math.log(0.025) / Math.log(Math.max(p, 1 - p)))])),
};

/** Return a - b, and 0 where the two are the same but for rounding. */
export function difference(a, b) {
  const found = a - b;
  const same = Math.abs(found) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b));
  return same && Number.isFinite(found) ? 0 : found; // infinity less a number is not within rounding of it
}

/**
 * Return which values are at a level or on the right side of it, to rounding; an undefined value is not.
 *
 * Rounding is measured against the level and the largest of the values, so a level of 0 has room too: hand in all the runs.
 * @param {ArrayLike<number>|number} values of all runs in one unit; a single number is judged alone.
 * @param {{atLeast: number|null, atMost: number|null}} target one of them is given.
 * @returns {Array<boolean>|boolean}
 */
export function meets(values, target) {
  if (typeof values === "number") return meets([values], target)[0];
  const all = Array.from(values), low = target.atLeast ?? null, high = target.atMost ?? null;
  const size = all.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
  if (low !== null) return all.map((x) => x >= low - ROUNDING * Math.max(Math.abs(low), size));
  if (high === null) return all.map(() => false);
  return all.map((x) => x <= high + ROUNDING * Math.max(Math.abs(high), size));
}

/**
 * Return a quantile by NumPy's linear rule.
 * @param {ArrayLike<number>} sorted runs, least first, none undefined.
 * @param {number} p share below it.
 */
export function quantile(sorted, p) {
  const place = (sorted.length - 1) * p, below = Math.floor(place), part = place - below;
  const low = sorted[below], high = sorted[Math.min(below + 1, sorted.length - 1)], step = high - low;
  return part >= 0.5 ? high - step * (1 - part) : low + step * part;
}

/**
 * Return a quantile with its distribution-free interval (binomial order statistics; Conover 1999, ch. 3).
 * @param {ArrayLike<number>} sorted runs, least first, none undefined.
 * @param {number} p share below it.
 * @returns {[number, number, number]} value, low, high; low or high is NaN where there are too few runs for a bound.
 */
export function quantileInterval(sorted, p) {
  const runs = sorted.length, lower = binomialQuantile(0.025, runs, p) - 1, upper = binomialQuantile(0.975, runs, p);
  return [quantile(sorted, p), lower >= 0 ? sorted[lower] : NaN, upper < runs ? sorted[upper] : NaN];
}

const known = new Map();

/** Return the least number of successes in `runs` tries that is not exceeded with probability `share`. */
function binomialQuantile(share, runs, p) {
  const key = `${share} ${runs} ${p}`;
  if (!known.has(key)) {
    let successes = Math.max(Math.floor(runs * p + (share < 0.5 ? -1 : 1) * 2 * Math.sqrt(runs * p * (1 - p))), 0);
    while (successes > 0 && atMost(successes - 1, runs, p) >= share) successes -= 1;
    while (successes < runs && atMost(successes, runs, p) < share) successes += 1;
    known.set(key, successes);
  }
  return known.get(key);
}

/** Return the probability of at most so many successes (DLMF 8.17.5). */
function atMost(successes, runs, p) {
  return successes >= runs ? 1 : betaShares(runs - successes, successes + 1)(1 - p, p).below;
}

/** Return the 97.5 % point of Student's t law with so many degrees of freedom (DLMF 8.17.3). */
export function studentPoint(freedom) {
  const key = `t ${freedom}`;
  if (!known.has(key)) {
    const y = betaQuantile(0.5, freedom / 2)(0.95);
    known.set(key, Math.sqrt((freedom * y) / (1 - y)));
  }
  return known.get(key);
}

/**
 * Return a probability and its Wilson score interval (Wilson 1927, doi:10.1080/01621459.1927.10502953).
 * @param {number} met how many runs met the target.
 * @param {number} runs of how many with a result.
 * @returns {[number, number, number]} probability, low, high; NaN without any run.
 */
export function wilson(met, runs) {
  if (runs === 0) return [NaN, NaN, NaN];
  const p = met / runs, spread = (Z * Z) / runs, centre = (p + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((p * (1 - p)) / runs + spread / (4 * runs));
  return [p, met === 0 ? 0 : centre - half, met === runs ? 1 : centre + half];
}

/**
 * Return a probability if the runs without a result all miss, and if they all meet (Manski 1989, doi:10.2307/145818).
 * @returns {[number, number]} least, most; NaN without any run.
 */
export function bounds(met, runs, lost) {
  const every = runs + lost;
  return every ? [met / every, (met + lost) / every] : [NaN, NaN];
}

/**
 * Return every statistic of one number over its good runs.
 * @param {ArrayLike<number>} good in any order, all finite.
 * @param {boolean} [certain] whether no input varies, so that one run says all.
 * @returns {Object<string, {value: number, low: number, high: number, runs: number, note: string}>} by statistic, "mean" first; NaN and a
 *   note where there are too few runs.
 */
export function statisticsOf(good, certain = false) {
  const runs = good.length, sorted = Float64Array.from(good).sort(), found = {};
  for (const [statistic, needed] of Object.entries(FEWEST_RUNS)) {
    const note = certain || runs >= needed ? "" : `too few runs: ${needed} needed`;
    let row = [NaN, NaN, NaN];
    if (runs && !note) row = statistic === "mean" ? meanInterval(sorted) : quantileInterval(sorted, STATISTICS[statistic]);
    found[statistic] = { value: row[0], low: row[1], high: row[2], runs, note };
  }
  return found;
}

/** Return a mean with Student's t interval; without an interval for a single run. */
function meanInterval(values) {
  const runs = values.length, mean = average(values);
  if (runs < 2) return [mean, NaN, NaN];
  const error = studentPoint(runs - 1) * Math.sqrt(average(values.map((x) => (x - mean) ** 2)) / (runs - 1));
  return [mean, mean - error, mean + error];
}

/** Return the mean of a list. */
function average(values) {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/**
 * Return the good runs of an output: those that are ok and defined in every cell that was saved.
 * @param {Float64Array} values shape (run, cell).
 * @param {ArrayLike<number>} ok for each run, 0 where it failed.
 * @returns {{rows: Array<number>, cells: Array<number>}} the runs, and the cells that have a value in one of those that are ok.
 */
export function goodRuns(values, ok) {
  const runs = ok.length, size = values.length / runs, all = Array.from({ length: size }, (_, cell) => cell);
  const rows = Array.from({ length: runs }, (_, run) => run).filter((run) => ok[run]);
  const cells = size > 1 ? all.filter((cell) => rows.some((run) => !Number.isNaN(values[run * size + cell]))) : all;
  return { rows: rows.filter((run) => cells.every((cell) => Number.isFinite(values[run * size + cell]))), cells };
}

/**
 * Return the statistics of every cell of an output over the good runs in which it is defined.
 * @param {Float64Array} values shape (run, cell).
 * @param {ArrayLike<number>} ok for each run, 0 where it failed.
 * @param {boolean} [certain] whether no input varies.
 * @returns {Array<{cell: number, lost: number, statistics: object}>} of the cells that were saved.
 */
export function summarise(values, ok, certain = false) {
  const { rows, cells } = goodRuns(values, ok), size = values.length / ok.length;
  return cells.map((cell) => {
    const good = rows.map((run) => values[run * size + cell]);
    return { cell, lost: ok.length - rows.length, statistics: statisticsOf(good, certain) };
  });
}

/**
 * Return the chance that a target is met.
 * @param {Float64Array} values of one number, shape (run,).
 * @param {ArrayLike<number>} ok for each run, 0 where it failed.
 * @param {{atLeast: number|null, atMost: number|null}} target
 * @returns {{probability: number, low: number, high: number, met: number, runs: number, lost: number, least: number, most: number}}
 */
export function chance(values, ok, target) {
  const good = Array.from(values).filter((x, run) => ok[run] && Number.isFinite(x)), runs = good.length, lost = ok.length - runs;
  const met = meets(good, target).filter(Boolean).length, [probability, low, high] = wilson(met, runs);
  const [least, most] = bounds(met, runs, lost);
  return { probability, low, high, met, runs, lost, least, most };
}
