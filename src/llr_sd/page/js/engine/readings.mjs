/** Which numbers of a run a study reads: where its outputs and laws stand among those that the engine can save. */

import { bytesOf } from "./engine.mjs";

/**
 * The form in which two spellings of one name are equal, as `equations.canonical` has it.
 * @param {string} name
 * @returns {string}
 */
export function canonical(name) {
  const bare = name.trim().replace(/^"+|"+$/g, "").trim();
  return bare.replace(/[\s_]+/g, "_").toUpperCase().toLowerCase();
}

/**
 * Where a variable, or one cell of it such as "staff[senior]", stands among the elements of the engine.
 * @param {Array} variables - `data.engine.variables`.
 * @param {string} name - As a study or a modeller writes it.
 * @returns {{variable: object, first: number, size: number, axes: Array}}
 * @throws {Error} When the page does not have it.
 */
export function find(variables, name) {
  const known = index(variables);
  const whole = known.get(canonical(name));
  if (whole) return { variable: whole, first: whole.first, size: whole.size, axes: whole.axes };
  const open = name.startsWith('"') ? name.indexOf("[", name.indexOf('"', 1)) : name.indexOf("[");
  const variable = open > 0 && known.get(canonical(name.slice(0, open)));
  const elements = open > 0 ? name.slice(open + 1).trimEnd().replace(/\]$/, "").split(",").map(canonical) : [];
  if (variable && elements.length === variable.axes.length) {
    let at = 0;
    for (const [i, axis] of variable.axes.entries()) {
      const number = axis.elements.findIndex((e) => canonical(e) === elements[i]);
      at = number < 0 ? NaN : at * axis.elements.length + number;
    }
    if (Number.isFinite(at)) return { variable, first: variable.first + at, size: 1, axes: [] };
  }
  throw new Error(`this page does not have the variable "${name}".`);
}

const INDEX = new WeakMap();

function index(variables) {
  if (!INDEX.has(variables)) INDEX.set(variables, new Map(variables.map((v) => [canonical(v.name), v])));
  return INDEX.get(variables);
}

/**
 * What the elements of an output are called, in order, last axis fastest; one empty text where it has no axes.
 * @param {Array<{elements: string[], labels?: string[]}>} axes
 * @returns {string[]}
 */
export function elementLabels(axes) {
  const named = (before, name) => (before ? `${before}, ${name}` : name);
  return axes.reduce((all, axis) => all.flatMap((one) => (axis.labels ?? axis.elements).map((name) => named(one, name))), [""]);
}

const READINGS = new WeakMap();

/**
 * What is to be read of every run.
 *
 * Which runs fail must not depend on what else is looked at: `judged` says which elements decide, and at which times, as in `run_block`
 * of the package.
 * @param {object} data - The page's data.
 * @param {string[]} extra - Variables beside the study's outputs.
 * @returns {{times: Float64Array, wanted: number[], at: number[], judged: object | null, outputs: Array, laws: Array, variables: Array}}
 *   `times` of the engine; `wanted`, `at` and `judged` as `Machine.run` takes them. What stands below reads its answer: `places` among
 *   `wanted`, `save` among `at` (null for all); `single` says that an output is one number a run, which expressions may read.
 */
export function readingsOf(data, extra) {
  const known = READINGS.get(data) ?? new Map();
  READINGS.set(data, known);
  const key = JSON.stringify(extra);
  if (!known.has(key)) known.set(key, made(data, extra));
  return known.get(key);
}

function made(data, extra) {
  const times = new Float64Array(bytesOf(data.engine.times).buffer);
  const [wanted, place] = [[], new Map()];
  const read = (name) => {
    const found = find(data.engine.variables, name);
    const places = Array.from({ length: found.size }, (_, i) => {
      const element = found.first + i;
      if (!place.has(element)) place.set(element, wanted.push(element) - 1);
      return place.get(element);
    });
    return { variable: found.variable, axes: found.axes, places };
  };
  const dated = data.outputs.filter((o) => o.variable !== null && o.at !== null);
  const every = data.laws.length > 0 || dated.length < data.outputs.filter((o) => o.variable !== null).length;
  const all = Array.from(times, (_, i) => i);
  const deciding = every ? all : [...new Set(dated.map((o) => nearest(times, o.at)))].sort((a, b) => a - b);
  const at = extra.length ? all : deciding;
  const outputs = data.outputs.map((spec) => {
    const save = spec.at === null ? null : at.indexOf(nearest(times, spec.at));
    if (spec.variable === null) return { spec, save: null, axes: [], places: [], single: false };
    const found = read(spec.variable);
    return { spec, save, ...found, single: save !== null && !found.axes.length };
  });
  const laws = data.laws.map((law) => ({ ...law, balance: read(law.variable).places, largest: law.scale && read(law.scale).places }));
  const judged = extra.length ? { elements: [...wanted], at: deciding } : null;
  const variables = extra.map((name) => ({ name, save: null, ...read(name) }));
  return { times, wanted, at, judged, outputs, laws, variables };
}

function nearest(times, time) {
  let best = 0;
  times.forEach((t, i) => {
    if (Math.abs(t - time) < Math.abs(times[best] - time)) best = i;
  });
  return best;
}
