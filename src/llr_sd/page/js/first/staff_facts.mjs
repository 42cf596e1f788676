/** What the screen of staff says: facts from rows and runs, sentences from the facts. No element, no page. */

import { countOf, fixed, listing, percent } from "../charts/numbers.mjs";
import { byLevel, own, total } from "./staff_moves.mjs";

/** WTE a head above which one of the two is likely in the wrong column. */
const MUCH = 1.4;

/**
 * Facts of rows of staff.
 *
 * @param {Array<string>} levels
 * @param {Array<object>} rows
 * @returns {{levels: Array<{level: string, wte: number, heads: number|null, rows: number, counted: number}>, wte: number, heads: number|null, lent: number}}
 *   `heads` are null where a row with staff does not give them: a part of the people is not all of them
 */
export function staffFacts(levels, rows) {
  const mine = own(rows);
  const sums = byLevel(levels, mine);
  const of = (list) => {
    const there = list.filter((row) => row.wte > 0 || row.heads > 0);
    const counted = there.filter((row) => row.heads !== null);
    return { heads: there.length && counted.length === there.length ? total(counted.map((row) => row.heads)) : null, rows: there.length, counted: counted.length };
  };
  return Object.freeze({
    levels: levels.map((level) => ({ level, wte: sums[level], ...of(mine.filter((row) => row.level === level)) })),
    wte: total(Object.values(sums)),
    ...of(mine),
    lent: total(rows.filter((row) => row.lent).map((row) => row.wte)),
  });
}

/** What stands under the sums: people beside WTE, never one for the other. */
export function headsWords({ rows, counted, heads }) {
  if (!rows) return "No staff are entered.";
  if (counted === 0) return "People are not entered yet: WTE say time, not people.";
  if (heads === null) return `People are entered for ${counted} of ${rows} rows, so there is no sum of them.`;
  return `${countOf(heads, "person", "people")} in all, beside WTE: the two are never added.`;
}

/**
 * Bar 1 in all, and staff whom others lend beside it.
 *
 * @param {{wte: number, lent: number}} facts of the rows
 * @param {number} counted lent staff that the model counts [WTE], those of other screens among them
 * @returns {string}
 */
export function sumWords({ wte, lent }, counted) {
  const sum = `Bar 1, in all: ${fixed(wte, 2)} WTE`;
  if (!(counted > 0) && !(lent > 0)) return sum;
  const where = Math.abs(counted - lent) < 1e-9 ? "" : `, ${fixed(lent, 2)} of them in the rows`;
  return `${sum}; beside it ${fixed(counted, 2)} WTE lent by others${where}`;
}

/**
 * Where the rows come from that the page opens with.
 *
 * @param {{levels: boolean, cells: boolean}} table whether the site's table says levels apart from groups, as an import does, and whether
 *   the import tells cells of both
 */
export function openingWords({ levels, cells }) {
  const roles = "each role above is the one that a group most often has at the level, until you say what it is.";
  if (cells) return `The import says staff by group and level; ${roles} Where it hides small counts, a row is what its sums leave.`;
  if (levels) return `The site's table says groups and levels, each by itself: the rows fit both, and others would too; ${roles}`;
  return `The site's table says staff groups, not roles: ${roles}`;
}

/** Rows in which WTE and heads look like each other's. */
export function oddRows(rows) {
  return rows.filter((row) => row.heads !== null && row.heads > 0 && row.wte / row.heads > MUCH);
}

/** Why a row looks odd. */
export function oddWords({ role, wte, heads }) {
  return `${role}: ${fixed(wte, 2)} WTE for ${fixed(heads, 0)} ${heads === 1 ? "person" : "people"}. Are the two in each other's place?`;
}

/**
 * Facts of one level's staff against LLR's.
 *
 * @param {{level: string, staff: number, ratio: number, fault: number, fits: number, low: number, high: number}} given staff of the level [WTE];
 *   its staff for contacts per patient, LLR's being 1; the share of runs in which the model flags the site's staff, and in which it flags
 *   that minutes and shares do not explain LLR's own staff; the credible range
 */
export function levelFacts({ level, staff, ratio, fault, fits, low, high }) {
  const kind = fault < 0.5 ? "fits" : staff === 0 ? "none" : ratio > high ? "many" : ratio < low ? "few" : "fixed";
  return Object.freeze({ level, ratio, kind, mapping: fits, low, high });
}

/** Whether the bars may be read. */
export function sound(facts) {
  return facts.every(({ kind, mapping }) => kind === "fits" && mapping < 0.5);
}

/**
 * Sentences on levels whose staff, or whose care, do not fit; one that all fit where they do.
 *
 * @param {Array<object>} facts of `levelFacts`
 * @param {Object<string, string>} labels of levels
 * @returns {Array<string>}
 */
export function fitWords(facts, labels) {
  const name = ({ level }) => labels[level].toLowerCase();
  const staff = facts.filter(({ kind }) => kind !== "fits").map((fact) => staffWords(fact, name(fact)));
  const care = facts.filter(({ mapping }) => mapping >= 0.5);
  const told = care.length
    ? [`The minutes and shares of work entered do not explain the staff of all LLR's practices at the ${listing(care.map(name))} level${care.length > 1 ? "s" : ""}: check both before you read the bars.`]
    : [];
  if (staff.length || told.length) return [...staff, ...told];
  const ratios = facts.map(({ ratio }) => ratio);
  const [least, most] = [times(Math.min(...ratios)), times(Math.max(...ratios))];
  return [`At every level this site has ${least === most ? least : `between ${least} and ${most}`} times LLR's staff per patient: the bars can be read.`];
}

function staffWords({ kind, ratio }, name) {
  if (kind === "none") return `Nobody is entered at the ${name} level: check the entry or the mapping before reading the bars.`;
  if (kind === "fixed") {
    return `At the ${name} level fewer staff are entered than the site's office work takes: check at which level administrative staff stand before reading the bars.`;
  }
  return `This site has ${times(ratio)} times LLR's ${name} staff per patient: check the entry or the mapping before reading the bars.`;
}

function times(ratio) {
  return fixed(ratio, 1);
}

/**
 * Whether the model's bar 1 is the staff entered.
 *
 * @param {Array<number>} entered WTE by level
 * @param {Array<{middle: number, low: number, high: number}>} bars bar 1 of the runs by level
 * @returns {{kind: string, text: string}}
 */
export function barWords(entered, bars) {
  const numbers = bars.map(({ middle }) => fixed(middle, 2)).join(" / ");
  if (bars.some(({ low, high }) => low !== high)) return { kind: "plain", text: `Bar 1: ${numbers} in the middle of the runs, which draw how unsure the site's table is of its staff.` };
  const same = entered.every((wte, i) => Math.abs(wte - bars[i].middle) < 1e-9);
  return same ? { kind: "good", text: `Bar 1 is the staff entered: ${numbers}.` } : { kind: "watch", text: `Bar 1 of the model is ${numbers}, which is not the staff entered.` };
}

/** What is hidden in the middle of the runs: levels that are flagged in some runs only. */
export function unsureWords(facts, labels) {
  const some = facts.filter(({ mapping }) => mapping > 0 && mapping < 0.5);
  if (!some.length) return "";
  const parts = some.map(({ level, mapping }) => `${percent(mapping)} (${labels[level].toLowerCase()})`);
  return `Runs in which the minutes drawn do not explain LLR's own staff: ${listing(parts)}.`;
}

/**
 * One profession at several levels, from the list of roles: why a level is neither a profession nor a pay band.
 *
 * @param {Array<{name: string, group: string, level: string, existing: boolean}>} roles
 * @param {Array<string>} levels from the most to the least trained
 * @param {Object<string, string>} labels of levels
 * @param {string} group a staff group
 * @param {string} people what its members are called: "nurses"
 * @returns {string}
 */
export function severalWords(roles, levels, labels, group, people) {
  const found = levels.map((level) => [level, roles.find((role) => role.group === group && role.level === level)]).filter(([, role]) => role);
  if (found.length < 2) return "";
  const parts = found.map(([level, role]) => `${role.name.toLowerCase()} (${labels[level].toLowerCase()})`);
  return `A skill level says what somebody knows and can do alone; it is neither a profession nor a pay band. So ${people} stand at ${found.length} levels: ${listing(parts)}.`;
}
