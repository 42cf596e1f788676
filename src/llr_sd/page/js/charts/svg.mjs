/** Marks and axes as data, put into a page by changing only what differs, or written out as a file that stands alone. */

import { scaled, textWidth, timeTicks, roundNumbers } from "./layout.mjs";
import { tick } from "./numbers.mjs";

export const INK = "#1b1f24";
export const QUIET = "#59616b";
export const RULE = "#d5d9de";
export const TARGET = "#a3330a";
export const BAND_WIDE = "#c6dcec";
export const BAND_NARROW = "#7fb0d6";
export const LINE = "#003a63";
export const MET = "#0072b2";
export const TARGET_DASH = "8 2";

// Okabe-Ito, darkened where it would be under 3:1 on white; its yellow is left out. Dashes count in widths of the line.
const COLOURS = ["#0072b2", "#b84e00", "#00785a", "#a3457f", "#2b7a9e", "#8a6100"];
const DASHES = [[], [5, 1.6], [1.4, 1.2], [7, 1.6, 1.4, 1.6]];
const PLUS = [[-0.35, -1], [0.35, -1], [0.35, -0.35], [1, -0.35], [1, 0.35], [0.35, 0.35], [0.35, 1], [-0.35, 1], [-0.35, 0.35], [-1, 0.35], [-1, -0.35], [-0.35, -0.35]];
const MARKERS = [
  null,
  [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  [[0, -1.1], [1, 0.8], [-1, 0.8]],
  [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
  [[0, 1.1], [1, -0.8], [-1, -0.8]],
  PLUS,
  PLUS.map(([x, y]) => [0.75 * (x - y), 0.75 * (x + y)]),
  [[-1.1, 0], [0.8, -1], [0.8, 1]],
  [[1.1, 0], [-0.8, -1], [-0.8, 1]],
  around(5, () => 1.1),
  around(6, () => 1.1),
  around(10, (i) => (i % 2 ? 0.5 : 1.25)),
];
const NAMESPACE = "http://www.w3.org/2000/svg";
const FACES = "system-ui, 'Segoe UI', Arial, sans-serif";
// What XML cannot hold at all.
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const drawn = new WeakMap();

function around(corners, reach) {
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners - Math.PI / 2;
    return [reach(i) * Math.cos(angle), reach(i) * Math.sin(angle)];
  });
}

/** How the nth line is drawn, told apart by dash and marker as well as by colour; negative numbers, from -1 down, are the plain black pens. */
export function pen(number) {
  const plain = number < 0;
  const at = plain ? -1 - number : number;
  return { colour: plain ? INK : COLOURS[at % COLOURS.length], dash: DASHES[(at + plain) % DASHES.length], marker: at % MARKERS.length };
}

/** Dashes of a line of some width, as an attribute; null for an unbroken one. */
export function dashes(pattern, width) {
  return pattern.length ? pattern.map((d) => px(d * width)).join(" ") : null;
}

/**
 * One element as data.
 * @param {string} tag
 * @param {Object<string, string|number|null|undefined>} attributes those that are null or undefined are left out
 * @param {string|Object[]} inside its text, or its elements
 */
export function node(tag, attributes = {}, inside = []) {
  return { tag, attributes, inside };
}

/** A text; `halo` keeps it readable over lines. */
export function words(x, y, text, { size, colour = INK, anchor = "start", bold = false, halo = false, className = "c-ink" }) {
  return node(
    "text",
    {
      class: halo ? `${className} c-halo` : className,
      x: px(x),
      y: px(y),
      "font-size": px(size),
      "text-anchor": anchor === "start" ? null : anchor,
      "font-weight": bold ? "600" : null,
      fill: colour,
      stroke: halo ? "#fff" : null,
      "stroke-width": halo ? 3 : null,
      "stroke-linejoin": halo ? "round" : null,
      "paint-order": halo ? "stroke" : null,
    },
    text,
  );
}

/** A straight line. */
export function rule(x1, y1, x2, y2, attributes) {
  return node("path", { d: `M${px(x1)} ${px(y1)}L${px(x2)} ${px(y2)}`, fill: "none", ...attributes });
}

/** Coordinates to a tenth of a px. */
export function px(value) {
  return Math.round(value * 10) / 10;
}

/** Path of a line; it is broken where a value is undefined. */
export function linePath(xs, values, y) {
  let path = "";
  let on = false;
  for (let i = 0; i < values.length; i += 1) {
    if (Number.isFinite(values[i])) {
      path += `${on ? "L" : "M"}${px(xs[i])} ${px(y(values[i]))}`;
      on = true;
    } else {
      on = false;
    }
  }
  return path;
}

/** Path of the band between two lines; it is broken where one is undefined. */
export function bandPath(xs, low, high, y) {
  let path = "";
  let start = -1;
  for (let i = 0; i <= low.length; i += 1) {
    const good = i < low.length && Number.isFinite(low[i]) && Number.isFinite(high[i]);
    if (good && start < 0) start = i;
    if (good || start < 0) continue;
    for (let j = start; j < i; j += 1) path += `${j === start ? "M" : "L"}${px(xs[j])} ${px(y(high[j]))}`;
    for (let j = i - 1; j >= start; j -= 1) path += `L${px(xs[j])} ${px(y(low[j]))}`;
    path += "Z";
    start = -1;
  }
  return path;
}

/** Path of one marker about a point. */
export function markerPath(kind, x, y, size) {
  const shape = MARKERS[kind];
  if (!shape) return `M${px(x - size)} ${px(y)}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0Z`;
  return `M${shape.map(([u, v]) => `${px(x + u * size)} ${px(y + v * size)}`).join("L")}Z`;
}

/**
 * Axis of values: faint rules with a number at each, and the unit above.
 * @param {{left: number, right: number, top: number, bottom: number, size: number}} box in px; `size` of type
 */
export function valueAxis(range, box, { quantity, heading, numbers }) {
  const y = scaled(range.low, range.high, box.bottom, box.top);
  const parts = [];
  for (const value of numbers) {
    const at = y(value);
    const zero = value === 0 && range.low < 0;
    parts.push(rule(box.left, at, box.right, at, { class: zero ? "c-zero" : "c-rule", stroke: zero ? QUIET : RULE, "stroke-width": zero ? 1.2 : 0.8 }));
    parts.push(words(box.left - 6, at + 0.35 * box.size, tick(value, quantity), { size: box.size, anchor: "end" }));
  }
  if (heading) parts.push(words(2, box.size, heading, { size: box.size, colour: QUIET, className: "c-quiet" }));
  return node("g", { class: "c-axis" }, parts);
}

/** Numbers of an axis of values, and the room that the widest of them takes in px. */
export function valueNumbers(range, height, size, quantity) {
  const numbers = roundNumbers(range.low, range.high, Math.max(2, Math.min(7, Math.floor(height / (3 * size)))));
  return { numbers, room: Math.max(...numbers.map((v) => textWidth(tick(v, quantity), size)), 0) + 10 };
}

/** Axis of times; where they are years, with a mark at 1 January. */
export function timeAxis(low, high, box, calendar) {
  const x = scaled(low, high, box.left, box.right);
  const marks = timeTicks(low, high, Math.max(2, Math.floor((box.right - box.left) / (3.4 * box.size))), calendar);
  const parts = [rule(box.left, box.bottom, box.right, box.bottom, { class: "c-edge", stroke: QUIET, "stroke-width": 1 })];
  for (const mark of marks) {
    const at = x(mark.at);
    parts.push(rule(at, box.bottom, at, box.bottom + 4, { class: "c-edge", stroke: QUIET, "stroke-width": 1 }));
    const half = textWidth(mark.text, box.size) / 2;
    if (at + half > box.end || at - half < 0) continue;
    parts.push(words(at, box.bottom + 6 + box.size, mark.text, { size: box.size, anchor: "middle" }));
  }
  if (calendar) {
    const texts = high - low < 2 ? ["First of the month", "Month"] : ["Year (mark at 1 January)", "Year"];
    const text = texts.find((t) => textWidth(t, box.size) <= box.right - box.left) ?? "";
    parts.push(words((box.left + box.right) / 2, box.bottom + 6 + 2.3 * box.size, text, { size: box.size, anchor: "middle", colour: QUIET, className: "c-quiet" }));
  }
  return node("g", { class: "c-axis" }, parts);
}

/** Change the children of an element into these, touching only what differs from the last time. */
export function patch(parent, nodes) {
  let child = parent.firstChild;
  for (const wanted of nodes) {
    let element = child;
    if (!element || element.localName !== wanted.tag) {
      const vector = wanted.tag === "svg" || parent.namespaceURI === NAMESPACE;
      element = vector ? document.createElementNS(NAMESPACE, wanted.tag) : document.createElement(wanted.tag);
      if (child) parent.replaceChild(element, child);
      else parent.appendChild(element);
    }
    apply(element, wanted);
    child = element.nextSibling;
  }
  while (child) {
    const next = child.nextSibling;
    parent.removeChild(child);
    child = next;
  }
}

function apply(element, wanted) {
  const last = drawn.get(element);
  if (last === wanted) return;
  const before = last ? last.attributes : {};
  for (const [name, value] of Object.entries(wanted.attributes)) {
    if (before[name] === value) continue;
    if (value === null || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, String(value));
  }
  for (const name of Object.keys(before)) if (!(name in wanted.attributes)) element.removeAttribute(name);
  if (typeof wanted.inside === "string") {
    if (!last || last.inside !== wanted.inside) element.textContent = wanted.inside;
  } else {
    if (last && typeof last.inside === "string") element.textContent = "";
    patch(element, wanted.inside);
  }
  drawn.set(element, wanted);
}

/**
 * A drawing as the text of a file that stands alone: no classes, every look an attribute.
 * @param {Object[]} nodes
 * @param {{width: number, height: number, title: string, description: string}} about
 */
export function svgText(nodes, { width, height, title, description }) {
  const head = [node("title", {}, title), node("desc", {}, description), node("rect", { width, height, fill: "#fff" })];
  const root = node(
    "svg",
    { xmlns: NAMESPACE, width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "font-family": FACES },
    [...head, ...nodes],
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${markup(root)}\n`;
}

function markup({ tag, attributes, inside }) {
  const given = Object.entries(attributes).filter(([name, value]) => value !== null && value !== undefined && name !== "class");
  const open = `<${tag}${given.map(([name, value]) => ` ${name}="${escaped(value)}"`).join("")}`;
  const within = typeof inside === "string" ? escaped(inside) : inside.map(markup).join("");
  return within ? `${open}>${within}</${tag}>` : `${open}/>`;
}

/** A text as XML has it, without the characters that XML has no form for. */
export function escaped(value) {
  const named = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(value).replace(UNPRINTABLE, "").replace(/[&<>"]/g, (letter) => named[letter]);
}
