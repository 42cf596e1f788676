/** Moves: the one way in which what a page keeps can change. A move is plain JSON; applied to the same state it gives the same state. */

import { canonical } from "./hash.mjs";
import { checkAsk, checkRuns, folded, frozen, inputOf, isTable, lawOf, Refusal, scenarioOf, shown, table, usualRuns } from "./checks.mjs";
import { checkSetting } from "./settings.mjs";

const MOST_SAVED = 100;
const LONGEST_VIEW = 20000;

/**
 * Return the state that a page opens with: its first scenario that answers the question, nothing changed.
 *
 * @param {object} data of the page
 * @returns {object} frozen: {held, from, ranges, saved, compare, runs, view}; held and ranges have no prototype, so that no name of an
 *   input is one of theirs
 */
export function begin(data) {
  const first = data.scenarios.find((scenario) => scenario.kind === "scenario") ?? data.scenarios[0];
  const held = table(Object.entries(first.set));
  return frozen({ held, from: first.name, ranges: table([]), saved: [], compare: [], runs: usualRuns(data), view: table([]) });
}

/**
 * Return what a state becomes by a move; the same object where the move changes nothing.
 *
 * @param {object} data of the page
 * @param {object} state as `begin` gives it
 * @param {object} move plain JSON: {kind: "hold", input, value} or {kind: "hold", values: {input: value}}, {kind: "release", input}, {kind: "range", input, law},
 *   {kind: "unrange", input}, {kind: "start", scenario} or {kind: "start", saved: id}, {kind: "back"} or {kind: "back", input} or {kind: "back", inputs} to what that start has, of all, of one input or of some, {kind: "keep", ...setting}, {kind: "forget", id}, {kind: "compare", ids},
 *   {kind: "runs", runs} or {kind: "view", ...}. A share of a whole moves the other shares with it: they keep their proportions.
 * @returns {object}
 * @throws {Refusal} naming what does not fit
 */
export function apply(data, state, move) {
  return applied(MOVES, data, state, move);
}

/**
 * The same by the kinds of a table: each with the keys that such a move may have (null: any), and what it changes.
 *
 * @param {Object<string, [string[]|null, (data: object, state: object, move: object) => object]>} kinds
 */
export function applied(kinds, data, state, move) {
  const kind = move !== null && typeof move === "object" && typeof move.kind === "string" ? move.kind : "";
  if (!Object.hasOwn(kinds, kind)) throw new Refusal(`"${kind}" is no move that this page knows.`);
  const [keys, change] = kinds[kind];
  const alien = keys === null ? undefined : Object.keys(move).find((key) => key !== "kind" && !keys.includes(key));
  if (alien !== undefined) throw new Refusal(`The move "${kind}" has no "${alien}".`);
  const changed = Object.entries(change(data, state, plain(move))).filter(([key, value]) => !alike(value, state[key]));
  return changed.length ? frozen({ ...state, ...Object.fromEntries(changed) }) : state;
}

/** The moves of every page: what is held, ranges, kept settings, what is on view. */
export const MOVES = {
  hold: [["input", "value", "values"], hold],
  release: [["input"], release],
  range: [["input", "law"], range],
  unrange: [["input"], unrange],
  start: [["scenario", "saved"], start],
  back: [["input", "inputs"], back],
  keep: [null, keep],
  forget: [["id"], forget],
  compare: [["ids"], compare],
  runs: [["runs"], (data, state, move) => ({ runs: checkRuns(data, move.runs) })],
  view: [null, view],
};

/** What a page of `llr-sd explore` keeps: how its sessions are called, what it opens with, and its moves. */
export const EXPLORE = Object.freeze({ kind: "llr_sd explore", place: "the view Save", begin, apply });

function hold(data, state, { input, value, values }) {
  if (values !== undefined && !isTable(values)) throw new Refusal('The move "hold" needs a table "values", or an "input" and its "value".');
  const given = values === undefined ? heldWith(data, state, inputOf(data, input), value) : Object.entries(values);
  const held = table([...Object.entries(state.held), ...given]);
  checkAsk(data, held, state.ranges);
  return { held };
}

/** What is held with an input: it alone, or all the shares of its whole, the others in the proportions in which they stand. */
function heldWith(data, state, input, value) {
  if (!input.whole || !Number.isFinite(value)) return [[input.name, value]];
  if (!(value >= 0 && value <= 1)) throw new Refusal(`${input.name} is a share of ${input.whole}: it lies between 0 and 1.`);
  const others = data.inputs.filter((other) => other.whole === input.whole && other !== input);
  const stand = others.map((other) => (Object.hasOwn(state.held, other.name) ? state.held[other.name] : other.middle ?? other.value));
  const sum = stand.reduce((total, share) => total + share, 0);
  const parts = stand.map((share) => (1 - value) * (sum > 0 ? share / sum : 1 / others.length));
  return [[input.name, value], ...others.map((other, i) => [other.name, parts[i]])];
}

function release(data, state, { input }) {
  const found = inputOf(data, input);
  const gone = (name) => name === found.name || (found.whole !== "" && inputOf(data, name).whole === found.whole);
  return { held: table(Object.entries(state.held).filter(([name]) => !gone(name))) };
}

function range(data, state, { input, law }) {
  const found = inputOf(data, input);
  const ranges = table([...Object.entries(state.ranges), [found.name, lawOf(data, found, law)]]);
  checkAsk(data, state.held, ranges);
  return { ranges };
}

function unrange(data, state, { input }) {
  const found = inputOf(data, input);
  return { ranges: table(Object.entries(state.ranges).filter(([name]) => name !== found.name)) };
}

function start(data, state, { scenario, saved }) {
  if (saved !== undefined) {
    const { from, held, ranges, runs } = savedAs(state, saved);
    return { from: scenarioOf(data, from).name, held, ranges, runs };
  }
  const found = scenarioOf(data, scenario);
  return { from: found.name, held: table(Object.entries(found.set)) };
}

/** Everything that `differencesOf` lists, or what it lists of some inputs, undone as one move; a share goes back with its whole. */
function back(data, state, { input, inputs }) {
  const { set } = scenarioOf(data, state.from);
  if (input === undefined && inputs === undefined) return { held: table(Object.entries(set)), ranges: table([]), runs: usualRuns(data) };
  if (inputs !== undefined && !Array.isArray(inputs)) throw new Refusal('The move "back" needs a list "inputs", or one "input".');
  const found = (inputs ?? [input]).map((name) => inputOf(data, name));
  const names = new Set(found.map(({ name }) => name));
  const wholes = new Set(found.map(({ whole }) => whole).filter((whole) => whole !== ""));
  const ours = (name) => names.has(name) || wholes.has(inputOf(data, name).whole);
  const others = Object.entries(state.held).filter(([name]) => !ours(name));
  const held = table([...others, ...Object.entries(set).filter(([name]) => ours(name))]);
  const ranges = table(Object.entries(state.ranges).filter(([name]) => !names.has(name)));
  checkAsk(data, held, ranges);
  return { held, ranges };
}

function keep(data, state, { kind, ...given }) {
  const setting = checkSetting(data, given);
  if (state.saved.length >= MOST_SAVED) throw new Refusal(`${MOST_SAVED} settings are kept already; forget one first.`);
  const taken = [...state.saved, ...data.scenarios].find((other) => folded(other.name) === folded(setting.name));
  if (taken) throw new Refusal(`"${taken.name}" is the name of another setting; choose another.`);
  const twin = state.saved.find(({ id }) => id === setting.id);
  if (twin) throw new Refusal(`"${setting.name}" has the hash of "${twin.name}": its file was changed by hand.`);
  return { saved: [...state.saved, setting] };
}

function forget(data, state, { id }) {
  savedAs(state, id);
  return { saved: state.saved.filter((s) => s.id !== id), compare: state.compare.filter((ref) => ref !== `saved:${id}`) };
}

function savedAs(state, id) {
  const found = state.saved.find((setting) => setting.id === id);
  if (!found) throw new Refusal(`No setting with the number ${shown(id)} is kept.`);
  return found;
}

function compare(data, state, { ids }) {
  if (!Array.isArray(ids)) throw new Refusal('The move "compare" needs a list "ids".');
  for (const ref of ids) {
    const known = ref === "now" || data.scenarios.some((s) => ref === `scenario:${s.name}`) || state.saved.some((s) => ref === `saved:${s.id}`);
    if (!known) throw new Refusal(`There is no setting "${ref}" to compare.`);
  }
  if (new Set(ids).size < ids.length) throw new Refusal("A setting is named twice in the comparison.");
  return { compare: ids };
}

function view(data, state, { kind, ...given }) {
  const merged = table([...Object.entries(state.view), ...Object.entries(given)].filter(([key]) => given[key] !== null));
  if (canonical(merged).length > LONGEST_VIEW) throw new Refusal("What is on view is too long to be kept.");
  return { view: merged };
}

/**
 * Return what differs from the scenario that a state starts from, each with the move that undoes it alone.
 *
 * @param {object} data of the page
 * @param {object} state
 * @returns {Array<{what: string, input: string|null, was: *, now: *, varies: boolean, move: object}>} `varies` in the state; what: "held" (now at a value, null before: it varied
 *   or stood at the model's own), "value" (held at another one), "released" (was held), "range" (laws; `was` null: it did not vary), "runs"
 */
export function differencesOf(data, state) {
  const { set } = scenarioOf(data, state.from);
  const found = [];
  for (const { name: input, law, whole, uncertain } of data.inputs) {
    const was = Object.hasOwn(set, input) ? set[input] : null;
    const now = Object.hasOwn(state.held, input) ? state.held[input] : null;
    const varies = now === null && (uncertain || Object.hasOwn(state.ranges, input));
    if (was !== now) {
      const what = was === null ? "held" : now === null ? "released" : "value";
      found.push({ what, input, was, now, varies, move: was === null ? { kind: "release", input } : { kind: "hold", ...heldBefore(data, set, input, whole) } });
    }
    if (Object.hasOwn(state.ranges, input)) {
      found.push({ what: "range", input, was: law ?? null, now: state.ranges[input], varies, move: { kind: "unrange", input } });
    }
  }
  const runs = usualRuns(data);
  if (state.runs !== runs) found.push({ what: "runs", input: null, was: runs, now: state.runs, varies: false, move: { kind: "runs", runs } });
  return frozen(found);
}

/** What a scenario holds of an input; of a share of a whole, what it holds of all of them. */
function heldBefore(data, set, input, whole) {
  if (!whole) return { input, value: set[input] };
  return { values: Object.fromEntries(data.inputs.filter((other) => other.whole === whole).map(({ name }) => [name, set[name]])) };
}

/** Whether two values of plain JSON are the same; what is one object needs no look inside. */
function alike(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object" || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && alike(a[key], b[key]));
}

function plain(move) {
  return JSON.parse(JSON.stringify(move));
}
