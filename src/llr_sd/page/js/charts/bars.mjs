/** Rows of marks on one axis, each named and with its numbers beside it; and what drives a result, as signed bars with intervals. */

import { axisRange, extremes, roundNumbers, scaled, textWidth, wrapped } from "./layout.mjs";
import { between, fixed, listing, partRange, partWords, shown, signed, tick } from "./numbers.mjs";
import { makeChart } from "./plot.mjs";
import { INK, QUIET, RULE, node, px, rule, words } from "./svg.mjs";

const WIDE = 560;
const NAMED = 0.32;
const UP = "#0072b2";
const DOWN = "#b84e00";

/**
 * Make a chart of signed bars.
 *
 * `update` takes `{title, sentence, measure, limits, bars}`: `measure` says what the numbers are, `limits` are the ends of its axis where it
 * has any (such as [-1, 1]), `bars` are `{name, value, low, high, note}`, the interval null where there is none. With `decimals` numbers have
 * so many; else they are of `unit`, or shares where `percent`; with `signed` they are differences. With `shares` they are parts of a whole,
 * told as chances are and cut to 0 and 100 %. Bars with a `group` stand under it; `words` of a bar are said in place of its numbers.
 * @param {Object} options as `makeChart` takes them
 */
export function barsChart(options) {
  return makeChart(BARS, options);
}

/**
 * Lay rows out: names to the left and numbers to the right where there is room, else above the marks.
 * @param {{heading: string, rows: {name: string, words: string, at: number, draw: Function}[]}[]} groups `draw(x, y, thick)` gives the marks
 * @param {{low: number, high: number}} range of the axis
 * @param {{width: number, scale: number}} place
 * @param {{quantity?: Object, ticks?: (value: number) => string, title?: string}} axis
 * @returns {Object} a scene as `makeChart` takes it
 */
export function rowsScene(groups, range, place, { quantity = {}, ticks = (v) => tick(v, quantity), title = "" }) {
  const size = 12 * place.scale;
  const rows = groups.flatMap((g) => g.rows);
  const wide = place.width >= WIDE * place.scale;
  const widest = (texts, most) => Math.min(most, Math.max(0, ...texts.map((t) => textWidth(t, size))));
  const nameWidth = wide ? widest(rows.map((r) => r.name), NAMED * place.width) : place.width - 4;
  const wordsWidth = wide ? widest(rows.map((r) => r.words), NAMED * place.width) : place.width - 4;
  const edge = Math.max(6, textWidth(ticks(range.low), size) / 2, textWidth(ticks(range.high), size) / 2) + 2;
  const left = wide ? nameWidth + 8 + edge : edge;
  const right = place.width - (wide ? wordsWidth + 8 + edge : edge);
  const x = scaled(range.low, range.high, left, right);
  const texts = [];
  const placed = [];
  let y = 0.3 * size;
  for (const group of groups) {
    for (const line of group.heading ? wrapped(group.heading, place.width - 4, size, 3, true) : []) {
      y += 1.35 * size;
      texts.push(words(2, y, line, { size, bold: true, halo: true }));
    }
    if (group.heading) y += 0.3 * size;
    for (const row of group.rows) {
      const name = wrapped(row.name, nameWidth, size, 3);
      const said = wrapped(row.words, wordsWidth, size, 3);
      const step = 1.2 * size;
      if (wide) {
        const height = Math.max(name.length, said.length, 1.2) * step + 0.55 * size;
        const middle = y + height / 2;
        const first = (lines) => middle - ((lines.length - 1) * step) / 2 + 0.35 * size;
        name.forEach((line, i) => texts.push(words(nameWidth + 2, first(name) + i * step, line, { size, anchor: "end", halo: true })));
        said.forEach((line, i) => texts.push(words(right + edge + 6, first(said) + i * step, line, { size, halo: true })));
        placed.push({ row, y: middle });
        y += height;
      } else {
        const together = `${row.name}: ${row.words}`;
        const lines = name.length === 1 && textWidth(together, size) <= nameWidth ? [together] : [...name, ...said];
        for (const line of lines) texts.push(words(2, (y += step), line, { size, halo: true }));
        placed.push({ row, y: y + 0.95 * size });
        y += 1.9 * size;
      }
    }
    y += 0.4 * size;
  }
  const box = { top: 0, bottom: y, left, right, upright: false };
  const axis = [];
  for (const value of roomyNumbers(range, right - left, size, ticks)) {
    const at = x(value);
    const zero = value === 0;
    axis.push(rule(at, 0, at, y, { class: zero ? "c-zero" : "c-rule", stroke: zero ? QUIET : RULE, "stroke-width": zero ? 1.2 : 0.8 }));
    axis.push(words(at, y + 1.2 * size, ticks(value), { size, anchor: "middle" }));
  }
  let height = y + 1.8 * size;
  const start = wide ? left : 2;
  for (const line of title ? wrapped(title, place.width - start - 2, size, 4) : []) {
    axis.push(words(start, height + 0.7 * size, line, { size, colour: QUIET, className: "c-quiet" }));
    height += 1.25 * size;
  }
  const marks = placed.flatMap(({ row, y: at }) => row.draw(x, at, 0.9 * size));
  return {
    height: Math.ceil(height), box, kept: { range, about: title },
    // Numbers in the way of a rule are read over it, so the text comes last.
    nodes: [node("g", { class: "c-axis" }, axis), node("g", {}, marks), node("g", {}, texts)],
    grid: {
      columns: 1, rows: rows.map((_, i) => i), xs: [left], start: 0,
      point: (_, row) => (Number.isFinite(rows[row].at) ? { x: x(rows[row].at), y: placed[row].y } : null),
    },
  };
}

/** Round numbers on a level axis, so few that the texts under them stay apart. */
export function roomyNumbers({ low, high }, length, size, ticks) {
  for (let most = 8; ; most -= 1) {
    const numbers = roundNumbers(low, high, most);
    const widest = Math.max(...numbers.map((v) => textWidth(ticks(v), size)));
    if (most <= 1 || numbers.length * (widest + 0.9 * size) <= length + widest) return numbers;
  }
}

/** Range of an axis of rows with nought on it, kept while the axis says the same. */
export function rowsRange(title, place, low, high, share = false) {
  return axisRange(place.kept && place.kept.about === title ? place.kept.range : null, low, high, { zero: true, share });
}

/** A whisker from one value to another, with ends. */
export function whisker(x, y, low, high, half, attributes) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
  const [a, b] = [px(x(low)), px(x(high))];
  return [node("path", { class: "c-line", d: `M${a} ${px(y - half)}V${px(y + half)}M${a} ${px(y)}H${b}M${b} ${px(y - half)}V${px(y + half)}`, fill: "none", ...attributes })];
}

function told(value, spec) {
  if (spec.shares) return partWords(value);
  if (spec.decimals !== undefined) return value > 0 && spec.signed ? `+${fixed(value, spec.decimals)}` : fixed(value, spec.decimals);
  return spec.signed ? signed(value, spec) : shown(value, spec);
}

function rangeWords({ low, high }, spec) {
  if (spec.shares) return partRange(low, high);
  return spec.decimals === undefined ? between(low, high, spec) : `${told(low, spec)} to ${told(high, spec)}`;
}

function barWords(bar, spec) {
  if (bar.words) return bar.words;
  const value = told(bar.value, spec);
  const ranged = Number.isFinite(bar.low) && Number.isFinite(bar.high);
  return [ranged ? `${value} (${rangeWords(bar, spec)})` : value, bar.note].filter(Boolean).join(", ");
}

/** Lay signed bars out. */
export function barsScene(spec, place) {
  const [low, high] = extremes(spec.bars.flatMap((b) => [b.value, b.low, b.high]));
  const range = spec.limits ? { low: spec.limits[0], high: spec.limits[1] } : rowsRange(spec.measure ?? "", place, low, high, Boolean(spec.percent || spec.shares));
  const groups = [];
  for (const bar of spec.bars) {
    if (!groups.length || groups.at(-1).heading !== (bar.group ?? "")) groups.push({ heading: bar.group ?? "", bars: [] });
    groups.at(-1).bars.push(bar);
  }
  const row = (bar) => ({
    name: bar.name, words: barWords(bar, spec), at: bar.value,
    draw: (x, y, thick) => {
      if (!Number.isFinite(bar.value)) return [];
      const [from, to] = [Math.min(x(0), x(bar.value)), Math.max(x(0), x(bar.value))];
      const shape = node("rect", { class: "c-bar", x: px(from), y: px(y - thick / 2), width: px(Math.max(1, to - from)), height: px(thick), fill: bar.value < 0 ? DOWN : UP, "fill-opacity": 0.75 });
      return [shape, ...whisker(x, y, bar.low, bar.high, 0.3 * thick, { stroke: INK, "stroke-width": 1.6 * place.scale })];
    },
  });
  const ticks = spec.decimals === undefined ? undefined : (v) => tick(v);
  return rowsScene(groups.map(({ heading, bars }) => ({ heading, rows: bars.map(row) })), range, place, { quantity: { ...spec, percent: spec.percent || spec.shares }, ticks, title: spec.measure ?? "" });
}

/** The bar that is asked, in words. */
export function barsReading(spec, column, row) {
  if (row === null) return { head: "", lines: [], spoken: "" };
  const bar = spec.bars[row];
  const spoken = `${[bar.group, bar.name].filter(Boolean).join(", ")}: ${barWords(bar, spec)}`;
  return { head: bar.group ?? "", lines: [{ name: bar.name, pen: null, words: barWords(bar, spec), row }], spoken };
}

const BARS = {
  hint: "Up and down arrows move from bar to bar; Home and End go to the first and last.",
  scene: barsScene,
  reading: barsReading,
  told: (spec) => (spec.bars.length ? `${[spec.measure, listing(spec.bars.map((b) => `${[b.group, b.name].filter(Boolean).join(", ")} ${barWords(b, spec)}`))].filter(Boolean).join(": ")}.` : "No bar is shown."),
  table: (spec) => ({
    caption: [spec.title, spec.measure].filter(Boolean).join(": "),
    head: [...(spec.bars.some((b) => b.group) ? ["Of"] : []), "Name", "Value", "Low", "High", ...(spec.bars.some((b) => b.note) ? ["Note"] : [])],
    rows: spec.bars.map((b) => [
      ...(spec.bars.some((o) => o.group) ? [b.group ?? ""] : []), b.name, ...[b.value, b.low, b.high].map((v) => ({ value: v ?? NaN, words: told(v ?? NaN, spec) })), ...(spec.bars.some((o) => o.note) ? [b.note ?? ""] : []),
    ]),
  }),
};
