/**
 * The incomplete beta and gamma functions and their inverses.
 *
 * Both laws are taken by u: the logit of a beta number, the logarithm of a gamma number. There both shares, below and above, are
 * log-concave, so that Newton's method on the logarithm of a share never overshoots after its first step, whatever the shape.
 */

import { normalScore } from "./special.mjs";

/** Coefficients of Stirling's series (DLMF 5.11.1). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];
const TINY = 1e-300;
const CLOSE = 2.5e-16;
const FAR = 700; // of u: beyond it nothing is left of the number itself
const MOST = 100000;

/** Return log(gamma(n)) less Stirling's formula; small arguments are carried up by the recurrence. */
function stirlingError(n) {
  let shift = 0, x = n;
  while (x < 10) {
    // log gamma(x) = log gamma(x + 1) - log x, both less their Stirling formulas.
    shift += (x + 0.5) * Math.log1p(1 / x) - 1;
    x += 1;
  }
  let sum = 0;
  const square = 1 / (x * x);
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum * square + STIRLING[k];
  return sum / x + shift;
}

/** Return x log(x / m) + m - x without cancellation (Loader 2000, "Fast and accurate computation of binomial probabilities"). */
function deviance(x, m) {
  if (Math.abs(x - m) > 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v, term = 2 * x * v;
  for (let j = 3; ; j += 2) {
    term *= v * v;
    const next = sum + term / j;
    if (next === sum) return next;
    sum = next;
  }
}

/** Return a number, or the least that can be divided by where it is 0. */
function away(x) {
  return Math.abs(x) < TINY ? TINY : x;
}

/** Return the continued fraction of the incomplete beta function by Lentz's method (DLMF 8.17.22, 3.10(iii)). */
function betaFraction(a, b, x) {
  let c = 1, d = 1 / away(1 - ((a + b) * x) / (a + 1)), h = d;
  for (let m = 1; m < MOST; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < CLOSE) break;
  }
  return h;
}

/**
 * Return the function that gives the shares of a beta law below and above a number, and its density on the scale of the logit.
 * @param {number} a first shape, above 0.
 * @param {number} b second shape, above 0.
 * @returns {function(number, number): {below: number, above: number, density: number}} of x in (0, 1) and of 1 - x with its own digits.
 */
export function betaShares(a, b) {
  const n = a + b, constant = stirlingError(n) - stirlingError(a) - stirlingError(b), scale = Math.sqrt((a * (b / n)) / (2 * Math.PI));
  return (x, y) => {
    const density = Math.exp(constant - deviance(a, n * x) - deviance(b, n * y)) * scale;
    if (x < (a + 1) / (n + 2)) {
      const below = (density / a) * betaFraction(a, b, x);
      return { below, above: 1 - below, density };
    }
    const above = (density / b) * betaFraction(b, a, y);
    return { below: 1 - above, above, density };
  };
}

/** Return the sum of the incomplete gamma function's series (DLMF 8.7.1), for x below a + 1. */
function gammaSeries(a, x) {
  let term = 1 / a, sum = term;
  for (let n = a + 1; term > 1e-17 * sum; n++) sum += term *= x / n;
  return sum;
}

/** Return its continued fraction (DLMF 8.9.2) by Lentz's method, for x from a + 1 on. */
function gammaFraction(a, x) {
  let b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
  for (let i = 1; i < MOST; i++) {
    const step = -i * (i - a);
    b += 2;
    d = 1 / away(step * d + b);
    c = away(b + step / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < CLOSE) break;
  }
  return h;
}

/**
 * Return the function that gives the shares of a gamma law (scale 1) below and above a number, and its density on the scale of the logarithm.
 * @param {number} a shape, above 0.
 * @returns {function(number): {below: number, above: number, density: number}} of x above 0.
 */
export function gammaShares(a) {
  const constant = -stirlingError(a), scale = Math.sqrt(a / (2 * Math.PI));
  return (x) => {
    const density = Math.exp(constant - deviance(a, x)) * scale;
    if (x < a + 1) {
      const below = density * gammaSeries(a, x);
      return { below, above: 1 - below, density };
    }
    const above = density * gammaFraction(a, x);
    return { below: 1 - above, above, density };
  };
}

/** Return the first and second derivative of log gamma, by recurrence and their asymptotic series (DLMF 5.11.2, 5.15.8); for a start. */
function polygamma(n) {
  let first = 0, second = 0, x = n;
  for (; x < 6; x++) {
    first -= 1 / x;
    second += 1 / (x * x);
  }
  const r = 1 / (x * x);
  return [first + Math.log(x) - 0.5 / x - r / 12 + (r * r) / 120, second + 1 / x + r / 2 + r / (6 * x) - (r * r) / (30 * x)];
}

/**
 * Return u below which a share lies.
 * @param {function(number): {below: number, above: number, density: number, bend: number}} at shares, density and the derivative of the density's
 *   logarithm at u.
 * @param {number} centre mean of u.
 * @param {number} width standard deviation of u.
 * @param {number} share in (0, 1).
 */
function solve(at, centre, width, share) {
  const lower = share <= 0.5, target = Math.log(lower ? share : 1 - share);
  let u = centre + width * normalScore(share), good = centre;
  for (let turn = 0; turn < 100; turn++) {
    u = Math.min(Math.max(u, -FAR), FAR);
    const { below, above, density, bend } = at(u), part = lower ? below : above;
    if (!(part > 0)) {
      // So far out that nothing is left of the share: half of the way back.
      u = 0.5 * (u + good);
      continue;
    }
    good = u;
    const slope = (lower ? density : -density) / part, newton = (Math.log(part) - target) / slope, curve = newton * (bend - slope);
    // Halley's step where it hardly differs from Newton's, which cannot go astray.
    const next = u - (Math.abs(curve) < 0.5 ? newton / (1 - 0.5 * curve) : newton);
    const moved = Math.abs(Math.min(Math.max(next, -FAR), FAR) - u);
    u = next;
    if (moved <= 1e-11 * Math.max(1, Math.abs(u)) * Math.min(1, width)) break;
  }
  return u;
}

/**
 * Return the quantile function of a beta law on 0 to 1.
 * @param {number} a first shape, above 0.
 * @param {number} b second shape, above 0.
 * @returns {function(number): number} of a share in (0, 1).
 */
export function betaQuantile(a, b) {
  const shares = betaShares(a, b), [one, two] = [polygamma(a), polygamma(b)];
  const at = (u) => {
    const x = 1 / (1 + Math.exp(-u)), y = 1 / (1 + Math.exp(u)), found = shares(x, y);
    found.bend = a * y - b * x;
    return found;
  };
  return (share) => 1 / (1 + Math.exp(-solve(at, one[0] - two[0], Math.sqrt(one[1] + two[1]), share)));
}

/**
 * Return the quantile function of a gamma law of scale 1.
 * @param {number} a shape, above 0.
 * @returns {function(number): number} of a share in (0, 1).
 */
export function gammaQuantile(a) {
  const shares = gammaShares(a), [first, second] = polygamma(a);
  const at = (u) => {
    const x = Math.exp(u), found = shares(x);
    found.bend = a - x;
    return found;
  };
  return (share) => Math.exp(solve(at, first, Math.sqrt(second), share));
}
