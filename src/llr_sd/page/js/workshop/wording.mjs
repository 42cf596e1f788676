// What the frame of the workshop says, each sentence from the facts that it tells.

import { ILLUSTRATIVE } from "../charts/figure.mjs";
import { countOf, listing } from "../charts/numbers.mjs";
import { amountOf, notEntered, rangeOf, titleOf } from "./naming.mjs";

const MOST = 3; // changes that a sentence tells

/** What a row of a site table says of a number of the local part of an import; `llr-sd workshop` reads it. */
export const STAYS = "must stay on this machine";
/** What every page and file of such numbers says. */
export const LOCAL = `It holds counts that are few: it ${STAYS}.`;

/** What every page and file of a site says of its data. */
export function cautionsOf({ illustrative, local }) {
  return [illustrative ? ILLUSTRATIVE : "", local ? LOCAL : ""].filter(Boolean);
}

/**
 * The status line: how many runs are behind the numbers, and whether more are on their way.
 * @param {{have: number, all: number, failed: number, busy: boolean, error: boolean}} facts `error`: this setting cannot be run at all
 * @returns {string}
 */
export function statusWords({ have, all, failed, busy, error }) {
  if (error) return "These assumptions cannot be run together: undo the last change.";
  if (have === 0) return "Computing \u2026";
  const runs = have < all ? `${have.toLocaleString("en-GB")} of ${countOf(all, "run")}` : countOf(all, "run");
  const lost = failed ? `; ${failed.toLocaleString("en-GB")} of them failed and ${failed === 1 ? "is" : "are"} left out` : "";
  return `${runs}${lost}${busy ? "; computing \u2026" : ""}`;
}

/**
 * What an entry of the journal changed, the greatest change first: "Frail people among those aged 85 and over: 45 in 100, was 35 in 100."
 * Values that read the same are told only where nothing else was changed.
 * @param {Object} data of the page
 * @param {{changes: {input: string, was: *, now: *}[]}} entry
 * @returns {string}
 */
export function changeWords(data, { changes }) {
  const pairs = mostFirst(data, changes).map(({ input, was, now }) => ({ input, told: [now, was].map((value) => standWords(data, input, value)) }));
  const unlike = pairs.filter(({ told: [now, was] }) => now !== was);
  const all = unlike.length ? unlike : pairs;
  const told = all.slice(0, MOST).map(({ input, told: [now, was] }) => `${titleOf(data, input)}: ${now === was ? "changed a little" : `${now}, was ${was}`}`);
  const more = all.length - told.length;
  return `${told.join("; ")}${more > 0 ? `; and ${countOf(more, "more change", "more changes")}` : ""}.`;
}

/** The changes of an entry, the greatest first (in relation to its size where units differ): what a hand moved comes before what gave way to it. */
export function mostFirst(data, changes) {
  const inputs = new Map(changes.map(({ input }) => [input, data.inputs.find((one) => one.name === input)]));
  const alike = new Set([...inputs.values()].map(({ unit }) => unit)).size === 1;
  const at = (name, value) => value ?? (({ uncertain, middle, value: opened }) => (uncertain ? middle : opened))(inputs.get(name));
  const size = ({ input, was, now }) => {
    const [a, b] = [at(input, was), at(input, now)];
    if (typeof a !== "number" || typeof b !== "number") return Infinity;
    return a === b ? 0 : Math.abs(b - a) / (alike ? 1 : Math.max(Math.abs(a), Math.abs(b)));
  };
  return changes.map((change) => ({ change, by: size(change) })).sort((x, y) => (x.by === y.by ? 0 : y.by - x.by)).map(({ change }) => change);
}

/** Where an input stands: at a value, in a range, or, where neither is set, as the study has it. */
export function standWords(data, name, value) {
  if (typeof value === "number") return amountOf(data, name, value);
  if (value !== null) return rangeOf(data, name, value);
  const input = data.inputs.find((one) => one.name === name);
  if (notEntered(data, input)) return "no entry";
  return input.uncertain ? `about ${amountOf(data, name, input.middle)}` : amountOf(data, name, input.value);
}

/** How an entry is kept: "Kept, as said by a nurse." */
export function keptWords({ reason, who }) {
  if (!reason && !who) return "";
  return who ? `Kept, as said by: ${who}.` : "Kept.";
}

/**
 * Where a session stands, for who comes back to it.
 * @param {{changes: number, reasons: number, left: string}} facts `left`: the title of the screen that was left last, "" on a first visit
 * @returns {string}
 */
export function sessionWords({ changes, reasons, left }) {
  const kept = changes ? `${countOf(changes, "assumption was changed", "assumptions were changed")}${reasons ? `, ${reasons === changes ? (changes === 1 ? "with its reason" : "each with its reason") : `${reasons} with a reason`}` : ""}` : "";
  const where = left ? `you left off at \u201c${left}\u201d` : "";
  const text = listing([where, kept].filter(Boolean));
  return text ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : "";
}
