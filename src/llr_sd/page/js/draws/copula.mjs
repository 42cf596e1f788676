/** Rank correlation of inputs by a Gaussian copula, as `sampling.copula` draws it; each correlated input keeps its own stream. */

import { normalScore, normalShare } from "./special.mjs";
import { normalCorrelation } from "./ties.mjs";

const LEAST = 1e-9; // least eigenvalue that still counts as a joint distribution
const OPEN = 2 ** -54;

/**
 * Return the copula of some pairs: names in the order of first mention, and the Cholesky root of the correlations of their normals.
 * @param {Array<[string, string, number]>} pairs names with their rank correlation.
 * @param {Map<string, object>} laws completed laws by name.
 * @returns {{names: Array<string>, root: Array<Float64Array>}}
 * @throws {Error} names the pair whose ranges leave no such correlation.
 */
export function gaussianCopula(pairs, laws) {
  const names = [...new Set(pairs.flatMap(([one, two]) => [one, two]))];
  const matrix = names.map((_, i) => Float64Array.from(names, (_, j) => (i === j ? 1 : 0)));
  for (const [one, two, rank] of pairs) {
    const where = `correlation between ${one} and ${two}`, [first, second] = [one, two].map((name) => laws.get(name));
    if (!first || !second) throw new Error(`${where}: "${first ? two : one}" is not an uncertain parameter.`);
    if (single(first) || single(second)) {
      throw new Error(`${where}: one of them takes a single value, so it cannot be correlated with anything.`);
    }
    const i = names.indexOf(one), j = names.indexOf(two);
    matrix[i][j] = matrix[j][i] = normalCorrelation(first, second, rank);
  }
  const all = pairs.map(([one, two, rank]) => `${one} with ${two} (${rank})`).join(", ");
  if (names.length && !possible(matrix)) {
    throw new Error(`no draws with these ranges have the rank correlations that the study states: ${all}.`);
  }
  return { names, root: cholesky(matrix) };
}

/** Return whether a law has one value only. */
function single(d) {
  return d.kind === "fixed" || (d.kind === "discrete" && d.weights.filter((w) => w > 0).length < 2);
}

/** Return whether a matrix of correlations is that of a joint distribution: whether no eigenvalue is below `LEAST`. */
function possible(matrix) {
  return cholesky(matrix.map((row, i) => row.map((x, j) => (i === j ? x - LEAST : x)))) !== null;
}

/** Return the lower Cholesky root of a symmetric matrix; null where it is not positive definite. */
function cholesky(matrix) {
  const root = matrix.map((row) => new Float64Array(row.length));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let left = matrix[i][j];
      for (let k = 0; k < j; k++) left -= root[i][k] * root[j][k];
      if (i !== j) root[i][j] = left / root[j][j];
      else if (left > 0) root[i][i] = Math.sqrt(left);
      else return null;
    }
  }
  return root;
}

/**
 * Return shares with the rank correlations put in; those of other inputs are passed through.
 * @param {{names: Array<string>, root: Array<Float64Array>}} copula of `gaussianCopula`.
 * @param {Map<string, Float64Array>} shares independent uniforms in (0, 1), shape (runs,), by name.
 * @returns {Map<string, Float64Array>}
 */
export function join({ names, root }, shares) {
  const joined = new Map(shares), scores = names.map((name) => shares.get(name).map(normalScore));
  names.forEach((name, row) => {
    // The first of an order moves by nothing at all: its own share is kept, not sent through the normal and back.
    if (root[row].filter((x) => x !== 0).length === 1) return;
    const found = new Float64Array(scores[row].length);
    for (let run = 0; run < found.length; run++) {
      let score = 0;
      for (let k = 0; k <= row; k++) score += root[row][k] * scores[k][run];
      found[run] = Math.min(Math.max(normalShare(score), OPEN), 1 - 2 ** -53);
    }
    joined.set(name, found);
  });
  return joined;
}
