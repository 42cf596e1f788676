// From runs to what a picture or a table shows: pure, the same numbers as the results folder of the study has.

import { FEWEST_RUNS, STATISTICS, bounds, meets, quantile, wilson } from "../draws/statistics.mjs";
import { dateWords } from "../charts/numbers.mjs";

/**
 * The values of one output at one time and element, run by run.
 * @param {{times: Float64Array|null, elements: string[], values: Float64Array}} output of an ensemble: values of shape (run, [time,] element)
 * @param {number} at position of the time; 0 where the output has one time
 * @param {number} element
 * @returns {Float64Array} shape (run), NaN where a run has none
 */
export function columnAt(output, at, element) {
  const width = output.elements.length || 1;
  const row = width * (output.times ? output.times.length : 1);
  const found = new Float64Array(output.values.length / row);
  for (let run = 0, place = at * width + element; run < found.length; run += 1, place += row) found[run] = output.values[place];
  return found;
}

const SORTED = new WeakMap(); // output -> what was sorted of it: pictures, tables and sentences ask for the same again and again

/** The same over the runs that have a value, least first; not to be changed. */
export function sortedAt(output, at, element) {
  const known = SORTED.get(output) ?? new Map();
  SORTED.set(output, known);
  const place = at * (output.elements.length || 1) + element;
  if (!known.has(place)) known.set(place, columnAt(output, at, element).filter((value) => !Number.isNaN(value)).sort());
  return known.get(place);
}

/**
 * Some quantiles of sorted runs. Below the fewest runs that one needs it is NaN, as in the tables of a study, but for a part of an ensemble,
 * which stands for the whole until that is there.
 * @param {Object} ensemble that the runs are of
 * @param {Float64Array} sorted
 * @param {string[]} names of the quantiles
 */
function quantilesOf(ensemble, sorted, names) {
  const given = ensemble.certain || ensemble.runs === 1 || ensemble.runs < ensemble.ask.runs;
  return names.map((name) => (sorted.length && (given || sorted.length >= FEWEST_RUNS[name]) ? quantile(sorted, STATISTICS[name]) : NaN));
}

const BANDS = Object.freeze({ low90: "p05", low50: "p25", median: "p50", high50: "p75", high90: "p95" });

/**
 * Quantiles of one output over all its times: what a trajectory with its bands is drawn from.
 * @param {Object} ensemble that it is of
 * @param {Object} output one of its outputs or variables
 * @param {number} element
 * @returns {{median: number[], low50: number[], high50: number[], low90: number[], high90: number[], flat: boolean}} NaN where no run has
 *   a value; `flat` where all runs agree at every time
 */
export function bandsOf(ensemble, output, element) {
  const made = { low90: [], low50: [], median: [], high50: [], high90: [], flat: true };
  const names = Object.keys(BANDS);
  for (let at = 0; at < output.times.length; at += 1) {
    const sorted = sortedAt(output, at, element);
    quantilesOf(ensemble, sorted, Object.values(BANDS)).forEach((value, i) => made[names[i]].push(value));
    if (sorted.length && sorted[0] !== sorted[sorted.length - 1]) made.flat = false;
  }
  return made;
}

/** The pens of the current setting and of its start: the start is black and stays behind. */
export const NOW = 0;
export const START = -1;

/** A series of a trajectory; where all runs agree it has no band. */
function series(ensemble, name, element, given) {
  const { flat, ...bands } = bandsOf(ensemble, ensemble.outputs.get(name), element);
  const none = { low50: null, high50: null, low90: null, high90: null };
  return { ...given, ...bands, ...(flat || given.plain ? none : {}), central: null, hidden: false };
}

/**
 * What a trajectory shows: the current setting in front of its start.
 * @param {Object} data
 * @param {Object} spec of the output
 * @param {{now: Object, start: Object|null, same: boolean, names: {now: string, start: string}}} of the ensembles and what they are called
 * @param {number} element
 */
export function trajectorySpec(data, spec, { now, start, same, names }, element) {
  const lines = [series(now, spec.name, element, { name: names.now, pen: NOW })];
  if (start && !same) lines.push(series(start, spec.name, element, { name: names.start, pen: START, plain: true }));
  const { times } = now.outputs.get(spec.name);
  return {
    title: spec.label,
    unit: spec.unit,
    percent: spec.percent,
    times: Array.from(times),
    series: lines,
    targets: targetsOver(data, spec, times),
    history: data.history[spec.name] ?? [],
    calendar: data.model.calendar,
  };
}

/** What a trajectory of all elements of an output shows: a line each, of the current setting alone. */
export function elementsSpec(data, spec, now) {
  const { times, elements } = now.outputs.get(spec.name);
  const lines = elements.map((name, i) => series(now, spec.name, i, { name, pen: i }));
  const { calendar } = data.model;
  return { title: spec.label, unit: spec.unit, percent: spec.percent, times: Array.from(times), series: lines, targets: [], history: [], calendar };
}

/** The targets that belong on a trajectory: its own, and those of outputs that are the same variable at one date. */
export function targetsOver(data, spec, times) {
  return data.targets.flatMap((target) => {
    const asked = data.outputs.find((o) => o.name === target.output);
    const own = asked && (asked.name === spec.name || (asked.variable !== null && asked.variable === spec.variable && asked.expression === null));
    if (!own) return [];
    const time = asked.at ?? null;
    if (time !== null && (time < times[0] || time > times[times.length - 1])) return [];
    return [{ label: target.name, value: target.atLeast ?? target.atMost, time, atLeast: target.atLeast !== null }];
  });
}

/**
 * The chance of a target in an ensemble, at the end of the output's times, for one element.
 * @returns {{probability: number, low: number, high: number, least: number, most: number, met: number, runs: number, lost: number}}
 */
export function chanceOf(ensemble, target, element = 0) {
  const output = ensemble.outputs.get(target.output);
  const sorted = sortedAt(output, lastOf(output), element);
  const met = meets(sorted, target).filter(Boolean).length;
  const lost = ensemble.runs - sorted.length;
  const [probability, low, high] = wilson(met, sorted.length);
  const [least, most] = bounds(met, sorted.length, lost);
  return { probability, low, high, least, most, met, runs: sorted.length, lost };
}

/** The position of the last time of an output; 0 where it has one. */
export function lastOf(output) {
  return output.times ? output.times.length - 1 : 0;
}

/**
 * One output of one ensemble as a row of numbers.
 * @returns {{runs: number, lost: number, p05: number, p25: number, p50: number, p75: number, p95: number, flat: boolean}}
 */
export function spreadOf(ensemble, name, at, element) {
  const output = ensemble.outputs.get(name);
  const sorted = sortedAt(output, at, element);
  const [p05, p25, p50, p75, p95] = quantilesOf(ensemble, sorted, ["p05", "p25", "p50", "p75", "p95"]);
  const flat = sorted.length > 0 && sorted[0] === sorted[sorted.length - 1];
  return { runs: sorted.length, lost: ensemble.runs - sorted.length, p05, p25, p50, p75, p95, flat };
}

const FIRST = new WeakMap(); // start -> how many of its members, and those alone: pictures and tables of one moment ask for the same

/**
 * The start as it stands beside the current setting, over the same members: while the first runs of the setting stand for all, the first
 * runs of the start are taken, since all of them would differ by the draws too. One run is all of a setting in which nothing varies.
 * @param {Object} now ensemble of the current setting
 * @param {Object|null} start ensemble of its start
 * @returns {Object|null} an ensemble without more than what is shown of a start: {ask, runs, certain, outputs, ok, failures}
 */
export function beside(now, start) {
  if (!start || start.runs <= now.runs || now.runs === 1) return start;
  const known = FIRST.get(start);
  if (known?.runs === now.runs) return known;
  const { runs } = now;
  const part = ({ values, ...output }) => ({ ...output, values: values.subarray(0, (values.length / start.runs) * runs) });
  const outputs = new Map([...start.outputs].map(([name, output]) => [name, part(output)]));
  const failures = start.failures.filter((failure) => failure.run < runs);
  const first = { ask: start.ask, runs, certain: start.certain, outputs, ok: start.ok.subarray(0, runs), failures };
  FIRST.set(start, first);
  return first;
}

/**
 * How the middle of the current setting stands to that of its start, over the same members.
 * @returns {{now: number, start: number, same: boolean}} as `changeShort` takes it; NaN where there is no start yet
 */
export function changeOf({ now, start, same }, name, at, element) {
  const middle = spreadOf(now, name, at, element).p50;
  if (!start || same) return { now: middle, start: NaN, same };
  return { now: middle, start: spreadOf(beside(now, start), name, at, element).p50, same };
}

/** Unit and label of what is itself a date, or a time until something; an age or a wait has such a unit too, and is one of its date. */
const TIME_UNIT = /^(date|day|week|month|quarter|year)s?$/i;
const TIME_LABEL = /\b(date|when|until|(day|week|month|quarter|year)s? (at|before|by|from|in|to) )/i;

/**
 * What to call an output with its date: "GPs, end of Sep 2020"; a label that names the date has it once. A date or a count of years until something
 * that is read at one time has none: the time at which it is read would be taken for the date itself. Over time it has the time that is shown.
 */
export function outputTitle(spec, calendar, time = spec.at) {
  if (spec.at !== null && TIME_UNIT.test(spec.unit.trim()) && TIME_LABEL.test(spec.label)) return spec.label;
  const date = time === null || time === undefined ? "" : dateWords(time, true, calendar);
  const year = /\d{4}$/.exec(date)?.[0] ?? date;
  return spec.label.includes(year) ? spec.label : `${spec.label}, ${date}`;
}

/** What to call an output as it ends: with its own date, or the last of its times. */
export function titleAtEnd(data, spec, ensemble) {
  const output = ensemble.outputs.get(spec.name);
  return outputTitle(spec, data.model.calendar, output.times ? output.times[lastOf(output)] : spec.at);
}

/** The outputs that a head line can show, one number each: those with a target first; series at their last time where there is nothing else. */
export function headlines(data, ensemble) {
  const single = data.outputs.filter((o) => o.headline && ensemble.outputs.get(o.name)?.elements.length === 1);
  const dated = single.filter((o) => !ensemble.outputs.get(o.name).times);
  const asked = new Set(data.targets.map((t) => t.output));
  const shown = dated.length ? dated : single;
  return [...shown.filter((o) => asked.has(o.name)), ...shown.filter((o) => !asked.has(o.name))];
}
