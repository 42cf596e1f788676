// One variable to read: what it is, its equation with links, its values, what goes into it and what it goes into.

import { button, make } from "../app/dom.mjs";
import { amount, countOf, general } from "../charts/numbers.mjs";
import { standing } from "../levers/standing.mjs";
import { standingWords } from "../levers/wording.mjs";
import { hashOf, linked, visible } from "./reading.mjs";
import { tree } from "./tree.mjs";

export const KINDS = Object.freeze({
  stock: "stock: it keeps what flows in and out",
  flow: "flow: a stock adds or takes it",
  auxiliary: "worked out at every step",
  constant: "constant",
  lookup: "table of points",
  data: "series of data",
  macro: "macro: equations that others call",
});
const METHODS = Object.freeze({
  interpolate: "a straight line between points, flat outside them",
  extrapolate: "a straight line between points, going on outside them",
  hold_backward: "the point before",
  look_forward: "the point after",
  raw: "nothing between points",
});
const MANY = 8;

/** A name from a model, apart from the writing around it. */
export function called(name) {
  return make("bdi", { text: visible(name) });
}

/**
 * The head of a variable and its equation, as it stands in a list of all and on a card.
 * @param {Object} entry
 * @param {"h3"|"h4"} heading
 * @returns {HTMLElement[]}
 */
export function written(entry, heading) {
  const about = [entry.unit, KINDS[entry.kind], entry.section && `section ${entry.section}`].filter(Boolean);
  return [
    make(heading, { class: "eq-name" }, called(entry.name)),
    make("p", { class: "quiet eq-about" }, ...about.flatMap((text, i) => [i ? " · " : null, called(text)])),
    entry.comment && make("p", { class: "eq-comment", dir: "auto", text: visible(entry.comment) }),
    entry.text.length > 0 && equation(entry),
  ].filter(Boolean);
}

function equation(entry) {
  const pieces = linked(entry.text, entry.uses.filter((name) => name !== entry.name));
  const made = pieces.map(({ text, name }) => (name === null ? visible(text) : make("a", { href: hashOf(name) }, called(text))));
  return make("pre", { class: "eq-text", tabIndex: 0, role: "group", "aria-label": "Equation" }, make("code", {}, ...made));
}

/**
 * A variable's card.
 * @param {Object} entry
 * @param {Map<string, Object>} byName
 * @param {{inputs: Map<string, Object>, state: () => Object, reveal: ((name: string) => void)|null}} page `reveal` goes to a lever
 * @param {HTMLElement|null} chart its course over time, where the page can save it
 * @returns {{element: HTMLElement, show: () => void}} `show` brings values up to date
 */
export function card(entry, byName, page, chart) {
  const levers = entry.inputs.map((name) => lever(page.inputs.get(name), entry.inputs.length > 1, page));
  const element = make(
    "article",
    { class: "eq-card" },
    ...written(entry, "h3"),
    levers.length > 0 && values(levers),
    levers.length === 0 && entry.value !== null && make("p", { text: `Its value is ${general(entry.value, 9)}; it is no lever of this page.` }),
    entry.axes.length > 0 && make("ul", { class: "eq-axes" }, ...entry.axes.map(axis)),
    entry.calls.length > 0 && calls(entry),
    ...entry.points.map(points),
    chart,
    ...(entry.kind === "macro" ? [callers(entry)] : [causes(entry, byName), uses(entry, byName)]),
  );
  return { element, show: () => levers.forEach((one) => one.show()) };
}

function lever(input, several, page) {
  const now = make("span", { class: "eq-now" });
  const label = several ? [called(input.label), ": "] : ["Now "];
  const go = page.reveal && button("go to its lever", () => page.reveal(input.name), { class: "link", "aria-label": `go to the lever ${input.label}` });
  const show = () => {
    const { held, ranges } = page.state();
    const text = standingWords(input, standing(input, held, ranges));
    if (now.textContent !== text) now.textContent = text;
  };
  return { element: make("li", {}, ...label, now, " ", go), show };
}

function values(levers) {
  const list = make("ul", { class: "eq-values" }, ...levers.map((one) => one.element));
  if (levers.length <= MANY) return list;
  return make("details", {}, make("summary", { text: `${countOf(levers.length, "value")}, each with a lever` }), list);
}

function axis({ name, elements }) {
  const first = elements.slice(0, 30).map((e, i) => [i ? ", " : null, called(e)]);
  const more = elements.length > 30 ? `, and ${elements.length - 30} more` : "";
  return make("li", { class: "quiet" }, "for each ", called(name), ": ", ...first.flat(), more);
}

function calls(entry) {
  const rows = entry.calls.flatMap(([name, meaning, elsewhere]) => [
    make("dt", { text: name }),
    make("dd", { text: elsewhere ? `${meaning} In PySD: ${elsewhere}` : meaning }),
  ]);
  return make("details", { class: "eq-calls" }, make("summary", { text: countOf(entry.calls.length, "function") }), make("dl", {}, ...rows));
}

function points({ cell, x, y, method }) {
  const rows = x.map((at, i) => make("tr", {}, make("td", { text: general(at, 9) }), make("td", { text: general(y[i], 9) })));
  const head = make("tr", {}, make("th", { scope: "col", text: "x" }), make("th", { scope: "col", text: "y" }));
  const title = make("summary", {}, countOf(x.length, "point"), ...(cell ? [" for ", called(cell)] : []), ` (${METHODS[method] ?? method})`);
  return make("details", { class: "eq-points" }, title, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
}

function causes(entry, byName) {
  const told = entry.uses.length ? `What goes into it (${amount(entry.uses.length)})` : "Nothing of the model goes into it";
  return branch(told, entry.uses.length > 0 && tree(byName, entry.name, "uses"), "eq-causes");
}

function uses(entry, byName) {
  const told = entry.usedBy.length ? `What it goes into (${amount(entry.usedBy.length)})` : "No equation uses it";
  return branch(told, entry.usedBy.length > 0 && tree(byName, entry.name, "usedBy"), "eq-uses");
}

function callers(entry) {
  const items = entry.usedBy.map((name) => make("li", {}, make("a", { href: hashOf(name) }, called(name))));
  return branch(items.length ? "Called by" : "No equation calls it", items.length > 0 && make("ul", { class: "tree" }, ...items), "eq-uses");
}

function branch(title, list, name) {
  return make("section", { class: name }, make("h4", { text: title }), list);
}
