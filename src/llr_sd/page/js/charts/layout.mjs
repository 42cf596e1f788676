/** Where things stand in a figure: ticks, ranges that keep still, labels that do not collide, lines of text. Pure numbers, no elements. */

import { dateWords, general, isCalendar } from "./numbers.mjs";

const STEPS = [1, 2, 2.5, 5, 10];
const YEARS = [1, 2, 3, 5, 10, 20, 50, 100];
const HEAD_ROOM = 0.06;
const SHRUNK = 0.45;
const SMALL_SHARE = 0.1; // what an axis of shares shows where all are nought: their lines lie on its floor, and small ones will be seen

/**
 * Widths of characters as shares of the size of type, by the widest of the usual faces, so that nothing is cut in another one.
 * @param {string} text
 * @param {number} size of type, in px
 * @param {boolean} bold
 * @returns {number} px
 */
export function textWidth(text, size, bold = false) {
  let width = 0;
  for (const letter of text) {
    if ("iljI.,:;'|!".includes(letter)) width += 0.32;
    else if (" ftr()[]-/".includes(letter)) width += 0.4;
    else if ("mwMW%@—".includes(letter)) width += 0.96;
    else if (letter >= "A" && letter <= "Z") width += 0.7;
    else width += letter > "\u2e7f" ? 1 : 0.63;
  }
  return width * size * (bold ? 1.1 : 1);
}

/**
 * Break a text between words into lines no wider than `width`; a word that is wider is cut, and past `most` lines the last ends with "…".
 * @param {string} text
 * @param {number} width px
 * @param {number} size of type, in px
 * @param {number} most lines
 * @param {boolean} bold
 * @returns {string[]}
 */
export function wrapped(text, width, size, most = Infinity, bold = false) {
  const fits = (line) => textWidth(line, size, bold) <= width;
  const lines = [];
  let line = "";
  const words = text.split(/\s+/).filter(Boolean);
  while (words.length) {
    const word = words.shift();
    const longer = line ? `${line} ${word}` : word;
    if (fits(longer)) {
      line = longer;
    } else if (line) {
      lines.push(line);
      line = "";
      words.unshift(word);
    } else {
      const letters = [...word];
      let end = 1;
      while (end < letters.length && fits(letters.slice(0, end + 1).join(""))) end += 1;
      lines.push(letters.slice(0, end).join(""));
      if (end < letters.length) words.unshift(letters.slice(end).join(""));
    }
    if (lines.length > most) break;
  }
  if (line) lines.push(line);
  if (lines.length <= most) return lines;
  const last = [...lines[most - 1]];
  while (last.length && !fits(`${last.join("")}…`)) last.pop();
  return [...lines.slice(0, most - 1), `${last.join("").trimEnd()}…`];
}

/** Distance between round numbers so that about `most` of them stand between two ends. */
export function roundStep(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const ten = 10 ** Math.floor(Math.log10(rough) + 1e-9);
  return ten * STEPS.find((s) => s * ten >= rough * (1 - 1e-9));
}

/** Round numbers between two ends, at most about `most` and one of them. */
export function roundNumbers(low, high, most) {
  const step = roundStep(low, high, most);
  const numbers = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i += 1) numbers.push(cleaned(i * step));
  return numbers;
}

/** A multiple of a round step without what binary fractions add to it. */
function cleaned(value) {
  return Number(value.toPrecision(15));
}

/**
 * Range of an axis with room at both ends; the one it had is kept until a value leaves it or the values need less than half of it, so that
 * an axis keeps still while a slider is dragged.
 * @param {{low: number, high: number}|null} kept
 * @param {number} low least value to show
 * @param {number} high largest
 * @param {{zero?: boolean, share?: boolean}} options `zero`: nought is always on the axis; `share`: the numbers are shares, and the axis goes
 *   below nought or past one whole only where one of them does
 * @returns {{low: number, high: number}}
 */
export function axisRange(kept, low, high, { zero = false, share = false } = {}) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return kept ?? { low: 0, high: 1 };
  const from = zero ? Math.min(0, low) : low;
  const to = zero ? Math.max(0, high) : high;
  const beyond = share && kept && ((kept.high > 1 && to <= 1) || (kept.low < 0 && from >= 0));
  if (kept && !beyond && from >= kept.low && to <= kept.high && to - from >= SHRUNK * (kept.high - kept.low)) return kept;
  const most = share && to <= 1 ? 1 : Infinity;
  if (from === to) {
    const room = 0.1 * Math.abs(to) || (share ? SMALL_SHARE : 1);
    const up = to > 0 ? Math.min(most, to + room) : to < 0 ? Math.min(0, to + room) : room;
    return axisRange(kept, from >= 0 ? Math.max(0, from - room) : from - room, up, { zero, share });
  }
  const span = to - from;
  const step = roundStep(from, to, 8);
  const down = zero && from === 0 ? 0 : Math.floor((from - HEAD_ROOM * span) / step) * step;
  const up = zero && to === 0 ? 0 : Math.ceil((to + HEAD_ROOM * span) / step) * step;
  return { low: low >= 0 && down < 0 ? 0 : cleaned(down), high: high <= 0 && up > 0 ? 0 : Math.min(most, cleaned(up)) };
}

/** Least and largest of the finite numbers of some lists. */
export function extremes(...lists) {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < (list ? list.length : 0); i += 1) {
      const value = list[i];
      if (value < low && value > -Infinity) low = value;
      if (value > high && value < Infinity) high = value;
    }
  }
  return low <= high ? [low, high] : [NaN, NaN];
}

/** A straight scale from values to px. */
export function scaled(low, high, from, to) {
  const by = (to - from) / (high - low || 1);
  return (value) => from + (value - low) * by;
}

/**
 * Marks of a time axis: 1 January of each year or of every second, third or fifth; of less than two years, months; other times by round numbers.
 * @param {number} low
 * @param {number} high
 * @param {number} most labels that have room
 * @param {boolean} calendar whether times may be years
 * @returns {{at: number, text: string}[]}
 */
export function timeTicks(low, high, most, calendar = true) {
  if (!calendar || !isCalendar(low) || !isCalendar(high)) return roundNumbers(low, high, most).map((at) => ({ at, text: general(at, 6, false) }));
  const span = high - low;
  if (span < 2) {
    const step = [1, 3, 6, 12].find((s) => (span * 12) / s <= most / 1.6) ?? 12;
    const marks = [];
    for (let m = Math.ceil((low * 12 - 1e-6) / step) * step; m <= high * 12 + 1e-6; m += step) marks.push({ at: m / 12, text: dateWords(m / 12) });
    return marks;
  }
  const step = YEARS.find((s) => span / s <= most) ?? 100;
  const marks = [];
  for (let year = Math.ceil(low / step) * step; year <= high; year += step) marks.push({ at: year, text: String(year) });
  return marks;
}

/**
 * Move label positions apart so that none are closer than `gap`, staying near where they were wanted.
 * @param {number[]} wanted any order, px
 * @param {number} gap least distance; it shrinks where the labels cannot all fit between `low` and `high`
 * @returns {number[]} in the order of `wanted`
 */
export function spreadLabels(wanted, gap, low, high) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b);
  const room = Math.min(gap, (high - low) / Math.max(1, wanted.length - 1));
  const centre = (cluster) => cluster.sum / cluster.number;
  const clusters = [];
  for (const index of order) {
    clusters.push({ sum: wanted[index], number: 1 });
    while (clusters.length > 1) {
      const [lower, upper] = clusters.slice(-2);
      if (centre(lower) + (room * (lower.number + upper.number)) / 2 <= centre(upper)) break;
      clusters.splice(-2, 2, { sum: lower.sum + upper.sum, number: lower.number + upper.number });
    }
  }
  const placed = [];
  for (const cluster of clusters) {
    const start = centre(cluster) - (room * (cluster.number - 1)) / 2;
    for (let i = 0; i < cluster.number; i += 1) placed.push(start + room * i);
  }
  placed.forEach((_, i) => (placed[i] = Math.max(placed[i], low + room * i)));
  placed.forEach((_, i) => {
    const at = placed.length - 1 - i;
    placed[at] = Math.min(placed[at], high - room * i);
  });
  const result = new Array(wanted.length);
  order.forEach((index, i) => (result[index] = placed[i]));
  return result;
}

/** Index of the value of a list that is nearest to a wanted one; -1 where there is none. */
export function nearestIndex(list, wanted) {
  let best = -1;
  for (let i = 0; i < list.length; i += 1) {
    if (Number.isFinite(list[i]) && (best < 0 || Math.abs(list[i] - wanted) < Math.abs(list[best] - wanted))) best = i;
  }
  return best;
}

/**
 * Choose the place of a label that fewest points lie in; the first of equals.
 * @param {{left: number, base: number, width: number, size: number}[]} places left end and base line of the text, px
 * @param {{x: number, y: number}[]} taken points of lines and marks
 * @param {{top: number, bottom: number}} box that the text stays in
 */
export function quietest(places, taken, box) {
  let best = null;
  let least = Infinity;
  for (const place of places) {
    const { left, base, width, size } = place;
    if (base - size < box.top - size || base > box.bottom) continue;
    const within = taken.filter((p) => p.x > left - 5 && p.x < left + width + 5 && p.y > base - size - 3 && p.y < base + 5).length;
    if (within < least) [best, least] = [place, within];
  }
  return best;
}
