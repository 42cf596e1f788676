/** A figure that can be asked: it draws itself to its own width, and tells its numbers to the pointer, the keyboard and a screen reader alike. */

import { nearestIndex, wrapped } from "./layout.mjs";
import { INK, QUIET, dashes, markerPath, node, patch, pen, px, rule, svgText, words } from "./svg.mjs";

const SMALLEST = 240;
const EXPORTED = 960;
const MARGIN = 20;
const LONGEST = 80;
let made = 0;

/**
 * Make a figure of some kind.
 *
 * A kind is pure: `scene(spec, place)` gives `{height, nodes, kept, grid}` for a place `{width, scale, kept, row, tallest}`, where `grid` is
 * `{columns, rows, xs, start, point(column, row) -> {x, y}|null}`, with `hit(x, y) -> {column, row}` where the nearest point is not what is meant; `reading(spec, column, row, grid)` gives
 * `{head, lines: [{name, pen, words, row}], spoken}`; `told(spec)` the text alternative with its numbers; `key(spec)`, where it has one, what its marks mean; `table(spec)` its numbers.
 * @param {Object} kind
 * @param {{tallest?: number}} options height that the drawing may take, in px at the usual size of type
 * @returns {{element: HTMLElement, update: Function, table: Function, svg: Function, changed: Function, spec: Function}}
 */
export function makeChart(kind, options = {}) {
  made += 1;
  const hint = `chart-keys-${made}`;
  const element = document.createElement("div");
  const attributes = { class: "chart", role: "group", tabindex: "0", "aria-label": "Figure", "aria-describedby": hint };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  patch(element, [
    node("svg", { role: "img", "aria-label": "" }),
    node("div", { class: "reading" }),
    node("p", { class: "unseen", "aria-live": "polite", "aria-atomic": "true" }, ""),
    node("p", { class: "unseen", id: hint }, `${kind.hint} The table of the figure has the same numbers.`),
  ]);
  const [svg, reading, live] = element.children;
  const changed = [];
  const state = { spec: null, scene: null, cursor: null, width: 0, scale: 1 };

  function place(width, scale) {
    return { width, scale, kept: state.scene ? state.scene.kept : null, row: state.cursor ? state.cursor.row : null, tallest: options.tallest };
  }

  function redraw() {
    if (!state.spec || !state.width) return;
    state.scene = kind.scene(state.spec, place(state.width, state.scale));
    const { height } = state.scene;
    for (const [name, value] of [["width", state.width], ["height", height], ["viewBox", `0 0 ${state.width} ${height}`]]) {
      if (svg.getAttribute(name) !== String(value)) svg.setAttribute(name, String(value));
    }
    tell();
  }

  /** Show what stands at the cursor; without one, at the place that the figure starts from. */
  function tell() {
    const { grid, nodes } = state.scene;
    const rows = grid.rows;
    if (state.cursor) {
      state.cursor.column = Math.max(0, Math.min(grid.columns - 1, state.cursor.column));
      if (!rows.includes(state.cursor.row)) state.cursor.row = rows[0];
    }
    const asked = state.cursor ?? { column: grid.start, row: null };
    const told = rows.length ? kind.reading(state.spec, asked.column, asked.row, grid) : null;
    patch(svg, [node("g", {}, nodes), node("g", { class: "c-cursor" }, state.cursor && told ? cursorNodes(grid) : [])]);
    patch(reading, told ? readingNodes(told, state.cursor ? state.cursor.row : null) : []);
    return told;
  }

  function cursorNodes(grid) {
    const { column, row } = state.cursor;
    const marks = [];
    const { top, bottom, upright } = state.scene.box;
    if (upright) marks.push(rule(grid.xs[column], top, grid.xs[column], bottom, { class: "c-edge", stroke: INK, "stroke-width": 1 }));
    for (const each of grid.rows) {
      const point = grid.point(column, each);
      const size = (each === row ? 5.5 : 3) * state.scale;
      if (point) marks.push(node("circle", { class: "c-point", cx: px(point.x), cy: px(point.y), r: size, fill: each === row ? INK : "#fff", stroke: INK, "stroke-width": 1.5 }));
    }
    return marks;
  }

  function readingNodes(told, row) {
    const lines = told.lines.map((line) =>
      node("li", { class: line.row === row && row !== null ? "is-asked" : null }, [
        ...swatch(line),
        node("span", {}, [node("bdi", { class: "name" }, shortened(line.name)), node("span", {}, " "), node("span", { class: "value" }, line.words)]),
      ]),
    );
    return [...(told.head ? [node("p", { class: "reading-head" }, told.head)] : []), node("ul", {}, lines)];
  }

  function ask(cursor) {
    const before = state.cursor;
    if (before && cursor && before.column === cursor.column && before.row === cursor.row) return null;
    state.cursor = cursor;
    if (kind.emphasis && (before ? before.row : null) !== (cursor ? cursor.row : null)) {
      state.scene = kind.scene(state.spec, place(state.width, state.scale));
    }
    return tell();
  }

  function point(event) {
    if (!state.scene || !state.scene.grid.rows.length) return;
    const box = svg.getBoundingClientRect();
    const by = state.width / (box.width || 1);
    const [x, y] = [(event.clientX - box.left) * by, (event.clientY - box.top) * by];
    const { grid } = state.scene;
    if (grid.hit) {
      ask(grid.hit(x, y));
      return;
    }
    const column = grid.columns > 1 ? nearestIndex(grid.xs, x) : 0;
    const heights = grid.rows.map((row) => grid.point(column, row)?.y ?? NaN);
    const nearest = nearestIndex(heights, y);
    ask({ column, row: grid.rows[Math.max(0, nearest)] });
  }

  function press(event) {
    if (event.target !== element || event.altKey || event.ctrlKey || event.metaKey || !state.scene || !state.scene.grid.rows.length) return;
    const { grid } = state.scene;
    const now = state.cursor ?? { column: grid.start, row: grid.rows[0] };
    const step = (by) => Math.max(0, Math.min(grid.columns - 1, now.column + by));
    const turn = (by) => grid.rows[Math.max(0, Math.min(grid.rows.length - 1, grid.rows.indexOf(now.row) + by))];
    const single = grid.columns === 1;
    const moves = {
      ArrowLeft: () => (single ? { column: 0, row: turn(-1) } : { column: step(-1), row: now.row }),
      ArrowRight: () => (single ? { column: 0, row: turn(1) } : { column: step(1), row: now.row }),
      PageDown: () => ({ column: step(10), row: now.row }),
      PageUp: () => ({ column: step(-10), row: now.row }),
      ArrowUp: () => ({ column: now.column, row: turn(-1) }),
      ArrowDown: () => ({ column: now.column, row: turn(1) }),
      Home: () => (single ? { column: 0, row: grid.rows[0] } : { column: 0, row: now.row }),
      End: () => (single ? { column: 0, row: grid.rows.at(-1) } : { column: grid.columns - 1, row: now.row }),
      Escape: () => null,
    };
    if (!Object.hasOwn(moves, event.key) || (single && event.key.startsWith("Page"))) return;
    if (event.key !== "Escape") event.preventDefault();
    ask(state.cursor ? moves[event.key]() : event.key === "Escape" ? null : ["Home", "End"].includes(event.key) ? moves[event.key]() : now);
    live.textContent = state.cursor ? kind.reading(state.spec, state.cursor.column, state.cursor.row, state.scene.grid).spoken : "";
  }

  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerdown", point);
  svg.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse" && document.activeElement !== element) ask(null);
  });
  element.addEventListener("keydown", press);
  element.addEventListener("blur", () => ask(null));
  new ResizeObserver(([entry]) => {
    const width = Math.max(SMALLEST, Math.floor(entry.contentRect.width));
    const scale = parseFloat(getComputedStyle(element).fontSize) / 16 || 1;
    if (!entry.contentRect.width || (width === state.width && scale === state.scale)) return;
    Object.assign(state, { width, scale });
    redraw();
  }).observe(element);

  return {
    element,
    update(spec) {
      state.spec = spec;
      const label = spec.title ? `Figure: ${spec.title}` : "Figure";
      if (element.getAttribute("aria-label") !== label) element.setAttribute("aria-label", label);
      svg.setAttribute("aria-label", kind.told(spec));
      redraw();
      for (const listener of changed) listener(spec);
    },
    spec: () => state.spec,
    table: () => kind.table(state.spec),
    svg: (notes = []) => standAlone(kind, state.spec, notes),
    changed: (listener) => changed.push(listener),
  };
}

/** A name that leaves room for its numbers. */
function shortened(name) {
  const letters = [...name];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST).join("").trimEnd()}…` : name;
}

/** The line, marker or mark of a series, as its key shows it; none where it has none. */
function swatch({ pen: number, mark }) {
  const shape = (inside) => [node("svg", { class: "swatch", width: 30, height: 14, viewBox: "0 0 30 14", "aria-hidden": "true" }, inside)];
  if (number === null || number === undefined) return mark ? shape(mark) : [];
  const { colour, dash, marker } = pen(number);
  return shape([
    rule(0, 7, 30, 7, { class: "c-line", stroke: colour, "stroke-width": 2, "stroke-dasharray": dashes(dash, 2) }),
    node("path", { class: "c-marker", d: markerPath(marker, 15, 7, 3.6), fill: "#fff", stroke: colour, "stroke-width": 1.4 }),
  ]);
}

/**
 * A figure as the text of an SVG file: its heading and sentence above, what must be said of it below.
 * @param {Object} kind
 * @param {Object} spec
 * @param {string[]} notes
 * @returns {string}
 */
export function standAlone(kind, spec, notes) {
  const inner = EXPORTED - 2 * MARGIN;
  const scene = kind.scene(spec, { width: inner, scale: 1, kept: null, row: null });
  const nodes = [];
  let y = MARGIN;
  const write = (text, size, bold, colour) => {
    for (const line of wrapped(text, inner, size, Infinity, bold)) {
      y += 1.3 * size;
      nodes.push(words(MARGIN, y, line, { size, bold, colour }));
    }
  };
  if (spec.title) write(spec.title, 18, true, INK);
  if (spec.sentence) write(spec.sentence, 14, false, INK);
  y += 10;
  nodes.push(node("g", { transform: `translate(${MARGIN} ${px(y)})` }, scene.nodes));
  y += scene.height;
  const said = [kind.key?.(spec) ?? "", ...notes].filter(Boolean);
  for (const note of said) write(note, 12, false, QUIET);
  const height = Math.ceil(y + MARGIN);
  return svgText(nodes, { width: EXPORTED, height, title: spec.title ?? "", description: [kind.told(spec), ...said].join(" ") });
}
