/** Differences of settings on the same draws: over time as lines with bands, at a date as rows with intervals. */

import { rowsRange, rowsScene, whisker } from "./bars.mjs";
import { extremes } from "./layout.mjs";
import { between, listing, signed, unitWords } from "./numbers.mjs";
import { makeChart } from "./plot.mjs";
import { LINE, markerPath, node, pen, px } from "./svg.mjs";
import { trajectoryKey, trajectoryReading, trajectoryScene, trajectoryTable, trajectoryWords } from "./trajectory.mjs";

const HALVES = "half of the runs (thick) and nine runs in ten (thin)";

/**
 * Make a chart of differences.
 *
 * `update` takes what `trajectoryChart` takes, its numbers being differences in `unit`; or, with `times` null, series of one number each at
 * a date: `{name, pen, median, low50, high50, low90, high90, note}`, `note` going behind the numbers ("better in 93% of runs").
 * @param {Object} options as `makeChart` takes them
 */
export function differenceChart(options) {
  return makeChart(DIFFERENCE, options);
}

/** Lay differences at a date out. */
export function differenceRows(spec, place) {
  const [low, high] = extremes(spec.series.flatMap((s) => [s.median, s.low90, s.high90, s.low50, s.high50]));
  const unit = spec.percent ? "percentage points" : unitWords(spec.unit ?? "");
  const title = unit ? `${measured(spec)} (${unit})` : measured(spec);
  const range = rowsRange(title, place, low, high);
  const rows = spec.series.map((s) => ({
    name: s.name, words: rowWords(s, spec), at: s.median,
    draw: (x, y, thick) => {
      if (!Number.isFinite(s.median)) return [];
      const { colour, marker } = pen(s.pen ?? 0);
      const line = spec.series.length === 1 ? LINE : colour;
      const thicker = Number.isFinite(s.low50) ? [node("path", { class: "c-line", d: `M${px(x(s.low50))} ${px(y)}H${px(x(s.high50))}`, fill: "none", stroke: line, "stroke-width": px(0.4 * thick) })] : [];
      return [
        ...whisker(x, y, s.low90, s.high90, 0.32 * thick, { stroke: line, "stroke-width": 2 * place.scale }),
        ...thicker,
        node("path", { class: "c-marker", d: markerPath(marker, x(s.median), y, 5 * place.scale), fill: "#fff", stroke: line, "stroke-width": 2 * place.scale }),
      ];
    },
  }));
  return rowsScene([{ heading: "", rows }], range, place, { quantity: spec, title });
}

/** What the rows show: of what they have. */
function measured({ series }) {
  const has = (name) => series.some((s) => Number.isFinite(s[name]));
  return has("low90") ? `Median difference, with ${has("low50") ? HALVES : "nine runs in ten"}` : "Median difference";
}

function rowWords(series, spec) {
  const middle = signed(series.median, spec);
  const ranged = Number.isFinite(series.low90) && Number.isFinite(series.high90) && series.low90 < series.high90;
  const numbers = ranged ? `${middle} (${between(series.low90, series.high90, { ...spec, signed: true })})` : middle;
  return [numbers, series.note].filter(Boolean).join("; ");
}

function overTime(spec) {
  return { ...spec, signed: true };
}

const DIFFERENCE = {
  hint: "Left and right arrows move along the times, up and down arrows from line to line; Home and End go to the ends.",
  emphasis: true,
  scene: (spec, place) => (spec.times ? trajectoryScene(overTime(spec), place) : differenceRows(spec, place)),
  reading(spec, column, row) {
    if (spec.times) return trajectoryReading(overTime(spec), column, row);
    if (row === null) return { head: "", lines: [], spoken: "" };
    const s = spec.series[row];
    return { head: "", lines: [{ name: s.name, pen: s.pen, words: rowWords(s, spec), row }], spoken: `${s.name}: ${rowWords(s, spec)}` };
  },
  key: (spec) => (spec.times ? trajectoryKey(spec) : ""),
  told: (spec) =>
    spec.times ? `Difference. ${trajectoryWords(overTime(spec))}` : `${measured(spec)}: ${listing(spec.series.map((s) => `${s.name} ${rowWords(s, spec)}`))}.`,
  table(spec) {
    if (spec.times) return trajectoryTable(overTime(spec));
    const parts = [["median", "Median"], ["low90", "5% of runs below"], ["low50", "25% below"], ["high50", "75% below"], ["high90", "95% below"]].filter(([k]) => spec.series.some((s) => Number.isFinite(s[k])));
    return {
      caption: spec.title ?? measured(spec),
      head: ["Setting", ...parts.map(([, name]) => name), ...(spec.series.some((s) => s.note) ? ["Note"] : [])],
      rows: spec.series.map((s) => [
        s.name, ...parts.map(([k]) => ({ value: s[k] ?? NaN, words: signed(s[k] ?? NaN, spec) })), ...(spec.series.some((o) => o.note) ? [s.note ?? ""] : []),
      ]),
    };
  },
};
