/** The moves of a workshop: those of every page, and those of a room. Each part checks its own. */

import { CHALLENGE_MOVES } from "../second/challenge_moves.mjs";
import { ROLES_MOVES } from "../second/roles_moves.mjs";
import { STAFF_MOVES } from "../first/staff_moves.mjs";
import { frozen, isTable, Refusal, shown, table } from "../session/checks.mjs";
import { applied, begin, MOVES } from "../session/moves.mjs";
import { because, journalled, numberOf, roleOf } from "./journal.mjs";

const MOST_PEOPLE = 40;

const KINDS = Object.freeze({ ...MOVES, because: [["n", "reason", "who"], because], people: [["people"], people], ...STAFF_MOVES, ...CHALLENGE_MOVES, ...ROLES_MOVES });

/** What the page of a workshop keeps: how its sessions are called, what it opens with, and its moves. */
export const WORKSHOP = Object.freeze({ kind: "llr_sd workshop", place: "the screen Take away", begin: beginRoom, apply });

/** The state that the page opens with: that of every page, and a room in which nothing was said. */
function beginRoom(data) {
  const room = { staff: null, journal: [], opinions: [], cards: table([]), risks: table([]), roles: table([]), people: [] };
  return frozen({ ...begin(data), room });
}

/**
 * What a state becomes by a move, on the screen that the move names; what it changes of held values or ranges enters the journal. A move
 * with `n` says by `of` which entry it means.
 */
function apply(data, state, move) {
  const { screen = "", of, ...rest } = isTable(move) ? move : {};
  if (typeof screen !== "string" || screen.length > 40) throw new Refusal(`${shown(screen)} is no screen.`);
  if (of !== undefined) rest.n = numberOf(state.room.journal, rest.n, of);
  const next = applied(KINDS, data, state, rest);
  return next === state ? state : frozen(journalled(state, next, screen));
}

/** Who is in the room: roles, not names. */
function people(data, state, { people: roles }) {
  if (!Array.isArray(roles)) throw new Refusal('The move "people" needs a list "people".');
  if (roles.length > MOST_PEOPLE) throw new Refusal(`At most ${MOST_PEOPLE} roles can be in the room.`);
  const named = roles.map(roleOf).filter((role) => role !== "");
  return { room: { ...state.room, people: [...new Set(named)] } };
}
