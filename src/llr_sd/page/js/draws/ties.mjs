/** Rank correlation under a Gaussian copula, for continuous and for discrete inputs, as `sampling.ties` has it. */

import { normalScore, normalShare } from "./special.mjs";

/** The largest correlation of two normals that is drawn; at 1 one of them would be the other. */
export const MOST = 1 - 1e-6;

/** Nodes and weights of Gauss and Kronrod, 7 and 15 points, on -1 to 1 (Piessens et al. 1983, QUADPACK). */
const NODES = [
  0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926,
  0.741531185599394439863864773280788, 0.586087235467691130294144691325519, 0.405845151377397166906606412076961,
  0.207784955007898467600689403773245, 0,
];
const KRONROD = [
  0.02293532201052922496373200805897, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
  0.140653259715525918745189590510238, 0.16900472663926790282829543617, 0.190350578064785409913256402421014,
  0.204432940075298892414161999234649, 0.209482141084727828012999174891714,
];
const GAUSS = [0.129484966168869693270611432679082, 0.27970539148927666790146777142378, 0.381830050505118944950369775488975,
  0.417959183673469387755102040816327];

/** Return an integral to about 1e-15 by halving where Gauss and Kronrod do not agree. */
function integral(f, from, to, depth = 0) {
  const centre = 0.5 * (from + to), half = 0.5 * (to - from);
  let gauss = 0, kronrod = 0;
  for (let i = 0; i < 8; i++) {
    const both = i === 7 ? f(centre) : f(centre - half * NODES[i]) + f(centre + half * NODES[i]);
    kronrod += KRONROD[i] * both;
    if (i % 2 === 1) gauss += GAUSS[(i - 1) / 2] * both;
  }
  if (depth > 30 || Math.abs((gauss - kronrod) * half) <= 1e-15) return kronrod * half;
  return integral(f, from, centre, depth + 1) + integral(f, centre, to, depth + 1);
}

/** Return the covariance of two steps: of a normal above `t`, and of another, correlated with it, above `s` (Plackett 1954). */
function joint(t, s, normal) {
  const above = normalShare(-t), other = normalShare(-s);
  if (normal === 1) return Math.min(above, other) - above * other;
  if (normal === -1) return Math.max(above + other - 1, 0) - above * other;
  const density = (angle) => {
    const sine = Math.sin(angle);
    return Math.exp(-(t * t + s * s - 2 * t * s * sine) / (2 * (1 - sine * sine)));
  };
  return integral(density, 0, Math.asin(normal)) / (2 * Math.PI);
}

/** Return the thresholds on the normal of a discrete law, each with its step of the middle rank; null for another kind. */
function steps(d) {
  if (d.kind !== "discrete") return null;
  const order = d.values.map((_, i) => i).sort((i, j) => d.values[i] - d.values[j]).filter((i) => d.weights[i] > 0);
  const all = d.weights.reduce((sum, w) => sum + w, 0), shares = order.map((i) => d.weights[i] / all);
  let below = 0;
  return shares.slice(0, -1).map((share, i) => {
    below += share;
    return [normalScore(below), (share + shares[i + 1]) / 2];
  });
}

/** Return the covariance of two middle ranks. */
function covariance(first, second, normal) {
  let sum = 0;
  for (const [t, j] of first) for (const [s, k] of second) sum += j * k * joint(t, s, normal);
  return sum;
}

/**
 * Return Spearman's rank correlation that a correlation of the underlying normals gives.
 * @param {object} one a completed law.
 * @param {object} two another.
 * @param {number} normal correlation of the normals, -1 to 1.
 */
export function rankCorrelation(one, two, normal) {
  let first = steps(one), second = steps(two);
  if (!first && !second) return (6 / Math.PI) * Math.asin(normal / 2);
  if (!first) [first, second] = [second, first];
  const own = covariance(first, first, 1);
  // The rank of a continuous one is the chance that another normal lies below: a step at 0 of their difference.
  if (!second) return covariance(first, [[0, 1]], normal / Math.SQRT2) / Math.sqrt(own / 12);
  return covariance(first, second, normal) / Math.sqrt(own * covariance(second, second, 1));
}

/**
 * Return the correlation of the normals that gives a rank correlation; where none does, the largest that is drawn.
 * @param {object} one a completed law.
 * @param {object} two another.
 * @param {number} rank Spearman's, between -1 and 1.
 */
export function normalCorrelation(one, two, rank) {
  if (one.kind !== "discrete" && two.kind !== "discrete") return 2 * Math.sin((Math.PI * rank) / 6);
  if (!(rankCorrelation(one, two, -MOST) < rank)) return -MOST;
  if (!(rank < rankCorrelation(one, two, MOST))) return MOST;
  return root((r) => rankCorrelation(one, two, r) - rank, -MOST, MOST);
}

/** Return where a rising function is 0, by secants held in an interval that at least halves every third turn. */
function root(f, low, high) {
  let below = f(low), above = f(high);
  for (let turn = 0; turn < 200 && high - low > 1e-15; turn++) {
    const secant = low - (below * (high - low)) / (above - below);
    const at = turn % 3 === 2 || !(secant > low && secant < high) ? 0.5 * (low + high) : secant, worth = f(at);
    if (worth === 0) return at;
    if (worth < 0) [low, below] = [at, worth];
    else [high, above] = [at, worth];
  }
  return Math.abs(below) < Math.abs(above) ? low : high;
}
