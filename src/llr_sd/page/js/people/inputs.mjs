/** Fields of the model's constants on a screen: bounds told in a sentence, how good the evidence is, one move for each change. */

import { button, make, say } from "../app/dom.mjs";
import { general, listing } from "../charts/numbers.mjs";
import { endsOf, standing } from "../levers/standing.mjs";
import { numberField, shareField } from "../workshop/kit.mjs";
import { evidenceWords } from "./people_facts.mjs";

/**
 * What is wrong with a value for an input, in a sentence; "" where it can be set.
 * @param {{minimum: number|null, maximum: number|null}} input
 * @param {number} value
 * @param {{scale?: number, unit?: string}} [shown] how the field shows it: times `scale`, with `unit` behind it
 */
export function problemOf({ minimum, maximum }, value, { scale = 1, unit = "" } = {}) {
  if (!Number.isFinite(value)) return "Write a number.";
  const told = (end) => `${general(end * scale, 9)}${unit === "%" ? "%" : ""}`;
  const low = minimum !== null && value < minimum;
  const high = maximum !== null && value > maximum;
  if (!low && !high) return "";
  if (minimum !== null && maximum !== null) return `Write a number from ${told(minimum)} to ${told(maximum)}.`;
  return low ? `Write ${told(minimum)} or more.` : `Write ${told(maximum)} or less.`;
}

/**
 * How good the evidence of a number is, in few words: what the room set, what stands in the site's table, else the grade of its source.
 * @param {Object} page
 * @param {string[]} names of inputs that stand together
 */
export function standWords(page, names) {
  return listing([...new Set(names.map((name) => standOf(page, page.input(name))))]);
}

function standOf(page, input) {
  const { held, ranges } = page.state;
  const { set } = page.data.scenarios[0];
  const own = Object.hasOwn(set, input.name);
  if (Object.hasOwn(held, input.name) && (own ? held[input.name] !== set[input.name] : input.uncertain || held[input.name] !== input.value)) return "set in the room";
  if (Object.hasOwn(ranges, input.name)) return "a range from the room";
  if (own) return page.data.workshop.site.illustrative ? "illustrative" : "from the site's own table";
  return evidenceWords(input.grade);
}

/**
 * Where some numbers come from: each source once. A site's own table says that itself, and what the room set has no other source.
 * @param {Object} page
 * @param {string[]} names of inputs
 * @returns {string}
 */
export function sourcesWords(page, names) {
  const { set } = page.data.scenarios[0];
  const own = names.some((name) => Object.hasOwn(set, name)) ? [`the table of ${page.data.workshop.site.label}`] : [];
  const others = names.filter((name) => !Object.hasOwn(set, name)).map((name) => page.input(name)).filter(({ source }) => source && source !== "judgement" && !source.startsWith("lever"));
  const found = [...own, ...new Set(others.map(({ source }) => source))];
  return found.length ? `Where these come from: ${found.join("; ")}.` : "";
}

/**
 * Hold inputs at values as one move; what is there already is no move.
 * @param {Object} page
 * @param {Object<string, number>} values
 * @returns {string} why it is refused, for a person, or ""
 */
export function holdAll(page, values) {
  const { held, ranges } = page.state;
  const varies = (name) => !Object.hasOwn(held, name) && (page.input(name).uncertain || Object.hasOwn(ranges, name));
  const moved = Object.entries(values).filter(([name, value]) => varies(name) || page.value(name) !== value);
  if (!moved.length) return "";
  return page.change({ kind: "hold", values: Object.fromEntries(moved) }) ? "The model cannot take this value." : "";
}

/**
 * The field of one input.
 * @param {Object} page
 * @param {string} name
 * @param {{label: string, unit?: string, percent?: boolean, step?: number, refuse?: (value: number) => string}} given `refuse` says what else
 *   is wrong with a value
 * @returns {{element: HTMLElement, show: () => void}}
 */
export function inputField(page, name, { label, unit = "", percent = false, step, refuse = () => "" }) {
  const input = page.input(name);
  const look = percent ? { scale: 100, unit: "%" } : { scale: 1, unit };
  const field = (percent ? shareField : numberField)({
    label, unit, value: page.value(name), step, min: input.minimum ?? undefined, max: input.maximum ?? undefined,
    change: (value) => problemOf(input, value, look) || refuse(value) || holdAll(page, { [name]: value }),
  });
  const stands = make("span", { class: "evidence" });
  const again = button("let it vary again", () => page.change({ kind: "release", input: name }), { class: "link", "aria-label": `let it vary again: ${label}` });
  const element = make("div", { class: "first-field" }, field.element, stands, again);
  let last = page.value(name);
  return {
    element,
    show() {
      const value = page.value(name);
      if (value !== last) field.refuse("");
      if (value !== last || !field.input.hasAttribute("aria-invalid")) field.set(value);
      last = value;
      const { varies, law } = standing(input, page.state.held, page.state.ranges);
      const ends = varies ? endsOf(law) : null;
      const [low, high] = ends ? ends.map((end) => general(end * look.scale, 4)) : [];
      say(stands, `${standWords(page, [name])}${ends ? `, ${low} to ${high} in the runs` : ""}`);
      again.hidden = varies || law === null;
    },
  };
}
