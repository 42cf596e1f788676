/** The chance of each target in each setting, with its 95 % interval, and what the runs without a result could make of it. */

import { rowsScene, whisker } from "./bars.mjs";
import { chanceShort, chanceWords, listing, outer, percent } from "./numbers.mjs";
import { makeChart } from "./plot.mjs";
import { QUIET, markerPath, node, pen } from "./svg.mjs";

const ABOUT = "Share of runs that meet the target, with its 95% interval";
const LOST = "in square brackets, with the runs without a result";

/**
 * Make a chart of chances.
 *
 * `update` takes `{title, sentence, rows}`: rows of `{target, asks, setting, pen, probability, low, high, met, runs, lost}`, those of one
 * target behind each other; `asks` says what it asks for ("at least 639 WTE"), `runs` have a result, `lost` have none.
 * @param {Object} options as `makeChart` takes them
 */
export function chanceChart(options) {
  return makeChart(CHANCE, options);
}

/** Lay the chances out: a group a target, a row a setting, on an axis from 0 to 100 %. */
export function chanceScene(spec, place) {
  const groups = [];
  for (const row of spec.rows) {
    const heading = nameOf(row);
    if (!groups.length || groups.at(-1).heading !== heading) groups.push({ heading, rows: [] });
    groups.at(-1).rows.push({ name: row.setting, words: chanceShort(row), at: row.probability, draw: (x, y, thick) => marks(row, x, y, thick, place.scale) });
  }
  const lost = spec.rows.some((r) => r.lost);
  return rowsScene(groups, { low: 0, high: 1 }, place, { quantity: { percent: true }, title: lost ? `${ABOUT}; ${LOST}` : ABOUT });
}

function marks(row, x, y, thick, scale) {
  if (!row.runs || !Number.isFinite(row.probability)) return [];
  const { colour, marker } = pen(row.pen);
  const widest = row.lost ? whisker(x, y, ...outer(row), 0.5 * thick, { stroke: QUIET, "stroke-width": 1.2 * scale, "stroke-dasharray": "2 2" }) : [];
  return [
    ...widest,
    ...whisker(x, y, row.low, row.high, 0.32 * thick, { stroke: colour, "stroke-width": 2.4 * scale }),
    node("path", { class: "c-marker", d: markerPath(marker, x(row.probability), y, 5 * scale), fill: "#fff", stroke: colour, "stroke-width": 2 * scale }),
  ];
}

function nameOf(row) {
  return row.asks && !row.target.includes(row.asks) ? `${row.target}: ${row.asks}` : row.target;
}

/** The chance that is asked, in words. */
export function chanceReading(spec, column, row) {
  if (row === null) return { head: "", lines: [], spoken: "" };
  const asked = spec.rows[row];
  return {
    head: nameOf(asked),
    lines: [{ name: asked.setting, pen: asked.pen, words: chanceWords(asked), row }],
    spoken: `${asked.setting}, ${nameOf(asked)}: ${chanceWords(asked)}`,
  };
}

function chanceTold(spec) {
  if (!spec.rows.length) return "No target is shown.";
  return `${ABOUT}. ${listing(spec.rows.map((r) => `${nameOf(r)}, ${r.setting}: ${chanceWords(r)}`))}.`;
}

function chanceTable(spec) {
  const share = (value) => ({ value, words: percent(value) });
  const count = (value) => ({ value, words: String(value) });
  return {
    caption: spec.title ?? ABOUT,
    head: ["Target", "Setting", "Chance", "Low (95%)", "High (95%)", "Runs that meet it", "Runs with a result", "Runs without a result", "At least", "At most"],
    rows: spec.rows.map((r) => [
      nameOf(r), r.setting, share(r.probability), share(r.low), share(r.high), count(r.met), count(r.runs), count(r.lost), ...outer(r).map(share),
    ]),
  };
}

const CHANCE = {
  hint: "Up and down arrows move from chance to chance; Home and End go to the first and last.",
  scene: chanceScene,
  reading: chanceReading,
  told: chanceTold,
  table: chanceTable,
};
