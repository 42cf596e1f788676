// What the parts of the screen share: what the room's beliefs did to another model, and how its runs stand.

import { fill, make } from "../../app/dom.mjs";
import { dateWords, listing } from "../../charts/numbers.mjs";
import { amountOf, nameOf, rangeOf, titleOf } from "../../workshop/naming.mjs";

/**
 * What of this room's beliefs another model works with.
 * @param {{told: Object[], left: Object[]}} carried as `Behind.carried` gives it
 * @param {(one: Object) => {name: string, title: string, now: string}} words of one belief
 * @returns {string}
 */
export function carriedSentence({ told, left }, words) {
  const said = told.map(words).map(({ name, now }) => `${name} (${now})`);
  const lost = left.map(words).map(({ title, now }) => `${title} (${now}) is outside what it takes, so it keeps its own.`);
  const first = said.length ? `This model works with what was changed in this room: ${listing(said)}.` : "Nothing was changed in this room that this model has too.";
  return [first, ...lost].join(" ");
}

/** What to be told where a model behind starts at another date than the site; "" where it does not. */
export function startSentence(site, behind) {
  if (site === behind) return "";
  return `This site starts in ${dateWords(site)}; this model of LLR starts in ${dateWords(behind)}, with the staff of then. Read it as what follows such a start, not as dates.`;
}

/** When the site of a page starts: the date of its first bar. */
export function startOf(data) {
  return data.outputs.find(({ name }) => name === "bar_1").at;
}

/** A belief in the words of the room. */
export function beliefWords(data, { input, value, law }) {
  return { name: nameOf(data, input), title: titleOf(data, input), now: law ? rangeOf(data, input, law) : amountOf(data, input, value) };
}

/** A number with the range of nine runs in ten behind it: "541 (504 to 570)"; the number alone where the two read alike. */
export function ranged({ middle, low, high }, write) {
  return write(low) === write(high) ? write(middle) : `${write(middle)} (${write(low)} to ${write(high)})`;
}

/** The range alone, as it stands below a large number; empty where it reads as one number. */
export function rangeBelow({ low, high }, write) {
  return write(low) === write(high) ? "" : `${write(low)} to ${write(high)}`;
}

/** A line that says how far another model has come. */
export function progress() {
  const element = make("p", { class: "quiet" });
  return {
    element,
    set: (text) => {
      if (element.textContent !== text) fill(element, text);
    },
  };
}

/** "First 32 of 300 runs" while more are coming. */
export function runsSentence(ensemble, whole) {
  if (!ensemble) return "Computing \u2026";
  return whole ? `${ensemble.runs} runs; middle, and the range that holds nine in ten.` : `The first ${ensemble.runs} of ${ensemble.ask.runs} runs; the rest is coming \u2026`;
}
