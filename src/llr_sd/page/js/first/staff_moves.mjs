/** Staff now, row by row: a role, its staff group, its skill level, WTE and heads; what the model is told of them, and the move that says it. */

import { checkAsk, frozen, isTable, Refusal, shown, table } from "../session/checks.mjs";

const KEYS = ["role", "group", "level", "wte", "heads", "lent"];
const MOST_ROWS = 80;
const LONGEST_ROLE = 60;
/** Decimals of a sum: finer than anybody enters, coarser than what adding fractions leaves over. */
const DECIMALS = 9;
/** What sums of an import may differ by, since its tables are rounded [WTE]. */
const ROUNDED = 1e-4;

/** Sum of numbers without what adding binary fractions leaves over. */
export function total(numbers) {
  return Number(numbers.reduce((sum, number) => sum + number, 0).toFixed(DECIMALS));
}

/** Which rows count as the site's own: bar 1 is of these alone. */
export function own(rows) {
  return rows.filter((row) => !row.lent);
}

/** WTE of the rows at each level. */
export function byLevel(levels, rows) {
  return Object.fromEntries(levels.map((level) => [level, total(rows.filter((row) => row.level === level).map((row) => row.wte))]));
}

/**
 * Return the rows that a site's table says: those that an import knows by group and level, else each staff group split as the model splits
 * it; a table that gives levels and groups apart is read so that both sums hold.
 *
 * @param {object} data of the page
 * @param {(input: string) => number} value in force of an input
 * @returns {Array<{role: string, group: string, level: string, wte: number, heads: number|null, lent: boolean}>}
 */
export function openingRows(data, value) {
  const levels = Object.keys(data.workshop.words.levels);
  const groups = Object.keys(data.workshop.words.groups);
  const returned = groups.map((group) => value(`return_wte_${group}`));
  const known = levels.map((level) => value(`skill_return_${level}`));
  const cells = total(known) > 0 ? imported(data.workshop.site.staff, groups, levels, returned, known) : split(data, value, groups, levels, returned);
  const rows = cells.map(([g, k, wte, heads = null]) => ({ group: groups[g], level: levels[k], wte: total([wte]), heads })).filter(({ wte }) => wte > 0);
  return frozen(rows.map((row) => ({ role: usualRole(data, row.group, row.level), ...row, lent: false })));
}

/** What an import tells of both together, and what is left of its groups and levels; these alone where they do not hold the cells. */
function imported(staff, groups, levels, returned, known) {
  const told = staff.map(({ group, level, wte, heads }) => [groups.indexOf(group), levels.indexOf(level), wte, heads]);
  const left = (sums, axis) => sums.map((sum, i) => total([sum, ...told.filter((cell) => cell[axis] === i).map(([, , wte]) => -wte)]));
  const [restOfGroups, restOfLevels] = [left(returned, 0), left(known, 1)];
  if ([...restOfGroups, ...restOfLevels].some((rest) => rest < -ROUNDED)) return paired(returned, known);
  const rest = (sums) => sums.map((sum) => (sum > ROUNDED ? sum : 0));
  return [...told, ...paired(rest(restOfGroups), rest(restOfLevels))].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

/** Each group over the levels by the weights of the model. */
function split(data, value, groups, levels, returned) {
  return groups.flatMap((group, g) => {
    const weights = levels.map((level) => value(`group_skill_weight_${group}_${level}`));
    const sum = weights.reduce((all, weight) => all + weight, 0);
    return weights.map((weight, k) => [g, k, sum > 0 ? (returned[g] * weight) / sum : 0]);
  });
}

/** Groups and levels, both from the most to the least trained, laid side by side: where both run out together, both sums hold. */
function paired(returned, known) {
  const [left, room] = [[...returned], [...known]];
  const cells = [];
  for (let g = 0, k = 0; g < left.length && k < room.length; ) {
    const wte = Math.min(left[g], room[k]);
    if (wte > 0) cells.push([g, k, wte]);
    left[g] = total([left[g], -wte]);
    room[k] = total([room[k], -wte]);
    if (left[g] === 0) g += 1;
    else k += 1;
  }
  return cells;
}

/** A number as people type it, "2.5" or "2,5"; null where it is none. */
export function numberTyped(text) {
  const plain = text.trim().replace(",", ".");
  return /^\d+(\.\d*)?$|^\.\d+$/.test(plain) ? Number(plain) : null;
}

/** Two rows in place of one, so that half of its staff can be given another level; people whom two rows would share are not told. */
export function halves(row) {
  const second = Number((row.wte / 2).toFixed(2));
  const people = row.heads === null || row.heads < 2 ? [null, null] : [Math.ceil(row.heads / 2), Math.floor(row.heads / 2)];
  return [second === row.wte ? 0 : total([row.wte, -second]), second].map((wte, i) => ({ ...row, wte, heads: people[i] }));
}

/** Where a role stands, by the workshop's list or the table of the imports and the other names there; nothing where neither knows it. */
export function standing(data, name) {
  const plain = name.trim().toLowerCase();
  const found = [...data.workshop.roles, ...data.workshop.roleTable].find((role) => [role.name, ...(role.also ?? [])].some((other) => other.toLowerCase() === plain));
  return found ? { group: found.group, level: found.level } : {};
}

/** The role that a group most often has at a level: the first of the list that exists now, else a name of group and level. */
export function usualRole(data, group, level) {
  const { words, roles } = data.workshop;
  const found = roles.find((role) => role.group === group && role.level === level && role.existing) ?? roles.find((role) => role.group === group && role.level === level);
  return found?.name ?? `${words.groups[group].label}, ${words.levels[level].label.toLowerCase()}`;
}

/**
 * Return what the model is told of the site's own rows: WTE by staff group and by skill level.
 *
 * Levels go in as such, and not as shares of the groups: those shares split the staff of all LLR's practices too, so that a site which
 * maps its own staff otherwise would move what it is compared with.
 *
 * @param {object} data of the page
 * @param {Array<object>} rows checked
 * @returns {Array<[string, number]>} inputs and their values
 */
export function toldBy(data, rows) {
  const mine = own(rows);
  const groups = Object.keys(data.workshop.words.groups).map((group) => [`return_wte_${group}`, total(mine.filter((row) => row.group === group).map((row) => row.wte))]);
  const levels = Object.entries(byLevel(Object.keys(data.workshop.words.levels), mine)).map(([level, wte]) => [`skill_return_${level}`, wte]);
  return [...groups, ...levels];
}

/** Staff lent by others, moved by what the rows changed of them: the rest was said on another screen, and stays. */
function lentBy(data, state, before, after) {
  if (!takesLent(data)) return [];
  const sums = (rows) => byLevel(Object.keys(data.workshop.words.levels), rows.filter((row) => row.lent));
  const [was, now] = [sums(before), sums(after)];
  return Object.keys(now).filter((level) => now[level] !== was[level]).map((level) => {
    const name = `lent_wte_${level}`;
    const stands = Object.hasOwn(state.held, name) ? state.held[name] : data.inputs.find((input) => input.name === name).value;
    return [name, Math.max(0, total([stands, now[level], -was[level]]))];
  });
}

/** Whether the model knows of staff whom other employers lend. */
export function takesLent(data) {
  return data.inputs.some(({ name }) => name.startsWith("lent_wte_"));
}

/**
 * Return what the move "staff" makes of a state.
 *
 * @param {object} data of the page
 * @param {object} state
 * @param {{rows: Array<object>|null}} move null for what the site's table says
 * @returns {{held: object, room: object}} what changes
 * @throws {Refusal} naming row and field
 */
function staffed(data, state, { rows }) {
  const checked = rows === null ? null : checkRows(data, rows);
  const told = toldBy(data, checked ?? []);
  const lent = lentBy(data, state, state.room.staff ?? [], checked ?? []);
  const names = new Set([...told, ...lent].map(([name]) => name));
  const others = Object.entries(state.held).filter(([name]) => !names.has(name));
  const back = data.scenarios.find(({ name }) => name === state.from)?.set ?? {};
  const again = told.map(([name]) => name).filter((name) => Object.hasOwn(back, name)).map((name) => [name, back[name]]);
  const held = table([...others, ...(checked === null ? again : told), ...lent]);
  checkAsk(data, held, state.ranges);
  return { held, room: { ...state.room, staff: checked } };
}

/** The move of this part: its keys, and what it makes of a state. */
export const STAFF_MOVES = Object.freeze({ staff: [["rows"], staffed] });

/** Return rows as they are kept, or refuse them, naming the row by its role. */
export function checkRows(data, rows) {
  if (!Array.isArray(rows)) throw new Refusal('The move "staff" needs a list "rows".');
  if (rows.length > MOST_ROWS) throw new Refusal(`${rows.length} rows of staff: the table takes ${MOST_ROWS}. Put rows of one role together.`);
  return rows.map((row, i) => checkRow(data, row, i));
}

function checkRow(data, row, i) {
  const { levels, groups } = data.workshop.words;
  if (!isTable(row)) throw new Refusal(`Row ${i + 1} of staff: ${shown(row)} is no row.`);
  const alien = Object.keys(row).find((key) => !KEYS.includes(key));
  if (alien !== undefined) throw new Refusal(`Row ${i + 1} of staff has no "${alien}".`);
  const role = checkRole(row.role, i);
  const where = `${role} (row ${i + 1} of staff)`;
  if (!Object.hasOwn(groups, row.group)) throw new Refusal(`${where}: ${shown(row.group)} is no staff group.`);
  if (!Object.hasOwn(levels, row.level)) throw new Refusal(`${where}: ${shown(row.level)} is no skill level.`);
  const wte = checkCount(where, "WTE", row.wte);
  const heads = row.heads === null || row.heads === undefined ? null : checkCount(where, "heads", row.heads);
  if (heads === 0 && wte > 0) throw new Refusal(`${where}: ${wte} WTE of no heads. Leave heads empty where they are not known.`);
  const lent = row.lent ?? false;
  if (typeof lent !== "boolean") throw new Refusal(`${where}: "lent" is true or false, not ${shown(lent)}.`);
  if (lent && !takesLent(data)) throw new Refusal(`${where}: this page's model knows nothing of lent staff.`);
  return { role, group: row.group, level: row.level, wte, heads, lent };
}

function checkRole(role, i) {
  const text = typeof role === "string" ? role.trim() : "";
  if (!text) throw new Refusal(`Row ${i + 1} of staff: write a role.`);
  if (/\p{Cc}|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u.test(text)) throw new Refusal(`Row ${i + 1} of staff: ${shown(text)} holds a control character.`);
  if ([...text].length > LONGEST_ROLE) throw new Refusal(`Row ${i + 1} of staff: a role has at most ${LONGEST_ROLE} characters.`);
  return text;
}

function checkCount(where, what, value) {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Refusal(`${where}: ${shown(value)} is no number of ${what}.`);
  if (value < 0) throw new Refusal(`${where}: ${what} cannot be less than nought.`);
  if (value > 100000) throw new Refusal(`${where}: ${shown(value)} ${what} are more than any site has.`);
  return total([value]);
}
