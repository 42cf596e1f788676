/** How an input varies: a law with its numbers, and what cannot be; as `distribution.Distribution` says. */

/** What each kind of law needs. */
export const KINDS = {
  fixed: ["mode"],
  pert: ["low", "mode", "high"],
  triangular: ["low", "mode", "high"],
  uniform: ["low", "high"],
  truncated_normal: ["low", "mode", "high"],
  normal: ["mode", "sd"],
  lognormal: ["mode", "sd"],
  beta: ["low", "mode", "high", "sd"],
  p10_p90: ["low", "high"],
  log_uniform: ["low", "high"],
  discrete: ["values"],
};

/** Laws without an end of their own. */
export const UNBOUNDED = ["normal", "lognormal", "p10_p90"];
const COUNTED = ["head", "heads", "person", "persons", "people", "patient", "patients", "wte", "fte"];

/** Return a number, or `other` where none is given. */
function or(value, other) {
  return value === null || value === undefined || Number.isNaN(value) ? other : value;
}

/**
 * Return a law with every number in place: NaN where the kind has none, infinite bounds where it has no bound, equal weights.
 * @param {object} law kind, low, mode, high, sd, values, weights, minimum, maximum; null for none.
 * @param {Array<number|null>} [bounds] permissible least and greatest value; kinds with ends of their own are left as they are.
 */
export function whole(law, bounds = [null, null]) {
  const values = Array.from(law.values ?? []), weights = Array.from(law.weights ?? []);
  const found = { kind: law.kind, values, weights: weights.length ? weights : values.map(() => 1) };
  for (const key of ["low", "mode", "high", "sd"]) found[key] = or(law[key], NaN);
  found.minimum = or(law.minimum, -Infinity);
  found.maximum = or(law.maximum, Infinity);
  if (UNBOUNDED.includes(law.kind)) {
    found.minimum = Math.max(found.minimum, or(bounds[0], -Infinity));
    found.maximum = Math.min(found.maximum, or(bounds[1], Infinity));
  }
  const halfway = found.kind === "p10_p90" && Number.isNaN(found.mode);
  found.centre = halfway ? (found.low + found.high) / 2 : found.mode;
  return found;
}

/** Return a number with six digits, as people read it and Python's format "g" writes it. */
export function general(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x < 0 ? "-inf" : "inf";
  if (x === 0) return Object.is(x, -0) ? "-0" : "0";
  const [digits, power] = x.toExponential(5).split("e"), exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return trimmed(x.toFixed(5 - exponent));
  return `${trimmed(digits)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** Return a decimal number without the zeros at its end. */
function trimmed(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

/**
 * Return what is wrong with a law, as a sentence, or null: what no draw can be made of, and for an input what a study may not state.
 * @param {object} law as in `whole`.
 * @param {object} [input] of the page: name, unit, value, minimum, maximum, whole.
 * @param {Array<number|null>} [bounds] permissible least and greatest value of draws.
 * @returns {string|null}
 */
export function lawProblem(law, input, bounds) {
  if (!Object.hasOwn(KINDS, law.kind)) return `"${law.kind}" is not a distribution.`;
  const d = whole(law);
  for (const key of KINDS[d.kind]) {
    const given = key === "values" ? d.values.length > 0 : Number.isFinite(d[key]);
    if (!given) return `a ${d.kind} distribution needs "${key}".`;
  }
  const alone = discreteProblem(d, law) ?? endsProblem(d) ?? spreadProblem(d) ?? middleProblem(d) ?? middleProblem(whole(law, bounds));
  if (alone || !input) return alone;
  if (input.whole) return `${input.name} varies as a share here and alone elsewhere in [uncertain].`;
  for (const value of [d.low, d.mode, d.high, ...d.values]) {
    const problem = Number.isFinite(value) ? valueProblem(value, input) : null;
    if (problem) return problem;
  }
  return null;
}

/** Return why an input cannot have a value, as a sentence, or null: `Parameter.check`. */
export function valueProblem(value, input) {
  const least = or(input.minimum, -Infinity), most = or(input.maximum, Infinity);
  if (!(least <= value && value <= most)) {
    return `${input.name} = ${general(value)} is out of its range, ${general(least)} to ${general(most)} ${input.unit}.`;
  }
  if (value < 0 && input.value >= 0 && least === -Infinity && COUNTED.includes(input.unit.toLowerCase())) {
    return `${input.name} = ${general(value)}: there cannot be fewer than 0 ${input.unit}.`;
  }
  return null;
}

/** Return what is wrong with the values and weights of a discrete law. */
function discreteProblem(d, law) {
  if (d.kind !== "discrete") return null;
  if (d.weights.length !== d.values.length) return `${d.values.length} values need as many weights, not ${law.weights.length}.`;
  if (!d.values.every(Number.isFinite) || new Set(d.values).size !== d.values.length) {
    return "the values of a discrete distribution must be finite and differ from each other.";
  }
  if (!d.weights.every((w) => Number.isFinite(w) && w >= 0) || d.weights.every((w) => w === 0)) {
    return "the weights of a discrete distribution must be numbers from 0, not all of them 0.";
  }
  return null;
}

/** Hold low, mode and high against each other. */
function endsProblem(d) {
  if (!KINDS[d.kind].includes("low")) return null;
  if (!(d.low < d.high)) return `low (${general(d.low)}) must be below high (${general(d.high)}).`;
  if (!["uniform", "log_uniform"].includes(d.kind) && !(d.low <= d.centre && d.centre <= d.high)) {
    return `mode (${general(d.mode)}) must lie between low (${general(d.low)}) and high (${general(d.high)}).`;
  }
  if (d.kind === "log_uniform" && d.low <= 0) return `low (${general(d.low)}) of a log_uniform distribution must be above 0.`;
  return null;
}

/** Hold sd, median and ends against each other. */
function spreadProblem(d) {
  if (KINDS[d.kind].includes("sd") || (d.kind === "truncated_normal" && !Number.isNaN(d.sd))) {
    if (!(d.sd > 0 && d.sd < Infinity)) return `sd (${general(d.sd)}) must be above 0.`;
  } else if (d.kind === "truncated_normal") {
    const below = d.mode - d.low, above = d.high - d.mode;
    if (!(Math.abs(below - above) <= 1e-9 * Math.max(Math.abs(below), Math.abs(above)))) {
      return "a truncated normal without sd needs low and high at the same distance (three standard deviations) from its mean.";
    }
  }
  if (d.kind === "lognormal" && d.mode <= 0) return `the median of a lognormal (${general(d.mode)}) must be above 0.`;
  if (d.kind === "beta") {
    const widest = Math.sqrt(Math.max((d.mode - d.low) * (d.high - d.mode), 0));
    if (!(d.sd < widest)) return `sd (${general(d.sd)}) must be below ${general(widest)}, the most that this mean and range leave.`;
  }
  if (d.kind === "p10_p90" && !(d.low < d.centre && d.centre < d.high)) {
    return `the median (${general(d.centre)}) must lie strictly between low (P10) and high (P90).`;
  }
  return null;
}

/** Hold the middle of a law without ends against its permissible range. */
function middleProblem(d) {
  if (!UNBOUNDED.includes(d.kind) || (d.minimum < d.centre && d.centre < d.maximum)) return null;
  return (
    `the middle of a ${d.kind} distribution (${general(d.centre)}) must lie inside its permissible range, ` +
    `${general(d.minimum)} to ${general(d.maximum)}.`
  );
}
