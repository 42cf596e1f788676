// Which roles would fill each level: WTE and people by role, against the staff entered, and the sentences made of them.

import { listing } from "../charts/numbers.mjs";
import { openingRows, own, total } from "../first/staff_moves.mjs";
import { folded } from "../session/checks.mjs";
import { decimals, spread, wte } from "../workshop/kit.mjs";

/** Roles of the site's own staff at a level as they were entered: {role, wte, heads}; heads null where a row does not give them. */
export function rolesNow(rows, level) {
  const found = new Map();
  for (const row of own(rows).filter((r) => r.level === level && (r.wte > 0 || r.heads > 0))) {
    const key = folded(row.role);
    const there = found.get(key) ?? { role: row.role, wte: 0, heads: 0 };
    found.set(key, { role: there.role, wte: total([there.wte, row.wte]), heads: there.heads === null || row.heads === null ? null : total([there.heads, row.heads]) });
  }
  return [...found.values()];
}

/**
 * What fills one level.
 * @param {Object} page
 * @param {string} level
 * @returns {{level: string, label: string, bar: Object|null, given: number, left: number, lent: number, parts: Object[], route: Object|null}} `bar` is bar 3 of the
 *   level; `left` WTE that no role has yet, negative where roles have more; a part is {role, existing, wte, perHead, sourced, heads, now: {wte, heads, counted}, more (people), placements (people a year)|null}
 */
export function levelFacts(page, level) {
  const { words, roles } = page;
  const rows = page.state.room.staff ?? openingRows(page.data, page.value);
  const now = rolesNow(rows, level);
  const wanted = Object.hasOwn(page.state.room.roles, level) ? page.state.room.roles[level] : now.map(({ role, wte: own }) => ({ role, wte: own }));
  const bar = spread(page, "bar_3", { level });
  const [path] = Object.entries(words.paths).find(([, { to }]) => to === level) ?? [null];
  const places = path === null ? null : spread(page, "places", { path });
  const average = page.value(`wte_per_head_${level}`);
  const known = new Map(roles.map((role) => [folded(role.name), role]));
  const entered = new Map(now.map((row) => [folded(row.role), row]));
  const names = [...wanted, ...now.filter(({ role }) => !wanted.some((part) => folded(part.role) === folded(role))).map(({ role }) => ({ role, wte: 0 }))];
  const parts = names.map(({ role, wte: own }) => {
    const listed = known.get(folded(role));
    const perHead = listed?.wtePerHead ?? average;
    const today = entered.get(folded(role)) ?? { wte: 0, heads: 0 };
    const counted = today.heads !== null;
    const peopleNow = counted ? today.heads : today.wte / perHead;
    const heads = own === today.wte ? peopleNow : own / perHead;
    return { role, existing: listed?.existing ?? entered.has(folded(role)), wte: own, perHead, sourced: Boolean(listed?.wtePerHead), heads, now: { wte: today.wte, heads: peopleNow, counted }, more: heads - peopleNow };
  });
  const given = total(parts.map((part) => part.wte));
  return {
    level, label: words.levels[level].label, bar, given, left: bar ? bar.middle - given : NaN,
    lent: total(rows.filter((row) => row.lent && row.level === level).map((row) => row.wte)),
    parts: shared(parts, places), route: places === null ? null : { label: words.paths[path].label, places },
  };
}

/** Training places a year of a level, shared among its roles that grow by their growth; among all by their size where none does. */
function shared(parts, places) {
  if (places === null) return parts.map((part) => ({ ...part, placements: null }));
  const growth = parts.map((part) => Math.max(0, part.wte - part.now.wte));
  const weights = growth.some((g) => g > 0) ? growth : parts.map((part) => part.wte);
  const sum = weights.reduce((all, w) => all + w, 0);
  return parts.map((part, i) => ({ ...part, placements: sum > 0 ? (places.middle * weights[i]) / sum / part.perHead : 0 }));
}

/** Whether what is left shows as nothing: the level is filled. */
export function filledUp({ left }) {
  return !/[1-9]/.test(wte(left));
}

/** How far a level is filled, in a statement. */
export function fillStatement(facts) {
  const { label, bar, given, left, lent } = facts;
  const beside = lent > 0 ? ` Staff lent by others (${wte(lent)} WTE) work here too and are not among these roles.` : "";
  const has = `${label}: bar 3 has ${wte(bar.middle)} WTE${wte(bar.low) === wte(bar.high) ? "" : ` (${wte(bar.low)} to ${wte(bar.high)})`}`;
  if (filledUp(facts)) return { kind: "good", text: `${has}, and roles add up to it.${beside}` };
  if (left < 0) return { kind: "watch", text: `${has}, and roles have ${wte(given)}: ${wte(-left)} WTE too many.${beside}` };
  return { kind: "plain", text: `${has}; roles have ${wte(given)}, so ${wte(left)} WTE are left to give.${beside}` };
}

/** A number of people: one decimal below ten, whole above. */
export function people(value) {
  return decimals(value, Math.abs(value) < 9.95 ? 1 : 0);
}

/** A difference of people with its sign. */
export function signedPeople(value) {
  return value > 0 && /[1-9]/.test(people(value)) ? `+${people(value)}` : people(value);
}

/** Who is there now: people as counted, or about so many by their WTE. */
export function nowWords({ wte: own, heads, counted }) {
  return own === 0 && heads === 0 ? "0" : `${counted ? "" : "about "}${people(heads)} (${wte(own)} WTE)`;
}

/** The foot of the table: WTE, people, people now, how many more, and placements of all roles. */
export function sumWords({ parts, given, route }) {
  const sum = (of) => parts.reduce((all, part) => all + of(part), 0);
  const now = { wte: sum((p) => p.now.wte), heads: sum((p) => p.now.heads), counted: parts.every((p) => p.now.counted) };
  return [wte(given), people(sum((p) => p.heads)), nowWords(now), signedPeople(sum((p) => p.more)), route === null ? "hired" : people(sum((p) => p.placements))];
}

/** How many more people of each role, in a sentence; "" where none is more or fewer. */
export function moreSentence({ parts }) {
  const told = (some) => listing(some.map(({ role, more }) => `${role} ${people(Math.abs(more))}`));
  const shows = parts.filter(({ more }) => /[1-9]/.test(people(more)));
  const [up, down] = [shows.filter(({ more }) => more > 0), shows.filter(({ more }) => more < 0)];
  const said = [up.length && `more people: ${told(up)}`, down.length && `fewer: ${told(down)}`].filter(Boolean).join("; ");
  return said ? `${said.charAt(0).toUpperCase()}${said.slice(1)}.` : "";
}

/** Where a level's people come from, and how far the numbers carry. */
export function placementSentence({ label, route, parts }) {
  if (route === null) return `No training route leads to the ${label.toLowerCase()} level here: its staff are hired.`;
  const all = parts.reduce((sum, { placements }) => sum + placements, 0);
  return `Placements to commission: ${people(all)} people a year ${route.label.charAt(0).toLowerCase()}${route.label.slice(1)} (${wte(route.places.middle)} WTE), ${parts.some((part) => part.wte > part.now.wte) ? "shared by how much each role grows" : "shared by size, since no role grows yet"}; leavers and drop-out are allowed for.`;
}
