/** Lines over time: medians with the middle half and nine tenths of runs, targets as marks, what was observed as points, each line named. */

import { axisRange, extremes, nearestIndex, quietest, scaled, spreadLabels, textWidth, wrapped } from "./layout.mjs";
import { between, dateWords, isCalendar, levelWords, listing, named, partRange, partWords, shown, signed, tick, unitWords } from "./numbers.mjs";
import { makeChart } from "./plot.mjs";
import {
  BAND_NARROW, BAND_WIDE, INK, LINE, TARGET, TARGET_DASH,
  bandPath, dashes, linePath, markerPath, node, pen, px, rule, timeAxis, valueAxis, valueNumbers, words,
} from "./svg.mjs";

const WIDE = 560;
const NAMED = 0.3;
const BANDED = 2;
const SHARE = "nine runs in ten";
const COLUMNS = [["median", "median"], ["low90", "5% of runs below"], ["low50", "25% below"], ["high50", "75% below"], ["high90", "95% below"], ["central", "central values"]];
const OF_SHARES = [["median", "share"], ["low90", "95% interval from"], ["high90", "to"]];

/**
 * Make a chart of lines over time.
 *
 * `update` takes `{title, sentence, label, unit, percent, times, series, targets, history, mark, calendar}`: `times` in years or, with
 * `calendar` false, in the model's own unit; `series` of `{name, pen, median, low50, high50, low90, high90, central, hidden, pale}`, arrays
 * along `times` in `unit`, NaN where there is no number, null where there is no band, `pale` drawn thin; `targets` of
 * `{label, value, time, atLeast}`, `atLeast` true or false where the side is known; `history` of `{time, value, label}`; `mark` a time to
 * start reading at. With `signed`, numbers are differences: they carry their sign and nought is on the axis.
 * With `shares`, lines are parts of a whole as an estimate gives them, and `low90` and `high90` its 95 % interval.
 * @param {Object} options as `makeChart` takes them
 */
export function trajectoryChart(options) {
  return makeChart(TRAJECTORY, options);
}

/**
 * Lay a chart of lines out.
 * @param {Object} spec as `trajectoryChart` takes it
 * @param {{width: number, scale: number, kept: Object|null, row: number|null, tallest?: number}} place
 */
export function trajectoryScene(spec, place) {
  const size = 12 * place.scale;
  const seen = visible(spec);
  const height = Math.round(Math.max(Math.min(220, place.tallest ?? 220) * place.scale, Math.min(0.54 * place.width, (place.tallest ?? 380) * place.scale)));
  const values = seen.flatMap((s) => [s.median, s.low50, s.high50, s.low90, s.high90, s.central]);
  const [low, high] = extremes(...values, spec.targets?.map((t) => t.value), spec.history?.map((h) => h.value));
  const [from, to] = extremes([spec.times[0], spec.times.at(-1)], spec.history?.map((h) => h.time));
  const about = JSON.stringify([spec.label, spec.title, spec.unit, spec.calendar, from, to, spec.targets]);
  const kept = place.kept && place.kept.about === about ? place.kept : { about, range: null };
  const range = axisRange(kept.range, low, high, { zero: Boolean(spec.signed || spec.shares), share: Boolean(spec.percent || spec.shares) });
  const labels = place.width >= WIDE * place.scale ? endLabels(spec, seen, place, size) : [];
  const ends = labels.length ? Math.max(...labels.map((l) => l.width)) + 26 * place.scale : 10;
  const heading = headingOf(spec);
  const calendar = spec.calendar !== false && isCalendar(from) && isCalendar(to);
  const box = { top: (heading ? 2.1 : 0.9) * size, bottom: height - (calendar ? 3.3 : 2.1) * size, size, end: place.width };
  const { numbers, room } = valueNumbers(range, box.bottom - box.top, size, spec);
  box.left = room;
  box.right = place.width - ends;
  const sameAxes = kept.range === range && kept.size === JSON.stringify([box, place.scale]);
  const axes = sameAxes ? kept.axes : [valueAxis(range, box, { quantity: spec, heading, numbers }), timeAxis(from, to, box, calendar)];
  const x = scaled(from, to, box.left, box.right);
  const y = scaled(range.low, range.high, box.bottom, box.top);
  const xs = Array.from(spec.times, x);
  const nodes = [
    ...axes,
    node("g", {}, bandNodes(seen, place, xs, y)),
    node("g", {}, seen.map((s) => lineNode(s, xs, y, place, seen.length))),
    node("g", {}, targetNodes(spec, seen, place, box, xs, x, y, size)),
    node("g", {}, historyNodes(spec, x, y, place.scale)),
    node("g", {}, labelNodes(labels, seen, box, xs, y, place.scale, size)),
  ];
  const rows = seen.map((s) => s.row);
  const point = (column, row) => {
    const value = spec.series[row].median[column];
    return Number.isFinite(value) ? { x: xs[column], y: y(value) } : null;
  };
  const start = nearestIndex(spec.times, spec.mark ?? spec.times.at(-1));
  return {
    height, nodes, box: { ...box, upright: true },
    kept: { about, range, axes, size: JSON.stringify([box, place.scale]) },
    grid: { columns: spec.times.length, rows, xs, start, point },
  };
}

/** The lines that are shown, each with its place among all. */
function visible(spec) {
  return spec.series.map((s, row) => ({ ...s, row })).filter((s) => !s.hidden);
}

/** What the numbers of the axis are: the label with its unit, or the unit alone. */
function headingOf(spec) {
  const unit = spec.percent ? "" : spec.unit ?? "";
  const text = spec.label ? named(spec.label, unit) : unitWords(unit);
  return spec.signed ? `Difference${text ? `: ${text}` : ""}` : text;
}

/** Whether every line has its bands drawn: so few have any. */
function allBanded(seen) {
  return seen.filter((s) => s.low90 || s.low50).length <= BANDED;
}

/** The bands of one or two lines; of more, those of the line that is asked. */
function bandNodes(seen, place, xs, y) {
  const few = allBanded(seen);
  const asked = seen.filter((s, i) => few || place.row === s.row);
  return asked.flatMap((s) => {
    const { colour } = pen(s.pen);
    const single = seen.length === 1;
    const bands = [];
    for (const [low, high, fill, opacity] of [[s.low90, s.high90, BAND_WIDE, 0.16], [s.low50, s.high50, BAND_NARROW, 0.3]]) {
      if (!low || !high) continue;
      bands.push(
        node("path", {
          class: "c-band", d: bandPath(xs, low, high, y), fill: single ? fill : colour, "fill-opacity": single ? null : opacity,
          stroke: single ? LINE : colour, "stroke-width": 0.7 * place.scale, "stroke-opacity": 0.85,
        }),
      );
    }
    return bands;
  });
}

function lineNode(series, xs, y, place, many) {
  const drawn = pen(series.pen);
  const colour = many === 1 && series.pen >= 0 ? LINE : drawn.colour;
  const width = (place.row === series.row && many > 1 ? 3 : series.pale ? 1.4 : 2) * place.scale;
  const parts = [];
  if (series.central && many <= BANDED) {
    parts.push(node("path", { class: "c-line", d: linePath(xs, series.central, y), fill: "none", stroke: INK, "stroke-width": 1.3 * place.scale, "stroke-dasharray": dashes([4, 1.5], 1.3 * place.scale) }));
  }
  parts.push(
    node("path", {
      class: "c-line", d: linePath(xs, series.median, y), fill: "none", stroke: colour, "stroke-width": width,
      "stroke-dasharray": dashes(drawn.dash, width), "stroke-linejoin": "round",
    }),
  );
  if (many > 1 || xs.length < 3) {
    const every = Math.max(1, Math.floor(xs.length / 5));
    let d = "";
    for (let i = Math.abs(series.pen) % every; i < xs.length; i += every) {
      if (Number.isFinite(series.median[i])) d += markerPath(drawn.marker, xs[i], y(series.median[i]), 3.8 * place.scale);
    }
    parts.push(node("path", { class: "c-marker", d, fill: "#fff", stroke: colour, "stroke-width": 1.5 * place.scale }));
  }
  return node("g", {}, parts);
}

/** A target: a dashed rule up to its date, a diamond at the date, and its level where least is in the way of it. */
function targetNodes(spec, seen, place, box, xs, x, y, size) {
  const taken = (spec.history ?? []).map((h) => ({ x: x(h.time), y: y(h.value) }));
  for (const s of seen) for (let i = 0; i < xs.length; i += Math.max(1, Math.floor(xs.length / 100))) taken.push({ x: xs[i], y: y(s.median[i]) });
  return (spec.targets ?? []).flatMap((t) => {
    const dated = Number.isFinite(t.time);
    const end = dated ? Math.min(box.right, x(t.time)) : box.right;
    const at = y(t.value);
    const [text] = wrapped(targetName(t, spec), box.right - box.left - 12, size, 1, true);
    const width = textWidth(text, size, true);
    const [above, below] = [at - 0.5 * size, at + 1.2 * size];
    const lefts = [box.left + 6, Math.max(box.left + 6, end - width - 6 * place.scale), end + 9 * place.scale];
    const places = lefts.flatMap((left, i) => (i === 2 ? [at + 0.35 * size] : [above, below]).map((base) => ({ left, base, width, size })));
    const chosen = quietest(places.filter((p) => p.left + width <= box.right), taken, box) ?? places[0];
    taken.push({ x: chosen.left, y: chosen.base - 0.3 * size }, { x: chosen.left + width, y: chosen.base - 0.3 * size });
    const parts = [rule(box.left, at, end, at, { class: "c-target", stroke: TARGET, "stroke-width": 1.6 * place.scale, "stroke-dasharray": dashes([5, 1.6], 1.6 * place.scale) })];
    if (dated) parts.push(node("path", { class: "c-target-mark", d: markerPath(3, end, at, 5 * place.scale), fill: TARGET, stroke: "#fff", "stroke-width": 1.2 }));
    return [...parts, words(chosen.left, chosen.base, text, { size, colour: TARGET, bold: true, halo: true, className: "c-target-text" })];
  });
}

function historyNodes(spec, x, y, scale) {
  return (spec.history ?? []).map((h) => node("circle", { class: "c-observed", cx: px(x(h.time)), cy: px(y(h.value)), r: px(3.6 * scale), fill: INK, stroke: "#fff", "stroke-width": 0.8 }));
}

/** Name and last number of each line, in lines of text that fit beside the chart. */
function endLabels(spec, seen, place, size) {
  return seen.map((s) => {
    const value = lastOf(s.median);
    const lines = wrapped(`${s.name}: ${told(value, spec)}`, NAMED * place.width - 26 * place.scale, size, 3);
    return { lines, value, width: Math.max(...lines.map((l) => textWidth(l, size))) };
  });
}

function lastOf(values) {
  for (let i = values.length - 1; i >= 0; i -= 1) if (Number.isFinite(values[i])) return values[i];
  return NaN;
}

function labelNodes(labels, seen, box, xs, y, scale, size) {
  if (!labels.length) return [];
  const tallest = Math.max(...labels.map((l) => l.lines.length));
  const wanted = labels.map((l) => (Number.isFinite(l.value) ? y(l.value) : box.bottom));
  const places = spreadLabels(wanted, (1.15 * tallest + 0.15) * size, box.top, box.bottom);
  return labels.flatMap((label, i) => {
    const { colour, marker } = pen(seen[i].pen);
    const line = labels.length === 1 && seen[i].pen >= 0 ? LINE : colour;
    const left = box.right + 22 * scale;
    const parts = [
      node("path", { class: "c-leader", d: `M${px(box.right + 2)} ${px(wanted[i])}L${px(box.right + 9 * scale)} ${px(places[i])}`, fill: "none", stroke: line, "stroke-width": scale }),
    ];
    if (labels.length > 1) {
      parts.push(node("path", { class: "c-marker", d: markerPath(marker, box.right + 14 * scale, places[i], 3.8 * scale), fill: "#fff", stroke: line, "stroke-width": 1.5 * scale }));
    }
    const first = places[i] - (label.lines.length - 1) * 0.58 * size + 0.35 * size;
    return [...parts, ...label.lines.map((text, j) => words(left, first + 1.16 * size * j, text, { size }))];
  });
}

function told(value, spec) {
  if (spec.shares) return partWords(value);
  return spec.signed ? signed(value, spec) : shown(value, spec);
}

function timeWords(time, spec) {
  return dateWords(time, true, spec.calendar !== false);
}

function moment(spec, column) {
  const text = timeWords(spec.times[column], spec);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a line and its band are of: the runs, or an estimate of a share. */
function middleOf(spec) {
  return spec.shares ? "share" : "median";
}

function rangeOf(spec) {
  return spec.shares ? "95% interval" : SHARE;
}

/** A line's number at a time, with nine runs in ten behind it. */
function standing(series, column, spec) {
  const middle = told(series.median[column], spec);
  const [low, high] = [series.low90?.[column], series.high90?.[column]];
  return Number.isFinite(low) && Number.isFinite(high) && low < high ? `${middle} (${spec.shares ? partRange(low, high) : between(low, high, spec)})` : middle;
}

/** What stands at a time: every line that is shown, then the targets of that time and what was observed near it. */
export function trajectoryReading(spec, column, row) {
  const ranged = visible(spec).some((s) => s.low90);
  const seen = visible(spec);
  const alone = seen.length === 1 && seen[0].pen >= 0;
  const lines = seen.map((s) => ({ name: s.name, pen: alone ? null : s.pen, mark: ALONE_MARK, words: standing(s, column, spec), row: s.row }));
  if (seen.length <= BANDED) {
    for (const s of seen.filter((one) => one.central)) {
      lines.push({ name: alone ? "central values" : `${s.name}, central values`, pen: null, mark: CENTRAL_MARK, words: told(s.central[column], spec), row: null });
    }
  }
  const time = spec.times[column];
  const gap = spec.times.length > 1 ? Math.abs(spec.times[1] - spec.times[0]) / 2 : Infinity;
  for (const t of spec.targets ?? []) lines.push({ name: t.label || "target", pen: null, mark: TARGET_MARK, words: targetWords(t, spec), row: null });
  for (const h of spec.history ?? []) {
    if (Math.abs(h.time - time) <= gap * 1.001) lines.push({ name: h.label || "observed", pen: null, mark: OBSERVED_MARK, words: shown(h.value, spec), row: null });
  }
  const asked = row === null ? null : spec.series[row];
  const head = `${moment(spec, column)}${ranged ? `: ${middleOf(spec)} (${rangeOf(spec)})` : ""}`;
  const spoken = asked ? `${asked.name}, ${moment(spec, column)}: ${standing(asked, column, spec)}${unitWords(spec.unit ?? "") && !spec.percent ? ` ${unitWords(spec.unit)}` : ""}` : head;
  return { head, lines, spoken };
}

const TARGET_MARK = [rule(0, 7, 30, 7, { class: "c-target", stroke: TARGET, "stroke-width": 1.6, "stroke-dasharray": TARGET_DASH })];
const CENTRAL_MARK = [rule(0, 7, 30, 7, { class: "c-line", stroke: INK, "stroke-width": 1.3, "stroke-dasharray": dashes([4, 1.5], 1.3) })];
const ALONE_MARK = [rule(0, 7, 30, 7, { class: "c-line", stroke: LINE, "stroke-width": 2.4 })];
const OBSERVED_MARK = [node("circle", { class: "c-observed", cx: 15, cy: 7, r: 3.6, fill: INK })];

/** What a target asks: "639 WTE", or "at least 639 WTE" where its side is known. */
function targetLevel(target, spec) {
  const level = spec.percent ? tick(target.value, spec) : levelWords(target.value, spec.unit ?? "");
  return typeof target.atLeast === "boolean" ? `${target.atLeast ? "at least" : "at most"} ${level}` : level;
}

function targetName(target, spec) {
  const level = targetLevel(target, spec);
  return !target.label ? `target ${level}` : target.label.includes(level) ? target.label : `${target.label}: ${level}`;
}

function targetWords(target, spec) {
  const level = targetLevel(target, spec);
  return Number.isFinite(target.time) ? `${level}, ${timeWords(target.time, spec)}` : level;
}

/** The figure in words, with its numbers: what a screen reader says of it. */
export function trajectoryWords(spec) {
  const start = nearestIndex(spec.times, spec.mark ?? spec.times.at(-1));
  const lines = visible(spec).map((s) => `${s.name} ${standing(s, start, spec)}`);
  const targets = (spec.targets ?? []).map((t) => `target ${targetWords(t, spec)}`);
  if (!lines.length) return "Lines over time: none is shown.";
  const ranged = visible(spec).some((s) => s.low90) ? `${middleOf(spec)} and ${rangeOf(spec)}` : "values";
  return `${headingOf(spec) || "Lines"} from ${timeWords(spec.times[0], spec)} to ${timeWords(spec.times.at(-1), spec)}. ${moment(spec, start)}, ${ranged}: ${listing(lines)}.${targets.length ? ` ${targets.join("; ")}.` : ""}`;
}

/** What the marks mean that are not named in the drawing, for a file of it. */
export function trajectoryKey(spec) {
  const seen = visible(spec);
  const said = [];
  if (allBanded(seen) && seen.some((s) => s.low50)) said.push("darker band: half of the runs");
  if (allBanded(seen) && seen.some((s) => s.low90)) said.push(`${said.length ? "paler " : ""}band: ${rangeOf(spec)}`);
  if (seen.length <= BANDED && seen.some((s) => s.central)) said.push("dashed black line: central values");
  if (spec.history?.length) said.push("dots: observed");
  if (seen.some((s) => s.low50 || s.low90)) said.unshift(`line: ${middleOf(spec)}`);
  const text = said.join("; ");
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** The figure as a table: a row a time, the numbers of each line beside each other. */
export function trajectoryTable(spec) {
  const seen = visible(spec);
  const known = spec.shares ? OF_SHARES : COLUMNS;
  const columns = seen.flatMap((s) => {
    const given = known.filter(([key]) => s[key]);
    return given.map(([key, name]) => ({ values: s[key], head: given.length > 1 ? `${s.name}: ${name}` : s.name }));
  });
  const rows = Array.from(spec.times, (time, i) => [
    { value: time, words: timeWords(time, spec) },
    ...columns.map((c) => ({ value: c.values[i], words: told(c.values[i], spec) })),
  ]);
  return { caption: [spec.title, headingOf(spec)].filter(Boolean).join(": "), head: ["Time", ...columns.map((c) => c.head)], rows };
}

const TRAJECTORY = {
  hint: "Left and right arrows move along the times, up and down arrows from line to line; Home and End go to the first and last time.",
  emphasis: true,
  scene: trajectoryScene,
  reading: trajectoryReading,
  key: trajectoryKey,
  told: trajectoryWords,
  table: trajectoryTable,
};
