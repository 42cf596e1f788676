/**
 * What drives an output now, from the runs that are there: the share of its spread that goes with each input alone, as
 * `analysis/givendata.py` finds it from draws (a correlation ratio), and Spearman's rank correlation, which says the direction.
 *
 * Both look at one input at a time: what inputs do only together is not in them, and an input that is correlated with another is seen
 * through it too.
 */

import { quantile, studentPoint } from "./statistics.mjs";

/** Fewest runs with a value. */
export const FEWEST = 100;
const ROUNDING = 1e-12;
const KNOTS = 10; // inner knots of the spline of an input, at its quantiles
const LEVELS = 12; // an input of at most as many values is taken value by value
const FEW_CARRY = 64; // as in analysis/indices.py
const Z = 1.959963984540054;

/**
 * Return what drives an output.
 * @param {Map<string, Float64Array>} drawn what each input that varies was in each run, shape (run,); held inputs are constant or left out.
 * @param {Float64Array} values of the output, shape (run,); NaN where a run failed or has no value.
 * @param {Float64Array} dummy an input that nothing depends on, shape (run,): `uniforms(data.draws.dummy, runs)`.
 * @returns {{runs: number, lost: number, note: string, skewed: boolean, constant: Array<string>, dummy: Array<number>|null,
 *   inputs: Array<{name: string, share: [number, number, number], told: boolean, rank: [number, number, number], rankTold: boolean}>}}
 *   `share` and `rank` are value, low and high (95 %); `told` is whether the share lies above 0 and above what the dummy shows,
 *   `rankTold` whether the interval of the rank correlation leaves 0 out; inputs with the largest share first; `constant` are inputs that
 *   do not vary; `note` says why there are no numbers; `skewed` is whether so few runs carry the spread that intervals are too narrow.
 */
export function drivers(drawn, values, dummy) {
  const rows = Array.from(values.keys()).filter((run) => Number.isFinite(values[run])), y = rows.map((run) => values[run]);
  const note = y.length < FEWEST ? `too few runs: ${FEWEST} needed` : constant(y) ? "the output is the same in all runs" : "";
  const columns = [...drawn].map(([name, column]) => ({ name, x: rows.map((run) => column[run]) }));
  const [still, varied] = [columns.filter(({ x }) => constant(x)), columns.filter(({ x }) => !constant(x))];
  const found = { runs: y.length, lost: values.length - y.length, note, constant: still.map(({ name }) => name) };
  if (note) return { ...found, skewed: false, dummy: null, inputs: [] };
  const noise = correlationRatio(rows.map((run) => dummy[run]), y), floor = Math.max(noise[2], 0);
  const inputs = varied.map(({ name, x }) => {
    const share = correlationRatio(x, y), rank = spearman(x, y);
    return { name, share, told: share[1] > floor, rank, rankTold: rank[1] > 0 || rank[2] < 0 };
  });
  return { ...found, skewed: skewed(y), dummy: noise, inputs: inputs.sort((a, b) => b.share[0] - a.share[0]) };
}

/** Return whether numbers are the same but for rounding. */
function constant(values) {
  let low = Infinity, high = -Infinity;
  for (const x of values) {
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  return !(high - low > ROUNDING * Math.max(Math.abs(low), Math.abs(high)));
}

/** Return whether few runs carry the variance: (sum of parts)^2 / sum of squares (Kish 1965, section 8.2). */
function skewed(y) {
  const parts = centred(y).map((r) => r * r), sum = total(parts);
  return (sum * sum) / total(parts.map((part) => part * part)) < Math.min(FEW_CARRY, y.length / 4);
}

function total(values) {
  return values.reduce((sum, x) => sum + x, 0);
}

/** Return numbers less their mean. */
function centred(values) {
  const mean = total(values) / values.length;
  return values.map((x) => x - mean);
}

/**
 * Return Spearman's rank correlation, ties at their middle rank, with its interval (Bonett and Wright 2000, doi:10.1007/BF02294183).
 * @param {ArrayLike<number>} x shape (run,), finite.
 * @param {ArrayLike<number>} y same.
 * @returns {[number, number, number]} value, low, high; NaN where one of the two does not vary.
 */
export function spearman(x, y) {
  const one = centred(ranks(x)), two = centred(ranks(y)), both = total(one.map((r, i) => r * two[i]));
  const value = both / Math.sqrt(total(one.map((r) => r * r)) * total(two.map((r) => r * r)));
  const held = Math.min(Math.max(value, -1), 1), half = Z * Math.sqrt((1 + (held * held) / 2) / (x.length - 3)), z = Math.atanh(held);
  return [held, Math.tanh(z - half), Math.tanh(z + half)];
}

/** Return the ranks of numbers from 1, equal ones at their middle rank. */
function ranks(values) {
  const order = Array.from(values.keys()).sort((i, j) => values[i] - values[j]), found = new Array(values.length);
  for (let first = 0, next; first < order.length; first = next) {
    next = first + 1;
    while (next < order.length && values[order[next]] === values[order[first]]) next += 1;
    for (let i = first; i < next; i++) found[order[i]] = (first + next + 1) / 2;
  }
  return found;
}

/**
 * Return the share of the variance of `y` that goes when `x` is known, Var(E[Y | X]) / Var(Y), with its 95 % interval.
 *
 * The output is regressed on the input (cubic spline, or value by value where it is discrete); each squared residual is freed of what it
 * fitted by chance, by its own leverage (Plischke, Borgonovo and Smith 2013, doi:10.1016/j.ejor.2012.11.047; MacKinnon and White 1985).
 * @param {ArrayLike<number>} x shape (run,), finite.
 * @param {ArrayLike<number>} y same; varies.
 * @returns {[number, number, number]} value, low, high; an input without effect gets 0 on average, so less is possible.
 */
export function correlationRatio(x, y) {
  const runs = y.length, off = centred(Array.from(y)), whole = off.map((r) => (r * r * runs) / (runs - 1)), all = total(whole);
  const left = remaining(Array.from(x), off), value = 1 - total(left) / all;
  const spread = Math.sqrt(total(left.map((part, i) => (part - (1 - value) * whole[i]) ** 2))) / all;
  const half = studentPoint(runs - 1) * Math.sqrt(runs / (runs - 1)) * spread;
  return [value, value - half, value + half];
}

/** Return the squared residuals of a regression of `y` on `x`, each freed of what it fitted by chance. */
function remaining(x, y) {
  const rows = basis(x), size = rows[0].size, normal = Array.from({ length: size }, () => new Float64Array(size));
  const right = new Float64Array(size);
  rows.forEach(({ first, parts }, run) => {
    for (let i = 0; i < parts.length; i++) {
      right[first + i] += parts[i] * y[run];
      for (let j = 0; j < parts.length; j++) normal[first + i][first + j] += parts[i] * parts[j];
    }
  });
  const inverse = pseudoInverse(normal), weights = inverse.map((row) => row.reduce((sum, v, j) => sum + v * right[j], 0));
  return rows.map(({ first, parts }, run) => {
    let fitted = 0, leverage = 0;
    for (let i = 0; i < parts.length; i++) {
      fitted += parts[i] * weights[first + i];
      for (let j = 0; j < parts.length; j++) leverage += parts[i] * parts[j] * inverse[first + i][first + j];
    }
    return (y[run] - fitted) ** 2 / (1 - Math.min(leverage, 1 - 1e-9));
  });
}

/** Return for each run its values in the columns of the regression from `first` on: one of its level, or four of a cubic B-spline. */
function basis(x) {
  const sorted = Float64Array.from(x).sort(), levels = [...new Set(sorted)];
  if (levels.length <= LEVELS) {
    const place = new Map(levels.map((level, i) => [level, i]));
    return x.map((value) => ({ first: place.get(value), parts: [1], size: levels.length }));
  }
  const cuts = Array.from({ length: KNOTS + 2 }, (_, i) => quantile(sorted, i / (KNOTS + 1)));
  const inner = [...new Set(cuts)].slice(1, -1), low = levels[0], high = levels.at(-1);
  const knots = [low, low, low, low, ...inner, high, high, high, high];
  return x.map((value) => {
    let at = 3;
    while (at < inner.length + 3 && value >= knots[at + 1]) at += 1;
    return { first: at - 3, parts: spline(knots, at, value), size: inner.length + 4 };
  });
}

/** Return the four cubic B-splines that are not 0 between knot `at` and the next (de Boor 1978, ch. X). */
function spline(knots, at, x) {
  let parts = [1];
  for (let degree = 1; degree <= 3; degree++) {
    const next = new Array(degree + 1).fill(0);
    parts.forEach((part, i) => {
      const from = knots[at - degree + 1 + i], to = knots[at + 1 + i], share = part / (to - from);
      next[i] += share * (to - x);
      next[i + 1] += share * (x - from);
    });
    parts = next;
  }
  return parts;
}

/** Return the pseudo-inverse of a symmetric matrix by Jacobi's rotations; it copes with a spline that holds no run. */
function pseudoInverse(matrix) {
  const size = matrix.length, a = matrix.map((row) => row.slice()), vectors = matrix.map((_, i) => Float64Array.from(matrix, (_, j) => (i === j ? 1 : 0)));
  const all = Math.sqrt(total(a.map((row) => total(Array.from(row, (x) => x * x)))));
  for (let sweep = 0; sweep < 50; sweep++) {
    let largest = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        largest = Math.max(largest, Math.abs(a[p][q]));
        if (Math.abs(a[p][q]) > 1e-16 * all) rotate(a, vectors, p, q);
      }
    }
    if (largest <= 1e-16 * all) break;
  }
  const values = a.map((row, i) => row[i]), most = Math.max(...values.map(Math.abs));
  const turned = values.map((value) => (Math.abs(value) > 1e-10 * most ? 1 / value : 0));
  const scaled = vectors.map((row) => row.map((x, k) => x * turned[k]));
  return scaled.map((one) => vectors.map((two) => one.reduce((sum, x, k) => sum + x * two[k], 0)));
}

/** Rotate two axes so that the entry between them goes (Golub and Van Loan, section 8.5.2). */
function rotate(a, vectors, p, q) {
  const tau = (a[q][q] - a[p][p]) / (2 * a[p][q]), t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const c = 1 / Math.sqrt(1 + t * t), s = t * c;
  for (const rows of [a, vectors]) {
    for (const row of rows) {
      const x = row[p], y = row[q];
      row[p] = c * x - s * y;
      row[q] = s * x + c * y;
    }
  }
  const one = a[p], two = a[q];
  for (let k = 0; k < one.length; k++) {
    const x = one[k], y = two[k];
    one[k] = c * x - s * y;
    two[k] = s * x + c * y;
  }
}
