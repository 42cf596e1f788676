/** The journal of a workshop: every change of an assumption with its old value, the reason and the role of who spoke. */

import { Refusal, shown } from "../session/checks.mjs";
import { canonical, sha256 } from "../session/hash.mjs";

const LONGEST = 300;
const ROUNDING = 1e-9;
const CONTROL = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

/**
 * Return a text that a person wrote, cut at 300 characters, or refuse it.
 *
 * @param {*} value
 * @param {string} what it is, for the refusal
 */
export function textOf(value, what) {
  if (typeof value !== "string") throw new Refusal(`${what}: ${shown(value)} is no text.`);
  if (CONTROL.test(value)) throw new Refusal(`${what}: ${shown(value)} holds a control character.`);
  return [...value.trim()].slice(0, LONGEST).join("");
}

/** Return the role of who spoke: a short text, empty where nobody is named; or refuse it. */
export function roleOf(value) {
  const text = textOf(value, "Who spoke");
  if ([...text].length > 60) throw new Refusal(`Who spoke: a role has at most 60 characters; this one has ${[...text].length}.`);
  return text;
}

/**
 * Return a state with an entry for what a move changed of what is held or varies; the state itself where it changed nothing of that kind.
 *
 * Several changes of the same inputs in a row, of which none has a reason yet, are one: the value before them and the last.
 * @param {object} before state
 * @param {object} after the move
 * @param {string} screen on which it was made
 */
export function journalled(before, after, screen) {
  const changes = [...changed(before.held, after.held), ...changed(before.ranges, after.ranges)];
  if (!changes.length) return after;
  const { journal } = after.room;
  const last = journal.at(-1);
  const names = (list) => JSON.stringify(list.map(({ input }) => input).sort());
  const again = last && !last.reason && !last.who && last.screen === screen && names(last.changes) === names(changes);
  const rest = again ? journal.slice(0, -1) : journal;
  const was = new Map(again ? last.changes.map((change) => [change.input, change.was]) : []);
  const entry = { n: rest.length + 1, screen, changes: changes.map((c) => (again ? { ...c, was: was.get(c.input) } : c)), reason: "", who: "" };
  const same = entry.changes.every((c) => alike(c.was, c.now));
  return { ...after, room: { ...after.room, journal: same ? rest : [...rest, entry] } };
}

/** What differs between two tables by input: {input, was, now}, null where a table has none. */
function changed(before, after) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const at = (table, name) => (Object.hasOwn(table, name) ? table[name] : null);
  return names
    .map((input) => ({ input, was: at(before, input), now: at(after, input) }))
    .filter(({ was, now }) => !alike(was, now));
}

/** Whether two values are the same but for rounding: shares that are brought to a sum of one move by their last digit. */
function alike(a, b) {
  if (typeof a !== "number" || typeof b !== "number") return JSON.stringify(a) === JSON.stringify(b);
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}

/** A mark of what an entry changed, by which a move that names its number finds it again. */
export function markOf({ screen, changes }) {
  return sha256(canonical([screen, changes])).slice(0, 12);
}

/**
 * Return the number of the entry with a mark: the named one where it has it, else the last that has. In a session of which a move is left
 * out the entries have other numbers, and a reason must not pass to another change.
 */
export function numberOf(journal, n, mark) {
  const marked = journal.filter((entry) => markOf(entry) === mark);
  if (!marked.length) throw new Refusal(`The change that ${shown(n)} named is not in the journal.`);
  return (marked.find((entry) => entry.n === n) ?? marked.at(-1)).n;
}

/** The move that gives an entry its reason and its speaker. */
export function because(data, state, { n, reason, who }) {
  const { journal } = state.room;
  if (!journal.some((entry) => entry.n === n)) throw new Refusal(`The journal has no entry ${shown(n)}.`);
  const told = { reason: textOf(reason ?? "", "The reason"), who: roleOf(who ?? "") };
  return { room: { ...state.room, journal: journal.map((entry) => (entry.n === n ? { ...entry, ...told } : entry)) } };
}
