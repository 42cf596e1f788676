/** Who will provide it: shares of a function over the skill levels in whole steps that always add up, and what the limit lets through. */

import { listing, percent, shareWords } from "../charts/numbers.mjs";
import { apportioned, sumOf, toOne } from "../people/wholes.mjs";

/** Steps of a whole: tenths of a per cent. */
export const STEPS = 1000;

/**
 * Return shares as whole steps that add up to `STEPS`.
 *
 * @param {Array<number>} shares not negative; they are brought to a sum of one, as the model does
 * @param {number} [size] of a step: 10 for whole per cent
 * @returns {Array<number>}
 */
export function stepsOf(shares, size = 1) {
  if (!(sumOf(shares) > 0)) return shares.map((_, i) => (i ? 0 : STEPS));
  return apportioned(shares, STEPS / size).map((step) => step * size);
}

/** Return whole steps as shares whose sum, added in order, is exactly one. */
export function sharesOf(steps) {
  const shares = steps.map((step) => step / STEPS);
  return sumOf(shares) === 1 ? shares : toOne(shares);
}

/**
 * Return parts after a divider has moved: the parts on one side grow, those on the other give way, the nearest first.
 *
 * @param {Array<number>} parts whole steps
 * @param {number} divider it lies behind the part of this place
 * @param {number} to where it goes, in steps from the left; kept within the bar
 * @returns {Array<number>} of the same sum
 */
export function moved(parts, divider, to) {
  const all = sumOf(parts);
  const made = [...parts];
  const wanted = Math.min(all, Math.max(0, Math.round(to)));
  let change = wanted - sumOf(parts.slice(0, divider + 1));
  const right = change > 0;
  made[right ? divider : divider + 1] += Math.abs(change);
  for (let i = right ? divider + 1 : divider; change !== 0; i += right ? 1 : -1) {
    const given = Math.min(made[i], Math.abs(change));
    made[i] -= given;
    change -= right ? given : -given;
  }
  return made;
}

/** Return parts with one of them as typed: the one behind it gives way, then those further on, then those before it. */
export function typed(parts, place, steps) {
  const made = [...parts];
  const givers = parts.map((_, i) => i).filter((i) => i !== place).sort((a, b) => (a < place) - (b < place) || Math.abs(a - place) - Math.abs(b - place));
  let change = steps - parts[place];
  made[place] = steps;
  if (change < 0) made[givers[0]] -= change;
  for (const giver of change > 0 ? givers : []) {
    const given = Math.min(made[giver], change);
    made[giver] -= given;
    change -= given;
  }
  return made;
}

/**
 * @typedef {object} Spread
 * @property {number} middle
 * @property {number} low
 * @property {number} high
 */

/**
 * Facts of the limit, of the runs.
 *
 * @param {{wanted: Spread, through: Spread, limit: Spread, passes: number, bites: number}} given shares of the autonomous level's minutes;
 *   what part of a wanted change goes through in the middle of the runs, and in what share of them more was wanted than the limit lets through
 */
export function limitFacts(given) {
  const { wanted, bites } = given;
  return Object.freeze({ kind: wanted.middle <= 0 ? "more" : bites >= 0.5 ? "held" : bites > 0 ? "sometimes" : "free", ...given });
}

/** What the room's shares ask of the most trained level, and what of it the limit lets through, in sentences. */
export function limitWords(facts, level) {
  const { kind, wanted, through, limit, bites, passes } = facts;
  const time = `the ${level} level's time`;
  if (kind === "more") {
    return wanted.middle < -0.0005
      ? `The room's shares free no time of the ${level} level: they ask ${shareWords(-wanted.middle)} more of it. The limit does not matter then.`
      : `The room's shares free no time of the ${level} level. The limit does not matter then.`;
  }
  const first = `The room's shares would free ${shareWords(wanted.middle)} of ${time}.`;
  if (kind === "free") return `${first} The limit is ${shareWords(limit.middle)}, so all of it goes through.`;
  if (kind === "sometimes") return `${first} The limit is ${shareWords(limit.middle)}, so most often all of it goes through; in ${percent(bites)} of the runs the limit bites.`;
  const often = bites < 1 ? ` It bites in ${percent(bites)} of the runs.` : "";
  return `${first} The limit lets ${shareWords(through.middle)} through: about ${shareWords(passes)} of every change that the room wants, in all five functions alike.${often}`;
}

/**
 * What passes from a level, in words, from the shares of a function now and wanted.
 *
 * @param {Array<{label: string, now: number, wanted: number}>} levels steps of each
 * @returns {string}
 */
export function passWords(levels) {
  const changes = levels.map(({ label, now, wanted }) => ({ label: label.toLowerCase(), change: wanted - now })).filter(({ change }) => change !== 0);
  if (!changes.length) return "The room wants it as it is now.";
  const less = changes.filter(({ change }) => change < 0);
  const more = changes.filter(({ change }) => change > 0);
  return `Of 100 minutes of this care: ${listing([...less, ...more].map(({ label, change }) => `${points(change)} ${label}`))}.`;
}

function points(steps) {
  const size = Math.abs(steps) / (STEPS / 100);
  return `${Number(size.toFixed(1))} ${steps < 0 ? "fewer" : "more"}`;
}
