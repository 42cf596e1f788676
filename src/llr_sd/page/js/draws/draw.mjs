/** The draws of a study: what `llr-sd run` draws with the same seed, design and number of runs. */

import { gaussianCopula, join } from "./copula.mjs";
import { lawProblem, whole } from "./laws.mjs";
import { sliced, uniforms } from "./philox.mjs";
import { quantileOf, shareQuantile } from "./quantiles.mjs";

/**
 * Return the design of a study, one column an uncertain input in the order of the inputs.
 * @param {object} draws the page's record: design, keys, bounds, correlations.
 * @param {Array<object>} inputs the page's records, in order.
 * @param {Map<string, object>} laws of the inputs that vary, by name, changed ranges in place.
 * @param {number} runs how many.
 * @returns {{names: Array<string>, values: Float64Array}} values input-major: number i * runs + r is input i in run r, in its unit.
 * @throws {Error} a sentence for a law or a correlation that cannot be.
 */
export function draw(draws, inputs, laws, runs) {
  const varied = inputs.filter((input) => laws.has(input.name));
  const own = new Map(varied.map((input) => [input.name, lawOf(input, laws.get(input.name), draws.bounds[input.name])]));
  const shares = join(gaussianCopula(draws.correlations, own), streams(draws, varied, runs));
  const values = new Float64Array(varied.length * runs);
  varied.forEach((input, i) => {
    values.set(shares.get(input.name).map(input.whole ? shareQuantile(own.get(input.name)) : quantileOf(own.get(input.name))), i * runs);
  });
  share(varied, values, runs);
  return { names: varied.map((input) => input.name), values };
}

/** Return a completed law; one that cannot be is refused, and another for a share of a whole. */
function lawOf(input, law, bounds) {
  const other = input.whole && ["kind", "low", "mode", "high", "sd"].some((key) => law[key] !== input.law[key]);
  const problem = lawProblem(law, other ? input : null, bounds);
  if (problem) throw new Error(`${input.name}: ${problem}`);
  return whole(law, bounds);
}

/** Return the independent shares of each input, shape (runs,), by name. */
function streams(draws, varied, runs) {
  const latin = draws.design === "latin_hypercube";
  return new Map(
    varied.map(({ name }) => [name, latin ? sliced(draws.keys[name], runs) : uniforms(draws.keys[name].value, runs)]),
  );
}

/** Turn the gamma numbers of each whole into its shares, which sum to 1 in every run: a Dirichlet law (Devroye 1986, ch. XI.4). */
function share(varied, values, runs) {
  for (const name of new Set(varied.map((input) => input.whole).filter(Boolean))) {
    const members = varied.flatMap((input, i) => (input.whole === name ? [i] : []));
    for (let run = 0; run < runs; run++) {
      const sum = members.reduce((all, i) => all + values[i * runs + run], 0);
      for (const i of members) values[i * runs + run] /= sum;
    }
  }
}

/**
 * Return where the central run stands: the centre, else the model's value where it can be drawn, else the middle of what can.
 * @param {object} input of the page; its `value` is the model's.
 * @param {object|null} law null where the input does not vary.
 * @returns {number}
 */
export function middle(input, law) {
  if (!law) return input.value;
  const d = whole(law);
  if (d.kind === "discrete") {
    const heaviest = Math.max(...d.weights), own = d.values.indexOf(input.value);
    return own >= 0 && d.weights[own] > 0 ? input.value : d.values[d.weights.indexOf(heaviest)];
  }
  const start = Number.isFinite(d.centre) ? d.centre : input.value;
  if (!["uniform", "log_uniform"].includes(d.kind) || (d.low <= start && start <= d.high)) return start;
  return d.kind === "log_uniform" ? Math.sqrt(d.low) * Math.sqrt(d.high) : (d.low + d.high) / 2;
}
