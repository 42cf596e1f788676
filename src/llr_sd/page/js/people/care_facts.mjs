/** What the second screen says of the care: facts from its numbers, sentences from the facts. No element, no page. */

import { fixed, listing } from "../charts/numbers.mjs";
import { growth, growthWords, inYears, percentWords, signedPercent, whole } from "./people_facts.mjs";

/** A need within half a per cent of LLR's is told as the same. */
const ALIKE = 0.005;

/**
 * The facts of the screen.
 * @param {{years: number, contacts: Pair, hours: Pair, each: number, functions: {label: string, contacts: Pair, hours: Pair, against: Spread}[],
 *   segments: {label: string, one: string, contacts: Pair, each: Spread}[]}} given
 *   a Spread is {middle, low, high}, a Pair {now, later} of two; contacts and hours a year, `each` of a person, `against` need held against LLR's, 1 being the same
 * @returns {Object} frozen
 */
export function careFacts({ years, contacts, hours, each, functions, segments }) {
  const grown = functions.map((f) => ({ ...f, growth: growth(f.contacts.now.middle, f.contacts.later.middle) }));
  const most = Math.max(...grown.map((f) => f.hours.now.middle));
  return Object.freeze({
    years, each, contacts, hours, growth: growth(contacts.now.middle, contacts.later.middle), functions: grown, segments,
    longest: most > 0 ? grown.filter((f) => f.hours.now.middle === most) : [],
  });
}

/** How much care: the contacts, those of one person, and how they grow. */
export function contactsSentence({ years, contacts, each, growth: grows }) {
  const now = `Today's patients take ${whole(contacts.now.middle)} contacts a year, ${fixed(each, 1)} each`;
  if (years === 0 || grows === null) return `${now}.`;
  const words = growthWords(grows);
  return words === "as many" ? `${now}; those of ${ahead(years)} as many.` : `${now}; those of ${ahead(years)} ${whole(contacts.later.middle)}, ${words}.`;
}

/** "five years on" */
function ahead(years) {
  return inYears(years).replace(/^in /, "") + " on";
}

/** What takes most time, and what grows fastest. */
export function hoursSentence({ years, functions, longest }) {
  if (!longest.length) return "No care takes any time: every contact is at nought minutes, or there are no contacts.";
  const most = `Most time goes to ${listing(longest.map((f) => lower(f.label)))}: ${whole(longest[0].hours.now.middle)} hours a year${longest.length > 1 ? " each" : ""}`;
  const known = functions.filter((f) => f.growth !== null);
  const fastest = known.reduce((best, f) => (best === null || f.growth > best.growth ? f : best), null);
  if (years === 0 || fastest === null || growthWords(fastest.growth) === "as many" || fastest.growth < 0) return `${most}.`;
  const alike = known.filter((f) => Math.abs(f.growth - fastest.growth) < ALIKE / 10);
  if (alike.length === functions.length) return `${most}.`;
  return `${most}. ${capital(listing(alike.map((f) => lower(f.label))))} ${alike.length > 1 ? "grow" : "grows"} fastest: ${percentWords(fastest.growth)} ${inYears(years)}.`;
}

/** The need of these people held against that of as many of LLR's. */
export function againstSentence({ functions }) {
  const off = functions.map((f) => ({ label: lower(f.label), by: f.against.middle - 1 })).filter((f) => Math.abs(f.by) >= ALIKE);
  if (!off.length) return "Head for head, these people need the same of each kind of care as LLR's, within half a per cent.";
  off.sort((a, b) => b.by - a.by);
  const said = listing(off.map(({ label, by }) => `${percentWords(Math.abs(by))} ${by > 0 ? "more" : "less"} ${label}`));
  return `Head for head, these people need ${said} than LLR's${off.length < functions.length ? "; of the rest the same" : ""}.`;
}

/** One need held against LLR's: "+12%", "the same". */
export function againstWords(times) {
  if (!Number.isFinite(times)) return "\u2013";
  return Math.abs(times - 1) < ALIKE ? "the same" : signedPercent(times - 1);
}

/** What one person takes: "A frail person takes 16 contacts a year, a well person 2.9." */
export function eachSentence({ segments }) {
  const known = segments.filter((s) => Number.isFinite(s.each.middle));
  if (!known.length) return "";
  const [most, least] = [known.reduce((a, b) => (b.each.middle > a.each.middle ? b : a)), known.reduce((a, b) => (b.each.middle < a.each.middle ? b : a))];
  const [high, low] = [most, least].map((s) => fixed(s.each.middle, 1));
  if (high === low) return `One person takes ${high} contacts a year, whatever the group.`;
  return `${capital(most.one)} takes ${high} contacts a year, ${least.one} ${low}.`;
}

function lower(label) {
  return /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
