// What is said of a lever: every word from its numbers.

import { countOf, general, joined, listing, percent, unitWords } from "../charts/numbers.mjs";
import { LAWS, endsOf, isNumber, outsideOf, scaleOf } from "./standing.mjs";

const MOST_NAMED = 3;

export const GRADES = Object.freeze({ A: "source document", B: "literature", C: "judgement" });

/** A label as it stands alone: its first letter is a capital, unless the word is a name such as "mRNA" or "gp_quit". */
export function capital(label) {
  return /^[a-z]+[ ,]/.test(label) ? label.charAt(0).toUpperCase() + label.slice(1) : label;
}

/** A value of an input as it was set, without its unit: so many in 100 where it is a share; six figures, since it is not a result. */
export function valueWords(input, value) {
  return general(Number((value * scaleOf(input)).toPrecision(12)), 6);
}

/** What stands behind a value of an input: "in 100", "WTE a year", or nothing for a pure number. */
export function behind(input) {
  if (input.percent) return "in 100";
  const yearly = input.unit === "1/Year" && input.label.toLowerCase().startsWith("yearly ");
  return yearly ? "" : unitWords(input.unit);
}

/** A value with what stands behind it: "3.5 in 100", "541 WTE". */
export function valueWithUnit(input, value) {
  const text = valueWords(input, value);
  if (input.percent) return `${text} in 100`;
  return behind(input) ? joined(text, input.unit) : text;
}

/** "1.5 to 5.5 in 100". */
export function extentWords(input, low, high) {
  return `${valueWords(input, low)} to ${valueWithUnit(input, high)}`;
}

/** How a law is told: its ends where it has them, else its middle and spread. */
export function lawWords(input, law) {
  if (law.kind === "discrete") return valuesWords(input, law);
  const ends = endsOf(law);
  if (!ends) {
    const spread = law.kind === "lognormal" ? `${general(law.sd, 6)} on the log scale` : valueWithUnit(input, law.sd);
    return `around ${valueWithUnit(input, law.mode)}, standard deviation ${spread}`;
  }
  const text = extentWords(input, ends[0], ends[1]);
  const middle = !isNumber(law.mode) ? "" : `, ${{ p10_p90: "middle", beta: "mean" }[law.kind] ?? "most likely"} ${valueWords(input, law.mode)}`;
  const spread = isNumber(law.sd) ? `, standard deviation ${valueWithUnit(input, law.sd)}` : "";
  return `${law.kind === "p10_p90" ? "eight times in ten " : ""}${text}${middle}${spread}`;
}

/** The values of a discrete law, with the chance of each where these differ. */
function valuesWords(input, { values, weights }) {
  const sum = (weights ?? []).reduce((all, weight) => all + weight, 0);
  const equal = !weights || weights.every((weight) => weight === weights[0]);
  return `one of ${listing(values.map((v, i) => `${valueWords(input, v)}${equal ? "" : ` (${percent(weights[i] / sum)})`}`))}`;
}

/**
 * How settings stand to one input, with the kinds of their ranges where some would read alike that are not.
 * @param {Object} input
 * @param {{varies: boolean, value: number, law: Object|null}[]} standings
 * @param {(standing: Object) => string} [words] of one standing
 * @returns {string[]}
 */
export function standingsApart(input, standings, words = (one) => standingWords(input, one)) {
  const short = standings.map(words);
  const full = standings.map((one, i) => (one.varies ? `${lawWords(input, one.law)}, ${LAWS[one.law.kind].called}` : short[i]));
  return new Set(short).size < new Set(full).size ? full : short;
}

/** How a lever stands: "varies: 1.5 to 5.5 in 100" or "held at 3.5 in 100". */
export function standingWords(input, { varies, value, law }) {
  const ends = varies && law.kind !== "discrete" ? endsOf(law) : null;
  if (ends && law.kind !== "p10_p90") return `varies: ${extentWords(input, ...ends)}`;
  return varies ? `varies: ${lawWords(input, law)}` : `held at ${valueWithUnit(input, value)}`;
}

/** What to be told of a value outside the range of its source; empty where it is inside, or where there is no range. */
export function outsideWords(input, value) {
  const ends = outsideOf(input, value);
  return ends ? `${valueWithUnit(input, value)} is outside the range of its source, ${extentWords(input, ends.low, ends.high)}.` : "";
}

/**
 * What to be told of a setting that holds values outside the range of their source; a value that the examined plan itself believes is meant.
 * @param {Object[]} inputs
 * @param {Object<string, number>} held
 * @returns {string} "" where none is
 */
export function outsideSummary(inputs, held) {
  const found = inputs.filter((i) => Object.hasOwn(held, i.name) && held[i.name] !== i.planned && outsideOf(i, held[i.name]));
  if (!found.length) return "";
  const named = found.slice(0, MOST_NAMED).map((i) => `${i.label} (${valueWithUnit(i, held[i.name])})`);
  const rest = found.length - named.length;
  return `Outside the range of ${found.length === 1 ? "its source" : "their sources"}: ${listing(rest ? [...named, `${rest} more`] : named)}.`;
}

/** What may be set: "0 to 500 in 100"; empty where nothing limits it. */
export function permissibleWords(input) {
  const low = isNumber(input.minimum);
  const high = isNumber(input.maximum);
  if (low && high && input.minimum === input.maximum) return `${valueWithUnit(input, input.minimum)} only`;
  if (low && high) return extentWords(input, input.minimum, input.maximum);
  return low ? `${valueWithUnit(input, input.minimum)} or more` : high ? `${valueWithUnit(input, input.maximum)} or less` : "";
}

/**
 * One thing that differs from the start, as a store tells it.
 * @param {{what: string, was: *, now: *, varies: boolean}} difference
 * @param {Object|null} input
 * @returns {string} "held at 4 in 100; at the start it varied"
 */
export function differenceWords({ what, was, now, varies }, input) {
  if (what === "runs") return `${countOf(now, "run")}; at the start ${countOf(was, "run")}`;
  if (what === "range") {
    const [here, there] = standingsApart(input, (was ? [now, was] : [now]).map((law) => ({ varies: true, law })), ({ law }) => lawWords(input, law));
    const drawn = varies ? `drawn from ${here}` : `has the range ${here}, but is held, so nothing is drawn from it`;
    return was ? `${drawn}; the study has ${there}` : `${drawn}; the study does not vary it`;
  }
  if (what === "released") {
    const stands = varies ? "varies" : `stands at ${valueWithUnit(input, input.value)}`;
    return `${stands}; at the start it is held at ${valueWithUnit(input, was)}`;
  }
  if (what === "value") return `${valueWithUnit(input, now)}; at the start ${valueWithUnit(input, was)}`;
  const stood = input.uncertain ? "it varies" : valueWithUnit(input, input.value);
  return `${input.uncertain ? "held at " : ""}${valueWithUnit(input, now)}; at the start ${stood}`;
}

/** Where an input comes from, and how good that is: "GP Workforce Plan 2017, Table 11 (A, source document)". */
export function sourceWords(input) {
  const grade = input.grade ? `${input.grade}, ${GRADES[input.grade] ?? "not graded"}` : "";
  return input.source ? `${input.source}${grade && ` (${grade})`}` : grade || "none is stated";
}

/** A text to search in: without capitals. */
export function searchable(input) {
  return [input.label, input.name, input.variable, input.unit, input.group, input.note].join("\n").toLowerCase();
}

/** Whether every word of a search stands in the text of an input. */
export function found(text, search) {
  return search.toLowerCase().split(/\s+/).filter(Boolean).every((word) => text.includes(word));
}
