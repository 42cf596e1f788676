/** The standard normal: its share below a score, in both tails with all digits, and the score of a share. */

/** Chebyshev coefficients of (1 + 2 x) exp(x^2) erfc(x) in (x - 3.75) / (x + 3.75), made with mpmath at 50 digits. */
const ERFC = [
  1.1775789345674018, -0.0045900545806464773, -0.084249133366517916, 0.05920993999819189,
  -0.026658668435305752, 0.0090749976707052651, -0.0024131635404176082, 0.00049077583652580863,
  -6.9169733025012064e-5, 4.1390279860730102e-6, 7.7403830661984907e-7, -2.1886401049234396e-7,
  1.076499946567091e-8, 4.5219598112182869e-9, -7.7544002088313511e-10, -6.3180883408866845e-11,
  2.8687950109306699e-11, 1.9455868545777347e-13, -9.6546967484334389e-13, 3.2525481481487398e-14,
  3.3478119482868054e-14, -1.8645628804193131e-15, -1.2507950530688647e-15, 7.4182352566240435e-17,
  5.0681489047961113e-17, -2.2370566594359996e-18, -2.1873429443030177e-18,
];

/**
 * Return the share of a standard normal beyond a score (Shepherd and Laframboise 1981, doi:10.1090/S0025-5718-1981-0595058-X).
 * @param {number} z from 0.
 */
function beyond(z) {
  if (z > 38.6) return 0;
  const x = z * Math.SQRT1_2, t = (x - 3.75) / (x + 3.75);
  let one = 0, two = 0;
  for (let k = ERFC.length - 1; k > 0; k--) [one, two] = [2 * t * one - two + ERFC[k], one];
  // A rounded head has an exact square, so that the bell keeps its digits far out.
  const head = Math.round(z * 16) / 16, bell = Math.exp(-0.5 * head * head) * Math.exp(0.5 * (head - z) * (head + z));
  return (0.5 * (t * one - two + ERFC[0]) * bell) / (1 + 2 * x);
}

/** Return the error function by its series (DLMF 7.6.2), all of whose terms have one sign; for small x. */
function erf(x) {
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * Return the share of a standard normal below a score; relative error about 1e-15 in both tails.
 * @param {number} z score; may be infinite.
 * @returns {number}
 */
export function normalShare(z) {
  if (Math.abs(z) < 0.7) return 0.5 + 0.5 * erf(z * Math.SQRT1_2);
  return z < 0 ? beyond(-z) : 1 - beyond(z);
}

/** Rational approximations of Wichura's algorithm AS 241, PPND16, by the part of the range. */
const CENTRE = [
  [3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4,
    6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3],
  [1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
    3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3],
];
const SIDE = [
  [1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504, 1.27045825245236838258,
    2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4],
  [1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
    1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9],
];
const TAIL = [
  [6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1, 2.65321895265761230930e-2,
    1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
  [1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
    1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15],
];

/** Return the worth of a ratio of two polynomials, coefficients from the constant up. */
function ratio([over, under], x) {
  let above = 0, below = 0;
  for (let k = over.length - 1; k >= 0; k--) {
    above = above * x + over[k];
    below = below * x + under[k];
  }
  return above / below;
}

/**
 * Return the score below which a share of a standard normal lies (Wichura 1988, doi:10.2307/2347330); relative error about 1e-15.
 * @param {number} share from 0 to 1.
 * @returns {number} infinite at 0 and 1.
 */
export function normalScore(share) {
  const off = share - 0.5;
  if (Math.abs(off) <= 0.425) return off * ratio(CENTRE, 0.180625 - off * off);
  const near = off < 0 ? share : 1 - share;
  if (!(near > 0)) return near === 0 ? Math.sign(off) * Infinity : NaN;
  const r = Math.sqrt(-Math.log(near));
  return Math.sign(off) * (r <= 5 ? ratio(SIDE, r - 1.6) : ratio(TAIL, r - 5));
}
