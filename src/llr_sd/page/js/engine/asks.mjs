/** What a setting cannot be, said before anything runs, in the sentences of `llr-sd run`. */

import { lawProblem, valueProblem } from "../draws/laws.mjs";

const CLOSE = 1e-6; // how far shares of a whole may sum from one, as in `run/shares.py`

/**
 * What is wrong with an ask.
 * @param {object} data - The page's data.
 * @param {{held: Object<string, number>, ranges: Object<string, object>}} ask
 * @returns {Array<{input: string, what: string}>} In the order of the inputs; empty where all can be run.
 */
export function problemsOf(data, ask) {
  const inputs = new Map(data.inputs.map((input) => [input.name, input]));
  const found = [];
  const say = (input, what) => what && found.push({ input, what });
  for (const name of [...Object.keys(ask.held), ...Object.keys(ask.ranges)]) {
    if (!inputs.has(name)) say(name, `the model has no parameter "${name}".`);
  }
  for (const input of data.inputs) {
    if (Object.hasOwn(ask.held, input.name)) say(input.name, heldProblem(data, input, ask.held[input.name]));
    if (Object.hasOwn(ask.ranges, input.name)) {
      const law = ask.ranges[input.name];
      say(input.name, lawProblem(law, input, data.draws.bounds[input.name]) ?? lawRoomProblem(data.engine, input, law));
    }
  }
  return [...found, ...shareProblems(data, ask)];
}

function heldProblem(data, input, value) {
  if (!Number.isFinite(value)) return `${input.name} is not a finite number.`;
  return valueProblem(value, input) ?? roomProblem(data.engine, input, value);
}

/** What the code of the page has room for: the length of a queue, the order of a delay. */
function roomProblem({ limits, whole }, { name, variable, unit }, value) {
  const [low, high] = Object.hasOwn(limits, variable) ? limits[variable] : [-Infinity, Infinity];
  if (value < low || value > high) return `${name} = ${value}: this page was made for ${low} to ${high} ${unit}.`;
  return whole.includes(variable) && !Number.isInteger(value) ? `${name} = ${value}: it takes whole numbers.` : null;
}

/** The same of a law: its ends, and every value that it can take where only whole numbers do. */
function lawRoomProblem(engine, input, law) {
  if (engine.whole.includes(input.variable) && law.kind !== "discrete") return `${input.name} takes whole numbers: name them one by one.`;
  const ends = [law.low, law.mode, law.high, ...(law.values ?? [])].filter(Number.isFinite);
  return ends.map((value) => roomProblem(engine, input, value)).find(Boolean) ?? null;
}

/** Shares of a whole are all held or none, and sum to one. */
function shareProblems(data, ask) {
  const found = [];
  for (const whole of new Set(data.inputs.map((i) => i.whole).filter(Boolean))) {
    const members = data.inputs.filter((i) => i.whole === whole).map((i) => i.name);
    const held = members.filter((name) => Object.hasOwn(ask.held, name));
    const sum = held.reduce((all, name) => all + ask.held[name], 0);
    const rest = members.find((name) => !held.includes(name));
    if (held.length && rest) {
      found.push({ input: rest, what: `sets the share ${held[0]} but not ${rest}: they would not sum to 1. Set all or none.` });
    } else if (held.length && Math.abs(sum - 1) > CLOSE) {
      const told = Number(sum.toPrecision(9));
      found.push({ input: held[0], what: `sets the shares ${held.join(", ")} to a sum of ${told}, not 1.` });
    }
  }
  return found;
}
