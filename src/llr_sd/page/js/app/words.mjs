// The sentences of the page, each from the numbers that it tells; a claim stands only where they bear it out.

import { between, chanceWords, countOf, dateWords, fixed, joined, levelWords, listing, shareWords, shown, shownWithUnit } from "../charts/numbers.mjs";
import { FEWEST_RUNS } from "../draws/statistics.mjs";

/** Fewer runs than these give no ends of a nine-in-ten range with an interval of their own. */
const FEW_FOR_ENDS = FEWEST_RUNS.p05;

/**
 * How much is on screen.
 * @param {{have: number, all: number, failed: number, busy: boolean, error: string}} facts runs on screen, of how many, how many of those
 *   failed, whether more is on its way, and why there is nothing
 * @returns {string} "64 of 500 runs so far"
 */
export function runsWords({ have, all, failed, busy, error }) {
  if (error) return `No numbers: ${error}`;
  if (have === 0) return busy ? "The first runs are on their way." : "No runs yet.";
  const part = have < all ? `${have.toLocaleString("en-GB")} of ${countOf(all, "run")} so far` : have === 1 ? "1 run: nothing varies" : countOf(have, "run");
  if (failed === 0) return part;
  if (failed === have) return `${part}; ${have === 1 ? "it failed" : "all failed"}`;
  return `${part}; ${failed.toLocaleString("en-GB")} failed`;
}

/**
 * What to be told of failed runs; empty where none failed.
 * @param {{run: number, time: number|null, variable: string|null, reason: string}[]} failures
 * @param {number} runs
 * @param {boolean} calendar whether times are years
 */
export function failureWords(failures, runs, calendar) {
  if (!failures.length) return "";
  const [first] = failures;
  const when = first.time === null || !Number.isFinite(first.time) ? "" : `, ${dateWords(first.time, false, calendar)}`;
  const why = `${first.variable ? `\u201c${first.variable}\u201d ` : ""}${first.reason}${when} (run ${first.run + 1})`;
  const causes = new Set(failures.map((f) => `${f.variable} ${f.reason}`)).size;
  const head = failures.length === runs ? (runs === 1 ? "The run failed: there are no numbers." : `All ${countOf(runs, "run")} failed: there are no numbers.`)
    : `${failures.length.toLocaleString("en-GB")} of ${countOf(runs, "run")} failed and ${failures.length === 1 ? "is" : "are"} left out of every number.`;
  return `${head} ${causes > 1 ? `The first of ${causes} causes` : "Why"}: ${why}.`;
}

/**
 * What must be known of runs though none failed, such as a delay too short for the step; empty where there is nothing.
 * @param {{variable: string, what: string, runs: number, mend: string}[]} findings
 * @param {number} runs in all
 */
export function findingWords(findings, runs) {
  const many = (one) => (one.runs < runs ? ` (in ${one.runs.toLocaleString("en-GB")} of ${countOf(runs, "run")})` : "");
  return findings.map((one) => `\u201c${one.variable}\u201d ${one.what}${many(one)}. ${one.mend}`.trim()).join(" ");
}

/** What to be told of few runs: how many are needed; empty where there are enough, or where more are on their way. */
export function fewWords(good, all, certain) {
  if (certain || good >= FEW_FOR_ENDS || good < 1) return "";
  return `Only ${countOf(good, "run")} of ${all.toLocaleString("en-GB")} ${good === 1 ? "has" : "have"} a result: the ends of ranges need ${FEW_FOR_ENDS}.`;
}

/**
 * The range of nine runs in ten behind a number: "502 to 559"; says where there is none.
 * @param {{runs: number, p05: number, p95: number, flat: boolean}} spread
 */
export function rangeWords(spread, quantity) {
  if (spread.runs === 0) return "";
  if (spread.flat) return spread.runs === 1 ? "one run" : `the same in all ${countOf(spread.runs, "run")}`;
  if (!Number.isFinite(spread.p95 - spread.p05)) return "too few runs";
  return between(spread.p05, spread.p95, quantity);
}

/** The first end of a range of percentages has its sign once, behind the second. */
function endless(text) {
  return text.replace(/%$/, "");
}

/**
 * What lines and bands of a trajectory are.
 * @param {{series: {low50: number[]|null, low90: number[]|null}[]}} spec
 * @param {number} runs behind the first of its series
 */
export function bandsWords({ series }, runs) {
  const drawn = (band) => band?.some(Number.isFinite) ?? false;
  const { low50, low90 } = series[0];
  if (drawn(low50)) return `The line is the median; half of the runs lie in the ${drawn(low90) ? "darker band, nine in ten in the paler one" : "band"}.`;
  if (low50) return "The line is the median; the runs are too few for a band.";
  if (!series.some((s) => s.median.some(Number.isFinite))) return "";
  return `${runs > 1 ? "All runs agree" : "Nothing varies in this setting"}, so there is one line and no band.`;
}

/** What to be told where one run says all: how to see how sure it is. */
export const CERTAIN = "Nothing varies in this setting, so one run says all of it. To see how sure it is, give a lever a range.";

/** A difference with as many decimals as the number that it is of, and its sign; "" where it rounds to nothing. */
function step(by, of, quantity) {
  const decimals = (shown(of, quantity).split(".")[1] ?? "").replace(/\D/g, "").length;
  const text = fixed(quantity.percent ? 100 * by : by, decimals);
  return !/[1-9]/.test(text) ? "" : by > 0 ? `+${text}` : text;
}

/** A difference of percentages is in points. */
function pointed(by, quantity) {
  return quantity.percent ? `${by} ${/^[+\u2212]?1$/.test(by) ? "point" : "points"}` : by;
}

/**
 * How the current setting stands to its start, by their medians, in few words: "+11 from 517 at the start".
 * @param {{now: number, start: number, same: boolean}} facts `same`: the settings are one
 */
export function changeShort({ now, start, same }, quantity) {
  if (same || !Number.isFinite(now) || !Number.isFinite(start)) return "";
  if (now === start) return `middle as at the start, ${shown(start, quantity)}`;
    const by = step(now - start, now, quantity);
  return by ? `${pointed(by, quantity)} from ${shown(start, quantity)} at the start` : `a little ${now > start ? "above" : "below"} ${shown(start, quantity)}, the start`;
}

/** The same as a sentence: "That is 11 WTE more than at the start, 517." */
export function changeSentence({ now, start, same }, quantity) {
  if (same || !Number.isFinite(now) || !Number.isFinite(start)) return "";
  if (now === start) return "The middle is as at the start.";
  const by = step(Math.abs(now - start), now, quantity).replace("+", "");
  const size = by ? (quantity.percent ? pointed(by, quantity) : joined(by, quantity.unit)) : "a little";
  return `That is ${size} ${now > start ? "more" : "less"} than at the start, ${shown(start, quantity)}.`;
}

/**
 * One number of the current setting in a sentence.
 * @param {string} title of the output, with its date
 * @param {Object} spread as `spreadOf` gives it
 */
export function numberSentence(title, spread, quantity) {
  if (spread.runs === 0) return `${title}: no run has a result.`;
  const middle = shownWithUnit(spread.p50, quantity);
  if (spread.flat) return `${title}: ${middle}${spread.runs > 1 ? `, the same in all ${countOf(spread.runs, "run")}` : ""}.`;
  if (!Number.isFinite(spread.p95 - spread.p05)) return `${title}: ${middle} in the middle; too few runs for a range.`;
  return `${title}: ${middle} in the middle; nine runs in ten lie between ${endless(shown(spread.p05, quantity))} and ${shownWithUnit(spread.p95, quantity)}.`;
}

/** What a target asks: "at least 639 WTE". */
export function goalWords(target, quantity) {
  const level = target.atLeast ?? target.atMost;
  return `${target.atLeast !== null ? "at least" : "at most"} ${quantity.percent ? shown(level, quantity) : levelWords(level, quantity.unit)}`;
}

/** The chance of a target in a sentence. */
export function chanceSentence(target, quantity, chance) {
  const asks = `${target.name} (${goalWords(target, quantity)})`;
  return chance.runs === 0 ? `${asks}: no run has a result.` : `${asks} is met in ${inRuns(chanceWords(chance))}.`;
}

/** A chance that is no count of runs says what it is a share of. */
function inRuns(text) {
  return text.includes(" runs") ? text : `${text} of runs`;
}

/**
 * What drives an output, in a sentence.
 * @param {{label: string}[]} causes those told from chance, most first
 * @param {{output: string, runs: number, varying: number, note: string}} facts `note` says why there are no numbers
 */
export function driversSentence(causes, { output, runs, varying, note }) {
  if (varying === 0) return `No lever varies in this setting, so nothing makes ${output} uncertain: give a lever a range, or let one vary again.`;
  if (note) return `${output}: ${note}.`;
  if (causes.length === 0) return `In these ${countOf(runs, "run")} no lever alone moves ${output} more than chance would.`;
  return `In these ${countOf(runs, "run")} ${output} moves most with ${listing(causes.slice(0, 3).map((c) => c.label))}.`;
}

/**
 * What the shares of a spread are and are not.
 * @param {{runs: number, lost: number, skewed: boolean, dummy: number[]|null, constant: string[]}} facts as `drivers` gives them
 * @returns {string[]}
 */
export function driversNotes({ lost, skewed, dummy, constant }) {
  const notes = ["It says what the uncertainty comes from, not what a lever could do: one that is held, or varies little, has no share. Levers that act only together are not told apart, and one that varies with another is seen through it too."];
  if (dummy) notes.push(`A lever that nothing depends on would show up to ${shareWords(Math.max(0, dummy[2]))}; only those above that are shown.`);
  if (skewed) notes.push("A few extreme runs carry most of the spread, so the intervals are too narrow.");
  if (lost > 0) notes.push(`${countOf(lost, "run")} without a result ${lost === 1 ? "is" : "are"} left out.`);
  if (constant.length) notes.push(`${countOf(constant.length, "lever")} ${constant.length === 1 ? "is" : "are"} drawn but the same in all runs.`);
  return notes;
}
