// A lever of the room: a plain name, a slider, what it stands at, and where its number comes from.

import { button, make, say } from "../app/dom.mjs";

const STEPS = 60;
const GRADES = { A: "From a source document", B: "From the literature", C: "A judgement" };

/**
 * Make a slider that moves one input, or several of one kind together.
 *
 * @param {Object} page
 * @param {{label: string, inputs: string[], low: number, high: number, words: (value: number) => string}} given `inputs` are moved to one value
 * @returns {{element: HTMLElement, show: () => void}}
 */
export function slider(page, { label, inputs, low, high, words }) {
  const rows = inputs.map((name) => page.input(name));
  const [first] = rows;
  const range = make("input", { type: "range", min: String(low), max: String(high), step: String((high - low) / STEPS), "aria-label": label });
  const value = make("output", { class: "lever-value" });
  const refused = make("p", { class: "problem", hidden: true });
  const usual = button("As at the start", () => refuse(page.change({ kind: "back", inputs })), { class: "link" });
  const evidence = make("details", { class: "evidence" }, make("summary", { text: "Evidence" }), make("p", { text: evidenceWords(first) }));
  const element = make("div", { class: "room-lever control" }, make("div", { class: "lever-top" }, make("span", { class: "lever-label", text: label }), value), range, refused, make("div", { class: "lever-below" }, usual, evidence));

  function refuse(text) {
    say(refused, text);
    refused.hidden = text === "";
  }

  range.addEventListener("input", () => refuse(page.drag(Object.fromEntries(inputs.map((name) => [name, Number(range.value)])))));
  range.addEventListener("change", () => page.settle());
  return {
    element,
    show() {
      const standing = page.value(first.name);
      if (document.activeElement !== range || Math.abs(Number(range.value) - standing) > (high - low) / STEPS) range.value = String(standing);
      const { held, ranges } = page.state;
      const varies = first.uncertain && !Object.hasOwn(held, first.name);
      const told = varies ? `about ${words(standing)}` : words(standing);
      say(value, told);
      range.setAttribute("aria-valuetext", told);
      usual.hidden = !inputs.some((name) => Object.hasOwn(held, name) || Object.hasOwn(ranges, name));
    },
  };
}

/** Where the number of an input comes from, in a sentence. */
export function evidenceWords({ source, grade }) {
  if (source.startsWith("lever")) return "Yours to set: it stands where it changes nothing until you move it.";
  if (source === "judgement") return "A judgement: no source gives it.";
  return `${GRADES[grade]}: ${source}.`;
}
