/** A session as text: the moves that were made, one a line, under what they were made on; read back move by move. */

import { Refusal, isTable, shown } from "./checks.mjs";
import { canonical } from "./hash.mjs";
import { EXPLORE } from "./moves.mjs";

const FORMAT = 1;
const LARGEST = 20000000; // characters

/**
 * Return a session as the text of a file; the same moves on the same page give the same bytes.
 *
 * @param {object} data of the page
 * @param {Array<object>} moves in their order
 * @param {object} [set] of moves, as `EXPLORE`
 * @returns {string} JSON
 */
export function writeSession(data, moves, set = EXPLORE) {
  const head = { format: FORMAT, session: set.kind, what: data.what, model: { name: data.model.name, sha256: data.model.sha256 }, page: data.key, made: data.made };
  const lines = Object.entries(head).map(([key, value]) => `${JSON.stringify(key)}: ${canonical(value)},`);
  return ["{", ...lines, '"moves": [', moves.map(lineOf).join(",\n"), "]", "}", ""].join("\n");
}

/** A move as its line; a frozen one is written once, since every move writes the whole session. */
function lineOf(move) {
  if (!Object.isFrozen(move)) return canonical(move);
  if (!LINES.has(move)) LINES.set(move, canonical(move));
  return LINES.get(move);
}
const LINES = new WeakMap();

/**
 * Read a session and try each of its moves on this page.
 *
 * @param {object} data of the page
 * @param {string} text of a file
 * @param {object} [set] of moves, as `EXPLORE`
 * @returns {{moves: Array<object>, faults: Array<string>, told: Array<string>}} the moves that fit, each that does not fit in a sentence,
 *   and what else a reader must know
 * @throws {Refusal} where it is no session, or one of another model or of a later format
 */
export function readSession(data, text, set = EXPLORE) {
  if (text.length > LARGEST) throw new Refusal("The file is too large to be a session.");
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Refusal("The file is no session: it is not valid JSON, or it was cut short.");
  }
  if (!isTable(found) || found.session !== set.kind) throw new Refusal("The file is no session of such a page.");
  if (found.format !== FORMAT) throw new Refusal(`The session has the format ${shown(found.format)}; this page reads the format ${FORMAT}.`);
  if (found.model?.name !== data.model.name) {
    throw new Refusal(`The session is of the model ${shown(found.model?.name)}; this page is of the model ${shown(data.model.name)}.`);
  }
  if (!Array.isArray(found.moves)) throw new Refusal('The session has no list "moves".');
  const other = found.what === data.what ? [] : [`The session is of ${shown(found.what)}; this page is of ${shown(data.what)}.`];
  const told = found.page === data.key ? [] : [...other, "The session was made by another version of this page, of its study or of its model. Numbers kept in it are marked, and not shown as this page's."];
  return { ...fitting(data, found.moves, set), told };
}

/**
 * Return what a session says of itself, whatever page it is of; null where it cannot be read.
 *
 * @param {string} text
 * @returns {{what: string, model: string, version: string, moves: number}|null} `moves` without those that only looked elsewhere
 */
export function headOf(text) {
  try {
    const { what, model, made, moves } = JSON.parse(text);
    return { what: String(what), model: String(model.name), version: String(made.version), moves: moves.filter((move) => move?.kind !== "view").length };
  } catch {
    return null;
  }
}

function fitting(data, given, set) {
  const moves = [];
  const faults = [];
  let state = set.begin(data);
  for (const [i, move] of given.entries()) {
    try {
      state = set.apply(data, state, move);
      moves.push(move);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      faults.push(`Move ${i + 1}: ${error.message}`);
    }
  }
  return { moves, faults };
}
