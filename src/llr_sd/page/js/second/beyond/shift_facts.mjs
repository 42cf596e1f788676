// Left shift in typed facts and sentences: how much moves in LLR, how much of it reaches this site, and what it asks there.

import { quantile } from "../../draws/statistics.mjs";
import { columnOf, decimals, spread, wte } from "../../workshop/kit.mjs";

/** What may be chosen: the scenario of the system's study, and how it is said. */
export const MOVES = Object.freeze([
  { scenario: "Nothing moves by plan", planned: 0, label: "Nothing by plan" },
  { scenario: "A twentieth", planned: 0.05, label: "5 in 100" },
  { scenario: "A tenth", planned: 0.1, label: "10 in 100" },
  { scenario: "A fifth", planned: 0.2, label: "20 in 100" },
]);
/** How much of the value of released hospital posts follows; null leaves that open, as the evidence does. */
export const MONEY = Object.freeze([
  { name: "some", share: null, label: "Some, as is likely" },
  { name: "none", share: 0, label: "None" },
  { name: "all", share: 1, label: "All of it" },
]);
export const OPENS = Object.freeze({ scenario: "A tenth", money: "some", double: false });
/** The functions of the site's model, and what the system model calls them. */
export const FUNCTIONS = Object.freeze({ urgent: "urgent_contacts", planned_ltc: "planned_care", coordination: "coordination", prevention: "prevention", admin: "paperwork" });
const LEVEL_TOLD = 0.05; // shares of levels nearer than this are told as alike
const HARDLY = 0.005; // workloads nearer than this are told as alike

/** The choice that a view keeps, or the one to open with where it keeps none that fits. */
export function choiceOf(view) {
  const given = view.shift ?? {};
  return {
    scenario: MOVES.some(({ scenario }) => scenario === given.scenario) ? given.scenario : OPENS.scenario,
    money: MONEY.some(({ name }) => name === given.money) ? given.money : OPENS.money,
    double: given.double === true,
  };
}

/** What was chosen, for those who do not see the controls. */
export function choiceSentence({ scenario, money, double }) {
  const { label, planned } = MOVES.find((one) => one.scenario === scenario);
  if (planned === 0) return "Nothing is meant to move.";
  const follows = MONEY.find(({ name }) => name === money).label;
  return `${label} are meant to move; money that follows: ${follows.charAt(0).toLowerCase()}${follows.slice(1)}; posts made a year ahead: ${double ? "yes" : "no"}.`;
}

/** The setting of the system model that a choice is, as `Behind` takes it. */
export function settingOf({ scenario, money, double }) {
  const { share } = MONEY.find(({ name }) => name === money);
  return { scenario, held: { double_running: double ? 1 : 0, ...(share === null ? {} : { fund_follow: share }) } };
}

/**
 * What the system model says of a choice, and the part of it that falls to a site by its list.
 *
 * Hours of care come from the system model by function (models/llr_system, "Moved work as hours"); a site's part is its registered patients
 * over LLR's. Nothing else about the site enters: not its hospital use, not its age.
 * @param {Object} ensemble of the system model
 * @param {{list: number, all: number, levels: string[]}} site registered patients of the site and of LLR; the skill levels in order
 * @param {Object} choice as `choiceOf` gives it
 * @returns {Object} frozen; hours by function of the site a year, WTE of the site's part by level, the rest of LLR
 */
export function shiftFacts(ensemble, { list, all, levels }, choice) {
  const part = list / all;
  const of = (name, where = {}) => spread(null, name, where, ensemble);
  const column = (name, where = {}) => columnOf(ensemble, name, where);
  const sumOf = (columns, scale) => middled(columns[0].map((_, run) => scale * columns.reduce((sum, values) => sum + values[run], 0)));
  const hours = Object.entries(FUNCTIONS).map(([name, theirs]) => ({ name, ...scaledSpread(of("hours_then", { work: theirs }), part) }));
  const landing = (care) => ({
    levels: levels.map((level) => ({ level, ...scaledSpread(of("posts_then", { level, care }), part) })),
    total: sumOf(levels.map((level) => column("posts_then", { level, care })), part),
  });
  const [needed, created] = [column("needed_then"), column("created_then")];
  return Object.freeze({
    choice,
    planned: MOVES.find(({ scenario }) => scenario === choice.scenario).planned,
    part,
    moved: of("moved_then"),
    hours,
    total: sumOf(Object.values(FUNCTIONS).map((work) => column("hours_then", { work })), part),
    practices: landing("gp"),
    teams: landing("ilt"),
    needed: of("needed_then"),
    made: middled(needed.map((posts, run) => (posts > 0 ? Math.min(1, created[run] / posts) : NaN))),
    unpaid: of("unpaid_then"),
    twice: { years: of("twice_years"), cost: of("twice_cost") },
    runs: ensemble.runs,
  });
}

/**
 * What is held at the site where a shift is taken into it: hours of each function, when they arrive, and the part for which posts are made.
 * @param {Object} facts as `shiftFacts` gives them
 * @param {{start: number, years: number}} ramp of the system model, in years from its start
 */
export function heldOf(facts, { start, years }) {
  const hours = Object.fromEntries(facts.hours.map(({ name, middle }) => [`shifted_hours_${name}`, Math.round(middle)]));
  return { ...hours, shift_start: start, shift_years: years, shift_funded: Number.isFinite(facts.made.middle) ? Number(facts.made.middle.toFixed(2)) : 1 };
}

/** What brings a site back to no work from hospital. */
export const NOTHING = Object.freeze({ ...Object.fromEntries(Object.keys(FUNCTIONS).map((name) => [`shifted_hours_${name}`, 0])), shift_funded: 1 });

/** How much of what is meant to move has moved. */
export function movedSentence({ planned, moved }) {
  if (planned === 0) return "No hospital work is meant to move. Work that hospitals hand to practices without a plan goes on.";
  const reached = moved.middle / planned;
  const said = `${shareWords(moved.middle)} of hospital work has moved after five years (${shareRange(moved)}), where ${shareWords(planned)} is meant to`;
  if (reached >= 0.95) return `${said}: what was meant has come about.`;
  if (reached >= 0.5) return `${said}: more than half of what was meant.`;
  return `${said}: less than half. What such plans reached elsewhere, and the room that practices and teams have, hold it back.`;
}

/** What reaches the site, in hours and posts. */
export function arrivesSentence({ planned, part, total, practices, teams }) {
  if (planned === 0) return "So nothing reaches this site by plan.";
  return `By its list, ${shareWords(part)} of LLR\u2019s, this site\u2019s part is ${decimals(total.middle, 0)} hours of care a year: ${wte(practices.total.middle)} WTE in the practices and ${wte(teams.total.middle)} in the locality team.`;
}

/** Who pays. */
export function moneySentence({ planned, made, twice, choice }) {
  if (planned === 0) return { text: "", kind: "plain" };
  const run = choice.double ? ` Making posts a year ahead costs LLR ${million(twice.cost.middle)} in five years.` : "";
  if (!Number.isFinite(made.middle)) return { text: "Nothing has moved, so no post is needed for it.", kind: "plain" };
  if (made.low > 0.995) return { text: `Posts are made for all of it in at least nine runs in ten.${run}`, kind: "good" };
  if (made.high < 0.005) return { text: `The money does not follow: the work comes, and no post is made for it.${run}`, kind: "watch" };
  return { text: `Posts are made for ${shareWords(made.middle)} of it (${shareRange(made)}); the rest comes without a post.${run}`, kind: made.middle > 0.95 ? "good" : "watch" };
}

/**
 * What the work asks of the site at its best mix, against where the system model has it land.
 * @param {Object} facts as `shiftFacts` gives them
 * @param {{level: string, label: string, middle: number}[]} asked staff of the site at its best mix, by level
 * @param {{middle: number}} total at all levels
 */
export function asksSentence(facts, asked, total) {
  const sum = asked.reduce((all, { middle }) => all + middle, 0);
  if (facts.planned === 0 || sum <= 0) return "";
  const shares = asked.map(({ middle }) => middle / sum);
  const system = facts.practices.levels.map(({ middle }) => middle / facts.practices.levels.reduce((all, one) => all + one.middle, 0));
  const most = asked.map((one, i) => ({ ...one, more: shares[i] - system[i] })).sort((a, b) => b.more - a.more)[0];
  const said = `At this site\u2019s best mix it asks for ${wte(total.middle)} WTE`;
  if (most.more < LEVEL_TOLD) return `${said}, at much the same levels as the system model has.`;
  return `${said}, more of it at the ${most.label} level than the system model has: there the work decides who does it, here your shares do. Both are judgement.`;
}

/** What the work does to the strain of staff, with posts for all of it and with none. */
export function strainSentence({ without, posts, bare }) {
  const [none, paid, unpaid] = [without, posts, bare].map(({ middle }) => middle);
  const said = `Five years on, workload is ${decimals(none, 2)} without this work, ${decimals(paid, 2)} with it and posts for all of it, and ${decimals(unpaid, 2)} with it and no post, where 1 is need and staff in balance.`;
  if (Math.abs(unpaid - none) < HARDLY) return { text: `${said} The work is too little to be felt.`, kind: "plain" };
  if (unpaid - paid < HARDLY) return { text: `${said} Posts do not lighten it: staff for them are not found in time.`, kind: "watch" };
  return { text: said, kind: unpaid > 1.05 ? "watch" : "plain" };
}

/** Pounds in words: "£1.2 million", "£340 thousand". */
export function million(pounds) {
  return Math.abs(pounds) >= 1e6 ? `\u00a3${decimals(pounds / 1e6, 1)} million` : `\u00a3${decimals(pounds / 1000, 0)} thousand`;
}

/** A share as it is said here: "1.6%", "10%"; one that is not nought never as "0%". */
export function shareWords(share) {
  if (share > 0 && share < 0.0005) return "less than 0.1%";
  return `${decimals(100 * share, share < 0.0995 && share > 0 && Math.abs(100 * share - Math.round(100 * share)) > 0.05 ? 1 : 0)}%`;
}

function shareRange({ low, high }) {
  return `${shareWords(low).replace("%", "")} to ${shareWords(high)}`;
}

/** Middle and range of numbers that runs have, without those that have none. */
export function middled(values) {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  const [middle, low, high] = [0.5, 0.05, 0.95].map((p) => (sorted.length ? quantile(sorted, p) : NaN));
  return { middle, low, high };
}

function scaledSpread(one, scale) {
  return { middle: one.middle * scale, low: one.low * scale, high: one.high * scale };
}
