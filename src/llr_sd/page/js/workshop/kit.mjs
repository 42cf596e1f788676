// What the screens share: numbers of an ensemble by the names of elements, and small fields, tables and lines.

import { fill, make, say } from "../app/dom.mjs";
import { quantile } from "../draws/statistics.mjs";
import { unboxed } from "../levers/standing.mjs";

const AXES = { bar: "Bar", level: "Skill", segment: "Seg", function: "Fun", age: "Age", path: "Path", group: "Group", care: "Care", work: "Function" };

/**
 * The middle of a number and the range that holds nine runs in ten, as `summary.parquet` of `llr-sd run` has them.
 *
 * @param {Object} page
 * @param {string} name of an output
 * @param {{bar?: string, level?: string, segment?: string, function?: string, age?: string, path?: string, group?: string, care?: string, work?: string, time?: number}} [where]
 *   an element of each axis, as the model names it; of an output over time the nearest saved time, the last where none is given
 * @param {Object|null} [ensemble] in place of the current one
 * @returns {{middle: number, low: number, high: number, central: number, runs: number}|null} null where no run has a number
 */
export function spread(page, name, where = {}, ensemble = page.now) {
  if (ensemble === null) return null;
  const found = sorted(ensemble, name, where);
  if (found.length === 0) return null;
  const [middle, low, high] = [0.5, 0.05, 0.95].map((p) => quantile(found, p));
  return { middle, low, high, central: columnOf(ensemble.central, name, where)[0], runs: found.length };
}

const SORTED = new WeakMap(); // by ensemble: an output is sorted once, however many screens read it

function sorted(ensemble, name, where) {
  const known = SORTED.get(ensemble) ?? new Map();
  SORTED.set(ensemble, known);
  const key = JSON.stringify([name, Object.entries(where).sort()]);
  if (!known.has(key)) known.set(key, Float64Array.from(columnOf(ensemble, name, where).filter(Number.isFinite)).sort());
  return known.get(key);
}

/**
 * One number of each run, NaN in those that failed.
 * @param {Object} ensemble
 * @param {string} name of an output
 * @param {Object} where as `spread` takes it
 * @returns {number[]}
 */
export function columnOf(ensemble, name, where = {}) {
  const output = ensemble.outputs.get(name);
  if (!output) throw new Error(`the page has no output ${name}`);
  const { spec, times, values } = output;
  const size = Math.max(1, output.elements.length);
  const stride = size * (times ? times.length : 1);
  const at = elementAt(spec, where) + size * (times ? nearest(times, where.time ?? times[times.length - 1]) : 0);
  return Array.from({ length: values.length / stride }, (_, run) => values[run * stride + at]);
}

/** The place of an element among those of an output, last axis fastest. */
function elementAt(spec, where) {
  const given = new Map(Object.entries(where).filter(([key]) => key !== "time").map(([key, element]) => [AXES[key], element]));
  if (given.size !== spec.axes.length) throw new Error(`${spec.name} has the axes ${spec.axes.map((a) => a.name)}`);
  return spec.axes.reduce((at, { name, elements }) => {
    const place = elements.indexOf(given.get(name));
    if (place < 0) throw new Error(`${spec.name} has no ${name} ${given.get(name)}`);
    return at * elements.length + place;
  }, 0);
}

function nearest(times, time) {
  return times.reduce((best, t, i) => (Math.abs(t - time) < Math.abs(times[best] - time) ? i : best), 0);
}

/** The elements of an axis of the page's outputs by their names in the model, such as `elementsOf(page, "level")`. */
export function elementsOf(page, axis) {
  return page.data.outputs.flatMap(({ axes }) => axes).find(({ name }) => name === AXES[axis]).elements;
}

/** WTE with one decimal: "21.3"; a minus sign only where a digit follows that is not nought. */
export function wte(value) {
  return decimals(value, 1);
}

/** A number with so many decimals, thousands parted, and never "-0.0". */
export function decimals(value, places) {
  if (!Number.isFinite(value)) return "\u2013";
  const text = Math.abs(value).toLocaleString("en-GB", { minimumFractionDigits: places, maximumFractionDigits: places });
  return value < 0 && /[1-9]/.test(text) ? `\u2212${text}` : text;
}

let fields = 0;

/**
 * A number that a person types or steps.
 *
 * @param {{label: string, unit?: string, value: number, min?: number, max?: number, step?: number, change: (value: number) => string|void, moving?: (value: number) => string|void}} given
 *   `change` is told when the field is left or Enter is pressed, `moving` at each keystroke and step; either may return why it is refused
 * @returns {{element: HTMLElement, input: HTMLInputElement, set: (value: number) => void, refuse: (text: string) => void, typed: () => number}} `set`
 *   leaves a field alone in which a person is writing; `typed` gives what stands in it, NaN where that is no number, which the field then says
 */
export function numberField({ label, unit = "", value, min, max, step = "any", change, moving }) {
  return field({ label, unit, value, min, max, step, change, moving, scale: 1 });
}

/** The same for a share, which is shown as so many in 100. */
export function shareField({ label, value, min = 0, max = 1, step = 0.01, change, moving }) {
  return field({ label, unit: "%", value, min, max, step, change, moving, scale: 100 });
}

function field({ label, unit, value, min, max, step, change, moving, scale }) {
  fields += 1;
  const id = `field-${fields}`;
  // No field of type "number": browsers take "1,5" typed into one for 15.
  const input = make("input", { type: "text", id, inputmode: "decimal", autocomplete: "off" });
  const why = make("span", { class: "problem", id: `${id}-why`, hidden: true });
  const name = make("span", { text: label });
  const element = make("label", { class: "number-field", for: id }, name, make("span", { class: "number-box" }, input, unit && make("span", { class: "unit", text: unit })), why);
  let last = value;
  const refuse = (text) => {
    say(why, text);
    why.hidden = text === "";
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (text) input.setAttribute("aria-describedby", why.id);
    else input.removeAttribute("aria-describedby");
  };
  const set = (x) => {
    last = x;
    if (document.activeElement !== input || !input.dataset.writing) input.value = Number.isFinite(x) ? String(round(x * scale)) : "";
  };
  const typed = () => {
    const found = unboxed(input.value, scale);
    refuse(Number.isFinite(found) ? "" : /\d,\d/.test(input.value) ? "Write a number with a point, such as 1.5." : "Write a number.");
    return found;
  };
  const read = (act) => {
    const found = typed();
    if (Number.isFinite(found)) refuse(act(found) || "");
  };
  const done = () => {
    delete input.dataset.writing;
    read(change);
    if (!input.hasAttribute("aria-invalid")) last = unboxed(input.value, scale);
  };
  input.addEventListener("input", () => {
    input.dataset.writing = "1";
    if (moving) read(moving);
  });
  input.addEventListener("change", done);
  input.addEventListener("keydown", (event) => {
    const turn = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!turn || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const from = unboxed(input.value, scale);
    const next = (Number.isFinite(from) ? from : last) + turn * (step === "any" ? 1 / scale : step);
    if (!Number.isFinite(next)) return;
    input.value = String(round(Math.min(max ?? Infinity, Math.max(min ?? -Infinity, next)) * scale));
    if (moving) read(moving);
    done();
  });
  input.addEventListener("blur", () => {
    delete input.dataset.writing;
    if (input.hasAttribute("aria-invalid")) return;
    set(last);
  });
  set(value);
  return { element, input, set, refuse, typed };
}

/** A number without the last digits that floating point leaves: 0.15 * 100 is 15. */
function round(x) {
  return Number(x.toPrecision(12));
}

/**
 * A table: `rows` are lists whose first cell is the heading of the row; a cell is text or an element.
 * @param {{caption: string, head: string[], rows: (string|Node)[][], foot?: (string|Node)[]}} given
 * @returns {HTMLTableElement}
 */
export function table({ caption, head, rows, foot }) {
  const cells = ([first, ...rest]) => make("tr", {}, make("th", { scope: "row" }, first), ...rest.map((cell, i) => make("td", { "data-head": head[i + 1] }, cell)));
  return make("table", { class: "numbers" },
    make("caption", { text: caption }),
    make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col", text })))),
    make("tbody", {}, ...rows.map(cells)),
    foot && make("tfoot", {}, cells(foot)));
}

/** A sentence that stands out: "good", "watch" or "plain"; the mark before it says so without colour. */
export function statement({ text, kind = "plain" }) {
  const element = make("p", { class: `statement ${kind}` });
  const set = (next) => {
    element.className = `statement ${next.kind ?? "plain"}`;
    fill(element, mark(next.kind), make("span", { text: next.text }));
    element.hidden = !next.text;
  };
  set({ text, kind });
  return { element, set };
}

function mark(kind) {
  const signs = { good: ["\u2713", "As it should be: "], watch: ["!", "Look out: "] };
  if (!Object.hasOwn(signs, kind ?? "")) return null;
  const [sign, said] = signs[kind];
  return make("span", { class: "sign" }, make("span", { "aria-hidden": "true", text: sign }), make("span", { class: "unseen", text: said }));
}

/** A line that says whether a sum is right. */
export function checkLine(ok, text) {
  return statement({ text, kind: ok ? "good" : "watch" });
}

/** A main number, large, with its unit and the range of nine runs in ten below it. */
export function bigNumber({ label, value, range = "", unit = "" }) {
  const number = make("b");
  const below = make("span", { class: "range" });
  const name = make("dt");
  const element = make("dl", { class: "big-number" }, name, make("dd", {}, make("span", { class: "value" }, number, " ", make("span", { class: "unit", text: unit })), below));
  const set = (next) => {
    if (next.label !== undefined) say(name, next.label);
    say(number, next.value);
    say(below, next.range ?? "");
    below.hidden = !next.range;
  };
  set({ label, value, range });
  return { element, set };
}
