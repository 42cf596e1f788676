/** What the first screen says of the people: facts from its numbers, sentences from the facts. No element, no page. */

import { fixed, listing } from "../charts/numbers.mjs";
import { apportioned, sumOf } from "./wholes.mjs";

/** Ages at which people count as older, by the names of the bands. */
export const OLDER = Object.freeze(["a65_74", "a75_84", "a85p"]);
/** What brackets and whiskers are. */
export const RANGES = "Numbers are the middle of the runs; a range in brackets, or a whisker of a bar, holds nine runs in ten.";
/** Growth smaller than this is told as none: it would read as 0.0%. */
const NONE = 0.0005;
/** From so much on a share is told in whole per cent. */
const WHOLE = 0.0195;
/** Shares that a site table brings may be off by what rounding to three decimals leaves. */
const ROUNDED = 0.002;

/** So many people, contacts or hours, whole. */
export function whole(number) {
  return fixed(number, 0);
}

/** "in five years", "in 1.5 years", "in a year". */
export function inYears(years) {
  const words = ["", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
  if (years === 0) return "now";
  const text = Number.isInteger(years) && years < words.length ? words[years] : fixed(years, Number.isInteger(years) ? 0 : 1);
  return `in ${text} ${years === 1 ? "year" : "years"}`;
}

/** How much one number is more than another, as a share of it; null where there is nothing to compare with. */
export function growth(now, later) {
  return now > 0 && Number.isFinite(later) ? later / now - 1 : null;
}

/** A share as a room reads it: "7%", "1.3%"; never as one whole that it is not. */
export function percentWords(share) {
  const text = fixed(100 * share, Math.abs(share) >= WHOLE ? 0 : 1);
  return `${text === "100" && Math.abs(share - 1) > 1e-9 ? fixed(100 * share, 1) : text}%`;
}

/** "7% more", "3% fewer", "as many". */
export function growthWords(share, fewer = "fewer", same = "as many") {
  if (share === null || !Number.isFinite(share)) return "";
  if (Math.abs(share) < NONE) return same;
  return share > 0 ? `${percentWords(share)} more` : `${percentWords(-share)} ${fewer}`;
}

/** "+7%", "−3%", "±0%"; "" where there is nothing to compare with. */
export function signedPercent(share) {
  if (share === null || !Number.isFinite(share)) return "";
  if (Math.abs(share) < NONE) return "\u00b10%";
  return share > 0 ? `+${percentWords(share)}` : percentWords(share);
}

/**
 * The facts of the screen.
 * @param {{years: number, patients: Pair, older: Pair, ages: (Pair & {label: string})[], segments: (Pair & {name: string, label: string, are: string})[]}} given
 *   a Pair is {now, later}, each a spread {middle, low, high} in people; `older` are those of 65 and over
 * @returns {Object} frozen
 */
export function peopleFacts({ years, patients, older, ages, segments }) {
  const grown = (one) => ({ ...one, growth: growth(one.now.middle, one.later.middle) });
  const known = ages.map(grown).filter((a) => a.growth !== null);
  const fastest = known.reduce((best, a) => (best === null || a.growth > best.growth ? a : best), null);
  return Object.freeze({
    years, patients: grown(patients), ages: ages.map(grown), segments: segments.map(grown), fastest,
    older: { now: part(older.now, patients.now), later: part(older.later, patients.later) },
  });
}

function part(some, all) {
  return all.middle > 0 ? some.middle / all.middle : null;
}

/** What the list says: "Of 36,000 patients 842 are frail; in five years 928, 10% more." */
export function segmentSentence({ years, patients }, segment) {
  const { now, later, are } = segment;
  const of = `Of ${whole(patients.now.middle)} patients ${whole(now.middle)} are ${are}`;
  if (years === 0) return `${of}.`;
  if (segment.growth === null) return later.middle > 0 ? `${of}; ${inYears(years)} ${whole(later.middle)}.` : `${of}, and none ${inYears(years)}.`;
  const words = growthWords(segment.growth);
  return words === "as many" ? `${of}, and as many ${inYears(years)}.` : `${of}; ${inYears(years)} ${whole(later.middle)}, ${words}.`;
}

/** How old the list is, and how that changes: "Today 18% are 65 or over, in five years 19%." */
export function olderSentence({ years, older }) {
  if (older.now === null || older.later === null) return "";
  const [now, later] = [percentWords(older.now), percentWords(older.later)];
  if (years === 0) return `${now} are 65 or over.`;
  return now === later ? `${now} are 65 or over, and so they will be ${inYears(years)}.` : `Today ${now} are 65 or over, ${inYears(years)} ${later}.`;
}

/** Which age grows fastest, or that none grows. */
export function fastestSentence({ years, fastest, ages }) {
  if (fastest === null || years === 0) return "";
  if (fastest.growth < NONE) {
    return ages.every((a) => a.growth === null || Math.abs(a.growth) < NONE) ? `No age grows or shrinks ${inYears(years)}.` : `No age grows ${inYears(years)}.`;
  }
  const alike = ages.filter((a) => a.growth !== null && Math.abs(a.growth - fastest.growth) < NONE);
  if (alike.length === ages.length) return `Every age grows by ${percentWords(fastest.growth)} ${inYears(years)}.`;
  return `People aged ${listing(alike.map((a) => a.label))} grow fastest: ${percentWords(fastest.growth)} ${inYears(years)}.`;
}

/**
 * The age bands held against the list.
 * @param {{list: number, bands: number[]}} entered people
 * @returns {{list: number, sum: number, over: number, same: boolean}} frozen; `over` is the bands less the list
 */
export function bandsFacts({ list, bands }) {
  const sum = sumOf(bands);
  const over = sum - list;
  return Object.freeze({ list, sum, over, same: Math.abs(over) < 0.5 });
}

/** What the check of the bands says. */
export function bandsSentence({ list, sum, over, same }) {
  if (same) return `The age bands add up to the list: ${whole(list)}.`;
  const by = Math.abs(over) < 1 ? fixed(Math.abs(over), 1) : whole(Math.abs(over));
  return `The age bands add up to ${whole(sum)}, ${by} ${over > 0 ? "more" : "fewer"} than the list of ${whole(list)}. Only their proportions count: the total is the list.`;
}

/** Bands in their proportions that add up to a list, in whole people where it is whole. */
export function bandsOf(list, bands) {
  return apportioned(bands, list, Number.isInteger(list) ? 1 : 10);
}

/** Bands of a list of which a share is 65 or over, each side in the proportions of `shape`: those of LLR. */
export function agedBands(list, shape, names, share) {
  const older = names.map((name) => OLDER.includes(name));
  const total = (side) => sumOf(shape.filter((_, i) => older[i] === side));
  const weights = shape.map((people, i) => (people / total(older[i])) * (older[i] ? share : 1 - share));
  return bandsOf(list, weights);
}

/**
 * The ages at which shares of the groups do not add to one, as a site table may bring them.
 * @param {{label: string, values: number[]}[]} rows
 * @returns {Object[]} those rows, each with its `sum`
 */
export function offRows(rows) {
  return rows.map((row) => ({ ...row, sum: sumOf(row.values) })).filter(({ sum }) => !(Math.abs(sum - 1) <= ROUNDED));
}

/** What the check of the shares says. */
export function rowsSentence(off) {
  if (!off.length) return "At every age the five groups add up to 100%.";
  const [first, ...more] = off;
  const rest = more.length ? `, and at ${more.length} other ${more.length === 1 ? "age" : "ages"} to something else than 100%` : "";
  if (first.sum === 0) return `At ${first.label} all groups are at 0%, so that nobody of that age is counted${rest}.`;
  return `At ${first.label} the groups add up to ${percentWords(first.sum)}${rest}. The model brings them to 100%.`;
}

const EVIDENCE = Object.freeze({ A: "from the plan", B: "published elsewhere", C: "judgement" });

/** How good the evidence of a number is, in words, by its grade. */
export function evidenceWords(grade) {
  return EVIDENCE[grade] ?? "no source given";
}
