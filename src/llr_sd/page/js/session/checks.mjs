/** What a person, or a file, may set: each check gives back what it checked or refuses it in a sentence that names it. */

/** What is refused, in a sentence for a person. */
export class Refusal extends Error {}

const COUNTED = ["head", "heads", "person", "persons", "people", "patient", "patients", "wte", "fte"]; // never fewer than none
const LAWS = ["fixed", "pert", "triangular", "uniform", "truncated_normal", "normal", "lognormal", "beta", "p10_p90", "log_uniform", "discrete"];
const UNBOUNDED = ["normal", "lognormal", "p10_p90"];
const FEWEST_RUNS = 100;
const USUAL_RUNS = 500;
const LONGEST_NAME = 120;
const CLOSE = 1e-6; // how far the shares of a whole may sum from one

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

/** Return a value at which an input may be held in this page: permissible, and inside what the compiled model has room for; or refuse it. */
export function checkHeld(data, input, value) {
  checkValue(input, value);
  const room = data.engine?.limits?.[input.variable];
  if (room && !(room[0] <= value && value <= room[1])) {
    const most = `${general(room[0])} to ${general(room[1])} ${input.unit}`;
    throw new Refusal(`${input.name} = ${general(value)}: this page has room for ${most}. Make a page of a study with a wider range of it.`);
  }
  return value;
}

/** Return a value that an input may have, or refuse it as `Parameter.check` does. */
function checkValue(input, value) {
  const { name, unit } = input;
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Refusal(`${name}: ${shown(value)} is not a finite number.`);
  const low = input.minimum ?? -Infinity;
  const high = input.maximum ?? Infinity;
  if (!(low <= value && value <= high)) {
    throw new Refusal(`${name} = ${general(value)} is out of its range, ${general(low)} to ${general(high)} ${unit}. Choose a value inside it.`);
  }
  if (value < 0 && input.value >= 0 && low === -Infinity && COUNTED.includes(unit.toLowerCase())) {
    throw new Refusal(`${name} = ${general(value)}: there cannot be fewer than 0 ${unit}.`);
  }
  return value;
}

/** Return what a setting holds as pairs of name and value, or refuse it. */
export function checkSet(data, set) {
  if (!isTable(set)) throw new Refusal("A setting needs a table of inputs and their values.");
  return Object.entries(set).map(([name, value]) => [name, checkHeld(data, inputOf(data, name), value)]);
}

/** Refuse a setting that holds some shares of a whole and not the others, or that holds them at values that do not sum to one. */
export function checkShares(data, held) {
  for (const whole of new Set(data.inputs.map((input) => input.whole).filter(Boolean))) {
    const shares = data.inputs.filter((input) => input.whole === whole).map(({ name }) => name);
    const set = shares.filter((name) => Object.hasOwn(held, name));
    if (set.length === 0) continue;
    const rest = shares.find((name) => !set.includes(name));
    if (rest !== undefined) throw new Refusal(`The share ${set[0]} is held but not ${rest}: they would not sum to 1. Hold all or none.`);
    const sum = set.reduce((total, name) => total + held[name], 0);
    if (Math.abs(sum - 1) > CLOSE) throw new Refusal(`The shares ${set.join(", ")} are held at a sum of ${general(sum)}, not 1.`);
  }
}

/** Return a law from which an input may be drawn, with every key of a law in its place, or refuse it. */
export function checkLaw(data, input, law) {
  const { name } = input;
  if (input.whole) throw new Refusal(`${name} is a share of ${input.whole}: it varies with the other shares, and has no range of its own.`);
  if (!isTable(law) || !LAWS.includes(law.kind)) throw new Refusal(`${name}: ${shown(law?.kind)} is not a distribution.`);
  const numbers = ["low", "mode", "high", "sd"].map((key) => [key, numberOrNull(name, key, law[key])]);
  const lists = ["values", "weights"].map((key) => [key, numbersIn(name, key, law[key])]);
  const bounded = UNBOUNDED.includes(law.kind);
  const ends = ["minimum", "maximum"].map((key) => [key, bounded ? input[key] ?? null : null]);
  const made = { kind: law.kind, ...Object.fromEntries([...numbers, ...lists, ...ends]) };
  made.centre = made.kind === "p10_p90" && made.mode === null ? (made.low + made.high) / 2 : made.mode;
  for (const value of [made.low, made.mode, made.high, ...made.values]) if (value !== null) checkHeld(data, input, value);
  return made;
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
  return name.normalize("NFKC").toUpperCase().toLowerCase().split(/\s+/u).join(" ");
}

/** Return a number with six digits as Python's `:g` writes it. */
export function general(value) {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : value < 0 ? "-inf" : "nan";
  if (value === 0) return "0";
  const power = Number(value.toExponential(5).split("e")[1]);
  if (power >= -4 && power < 6) {
    const text = value.toFixed(Math.max(0, 5 - power));
    return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  }
  const [digits, exponent] = value.toExponential(5).split("e");
  const size = Math.abs(Number(exponent)).toString().padStart(2, "0");
  return `${digits.replace(/\.?0+$/, "")}e${Number(exponent) < 0 ? "-" : "+"}${size}`;
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
