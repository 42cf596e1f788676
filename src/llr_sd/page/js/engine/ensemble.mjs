/**
 * The method of the page: a setting of a study becomes numbers, run by run, as `run/prepare.py` and `run/block.py` of the package make
 * them: draws, what the setting holds, runs of the model, the study's outputs, and which runs failed.
 */

import { draw, middle } from "../draws/draw.mjs";
import { evaluate } from "./expressions.mjs";
import { elementLabels, readingsOf } from "./readings.mjs";

/**
 * Simulate some members of a setting.
 * @param {Machine} machine - Of `engine.mjs`.
 * @param {object} data - The page's data.
 * @param {{held: Object<string, number>, ranges: Object<string, object>, runs: number, members?: number, variables?: string[]}} ask -
 *   Values held, laws in place of the study's, the size of the whole ensemble, how many of its members are asked for, and variables
 *   wanted beside the study's outputs.
 * @param {number} first - The first member wanted.
 * @param {number} count - How many.
 * @returns {{first: number, count: number, outputs: Map, variables: Map, ok: Uint8Array, failures: Array, findings: Array, drawn: Map, central: object | null}}
 *   Arrays of shape (run, [time,] element) by output and by variable, NaN in runs that failed; what was drawn and not held, shape (run), by
 *   input; the central run comes with member 0.
 */
export function simulate(machine, data, ask, first, count) {
  const laws = lawsOf(data, ask);
  const columns = drawn(data, ask);
  const part = answers(machine, data, ask, first, count, (name, run) => columns.get(name)?.[run]);
  const varied = [...columns].filter(([name]) => !Object.hasOwn(ask.held, name));
  part.drawn = new Map(varied.map(([name, column]) => [name, column.slice(first, first + count)]));
  const inputs = new Map(data.inputs.map((input) => [input.name, input]));
  const middles = new Map([...laws].map(([name, law]) => [name, middle(inputs.get(name), law)]));
  part.central = first === 0 ? answers(machine, data, ask, 0, 1, (name) => middles.get(name)) : null;
  return part;
}

/**
 * The same, and how many milliseconds the model itself ran.
 * @returns {{part: object, ran: number}}
 */
export function timed(machine, data, ask, first, count) {
  let ran = 0;
  const run = (...given) => {
    const began = performance.now();
    const found = machine.run(...given);
    ran += performance.now() - began;
    return found;
  };
  return { part: simulate({ run }, data, ask, first, count), ran };
}

/**
 * How many runs a setting has: one where nothing varies.
 * @param {object} data
 * @param {object} ask
 * @returns {number}
 */
export function runsOf(data, ask) {
  return lawsOf(data, ask).size ? ask.runs : 1;
}

/** The law of each input that varies, in the order of the model's table. */
function lawsOf(data, ask) {
  const ranges = new Map(Object.entries(ask.ranges));
  return new Map(data.inputs.filter((i) => i.uncertain || ranges.has(i.name)).map((i) => [i.name, ranges.get(i.name) ?? i.law]));
}

/** The answers to an ask: the design with held values in place, its runs, and the outputs of each. */
function answers(machine, data, ask, first, count, varied) {
  const readings = readingsOf(data, ask.variables ?? []);
  const design = new Float64Array(data.inputs.length * count);
  const held = new Map(Object.entries(ask.held));
  data.inputs.forEach(({ name, value }, i) => {
    for (let run = 0; run < count; run++) design[i * count + run] = held.get(name) ?? varied(name, first + run) ?? value;
  });
  const { values, status, findings } = machine.run(design, count, readings.wanted, readings.at, readings.judged);
  const shape = { values, count, saves: readings.at.length, kept: readings.wanted.length };
  const read = (list, name) => new Map(list.map((r) => [name(r), taken(shape, r)]));
  const outputs = read(readings.outputs.filter((o) => o.spec.variable !== null), (o) => o.spec.name);
  // An expression may stand before the variables that it reads, but not before another expression.
  const singles = new Map(readings.outputs.filter((o) => o.single).map((o) => [o.spec.name, outputs.get(o.spec.name)]));
  for (const { spec } of readings.outputs.filter((o) => o.spec.variable === null)) {
    singles.set(spec.name, evaluate(spec.expression, singles, count));
    outputs.set(spec.name, singles.get(spec.name));
  }
  const variables = read(readings.variables, (v) => v.name);
  const failures = failed(status, lawBreaks(shape, readings), readings, outputs, first);
  const ok = new Uint8Array(count).fill(1);
  for (const failure of failures) ok[failure.run - first] = 0;
  for (const array of [...outputs.values(), ...variables.values()]) {
    const size = array.length / count;
    ok.forEach((good, run) => good || array.fill(NaN, run * size, (run + 1) * size));
  }
  return { first, count, outputs, variables, ok, failures, findings };
}

/** The numbers of one reading, shape (run, [save,] element), of values of shape (run, save, kept). */
function taken({ values, count, saves, kept }, { places, save }) {
  const chosen = save === null ? Array.from({ length: saves }, (_, s) => s) : [save];
  const found = new Float64Array(count * chosen.length * places.length);
  let next = 0;
  for (let run = 0; run < count; run++) {
    for (const s of chosen) {
      const row = (run * saves + s) * kept;
      for (const place of places) found[next++] = values[row + place];
    }
  }
  return found;
}

/** For each run, the first law that it breaks and when; a balance that has no value is not held. */
function lawBreaks({ values, count, saves, kept }, readings) {
  const found = new Array(count).fill(null);
  for (const law of readings.laws) {
    for (let run = 0; run < count; run++) {
      const value = (save, place) => Math.abs(values[(run * saves + save) * kept + place]);
      let largest = law.largest ? 0 : 1;
      for (let save = 0; law.largest && save < saves; save++) {
        for (const place of law.largest) largest = Math.max(largest, value(save, place));
      }
      const scale = largest > 0 ? largest : 1;
      for (let save = 0; found[run] === null && save < saves; save++) {
        if (law.balance.some((place) => !(value(save, place) / scale <= law.tolerance))) {
          found[run] = { reason: `breaks the law "${law.name}"`, variable: law.variable, time: readings.times[readings.at[save]] };
        }
      }
    }
  }
  return found;
}

/** Why each failed run failed: the engine's reason, else a law, else an output that is not finite; an expression may be undefined. */
function failed(status, broken, readings, outputs, first) {
  const found = [];
  status.forEach((engine, run) => {
    const unfit = () => {
      const output = readings.outputs.find(({ spec }) => {
        const size = spec.variable === null ? 0 : outputs.get(spec.name).length / status.length;
        return !outputs.get(spec.name).subarray(run * size, (run + 1) * size).every(Number.isFinite);
      });
      return output ? { reason: "not a finite number", variable: output.spec.name, time: output.spec.at } : null;
    };
    const why = engine ?? broken[run] ?? unfit();
    if (why) found.push({ run: first + run, time: why.time, variable: why.variable, reason: why.reason });
  });
  return found;
}

const DRAWN = new WeakMap();

/**
 * What is drawn for an ask. The draws of the last laws are kept, since a hand that moves a lever leaves them as they are. Draws at random
 * are the same however many follow, so a coarse ask needs those of its members alone.
 * @param {object} data
 * @param {object} ask
 * @returns {Map<string, Float64Array>} By input, in its unit, shape (run).
 */
export function drawn(data, ask) {
  const { runs: all, members = all } = ask;
  const laws = lawsOf(data, ask);
  const runs = data.draws.design === "random" ? Math.min(members, all) : all;
  const key = JSON.stringify([data.draws.design === "random" || all, [...laws]]);
  const last = DRAWN.get(data);
  if (last?.key === key && last.runs >= runs) return last.columns;
  const { names, values } = draw(data.draws, data.inputs, laws, laws.size ? runs : 1);
  const size = names.length ? values.length / names.length : 0;
  const columns = new Map(names.map((name, i) => [name, values.subarray(i * size, (i + 1) * size)]));
  DRAWN.set(data, { key, runs, columns });
  return columns;
}

/**
 * Put the parts of one ask together.
 * @param {object} data
 * @param {object} ask
 * @param {Array} parts - Of `simulate`, in any order, without gaps from member 0 on.
 * @param {number} took - Milliseconds since it was asked.
 * @returns {object} The Ensemble: {ask, runs, certain (whether all that varies is held, so that every run is the same), times, outputs, variables: Map name -> {spec, times, elements, values}, ok, failures,
 *   findings (what must be known though no run failed: {variable, what, value, runs, mend}), drawn: Map, central, took}.
 */
export function mergeParts(data, ask, parts, took) {
  const ordered = [...parts].sort((a, b) => a.first - b.first);
  const runs = ordered.reduce((n, part) => n + part.count, 0);
  const readings = readingsOf(data, ask.variables ?? []);
  const { times } = readings;
  const joined = (pick) => {
    const arrays = ordered.map(pick);
    const whole = new arrays[0].constructor(arrays.reduce((n, a) => n + a.length, 0));
    arrays.reduce((at, array) => (whole.set(array, at), at + array.length), 0);
    return whole;
  };
  const named = (pick) => ({
    outputs: new Map(
      readings.outputs.map(({ spec, axes, save }) => {
        const over = spec.variable !== null && save === null ? times : null;
        return [spec.name, { spec, times: over, elements: elementLabels(spec.axes ?? axes), values: pick("outputs", spec.name) }];
      }),
    ),
    variables: new Map(
      readings.variables.map(({ name, variable, axes }) => {
        return [name, { spec: variable, times, elements: elementLabels(axes), values: pick("variables", name) }];
      }),
    ),
  });
  const middle = ordered[0].central;
  return {
    ask,
    runs,
    certain: ordered[0].drawn.size === 0,
    times,
    ...named((kind, name) => joined((part) => part[kind].get(name))),
    ok: joined((part) => part.ok),
    failures: ordered.flatMap((part) => part.failures),
    findings: merged(ordered.flatMap((part) => part.findings)),
    drawn: new Map([...ordered[0].drawn.keys()].map((name) => [name, joined((part) => part.drawn.get(name))])),
    central: { runs: 1, times, ...named((kind, name) => middle[kind].get(name)), ok: middle.ok, failures: middle.failures },
    took,
  };
}

/** The findings of several parts as those of one: the worst number of each, and all its runs; as `findings.merged` has it. */
function merged(findings) {
  const found = new Map();
  for (const one of findings) {
    const key = JSON.stringify([one.variable, one.mend]);
    const other = found.get(key);
    const worse = other && !(one.value < other.value) ? other : one;
    found.set(key, { ...worse, runs: one.runs + (other?.runs ?? 0) });
  }
  return [...found.values()];
}
