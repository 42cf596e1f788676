/** Rows of two bars, today's and the later one, with their numbers and the growth beside them: a picture to be read from the back of a room. */

import { extremes, scaled, textWidth, wrapped } from "../charts/layout.mjs";
import { amount, listing } from "../charts/numbers.mjs";
import { makeChart } from "../charts/plot.mjs";
import { INK, node, px, words } from "../charts/svg.mjs";
import { whisker } from "../charts/bars.mjs";
import { growth, growthWords, inYears, signedPercent } from "./people_facts.mjs";

const NOW = "#9cc3e0";
const LATER = "#00467a";
const WIDE = 14; // with less room than so many letters beside the numbers, names and numbers stand above their bars
const NAMED = 0.34;

/**
 * Make a chart of pairs.
 *
 * `update` takes `{title, sentence, unit, years, rows}`; a row is `{name, now, later}`, each a spread {middle, low, high}; with `years` 0 the later bar is left out.
 * @param {Object} options as `makeChart` takes them
 */
export function pairsChart(options) {
  return makeChart(PAIRS, options);
}

/** What stands beside two bars: "2,073 → 2,433 +17%". */
function besides({ now, later }, spec) {
  const [first, then] = [now, later].map(({ middle }) => amount(middle, spec.unit));
  if (spec.years === 0) return { numbers: first, by: "" };
  return { numbers: `${first} \u2192 ${then}`, by: signedPercent(growth(now.middle, later.middle)) };
}

function rowWords({ now, later }, spec) {
  const first = amount(now.middle, spec.unit);
  if (spec.years === 0) return first;
  const by = growthWords(growth(now.middle, later.middle), "less", "the same");
  return `${first} today, ${amount(later.middle, spec.unit)} ${inYears(spec.years)}${by ? `, ${by}` : ""}`;
}

/** Lay the rows out. */
export function pairsScene(spec, place) {
  const size = 12 * place.scale;
  const both = spec.years !== 0;
  const said = spec.rows.map((row) => besides(row, spec));
  const numbersWidth = Math.max(...said.map(({ numbers }) => textWidth(numbers, size)));
  const saidWidth = numbersWidth + (both ? textWidth(" +100%", size, true) : 0);
  const wide = place.width >= saidWidth + WIDE * size;
  const nameWidth = wide ? Math.min(NAMED * place.width, Math.max(...spec.rows.map((r) => textWidth(r.name, size, true)))) : place.width - 4;
  const left = wide ? nameWidth + 0.7 * size : 2;
  const right = place.width - (wide ? saidWidth + size : 0.5 * size);
  const [, most] = extremes(spec.rows.flatMap((r) => [r.now.middle, r.now.high, ...(both ? [r.later.middle, r.later.high] : [])]));
  const high = kept(place, spec, most);
  const x = scaled(0, high, left, right);
  const thick = (both ? 0.65 : 0.9) * size;
  const [marks, texts, points] = [[], [], []];
  let y = both ? key(texts, marks, spec, { left, size }) : 0.3 * size;
  const bar = (spread, colour, at) => {
    const to = Number.isFinite(spread.middle) ? x(spread.middle) : left;
    marks.push(node("rect", { class: "c-bar", x: px(left), y: px(at), width: px(Math.max(1, to - left)), height: px(thick), fill: colour, stroke: LATER, "stroke-width": 1 }));
    if (amount(spread.low, spec.unit) !== amount(spread.high, spec.unit)) {
      const [y0, half] = [at + thick / 2, 0.35 * thick];
      marks.push(...whisker(x, y0, spread.low, spread.high, half, { stroke: "#fff", "stroke-width": 3.6 * place.scale }));
      marks.push(...whisker(x, y0, spread.low, spread.high, half, { stroke: INK, "stroke-width": 1.3 * place.scale }));
    }
  };
  for (const [i, row] of spec.rows.entries()) {
    const lines = wrapped(row.name, nameWidth, size, 3, true);
    const tall = Math.max(both ? 2.1 * thick : thick, wide ? lines.length * 1.1 * size : 0);
    const write = (from, base) => {
      texts.push(words(from, base, said[i].numbers, { size, halo: true }));
      if (said[i].by) texts.push(words(from + numbersWidth + 0.5 * size, base, said[i].by, { size, bold: true, halo: true }));
    };
    if (wide) {
      const first = y + tall / 2 - ((lines.length - 1) * 1.1 * size) / 2 + 0.35 * size;
      lines.forEach((line, n) => texts.push(words(nameWidth, first + n * 1.1 * size, line, { size, bold: true, anchor: "end" })));
      write(right + 0.6 * size, y + tall / 2 + 0.35 * size);
    } else {
      for (const line of lines) texts.push(words(2, (y += 1.15 * size), line, { size, bold: true }));
      write(2, (y += 1.15 * size));
      y += 0.35 * size;
    }
    const top = y + (tall - (both ? 2.1 * thick : thick)) / 2;
    bar(row.now, NOW, top);
    if (both) bar(row.later, LATER, top + 1.1 * thick);
    points.push({ x: x(Number.isFinite(row.now.middle) ? row.now.middle : 0), y: y + tall / 2 });
    y += tall + 0.45 * size;
  }
  return {
    height: Math.ceil(y), box: { top: 0, bottom: y, left, right, upright: false }, kept: { high, about: spec.title },
    nodes: [node("g", {}, marks), node("g", {}, texts)],
    grid: { columns: 1, rows: spec.rows.map((_, i) => i), xs: [left], start: 0, point: (_, row) => points[row] },
  };
}

/** The end of the axis, which keeps still while a hand moves something, until a bar leaves it or needs little of it. */
function kept(place, spec, most) {
  const last = place.kept && place.kept.about === spec.title ? place.kept.high : null;
  if (!(most > 0)) return last ?? 1;
  return last !== null && most <= last && most > 0.7 * last ? last : 1.05 * most;
}

/** Which bar is which; returns where the rows begin. */
function key(texts, marks, { years }, { left, size }) {
  let at = left;
  for (const [colour, text] of [[NOW, "today"], [LATER, inYears(years)]]) {
    marks.push(node("rect", { class: "c-bar", x: px(at), y: px(0.3 * size), width: px(1.6 * size), height: px(0.7 * size), fill: colour, stroke: LATER, "stroke-width": 1 }));
    texts.push(words(at + 2 * size, 1.05 * size, text, { size }));
    at += 3 * size + textWidth(text, size);
  }
  return 1.7 * size;
}

const PAIRS = {
  hint: "Up and down arrows move from row to row; Home and End go to the first and last.",
  scene: pairsScene,
  reading(spec, column, row) {
    if (row === null) return { head: "", lines: [], spoken: "" };
    const { name, later } = spec.rows[row];
    const range = spec.years !== 0 && later.low < later.high ? ` (nine runs in ten: ${amount(later.low, spec.unit)} to ${amount(later.high, spec.unit)})` : "";
    const text = `${rowWords(spec.rows[row], spec)}${range}`;
    return { head: "", lines: [{ name, pen: null, words: text, row }], spoken: `${name}: ${text}` };
  },
  told: (spec) => `${spec.title}: ${listing(spec.rows.map((row) => `${row.name} ${rowWords(row, spec)}`))}.`,
  key: (spec) => (spec.rows.some(({ later }) => later.low < later.high) ? "Bars are medians of the runs; the whiskers hold nine runs in ten." : ""),
  table(spec) {
    const later = spec.years === 0 ? "" : inYears(spec.years).replace(/^i/, "I");
    const cell = (value) => ({ value, words: amount(value, spec.unit) });
    return {
      caption: spec.title,
      head: ["Name", "Today", ...(later ? [later, "Low", "High"] : [])],
      rows: spec.rows.map((row) => [row.name, cell(row.now.middle), ...(later ? [row.later.middle, row.later.low, row.later.high].map(cell) : [])]),
    };
  },
};
