/** Quantile functions: a share becomes a value of an input, by the same formulas as `sampling.distributions`. */

import { betaQuantile, gammaQuantile } from "./incomplete.mjs";
import { normalScore, normalShare } from "./special.mjs";

const P90 = 1.2815515655446004; // the 90 % point of the standard normal

/**
 * Return the quantile function of a law, in the unit of the input.
 * @param {object} d a law that `laws.whole` completed, its bounds included.
 * @returns {function(number): number} of a share in (0, 1)
 */
export function quantileOf(d) {
  const { low, mode, high } = d, width = high - low;
  switch (d.kind) {
    case "fixed":
      return () => mode;
    case "uniform":
      return (p) => low + width * p;
    case "log_uniform":
      return (p) => low * (high / low) ** p;
    case "pert":
      return stretched(low, width, betaQuantile(1 + (4 * (mode - low)) / width, 1 + (4 * (high - mode)) / width));
    case "beta": {
      const mean = (mode - low) / width, size = concentration(mean, d.sd / width);
      return stretched(low, width, betaQuantile(mean * size, (1 - mean) * size));
    }
    case "triangular": {
      const peak = (mode - low) / width;
      return (p) => (p < peak ? low + Math.sqrt(p * width * (mode - low)) : high - Math.sqrt((1 - p) * width * (high - mode)));
    }
    case "discrete":
      return discrete(d);
    case "truncated_normal": {
      const sigma = Number.isNaN(d.sd) ? width / 6 : d.sd, score = cut((low - mode) / sigma, (high - mode) / sigma);
      return (p) => mode + sigma * score(p);
    }
    default:
      return d.kind === "p10_p90" && least(d) < low && high < d.maximum ? interval(d) : unbounded(d);
  }
}

/**
 * Return the quantile function of the gamma law behind a share of a whole with this beta law on 0 to 1.
 * @param {object} d a completed law of kind "beta".
 */
export function shareQuantile(d) {
  return gammaQuantile(d.mode * concentration(d.mode, d.sd));
}

/** Return the sum of both shapes of a beta law on 0 to 1 with this mean and standard deviation. */
function concentration(mean, spread) {
  return (mean * (1 - mean)) / (spread * spread) - 1;
}

/** Return a quantile function carried from 0..1 to another range. */
function stretched(low, width, quantile) {
  return (p) => low + width * quantile(p);
}

/**
 * Return the score of a standard normal that is cut off at two scores on either side of 0, tails shared out in proportion.
 * Above the middle it is measured from the upper end, where a share near 1 has no digits left.
 */
function cut(from, to) {
  const below = normalShare(from), above = normalShare(-to), mass = normalShare(to) - below;
  return (p) => {
    const share = below + p * mass;
    return share <= 0.5 ? normalScore(share) : -normalScore(above + (1 - p) * mass);
  };
}

/** Return the quantile function of a discrete law. */
function discrete(d) {
  const order = d.values.map((_, i) => i).sort((i, j) => d.values[i] - d.values[j]);
  const weights = order.map((i) => d.weights[i]), all = total(weights), values = [], shares = [];
  order.forEach((i, place) => {
    if (!(weights[place] > 0)) return;
    values.push(d.values[i]);
    shares.push((shares.at(-1) ?? 0) + weights[place] / all);
  });
  return (p) => {
    const first = shares.findIndex((share) => p <= share);
    return values[first < 0 ? values.length - 1 : first];
  };
}

/** Return a sum in the order in which NumPy adds, so that a share on the edge of two values falls on the same side. */
function total(terms) {
  if (terms.length < 8) return terms.reduce((sum, term) => sum + term, 0);
  if (terms.length > 128) {
    const half = Math.floor(terms.length / 2), cutAt = half - (half % 8);
    return total(terms.slice(0, cutAt)) + total(terms.slice(cutAt));
  }
  const full = terms.length - (terms.length % 8), r = terms.slice(0, 8);
  for (let i = 8; i < full; i++) r[i % 8] += terms[i];
  const eight = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
  return terms.slice(full).reduce((sum, term) => sum + term, eight);
}

/** Return the lower bound of a p10_p90 interval: the permissible one; 0 where none is stated and even the tenth percentile is above 0. */
function least(d) {
  return d.low > 0 && d.minimum === -Infinity ? 0 : d.minimum;
}

/** Return quantiles of an interval that lies inside its bounds: two halves of a normal on the scale that ends where they are. */
function interval(d) {
  const from = least(d), to = d.maximum, width = to - from;
  const free = (x) => {
    if (from === -Infinity) return to === Infinity ? x : -Math.log(to - x);
    if (to === Infinity) return Math.log(x - from);
    const below = (x - from) / width, above = (to - x) / width;
    return below < above ? normalScore(below) : -normalScore(above);
  };
  const low = free(d.low), centre = free(d.centre), high = free(d.high);
  const score = (p) => {
    const z = normalScore(p);
    return centre + (z / P90) * (z < 0 ? centre - low : high - centre);
  };
  if (from === -Infinity) return to === Infinity ? score : (p) => to - Math.exp(-score(p));
  if (to === Infinity) return (p) => from + Math.exp(score(p));
  // Each half is measured from the nearer bound, so that neither loses its digits to the other.
  return (p) => {
    const s = score(p);
    return s < 0 ? from + width * normalShare(s) : to - width * normalShare(-s);
  };
}

/** Return quantiles of a normal, a lognormal or two halves of a normal, truncated at the permissible bounds. */
function unbounded(d) {
  const two = d.kind === "p10_p90" ? [(d.centre - d.low) / P90, (d.high - d.centre) / P90] : [d.sd, d.sd];
  const scored = (x) => {
    if (!Number.isFinite(x)) return x;
    if (d.kind === "lognormal") return x > 0 ? Math.log(x / d.centre) / d.sd : -Infinity;
    return (x - d.centre) / (x < d.centre ? two[0] : two[1]);
  };
  const score = cut(scored(d.minimum), scored(d.maximum));
  if (d.kind === "lognormal") return (p) => d.centre * Math.exp(d.sd * score(p));
  return (p) => {
    const z = score(p);
    return d.centre + z * (z < 0 ? two[0] : two[1]);
  };
}
