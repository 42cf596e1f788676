/** What a person, or a file, may set: each check gives back what it checked or refuses it in a sentence that names it. */

import { UNBOUNDED } from "../draws/laws.mjs";
import { problemsOf } from "../engine/asks.mjs";

/** What is refused, in a sentence for a person. */
export class Refusal extends Error {}

const FEWEST_RUNS = 100;
const USUAL_RUNS = 500;
const LONGEST_NAME = 120;

/** Return the input of a name, or refuse. */
export function inputOf(data, name) {
  let known = INDEX.get(data);
  if (!known) INDEX.set(data, (known = new Map(data.inputs.map((input) => [input.name, input]))));
  const found = known.get(name);
  if (!found) throw new Refusal(`The model has no input ${shown(name)}.`);
  return found;
}
const INDEX = new WeakMap();

/** Return the scenario of a name, or refuse. */
export function scenarioOf(data, name) {
  const found = data.scenarios.find((scenario) => scenario.name === name);
  if (!found) throw new Refusal(`The study has no scenario ${shown(name)}.`);
  return found;
}

/**
 * Refuse a setting that cannot be run, in the words of `llr-sd run`.
 *
 * @param {object} data of the page
 * @param {object} held values by name of input
 * @param {object} ranges laws by name of input
 * @throws {Refusal} with the first of its faults
 */
export function checkAsk(data, held, ranges) {
  const [first] = problemsOf(data, { held, ranges });
  if (first) throw new Refusal(sentence(first));
}

/** Return a law from which an input may be drawn with every key of a law in its place; `checkAsk` says whether it can be. */
export function lawOf(data, input, law) {
  const { name } = input;
  if (!isTable(law)) throw new Refusal(`${name}: ${shown(law)} is no range.`);
  if (law.kind === "fixed") throw new Refusal(`${name}: a range needs two ends; hold it at a value instead.`);
  const numbers = ["low", "mode", "high", "sd"].map((key) => [key, numberOrNull(name, key, law[key])]);
  const lists = ["values", "weights"].map((key) => [key, numbersIn(name, key, law[key])]);
  const bounds = UNBOUNDED.includes(law.kind) ? data.draws.bounds[name] : [null, null];
  const made = { kind: String(law.kind), ...Object.fromEntries([...numbers, ...lists]), minimum: bounds[0], maximum: bounds[1] };
  const halfway = made.kind === "p10_p90" && made.mode === null && made.low !== null && made.high !== null;
  return { ...made, centre: halfway ? (made.low + made.high) / 2 : made.mode };
}

function numberOrNull(name, key, value) {
  if (value === null || value === undefined) return null;
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Refusal(`${name}, ${key}: ${shown(value)} is not a finite number.`);
  return value;
}

function numbersIn(name, key, values) {
  if (values === null || values === undefined) return [];
  if (!Array.isArray(values)) throw new Refusal(`${name}, ${key}: needs a list of numbers.`);
  return values.map((value) => numberOrNull(name, key, value ?? NaN));
}

/** A fault as a sentence that names its input; the command line names it in front. */
function sentence({ input, what }) {
  if (what.startsWith("sets ")) return `The setting ${what}`;
  if (what.startsWith("the model ")) return `T${what.slice(1)}`;
  return what.startsWith(input) ? what : `${input}: ${what}`;
}

/** Return how many runs a full ensemble of the page has, unless a person asks for more. */
export function usualRuns(data) {
  return Math.min(USUAL_RUNS, data.study.runs);
}

/** Return a number of runs that a page takes, or refuse it. */
export function checkRuns(data, runs) {
  const most = data.study.runs;
  const least = Math.min(FEWEST_RUNS, most);
  if (!Number.isSafeInteger(runs) || runs < least || runs > most) {
    throw new Refusal(`${shown(runs)} runs: choose a whole number from ${least} to ${most}, which is how many the study has.`);
  }
  return runs;
}

/** Return a name that a scenario of a study can have (one line, at most 120 characters, nothing that turns the writing), or refuse it. */
export function checkName(name) {
  if (typeof name !== "string") throw new Refusal(`${shown(name)} cannot be a name: write a text.`);
  if (/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u.test(name)) throw new Refusal(`${shown(name)} cannot be a name: it holds a control character.`);
  if (name.trim() === "" || name.trim() !== name) throw new Refusal(`${shown(name)} cannot be a name: it is empty, or begins or ends with a space.`);
  if ([...name].length > LONGEST_NAME) throw new Refusal(`A name has at most ${LONGEST_NAME} characters; this one has ${[...name].length}.`);
  return name;
}

/** Return a name without regard to case and to forms of a letter: two scenarios of a study must differ in more. */
export function folded(name) {
  return name.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().trim().split(/\s+/u).join(" ");
}

/** Return a value as a message quotes it, cut to what a line holds. */
export function shown(value) {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Whether a value is a table of keys and values. */
export function isTable(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Return a table without a prototype, in the order in which its keys were first given; later values win. */
export function table(entries) {
  const made = Object.create(null);
  for (const [key, value] of entries) made[key] = value;
  return made;
}

/** Return a value with everything in it frozen. */
export function frozen(value) {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}
