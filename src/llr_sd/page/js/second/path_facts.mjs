// The path to bar 3 as numbers of the runs, year by year, and the sentences made of them.

import { meets, wilson } from "../draws/statistics.mjs";
import { countOf, dateWords, listing, percent } from "../charts/numbers.mjs";
import { combined, spreadOf } from "../first/bars_facts.mjs";
import { columnOf, decimals, elementsOf, spread, wte } from "../workshop/kit.mjs";

const MILLION = 1e6;

/**
 * What the path comes to.
 * @param {Object} page
 * @returns {Object|null} null where no run has a number. `seen`: the years of the horizon that the run reaches; `years`: times one year apart from the start on; `levels` with `closure` (when a level is
 *   first reached), and by year `staff`, `posts` and `unfound` (hires wanted for which nobody is found, WTE a year); `paths` with `places` (what bar 3 asks for a year), and
 *   by year `starts`, `wanted` and `released`; by year `supervision`, `free` (WTE), `staffCost` and `trainingCost` (pounds a year)
 */
export function pathFacts(page) {
  const { now } = page;
  const names = elementsOf(page, "level");
  if (!now || !spread(page, "bar_1", { level: names[0] })) return null;
  const { times } = now.outputs.get("staff");
  const [first, final] = [times[0], times[times.length - 1]];
  const years = Array.from({ length: Math.floor(final - first + 1e-9) + 1 }, (_, i) => first + i);
  const horizon = page.value("horizon_years");
  const seen = Math.min(horizon, final - first);
  const over = (output, where = {}) => years.map((time) => spread(page, output, { ...where, time }));
  const whole = over("staff", { level: names[0] });
  const early = years.filter((time) => time <= first + seen + 1e-9);
  const mean = (output, where) => spreadOf(combined(early.map((time) => columnOf(now, output, { ...where, time })), (...all) => all.reduce((sum, v) => sum + v, 0) / all.length));
  return {
    first, final, horizon, seen, years, runs: whole[0].runs, calendar: page.data.model.calendar, tolerance: page.value("closure_tolerance"),
    all: reached(columnOf(now, "closure"), first, final, seen),
    levels: names.map((level) => ({
      name: level, label: page.words.levels[level].label,
      closure: reached(columnOf(now, "level_closure", { level }), first, final, seen),
      staff: over("staff", { level }), posts: over("target", { level }), unfound: over("hard_to_hire", { level }), unfoundMean: mean("hard_to_hire", { level }),
    })),
    paths: elementsOf(page, "path").map((path) => ({
      name: path, label: page.words.paths[path].label, places: spread(page, "places", { path }),
      starts: over("starts", { path }), wanted: over("starts_wanted", { path }), released: over("release", { path }), training: over("in_training", { path }),
    })),
    supervision: over("supervision"), free: over("supervision_room"),
    staffCost: over("staff_cost"), trainingCost: over("training_cost"),
    costs: {
      now: spread(page, "cost_of_bar", { bar: "b1" }), then: spread(page, "cost_of_bar", { bar: "b3" }),
      more: spreadOf(combined(["b3", "b1"].map((bar) => columnOf(now, "cost_of_bar", { bar })), (then, before) => then - before)),
    },
  };
}

/** When runs reach something, as the date that each gives: after the end of the run for those that never do. */
export function reached(column, first, final, seen) {
  const found = spreadOf(column);
  const good = column.filter(Number.isFinite);
  const share = (date) => {
    const met = meets(good, { atLeast: null, atMost: date }).filter(Boolean).length;
    const [chance, low, high] = wilson(met, good.length);
    return { probability: chance, low, high, met, runs: good.length, lost: 0 };
  };
  return { ...found, final, ever: share(final), soon: share(first + seen) };
}

/** A date of a closure for a large number: the year, "now" where it is so from the start, or that it is not by the end. */
export function closureWords(date, { first, final, calendar }) {
  if (date > final + 1e-9) return `not by ${dateWords(final, false, calendar)}`;
  if (date <= first + 1e-9) return "now";
  return calendar ? String(Math.floor(date)) : dateWords(date, false, false);
}

/** Its range, as words; "" where all runs say the same. */
export function closureRange({ low, high }, facts) {
  const [from, to] = [closureWords(low, facts), closureWords(high, facts)];
  return from === to ? "" : `${from} to ${to}`;
}

/** When all levels are there, in a sentence with the chance of it. */
export function closureSentence(facts) {
  const { all, seen, final, tolerance, calendar } = facts;
  const posts = `within ${decimals(100 * tolerance, 1).replace(/\.0$/, "")}% of bar 3`;
  const [soon, ever] = [all.soon, all.ever].map(sharesOf);
  const early = `within ${countOf(seen, "year")} in ${soon}`;
  const end = `by the ${dateWords(final, true, calendar)}`;
  if (all.ever.met === 0) return `In no run does every level come ${posts} ${end}.`;
  if (all.middle > final + 1e-9) return `In ${ever} every level comes ${posts} ${end}, ${early}.`;
  const when = closureWords(all.middle, facts);
  const range = closureRange(all, facts);
  const chance = soon === ever ? early : `${early}, ${end} in ${ever}`;
  return `Every level ${when === "now" ? "is" : "comes"} ${posts} ${when === "now" ? "from the start" : `first in ${when}`} in the middle of the runs${range ? ` (nine in ten: ${range})` : ""}; ${chance}.`;
}

/** So many runs of all, in words: "12% of the runs", "no run", "every run". */
function sharesOf({ met, runs, probability }) {
  if (met === 0) return "no run";
  return met === runs ? "every run" : `${percent(probability)} of the runs`;
}

/** Which level is there last, in a sentence; "" where none is behind the others. */
export function lastSentence({ levels, final, calendar }) {
  const latest = Math.max(...levels.map(({ closure }) => closure.middle));
  const last = levels.filter(({ closure }) => closure.middle > latest - 1e-9).map(({ label }) => label.toLowerCase());
  if (last.length === levels.length) return "";
  const many = last.length > 1;
  if (latest > final + 1e-9) return `In the middle of the runs the ${listing(last)} ${many ? "levels are" : "level is"} not there by the ${dateWords(final, true, calendar)}.`;
  return `The ${listing(last)} ${many ? "levels come" : "level comes"} last.`;
}

/** Who cannot be hired, by level, in a sentence. */
export function hireSentence({ levels, seen }) {
  const short = levels.filter(({ unfoundMean }) => /[1-9]/.test(wte(unfoundMean.middle))).sort((a, b) => b.unfoundMean.middle - a.unfoundMean.middle);
  const years = seen === 1 ? "year" : countOf(seen, "year");
  const rare = levels.filter((l) => !short.includes(l) && /[1-9]/.test(wte(l.unfoundMean.high)));
  const some = rare.length ? ` In some runs ${listing(rare.map(({ label }) => label.toLowerCase()))} staff are not found either.` : "";
  if (!short.length) return `In the first ${years} nobody is wanted who cannot be hired${rare.length ? `, in the middle of the runs.${some.replace(" either", "")}` : "."}`;
  const told = short.map(({ label, unfoundMean: m }) => `${wte(m.middle)} ${label.toLowerCase()} WTE (${wte(m.low)} to ${wte(m.high)})`);
  return `Hires wanted for which nobody is found, a year in the first ${years}: ${listing(told)}.${some}`;
}

/** How tight supervision is where it is tightest, in a sentence. */
export function supervisionSentence({ years, supervision, free, calendar }) {
  const at = free.reduce((best, own, i) => (own.middle < free[best].middle ? i : best), 0);
  const when = at === 0 ? "At the start" : `Tightest at the ${dateWords(years[at], true, calendar)}: then`;
  const left = wte(free[at].middle);
  const some = /[1-9]/.test(left) ? `${left} WTE more are` : "less than 0.1 WTE more is";
  const rest = free[at].middle > 0 ? `${some} free to supervise trainees` : "none is left for more trainees";
  return `${when} supervision takes ${wte(supervision[at].middle)} WTE of autonomous time, and ${rest}.`;
}

/** Places that bar 3 asks for against starts on the way, in a sentence. */
export function placesSentence({ paths, horizon }) {
  const asked = paths.map(({ label, places }) => `${wte(places.middle)} ${label.charAt(0).toLowerCase()}${label.slice(1)}`);
  return `Bar 3 asks for these training places a year, over ${countOf(horizon, "year")}: ${listing(asked)}.`;
}

/** Who is away on training when most are, in a sentence. */
export function releaseSentence({ years, paths, calendar }) {
  const total = years.map((_, i) => paths.reduce((sum, { released }) => sum + released[i].middle, 0));
  const at = total.reduce((best, v, i) => (v > total[best] ? i : best), 0);
  if (!/[1-9]/.test(wte(total[at]))) return "Nobody is away on training.";
  const parts = paths.filter(({ released }) => /[1-9]/.test(wte(released[at].middle))).map(({ label, released }) => `${wte(released[at].middle)} ${label.charAt(0).toLowerCase()}${label.slice(1)}`);
  return `Most working time is away on training ${at === 0 ? "at the start" : `at the ${dateWords(years[at], true, calendar)}`}: ${listing(parts)} (WTE).`;
}

/** Pounds a year as people say them: "£5.12 million". */
export function pounds(value) {
  if (!Number.isFinite(value)) return "\u2013";
  const size = Math.abs(value);
  const text = size >= MILLION ? `\u00a3${decimals(size / MILLION, 2)} million` : `\u00a3${decimals(Math.round(size / 1000) * 1000, 0)}`;
  return value < 0 && /[1-9]/.test(text) ? `\u2212${text}` : text;
}

/** What the staff cost now and at bar 3, and the dearest year on the way, in a sentence. */
export function costSentence({ costs, years, staffCost, trainingCost, calendar }) {
  const at = trainingCost.reduce((best, own, i) => (own.middle > trainingCost[best].middle ? i : best), 0);
  const [now, then] = [costs.now, costs.then].map(({ middle }) => pounds(middle));
  const { low, high } = costs.more;
  const way = ![low, high].some((v) => /[1-9]/.test(pounds(v))) ? "as much as" : low > 0 ? "more than" : "less than";
  const beside = way === "as much as" || low > 0 || high < 0 ? `${way} today's staff (${now}), at prices of 2017.` : `and today's staff ${now}, at prices of 2017; the runs do not agree which costs more.`;
  const training = /[1-9]/.test(pounds(trainingCost[at].middle))
    ? ` Training costs most at the ${dateWords(years[at], true, calendar)}: ${pounds(trainingCost[at].middle)} a year beyond pay, beside ${pounds(staffCost[at].middle)} of pay.`
    : "";
  return `Bar 3 costs ${then} a year, ${beside}${training}`;
}
