/** Bars made of parts, one on the other: each part has its look, its name and its number beside it, so that no colour is needed to read it. */

import { extremes, scaled, spreadLabels, textWidth, wrapped } from "./layout.mjs";
import { fixed, listing, named, shown, unitWords } from "./numbers.mjs";
import { makeChart } from "./plot.mjs";
import { BAND_NARROW, BAND_WIDE, INK, LINE, QUIET, node, px, rule, words } from "./svg.mjs";

const SMALL = 12;
const LARGE = 18;
const TALL = 300;
const THIN = 40;
const WIDE = 150;
const LEAN = 30;
// From dark to pale, so that neighbours differ in grey too; past the first four the same again with other hatching.
const LOOKS = [
  { fill: LINE, hatch: "", ink: "#fff" },
  { fill: BAND_NARROW, hatch: "rising", ink: INK },
  { fill: BAND_WIDE, hatch: "level", ink: INK },
  { fill: "#fff", hatch: "dots", ink: INK },
  { fill: LINE, hatch: "falling", ink: "#fff" },
  { fill: BAND_NARROW, hatch: "", ink: INK },
  { fill: BAND_WIDE, hatch: "dots", ink: INK },
  { fill: "#fff", hatch: "rising", ink: INK },
];

/**
 * Make a chart of stacked bars.
 *
 * `update` takes `{title, sentence, unit, bars, pens}`: `bars` of `{name, note, parts, total}`, the parts of all bars the same and in the same
 * order, from the top (or the left) on: `{name, value, low, high}`, the range null where there is none. `total` is `{value, low, high}`, left out where
 * the parts, which have no ranges then, are to be added. `pens` says which look each part has. With `decimals` numbers have so many.
 * @param {Object} options as `makeChart` takes them
 */
export function stackedChart(options) {
  return makeChart(STACKED, options);
}

/** The look of a part as marks of a key: what fills it, and its edge. */
export function partMarks(look, x, y, width, height, scale = 1) {
  if (!(width > 0 && height > 0)) return [];
  const { fill, hatch } = LOOKS[look % LOOKS.length];
  const path = hatched(hatch, x, y, width, height, 7 * scale);
  const edge = { x: px(x), y: px(y), width: px(width), height: px(height) };
  return [
    node("rect", { class: "c-part", ...edge, fill }),
    ...(path ? [node("path", { class: "c-hatch", d: path, fill: "none", stroke: fill === LINE ? "#fff" : LINE, "stroke-width": px(1.1 * scale), "stroke-linecap": hatch === "dots" ? "round" : null })] : []),
    node("rect", { class: "c-edge", ...edge, fill: "none", stroke: INK, "stroke-width": px(1.1 * scale) }),
  ];
}

/** Lines that fill a box at a distance: drawn out, so that a file needs no pattern that another picture could have by the same name. */
function hatched(kind, x, y, width, height, step) {
  let path = "";
  if (kind === "level") {
    for (let at = step; at < height; at += step) path += `M${px(x)} ${px(y + at)}h${px(width)}`;
  } else if (kind === "dots") {
    for (let down = step / 2, row = 0; down < height; down += step, row += 1) {
      for (let along = row % 2 ? step : step / 2; along < width; along += step) path += `M${px(x + along)} ${px(y + down)}h.1`;
    }
  } else if (kind) {
    const side = kind === "rising" ? 1 : -1;
    for (let at = step; at < width + height; at += step) {
      // The line along + down = at, cut to the box; falling lines are its mirror image.
      const [from, to] = [Math.max(0, at - height), Math.min(width, at)];
      const along = (v) => (side > 0 ? x + v : x + width - v);
      path += `M${px(along(from))} ${px(y + at - from)}L${px(along(to))} ${px(y + at - to)}`;
    }
  }
  return path;
}

/** Lay the bars out: upright beside each other, each part named to the right of its bar; one under another where the drawing is narrow. */
export function stackedScene(spec, place) {
  const [, most] = extremes(spec.bars.map(heightOf));
  const top = most > 0 ? most : 1;
  const slot = place.width / spec.bars.length;
  const thick = Math.min(slot - labelRoom(spec, place.scale), 0.36 * slot, WIDE * place.scale);
  return spec.bars.length && thick >= THIN * place.scale ? standing(spec, place, top, { slot, thick }) : lying(spec, place, top);
}

/** Width that the labels beside a bar take, so that no word and no range of theirs is broken. */
function labelRoom(spec, scale) {
  const parts = spec.bars.flatMap((bar) => bar.parts);
  const texts = parts.flatMap((part) => [...part.name.split(" "), ...(ranged(part) ? [rangeWords(part, spec)] : [])]);
  const widest = (all, size, bold) => Math.max(0, ...all.map((text) => textWidth(text, size, bold)));
  return widest(parts.map((part) => numberWords(part.value, spec)), LARGE * scale, true) + widest(texts, SMALL * scale) + 3 * SMALL * scale;
}

function standing(spec, place, most, { slot, thick }) {
  const { scale } = place;
  const [small, large] = [SMALL * scale, LARGE * scale];
  const heads = spec.bars.map((bar) => headLines(bar, spec, slot - 1.2 * small, scale));
  const head = Math.max(...heads.map((lines) => lines.reduce((sum, line) => sum + 1.25 * line.size, 0)));
  const beside = spec.bars.map((bar) => labels(bar, spec, slot - thick - 2.2 * small, scale));
  const tallest = Math.max(...beside.flat().map((label) => label.height));
  const room = Math.max(tallest * beside[0].length, (place.tallest ?? TALL) * scale - head);
  const [upper, base] = [head + 0.6 * small, head + 0.6 * small + room];
  const y = scaled(0, most, base, upper);
  const [marks, texts, boxes] = [[], [], []];
  for (const [column, bar] of spec.bars.entries()) {
    const left = column * slot + 1;
    let down = 0;
    for (const line of heads[column]) texts.push(...headWords(line, left, (down += 1.25 * line.size)));
    const parts = stackOf(bar).map(({ from, to }) => ({ top: y(to), bottom: y(from) }));
    boxes.push(parts.map((p) => ({ left, right: left + thick, top: p.top, bottom: p.bottom })));
    const wanted = parts.map((p) => (p.top + p.bottom) / 2);
      const middles = spreadLabels(wanted, tallest, Math.min(upper + tallest / 2, base), Math.max(upper, base - tallest / 2));
    for (const [row, part] of parts.entries()) {
      marks.push(...partMarks(lookOf(spec, row), left, part.top, thick, part.bottom - part.top, scale));
      const at = left + thick + 1.3 * small;
      if (!Number.isFinite(bar.parts[row].value)) continue;
      const leader = `M${px(left + thick + 2)} ${px(wanted[row])}L${px(at - 0.7 * small)} ${px(middles[row])}H${px(at - 0.25 * small)}`;
      marks.push(node("path", { class: "c-leader", d: leader, fill: "none", stroke: QUIET, "stroke-width": px(scale) }));
      texts.push(...written(beside[column][row], at, middles[row], small, large));
    }
    marks.push(rule(left - 1, base, left + thick + 1, base, { class: "c-edge", stroke: INK, "stroke-width": px(1.6 * scale) }));
  }
  const rows = spec.bars[0].parts.map((_, i) => i);
  return {
    height: Math.ceil(base + 0.8 * small), box: { upright: false }, kept: null,
    nodes: [node("g", {}, marks), node("g", {}, texts)],
    grid: {
      columns: spec.bars.length, rows, xs: spec.bars.map((_, i) => i * slot + thick / 2), start: 0, flat: false,
      point: (column, row) => middleOf(boxes[column][row], spec.bars[column].parts[row]),
      hit: (x, at) => {
        const column = Math.max(0, Math.min(spec.bars.length - 1, Math.floor(x / slot)));
        return { column, row: within(boxes[column].map((b) => [b.top, b.bottom]), at) };
      },
    },
  };
}

/** One bar under another, from the left on; under each bar the names and numbers of its parts. */
function lying(spec, place, most) {
  const { scale, width } = place;
  const size = 14 * scale;
  const x = scaled(0, most, 1, width - 1);
  const [marks, texts, boxes] = [[], [], []];
  let y = 0;
  for (const bar of spec.bars) {
    for (const line of headLines(bar, spec, width - 4, scale)) texts.push(...headWords(line, 2, (y += 1.25 * line.size)));
    y += 0.5 * size;
    const thick = LEAN * scale;
    const ends = stackOf(bar).map(({ from, to }) => ({ from: heightOf(bar) - to, to: heightOf(bar) - from }));
    bar.parts.forEach((part, row) => marks.push(...partMarks(lookOf(spec, row), x(ends[row].from), y, x(ends[row].to) - x(ends[row].from), thick, scale)));
    y += thick + 0.3 * size;
    bar.parts.forEach((part, row) => {
      const lines = wrapped(`${part.name}: ${partWords(part, spec)}`, width - 2.2 * size, size, 3);
      const from = y;
      marks.push(...partMarks(lookOf(spec, row), 2, y + 0.35 * size, 1.2 * size, 0.9 * size, scale));
      for (const line of lines) texts.push(words(2 + 1.7 * size, (y += 1.3 * size), line, { size }));
      boxes.push({ left: x(ends[row].from), right: x(ends[row].to), top: from, bottom: y });
    });
    y += 0.9 * size;
  }
  return {
    height: Math.ceil(y), box: { upright: false }, kept: null,
    nodes: [node("g", {}, marks), node("g", {}, texts)],
    grid: {
      columns: 1, rows: boxes.map((_, i) => i), xs: [width / 2], start: 0, flat: true,
      point: (_, row) => ({ x: 2 + 0.6 * size, y: boxes[row].top + 0.8 * size }),
      hit: (_, at) => ({ column: 0, row: within(boxes.map((b) => [b.top, b.bottom]), at) }),
    },
  };
}

/** Position of the span that a place lies in, else of the nearest. */
function within(spans, at) {
  const away = ([from, to]) => (at < from ? from - at : at > to ? at - to : 0);
  return spans.reduce((best, span, i) => (away(span) < away(spans[best]) ? i : best), 0);
}

/** From where to where each part reaches above the foot of its bar; the first is the topmost. */
function stackOf(bar) {
  const sizes = bar.parts.map(({ value }) => (value > 0 && Number.isFinite(value) ? value : 0));
  const all = sizes.reduce((sum, v) => sum + v, 0);
  let under = all;
  return sizes.map((size) => ({ from: (under -= size), to: under + size }));
}

function heightOf(bar) {
  return bar.parts.reduce((sum, { value }) => sum + (value > 0 && Number.isFinite(value) ? value : 0), 0);
}

function middleOf(box, part) {
  return Number.isFinite(part.value) ? { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 } : null;
}

function lookOf(spec, row) {
  return spec.pens?.[row] ?? row;
}

/** What stands over a bar: its name, what is noted of it, and its whole with the range behind it, or below it where that has no room. */
function headLines(bar, spec, width, scale) {
  const total = totalOf(bar);
  const all = total ? `${numberWords(total.value, spec)} ${unitWords(spec.unit ?? "") || "in all"}` : "";
  const range = total && ranged(total) ? rangeWords(total, spec) : "";
  const reach = textWidth(all, 15 * scale, true) + SMALL * scale;
  const behind = range && reach + textWidth(range, SMALL * scale) <= width;
  const lines = [
    ...wrapped(bar.name, width, 15 * scale, 3, true).map((text) => ({ text, size: 15 * scale, bold: true })),
    ...wrapped(bar.note ?? "", width, SMALL * scale, 3).map((text) => ({ text, size: SMALL * scale, colour: QUIET, className: "c-quiet" })),
    ...wrapped(all, width, 15 * scale, 2, true).map((text) => ({ text, size: 15 * scale, bold: true })),
  ];
  if (behind) Object.assign(lines.at(-1), { after: range, reach, small: SMALL * scale });
  else if (range) lines.push({ text: range, size: SMALL * scale });
  return lines;
}

function headWords({ text, after, reach, small, ...look }, x, y) {
  return [words(x, y, text, look), ...(after ? [words(x + reach, y, after, { size: small })] : [])];
}

/** The label of every part of a bar: its number, and beside it the name over the range; in one column where that has no room. */
function labels(bar, spec, width, scale) {
  const [small, large] = [SMALL * scale, LARGE * scale];
  const numbers = bar.parts.map((part) => numberWords(part.value, spec));
  const reach = Math.max(...numbers.map((n) => textWidth(n, large, true))) + 0.5 * small;
  return bar.parts.map((part, i) => {
    const beside = Math.max(width - reach, 4 * small);
    const lines = [...wrapped(part.name, beside, small, 2), ...(ranged(part) ? wrapped(rangeWords(part, spec), beside, small, 2) : [])];
    return { number: numbers[i], reach, lines, height: Math.max(1.25 * large, 1.2 * small * lines.length + 0.35 * small) };
  });
}

function written({ number, reach, lines }, x, middle, small, large) {
  const first = middle - (1.2 * small * (lines.length - 1)) / 2 + 0.35 * small;
  return [
    words(x + reach - 0.5 * small, middle + 0.35 * large, number, { size: large, bold: true, anchor: "end" }),
    ...lines.map((line, i) => words(x + reach, first + 1.2 * small * i, line, { size: small })),
  ];
}

/** The whole of a bar, as it was given or as the sum of parts without ranges; null where neither is. */
function totalOf(bar) {
  if (bar.total) return bar.total;
  return bar.parts.some(ranged) || !bar.parts.every(({ value }) => Number.isFinite(value)) ? null : { value: heightOf(bar), low: null, high: null };
}

function ranged({ low, high }) {
  return Number.isFinite(low) && Number.isFinite(high);
}

function numberWords(value, spec) {
  return spec.decimals === undefined ? shown(value, spec) : fixed(value, spec.decimals);
}

function rangeWords({ low, high }, spec) {
  return `${numberWords(low, spec)} to ${numberWords(high, spec)}`;
}

function partWords(part, spec) {
  return ranged(part) ? `${numberWords(part.value, spec)} (${rangeWords(part, spec)})` : numberWords(part.value, spec);
}

/** The part that is asked, beside the same part of the other bars. */
export function stackedReading(spec, column, row, grid) {
  if (row === null) return { head: "", lines: [], spoken: "" };
  const count = spec.bars[0].parts.length;
  const [at, part] = grid.flat ? [Math.floor(row / count), row % count] : [column, row];
  const asked = spec.bars[at].parts[part];
  const lines = spec.bars.map((bar, i) => ({ name: bar.name, pen: null, words: partWords(bar.parts[part], spec), row: i === at ? row : null }));
  return { head: named(asked.name, spec.unit), lines, spoken: `${spec.bars[at].name}, ${asked.name}: ${partWords(asked, spec)}` };
}

function stackedTold(spec) {
  if (!spec.bars.length) return "No bar is shown.";
  const told = spec.bars.map((bar) => {
    const total = totalOf(bar);
    const all = total ? `, ${partWords(total, spec)} in all` : "";
    return `${bar.name}: ${listing(bar.parts.map((p) => `${p.name} ${partWords(p, spec)}`))}${all}`;
  });
  const what = named("Parts from the top", spec.unit);
  return `${what}. ${told.join("; ")}.`;
}

function stackedTable(spec) {
  const cell = (value) => ({ value: value ?? NaN, words: Number.isFinite(value) ? numberWords(value, spec) : "" });
  const row = (bar, name, of) => [bar.name, name, ...[of.value, of.low, of.high].map(cell)];
  return {
    caption: named(spec.title ?? "Bars and their parts", spec.unit),
    head: ["Bar", "Part", "Value", "Low (nine runs in ten)", "High (nine runs in ten)"],
    rows: spec.bars.flatMap((bar) => {
      const total = totalOf(bar);
      return [...bar.parts.map((part) => row(bar, part.name, part)), ...(total ? [row(bar, "all", total)] : [])];
    }),
  };
}

const STACKED = {
  hint: "Left and right arrows move from bar to bar, up and down arrows from part to part; Home and End go to the first and last bar.",
  scene: stackedScene,
  reading: stackedReading,
  told: stackedTold,
  table: stackedTable,
};
