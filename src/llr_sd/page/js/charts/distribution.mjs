/** The runs at a date: dots that each stand for as many runs, the median and nine runs in ten, and the share that meets a target. */

import { FEWEST_RUNS, meets, quantile } from "../draws/statistics.mjs";
import { roomyNumbers } from "./bars.mjs";
import { axisRange, extremes, nearestIndex, roundNumbers, scaled, textWidth, wrapped } from "./layout.mjs";
import { between, countOf, levelWords, listing, percent, shown, tick, unitWords } from "./numbers.mjs";
import { makeChart } from "./plot.mjs";
import { INK, MET, QUIET, TARGET, dashes, node, px, rule, words } from "./svg.mjs";

const DOTS = 50;
const STOPS = 40;
const PANEL = 84;
const TOLD = 3;
const PARTS = [["p05", 0.05, "5% of runs below"], ["p25", 0.25, "25% below"], ["p50", 0.5, "Median"], ["p75", 0.75, "75% below"], ["p95", 0.95, "95% below"]];

/**
 * Make a chart of runs at a date.
 *
 * `update` takes `{title, sentence, unit, percent, series, targets}`: `series` of `{name, values, runs}`, the values of the runs with a
 * result least first, in `unit`, out of `runs`; `targets` of `{label, value, atLeast}`, `atLeast` false for one that is a ceiling. Dots are
 * told apart by the first target.
 * @param {Object} options as `makeChart` takes them
 */
export function distributionChart(options) {
  return makeChart(DISTRIBUTION, options);
}

/**
 * Runs that dots stand for: the middle one of each fiftieth of them, least first; every run where there are fewer.
 * @param {number} runs
 * @returns {number[]} positions
 */
export function dotRuns(runs) {
  const number = Math.min(DOTS, runs);
  return Array.from({ length: number }, (_, i) => Math.floor(((i + 0.5) * runs) / number));
}

/** The five quantiles of runs, NaN where there are too few runs for one. */
function quantiles(values) {
  return PARTS.map(([name, p]) => (values.length >= FEWEST_RUNS[name] ? quantile(values, p) : NaN));
}

/**
 * Stack dots so that none lies on both sides of a level; where many runs give the same number, dots of a stack lie over each other.
 * @param {number[]} places of the dots along the axis, px, least first
 * @param {number} level place of the level, px; NaN for none
 * @param {number} room height for the tallest stack, px
 * @param {{largest: number, least: number, ceiling: boolean}} looks diameters, px; with `ceiling` a dot on the level is on its lower side
 * @returns {{size: number, step: number, dots: {x: number, rank: number}[]}} diameter; height of one dot in a stack; middle and rank of each
 */
export function stacked(places, level, room, { largest, least, ceiling }) {
  const anchor = Number.isFinite(level) ? level : places[0] ?? 0;
  for (let size = largest; ; size = Math.max(least, 0.94 * size)) {
    const ranks = new Map();
    const dots = places.map((place) => {
      const at = (place - anchor) / size;
      const bin = ceiling ? Math.ceil(at - 1e-9) - 1 : Math.floor(at + 1e-9);
      const rank = ranks.get(bin) ?? 0;
      ranks.set(bin, rank + 1);
      return { x: anchor + (bin + 0.5) * size, rank };
    });
    const step = Math.min(size, room / Math.max(1, ...ranks.values()));
    if (size <= least || step === size) return { size, step, dots };
  }
}

/** Lay the runs out: a panel a series, all on one axis. */
export function distributionScene(spec, place) {
  const size = 12 * place.scale;
  const [target] = spec.targets ?? [];
  const [low, high] = extremes(...spec.series.map((s) => s.values), (spec.targets ?? []).map((t) => t.value));
  const about = JSON.stringify([spec.title, spec.unit, spec.targets]);
  const range = axisRange(place.kept && place.kept.about === about ? place.kept.range : null, low, high, { share: Boolean(spec.percent) });
  const edge = Math.max(8, textWidth(tick(range.low, spec), size) / 2 + 2, textWidth(tick(range.high, spec), size) / 2 + 2);
  const box = { left: edge, right: place.width - edge, top: 0, upright: true };
  const x = scaled(range.low, range.high, box.left, box.right);
  const head = (1.3 * (spec.targets ?? []).length + 0.4) * size;
  const panel = PANEL * place.scale + head;
  const [marks, texts, bases] = [[], [], []];
  let y = 0;
  for (const s of spec.series) {
    y += 0.2 * size;
    for (const [text, bold] of [[s.name, true], [seriesWords(s, spec), false]]) {
      for (const line of wrapped(text, place.width - 4, size, 4, bold)) texts.push(words(2, (y += 1.25 * size), line, { size, bold }));
    }
    y += 0.4 * size + panel;
    bases.push(y);
    marks.push(...panelMarks(s, spec, { x, y, room: PANEL * place.scale, box, level: target ? x(target.value) : NaN, scale: place.scale }));
    y += 0.9 * size;
  }
  box.bottom = y;
  const axis = roomyNumbers(range, box.right - box.left, size, (v) => tick(v, spec)).flatMap((value) => [
    rule(x(value), y - 0.4 * size, x(value), y, { class: "c-edge", stroke: QUIET, "stroke-width": 1 }),
    words(x(value), y + 1.2 * size, tick(value, spec), { size, anchor: "middle" }),
  ]);
  const unit = spec.percent ? "" : unitWords(spec.unit ?? "");
  const key = [unit, `each dot is ${dotWords(spec)}`].filter(Boolean).join("; ");
  let height = y + 1.8 * size;
  for (const line of wrapped(key, place.width - 4, size, 2)) axis.push(words(2, (height += 1.1 * size), line, { size, colour: QUIET, className: "c-quiet" }));
  const stops = [...new Set([...roundNumbers(range.low, range.high, STOPS), ...(spec.targets ?? []).map((t) => t.value)])].sort((a, b) => a - b);
  return {
    height: Math.ceil(height + 0.5 * size), box, kept: { range, about },
    nodes: [node("g", { class: "c-axis" }, axis), node("g", {}, marks), node("g", {}, [...targetMarks(spec, x, { box, bases, size, panel, place }), ...texts])],
    grid: { columns: stops.length, stops, rows: spec.series.map((_, i) => i), xs: stops.map(x), start: startOf(spec, stops), point: (column, row) => ({ x: x(stops[column]), y: bases[row] }) },
  };
}

/** Dots of one panel above its base line; below it nine runs in ten, the middle half and the median. */
function panelMarks(series, spec, { x, y, room, box, level, scale }) {
  const { values } = series;
  const parts = [rule(box.left, y, box.right, y, { class: "c-edge", stroke: QUIET, "stroke-width": 1 })];
  if (!values.length) return parts;
  if (flat(values)) return [...parts, rule(x(values[0]), y, x(values[0]), y - 0.8 * room, { class: "c-line", stroke: INK, "stroke-width": 3 * scale })];
  const [target] = spec.targets ?? [];
  const chosen = dotRuns(values.length);
  const { size, step, dots } = stacked(chosen.map((run) => x(values[run])), level, room, { largest: 15 * scale, least: 7 * scale, ceiling: target?.atLeast === false });
  const meeting = target ? meets(values, asked(target)) : null;
  for (const [i, dot] of dots.entries()) {
    const met = meeting !== null && meeting[chosen[i]];
    parts.push(
      node("circle", {
        class: met ? "c-observed" : "c-marker", cx: px(dot.x), cy: px(y - 1 - 0.5 * size - dot.rank * step), r: px(0.45 * size),
        fill: met || !target ? MET : "#fff", stroke: met || !target ? MET : QUIET, "stroke-width": px(Math.min(1.4, 0.14 * size)),
      }),
    );
  }
  const [low, quarter, middle, upper, high] = quantiles(values).map(x);
  const under = y + 6 * scale;
  const known = (...places) => places.every(Number.isFinite);
  if (known(low, high)) parts.push(rule(low, under, high, under, { class: "c-line", stroke: INK, "stroke-width": 1.2 * scale }));
  if (known(quarter, upper)) parts.push(rule(quarter, under, upper, under, { class: "c-line", stroke: INK, "stroke-width": 4 * scale }));
  if (known(middle)) parts.push(node("path", { class: "c-marker", d: `M${px(middle)} ${px(under - 6 * scale)}V${px(under + 6 * scale)}`, fill: "none", stroke: INK, "stroke-width": 2.4 * scale }));
  return parts;
}

/** The levels of targets as dashed uprights through all panels, named in the room above the dots of the first. */
function targetMarks(spec, x, { box, bases, size, panel, place }) {
  const targets = bases.length ? spec.targets ?? [] : [];
  const look = { class: "c-target", stroke: TARGET, "stroke-width": 1.6 * place.scale, "stroke-dasharray": dashes([5, 1.6], 1.6 * place.scale) };
  const names = targets.map((t, i) => {
    const [text] = wrapped(targetWords(t, spec), box.right - box.left, size, 1, true);
    const width = textWidth(text, size, true);
    const at = x(t.value);
    const left = at + 5 + width <= place.width ? at + 5 : Math.max(0, at - 5 - width);
    return words(left, bases[0] - panel + size * (1 + 1.3 * i), text, { size, colour: TARGET, bold: true, halo: true, className: "c-target-text" });
  });
  return [...targets.flatMap((t) => bases.map((base) => rule(x(t.value), base - panel, x(t.value), base, look))), ...names];
}

function flat(values) {
  return values[0] === values[values.length - 1];
}

/** A target of the figure as statistics take it. */
function asked(target) {
  return target.atLeast === false ? { atLeast: null, atMost: target.value } : { atLeast: target.value, atMost: null };
}

function level(value, spec) {
  return spec.percent ? tick(value, spec) : levelWords(value, spec.unit ?? "");
}

function targetWords(target, spec) {
  return `${target.label ? `${target.label}: ` : "target "}${sideWords(target, spec)}`;
}

function sideWords(target, spec) {
  return `${target.atLeast === false ? "at most" : "at least"} ${level(target.value, spec)}`;
}

function sharing(values, target) {
  return values.length ? meets(values, asked(target)).filter(Boolean).length / values.length : NaN;
}

/** A series in words: its median, nine runs in ten, and the shares that meet the first targets. */
function seriesWords(series, spec) {
  const { values } = series;
  const lost = (series.runs ?? values.length) - values.length;
  const without = lost ? `; ${countOf(lost, "run")} without a result` : "";
  if (!values.length) return `no run has a result${without}`;
  if (flat(values)) return `${shown(values[0], spec)} in every run${without}`;
  const [low, , middle, , high] = quantiles(values);
  const shares = (spec.targets ?? []).slice(0, TOLD).map((t, i) => `${percent(sharing(values, t))}${i ? "" : " of runs"} ${sideWords(t, spec)}`);
  const met = shares.length ? `; ${listing(shares)}` : "";
  const range = Number.isFinite(high - low) ? `, nine runs in ten ${between(low, high, spec)}` : `, too few runs for a range (${values.length})`;
  return `median ${shown(middle, spec)}${range}${met}${without}`;
}

function dotWords(spec) {
  return spec.series.every((s) => s.values.length >= DOTS) ? `one in ${DOTS} runs` : spec.series.every((s) => s.values.length <= DOTS) ? "one run" : `one in ${DOTS} runs, or one run where there are fewer`;
}

/** How many runs of each series lie on the side of a value that the first target asks for. */
export function distributionReading(spec, stop, row) {
  const ceiling = spec.targets?.length > 0 && spec.targets[0].atLeast === false;
  const side = { value: stop, atLeast: !ceiling };
  const head = `Runs at ${level(stop, spec)} or ${ceiling ? "less" : "more"}`;
  const lines = spec.series.map((s, i) => ({ name: s.name, pen: null, words: percent(sharing(s.values, side)), row: i }));
  const spoken = row === null ? head : `${spec.series[row].name}: ${lines[row].words} of runs at ${level(stop, spec)} or ${ceiling ? "less" : "more"}`;
  return { head, lines, spoken };
}

function distributionTable(spec) {
  const targets = spec.targets ?? [];
  return {
    caption: spec.title ?? "Runs at a date",
    head: ["Setting", "Runs with a result", "Runs without", ...PARTS.map(([, , name]) => name), ...targets.map((t) => `Share that meets ${targetWords(t, spec)}`)],
    rows: spec.series.map((s) => [
      s.name, ...[s.values.length, (s.runs ?? s.values.length) - s.values.length].map((n) => ({ value: n, words: String(n) })),
      ...quantiles(s.values).map((value) => ({ value, words: shown(value, spec) })),
      ...targets.map((t) => sharing(s.values, t)).map((value) => ({ value, words: percent(value) })),
    ]),
  };
}

function startOf(spec, stops) {
  const first = spec.series.find((s) => s.values.length);
  const wanted = spec.targets?.length ? spec.targets[0].value : first ? quantile(first.values, 0.5) : 0;
  return Math.max(0, nearestIndex(stops, wanted));
}

const DISTRIBUTION = {
  hint: "Left and right arrows move along the values, up and down arrows from setting to setting; Home and End go to the ends.",
  scene: distributionScene,
  reading: (spec, column, row, grid) => distributionReading(spec, grid.stops[column], row),
  told: (spec) => `Runs at a date. ${listing(spec.series.map((s) => `${s.name}: ${seriesWords(s, spec)}`))}.`,
  table: distributionTable,
};
