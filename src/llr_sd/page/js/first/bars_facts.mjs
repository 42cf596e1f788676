// What the three bars say, as numbers of the runs and as sentences made of them.

import { quantile } from "../draws/statistics.mjs";
import { countOf, listing, percent, percents } from "../charts/numbers.mjs";
import { columnOf, decimals, elementsOf, spread, wte } from "../workshop/kit.mjs";

/** The bars in their order: the output of its levels, its element, and what the room calls it; the last is of the horizon's years on. */
export const BARS = Object.freeze([
  { output: "bar_1", element: "b1", name: "1. Our staff today" },
  { output: "bar_2", element: "b2", name: "2. Best mix today" },
  { output: "bar_3", element: "b3", name: "3. Best mix in" },
]);

/**
 * The middle of numbers of runs, and the range that holds nine in ten of them.
 * @param {number[]} column one number of each run; what is not finite is left out
 * @returns {{middle: number, low: number, high: number, runs: number}|null}
 */
export function spreadOf(column) {
  const found = Float64Array.from(column.filter(Number.isFinite)).sort();
  if (!found.length) return null;
  const [middle, low, high] = [0.5, 0.05, 0.95].map((p) => quantile(found, p));
  return { middle, low, high, runs: found.length };
}

/** Run by run: what `by` makes of the numbers of several columns. */
export function combined(columns, by) {
  return columns[0].map((_, run) => by(...columns.map((column) => column[run])));
}

/**
 * What the bars come to.
 * @param {Object} page
 * @returns {{levels: {name: string, label: string}[], bars: {name: string, total: Object, levels: Object[]}[], gap: {wte: Object, heads: Object}[],
 *   kept: {total: Object, levels: Object[], more: Object}, years: string, need: Object[], faults: {calibration: {label: string, share: number}[], staffing: {label: string, share: number}[]}}|null} spreads in WTE, heads
 *   in people, by level in the order of `levels`; null where no run has a number
 */
export function barsFacts(page) {
  const { now } = page;
  if (!now || !spread(page, "bar_1", { level: elementsOf(page, "level")[0] })) return null;
  const names = elementsOf(page, "level");
  const horizon = page.value("horizon_years");
  const years = countOf(horizon, "year");
  const levels = names.map((name) => ({ name, label: page.words.levels[name].label }));
  const each = (output) => names.map((level) => spread(page, output, { level }));
  const column = (output, where) => columnOf(now, output, where);
  const more = (output, from, to) => spreadOf(combined([column(output, to), column(output, from)], (b, a) => b - a));
  // The model's own total of bar 1 is what today's patients need, which is not the staff entered where the list is needier than LLR's.
  const whole = (output) => spreadOf(combined(names.map((level) => column(output, { level })), (...all) => all.reduce((sum, wte) => sum + wte, 0)));
  const faulty = (output) => levels.map(({ name, label }) => {
    const found = column(output, { level: name }).filter(Number.isFinite);
    return { label, share: found.filter((v) => v > 0.5).length / found.length };
  }).filter(({ share }) => share > 0);
  return {
    levels,
    bars: BARS.map(({ output, name }) => ({ name: output === "bar_3" ? `${name} ${years}` : name, levels: each(output), total: whole(output) })),
    years,
    gap: names.map((level) => ({
      wte: spreadOf(combined([column("bar_3", { level }), column("bar_1", { level })], (b, a) => b - a)),
      heads: more("heads_of_bar", { bar: "b1", level }, { bar: "b3", level }),
    })),
    kept: {
      levels: each("kept"), total: spread(page, "bar_total", { bar: "kept_mix" }),
      more: spreadOf(combined([column("bar_total", { bar: "kept_mix" }), ...names.map((level) => column("bar_3", { level }))], (all, ...third) => all - third.reduce((sum, wte) => sum + wte, 0))),
    },
    need: names.map((level) => spreadOf(combined([column("need", { level }), column("bar_1", { level })], (b, a) => b - a))),
    faults: { calibration: faulty("calibration_fault"), staffing: faulty("staffing_fault") },
  };
}

/** Whether a difference goes one way in nine runs in ten and shows: 1 more, -1 less, 0 the same as shown, null either way. */
export function wayOf({ middle, low, high }) {
  if (![middle, low, high].some((v) => /[1-9]/.test(wte(v)))) return 0;
  return low > 0 ? 1 : high < 0 ? -1 : null;
}

/**
 * What the picture says, in a sentence.
 * @param {{levels: {label: string}[], gap: {wte: Object}[], years: string}} facts
 * @returns {string}
 */
export function pictureSentence({ levels, gap, years }) {
  const going = (way) => levels.map(({ label }, i) => ({ label: label.toLowerCase(), by: gap[i].wte })).filter(({ by }) => wayOf(by) === way);
  const sized = (some) => listing(some.map(({ label, by }) => `${label} (${wte(Math.abs(by.middle))})`));
  const plain = (some) => listing(some.map(({ label }) => label));
  const [fewer, more, same, open] = [-1, 1, 0, null].map(going);
  const moved = [fewer.length && `fewer ${sized(fewer)}`, more.length && `more ${sized(more)}`].filter(Boolean);
  return [
    moved.length ? `In ${years} the best mix takes ${listing(moved)} staff than today.` : "",
    same.length ? `It takes as many ${plain(same)} staff as today.` : "",
    open.length ? `Whether it takes more or fewer ${plain(open)} staff, the runs do not agree.` : "",
  ].filter(Boolean).join(" ");
}

/** Whether today's patients ask for more than there are staff, in a statement. */
export function needStatement({ levels, need }) {
  const going = (way) => levels.map(({ label }, i) => ({ label: label.toLowerCase(), by: need[i] })).filter(({ by }) => wayOf(by) === way);
  const [over, under, open] = [1, -1, null].map(going);
  const list = (some) => listing(some.map(({ label, by }) => `${wte(Math.abs(by.middle))} ${label}`));
  const doubt = open.length ? `Whether they need more or fewer ${listing(open.map(({ label }) => label))} staff than there are, the runs do not agree.` : "";
  if (!over.length && !under.length && doubt) return { kind: "plain", text: doubt.replace("they", "today's patients") };
  if (!over.length && !under.length) return { kind: "good", text: "Today's patients need as many staff as there are, each working as now." };
  const parts = [over.length ? `more staff than there are (WTE: ${list(over)})` : "", under.length ? `fewer than there are (WTE: ${list(under)})` : ""].filter(Boolean);
  return { kind: over.length ? "watch" : "plain", text: `With everyone working as now, today's patients need ${parts.join(" and ")}.${doubt && ` ${doubt}`}` };
}

/** What bar 3 would be if the mix stayed as it is. */
export function keptSentence({ levels, kept, bars, years }) {
  const list = listing(levels.map(({ label }, i) => `${wte(kept.levels[i].middle)} ${label.toLowerCase()}`));
  const [by, third] = [kept.total.middle, bars[2].total.middle];
  const way = wayOf(kept.more);
  const beside = way === 0 ? "as many as the best mix" : way === null ? `where the best mix takes ${wte(third)} and the runs do not agree which is more` : `${way < 0 ? "fewer" : "more"} than the best mix (${wte(third)})`;
  return `If everyone went on working as now, the patients in ${years} would need ${list}: ${wte(by)} WTE in all, ${beside}.`;
}

const STAFFING = (at, many) => `the site's staff per patient at the ${at} ${many ? "levels" : "level"} is outside 0.7 to 1.4 of that of LLR's practices: look at the list, at who was entered, and at which level`;
const MINUTES = (at, many) => `minutes, shares and pace do not explain LLR's own staff at the ${at} ${many ? "levels" : "level"}: look at minutes and shares`;

/**
 * A warning where the bars should not be read, naming levels: "watch" where it is so in half of the runs or more, "plain" where in fewer.
 * @param {{calibration: {label: string, share: number}[], staffing: {label: string, share: number}[]}} faults
 * @returns {{kind: string, text: string}} no text where there is none
 */
export function faultStatement({ calibration, staffing }) {
  const all = [...calibration, ...staffing];
  if (!all.length) return { kind: "plain", text: "" };
  const worst = Math.max(...all.map(({ share }) => share));
  const kind = worst >= 0.5 ? "watch" : "plain";
  const told = [[staffing, STAFFING], [calibration, MINUTES]].filter(([levels]) => levels.length)
    .map(([levels, what]) => `in ${runsWords(levels.map(({ share }) => share))}, ${what(listing(levels.map(({ label }) => label.toLowerCase())), levels.length > 1)}`)
    .join("; ");
  return { kind, text: kind === "watch" ? `Do not read these bars: ${told}.` : `${told.charAt(0).toUpperCase()}${told.slice(1)}.` };
}

/** In how many runs: one share for all levels, or from the least to the most. */
function runsWords(shares) {
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  if (percent(least) !== percent(most)) return `${percents(least, most)} of the runs`;
  return most === 1 ? "every run" : `${percent(most)} of the runs`;
}

/** A difference with its sign and its range: "+8.3" and "+5.2 to +17.0". */
export function signedWords({ middle, low, high }, places = 1) {
  const sign = (v) => (v > 0 && /[1-9]/.test(decimals(v, places)) ? `+${decimals(v, places)}` : decimals(v, places));
  const same = decimals(low, places) === decimals(high, places);
  return { value: sign(middle), range: same ? "" : `${sign(low)} to ${sign(high)}` };
}

/** A difference of people with its range: "+13 people (+7 to +29)". */
export function peopleWords(heads) {
  const { value, range } = signedWords(heads, 0);
  return `${value} ${/^\D?1$/.test(value) ? "person" : "people"}${range ? ` (${range})` : ""}`;
}

/** What a bar of the chart is made of; ranges where the runs differ. */
export function barsSpec(facts) {
  const part = (name, { middle, low, high }) => (wte(low) === wte(high) ? { name, value: middle, low: null, high: null } : { name, value: middle, low, high });
  return {
    title: "The three bars: staff by level",
    unit: "WTE",
    decimals: 1,
    bars: facts.bars.map(({ name, levels, total }) => ({
      name, note: "", total: part(name, total), parts: levels.map((own, i) => part(facts.levels[i].label, own)),
    })),
  };
}
