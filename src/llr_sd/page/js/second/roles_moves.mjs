/** The roles that would fill each level: whole time equivalents by role, and the move that says them. */

import { folded, frozen, isTable, Refusal, shown, table } from "../session/checks.mjs";
import { textOf } from "../workshop/journal.mjs";

const MOST_PARTS = 30;
const LONGEST_ROLE = 60;
const MOST_WTE = 100000;

/**
 * Return what the move "roles" makes of a state.
 *
 * @param {object} data of the page
 * @param {object} state
 * @param {{level: string, parts: Array<{role: string, wte: number}>|null}} move null for the roles of today
 * @returns {{room: object}}
 * @throws {Refusal} naming level and role
 */
function filled(data, state, { level, parts }) {
  const { levels } = data.workshop.words;
  if (typeof level !== "string" || !Object.hasOwn(levels, level)) throw new Refusal(`${shown(level)} is no skill level.`);
  const others = Object.entries(state.room.roles).filter(([name]) => name !== level);
  const own = parts === null ? [] : [[level, checkParts(parts, levels[level].label)]];
  return { room: { ...state.room, roles: table([...others, ...own]) } };
}

/** Return parts as they are kept, or refuse them. */
function checkParts(parts, label) {
  if (!Array.isArray(parts)) throw new Refusal('The move "roles" needs a list "parts".');
  if (parts.length > MOST_PARTS) throw new Refusal(`${label}: ${parts.length} roles; a level takes ${MOST_PARTS}.`);
  const seen = new Set();
  return frozen(parts.map((part, i) => {
    if (!isTable(part)) throw new Refusal(`${label}, role ${i + 1}: ${shown(part)} is no role with its WTE.`);
    const alien = Object.keys(part).find((key) => key !== "role" && key !== "wte");
    if (alien !== undefined) throw new Refusal(`${label}, role ${i + 1} has no "${alien}".`);
    const role = textOf(part.role, `${label}, role ${i + 1}`);
    if (!role) throw new Refusal(`${label}, role ${i + 1}: write a role.`);
    if ([...role].length > LONGEST_ROLE) throw new Refusal(`${label}, role ${i + 1}: a role has at most ${LONGEST_ROLE} characters.`);
    if (seen.has(folded(role))) throw new Refusal(`${label}: ${role} is there twice.`);
    seen.add(folded(role));
    const { wte } = part;
    if (typeof wte !== "number" || !Number.isFinite(wte)) throw new Refusal(`${label}, ${role}: ${shown(wte)} is no number of WTE.`);
    if (wte < 0) throw new Refusal(`${label}, ${role}: WTE cannot be less than nought.`);
    if (wte > MOST_WTE) throw new Refusal(`${label}, ${role}: ${shown(wte)} WTE are more than any site has.`);
    return { role, wte };
  }));
}

/** The move of this part: its keys, and what it makes of a state. */
export const ROLES_MOVES = Object.freeze({ roles: [["level", "parts"], filled] });
