// Where a lever stands: what it is now, what it was at the start, and whether its source speaks for that.

import { middle } from "../draws/draw.mjs";

/** Kinds of laws with the numbers they take, and their names for people. */
export const LAWS = Object.freeze({
  pert: { called: "most likely value between two ends (PERT)", takes: ["low", "mode", "high"] },
  triangular: { called: "triangle between two ends", takes: ["low", "mode", "high"] },
  uniform: { called: "anything between two ends alike (uniform)", takes: ["low", "high"] },
  p10_p90: { called: "one chance in ten below, one in ten above (P10, P90)", takes: ["low", "mode", "high"] },
  truncated_normal: { called: "normal, cut at two ends", takes: ["low", "mode", "high", "sd"] },
  normal: { called: "normal", takes: ["mode", "sd"] },
  lognormal: { called: "lognormal", takes: ["mode", "sd"] },
  beta: { called: "beta between two ends", takes: ["low", "mode", "high", "sd"] },
  log_uniform: { called: "uniform on a log scale", takes: ["low", "high"] },
  discrete: { called: "one of some values", takes: ["values", "weights"] },
});

/** Numbers that a law may go without. */
export const MAY_LACK = Object.freeze({ p10_p90: ["mode"], truncated_normal: ["sd"], discrete: ["weights"] });

/** The law that an input is drawn from, page-wide: the changed one, else the study's; null where it is fixed. */
export function lawOf(input, ranges) {
  return Object.hasOwn(ranges, input.name) ? ranges[input.name] : input.uncertain ? input.law : null;
}

/**
 * Where an input stands in a setting.
 * @param {Object} input of the page's data
 * @param {Object<string, number>} held
 * @param {Object<string, Object>} ranges
 * @returns {{varies: boolean, value: number, law: Object|null}} `value` is where it is held, or the middle of its law
 */
export function standing(input, held, ranges) {
  const law = lawOf(input, ranges);
  if (Object.hasOwn(held, input.name)) return { varies: false, value: held[input.name], law };
  if (law === null) return { varies: false, value: input.value, law };
  return { varies: true, value: middle(input, law), law };
}

/** Whether an input stands elsewhere than at the start, or has another range; `state` and `start` are {held, ranges}. */
export function isMoved(input, state, start) {
  const now = standing(input, state.held, state.ranges), was = standing(input, start.held, start.ranges);
  return now.varies !== was.varies || now.value !== was.value || Object.hasOwn(state.ranges, input.name);
}

/** Whether a value is a finite number. */
export function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** The ends of a law where it has them: [low, high], else null. */
export function endsOf(law) {
  if (!law) return null;
  if (law.kind === "discrete") return [Math.min(...law.values), Math.max(...law.values)];
  return isNumber(law.low) && isNumber(law.high) ? [law.low, law.high] : null;
}

/** The ends of a slider: those of the data, wide enough for every value that must be seen on it, and never past what is permissible. */
export function sliderEnds(input, ...values) {
  const shown = values.filter(isNumber);
  const low = Math.min(input.low, ...shown);
  const high = Math.max(input.high, ...shown);
  return [isNumber(input.minimum) ? Math.max(low, input.minimum) : low, isNumber(input.maximum) ? Math.min(high, input.maximum) : high];
}

/** The step of an input: its own where it is a whole number or a switch. */
export function stepOf(input, low, high) {
  return isNumber(input.step) && input.step > 0 ? input.step : niceStep(low, high);
}

/** The step that a hand moves by: 1, 2 or 5 times a power of ten, a hundredth of the slider or less. */
export function niceStep(low, high) {
  const most = (high - low) / 100;
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return power * [5, 2, 1].find((m) => m * power <= most * (1 + 1e-12));
}

/** A value on the grid of the steps, inside the ends; written without the dust of binary fractions. */
export function snapped(value, step, low, high) {
  if (value <= low || value >= high) return value <= low ? low : high;
  const near = Number((Math.round(value / step) * step).toPrecision(12));
  return Math.min(high, Math.max(low, near));
}

/**
 * How a held value stands to its evidence: the ends that the row of the model's table gives it.
 * @returns {{low: number, high: number}|null} the ends that it is outside of, null where it is inside or nothing is stated
 */
export function outsideOf(input, value) {
  const ends = endsOf(input.own);
  if (!ends) return null;
  const slack = 1e-12 * Math.max(Math.abs(ends[0]), Math.abs(ends[1]));
  return value < ends[0] - slack || value > ends[1] + slack ? { low: ends[0], high: ends[1] } : null;
}

/** Numbers of one input as they are read: so many in 100 where it is a share. */
export function scaleOf(input) {
  return input.percent ? 100 : 1;
}

/** A number for its box: plain digits, at most ten that count. */
export function boxed(value, scale) {
  return isNumber(value) ? String(Number((value * scale).toPrecision(10))) : "";
}

/** A number as people write it: commas stand before each three digits, as the page writes them, or nowhere. */
const NUMBER = /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+(?=\D|$)|(?=\.\d))(?:\.\d*)?(?:e[+-]?\d+)?$/i;

/** A number read from a box; NaN where there is none. */
export function unboxed(text, scale) {
  const plain = text.trim().replace(/\u2212/g, "-");
  return NUMBER.test(plain) ? Number((Number(plain.replace(/,/g, "")) / scale).toPrecision(15)) : NaN;
}
