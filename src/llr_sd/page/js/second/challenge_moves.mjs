/** The moves of confirming and challenging: taking back one change, what people say, verdicts on cards, and risks placed on the matrix. */

import { checkAsk, frozen, inputOf, lawOf, Refusal, shown, table } from "../session/checks.mjs";
import { valueProblem } from "../draws/laws.mjs";
import { permissibleWords } from "../levers/wording.mjs";
import { amountOf, quantityOf, titleOf } from "../workshop/naming.mjs";
import { roleOf, textOf } from "../workshop/journal.mjs";

const MOST = 40; // opinions on one assumption, placings of one risk
const SIZE = 5; // likelihoods and consequences of the matrix

/** What a room can say of a card. */
export const VERDICTS = Object.freeze(["holds", "does not hold", "we disagree"]);

/** Kinds of moves: their keys, and what each changes. */
export const CHALLENGE_MOVES = Object.freeze({
  takeBack: [["n"], takeBack],
  opinion: [["input", "value", "who", "reason"], opinion],
  unsay: [["input", "at"], unsay],
  settleOpinions: [["input"], settleOpinions],
  card: [["card", "verdict", "who", "reason"], card],
  place: [["risk", "likelihood", "consequence", "who"], place],
  unplace: [["risk", "at"], unplace],
  reveal: [["risk"], reveal],
  talk: [["risk", "text"], talk],
});

/**
 * Say why an entry of the journal cannot be taken back alone; empty where it can.
 *
 * @param {object} data of the page
 * @param {object} room of the state
 * @param {object} entry of its journal
 * @returns {string}
 */
export function stuck(data, room, entry) {
  if (entry.screen === "staff") return "Staff are changed on the screen that asks who works here now.";
  const later = room.journal.find(({ n, changes }) => n > entry.n && changes.some(({ input }) => entry.changes.some((one) => one.input === input)));
  return later ? `Change ${later.n} changed it again: take that back first.` : "";
}

function takeBack(data, state, { n }) {
  const entry = state.room.journal.find((one) => one.n === n);
  if (!entry) throw new Refusal(`The record has no change ${shown(n)}.`);
  const why = stuck(data, state.room, entry);
  if (why) throw new Refusal(why);
  const held = new Map(Object.entries(state.held));
  const ranges = new Map(Object.entries(state.ranges));
  for (const { input, was, now } of entry.changes) {
    const where = typeof (was ?? now) === "number" ? held : ranges;
    if (was === null) where.delete(input);
    else where.set(input, was);
  }
  const back = { held: table([...held]), ranges: table([...ranges]) };
  checkAsk(data, back.held, back.ranges);
  return back;
}

/** Return what was said of an input, in the order in which it was said. */
export function opinionsOf(room, input) {
  return room.opinions.filter((one) => one.input === input);
}

function opinion(data, state, { input, value, who, reason }) {
  const found = assumption(data, input);
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Refusal(`${titleOf(data, found.name)}: ${shown(value)} is not a finite number.`);
  if (valueProblem(value, found)) {
    const may = permissibleWords(quantityOf(data, found.name));
    throw new Refusal(`${titleOf(data, found.name)}: ${amountOf(data, found.name, value)} cannot be${may && `; it may be ${may}`}.`);
  }
  if (opinionsOf(state.room, found.name).length >= MOST) throw new Refusal(`${MOST} values are kept of one assumption at most.`);
  const said = { input: found.name, value, who: roleOf(who ?? ""), reason: textOf(reason ?? "", "The reason") };
  return { room: { ...state.room, opinions: [...state.room.opinions, said] } };
}

function unsay(data, state, { input, at }) {
  const found = assumption(data, input);
  const gone = opinionsOf(state.room, found.name)[Number.isSafeInteger(at) ? at : -1];
  if (!gone) throw new Refusal(`${titleOf(data, found.name)}: no value ${shown(at)} was said.`);
  return { room: { ...state.room, opinions: state.room.opinions.filter((one) => one !== gone) } };
}

/**
 * Return the range that was said of an input: from the least to the most, likeliest the middle one (of an even number, half-way between
 * the two in the middle).
 *
 * @param {object} data of the page
 * @param {string} name of an input
 * @param {Array<{value: number}>} said
 * @returns {object} a triangular law
 * @throws {Refusal} in a sentence where none can be drawn of it
 */
export function lawSaid(data, name, said) {
  const found = assumption(data, name);
  const values = said.map(({ value }) => value).sort((a, b) => a - b);
  if (values.length < 2) throw new Refusal(`${titleOf(data, found.name)}: a range needs two values at least; ${values.length ? "one was" : "none was"} said.`);
  const [low, high] = [values[0], values.at(-1)];
  if (low === high) throw new Refusal(`${titleOf(data, found.name)}: everybody said the same, so there is no range. Set it to that value instead.`);
  const half = values.length / 2;
  const mode = values.length % 2 ? values[Math.floor(half)] : (values[half - 1] + values[half]) / 2;
  return lawOf(data, found, { kind: "triangular", low, mode, high });
}

/** What was said becomes the range of an input, which then varies: a value that held it goes. */
function settleOpinions(data, state, { input }) {
  const found = assumption(data, input);
  const law = lawSaid(data, found.name, opinionsOf(state.room, found.name));
  const held = table(Object.entries(state.held).filter(([name]) => name !== found.name));
  const ranges = table([...Object.entries(state.ranges), [found.name, law]]);
  checkAsk(data, held, ranges);
  return { held, ranges };
}

/** An input of which people may say a value each: a share of a whole has no range of its own. */
function assumption(data, name) {
  const found = inputOf(data, name);
  if (found.whole) throw new Refusal(`${titleOf(data, found.name)} is a share of a whole, which has no range of its own: change it where the shares are.`);
  return found;
}

function card(data, state, { card: name, verdict, who, reason }) {
  if (!data.workshop.cards.some((one) => one.name === name)) throw new Refusal(`There is no card ${shown(name)}.`);
  if (!VERDICTS.includes(verdict)) throw new Refusal(`${shown(verdict)} is no verdict: say ${VERDICTS.join(", ")}.`);
  const said = { verdict, who: roleOf(who ?? ""), reason: textOf(reason ?? "", "The reason") };
  return { room: { ...state.room, cards: table([...Object.entries(state.room.cards), [name, said]]) } };
}

/**
 * Return what the room has said of a risk.
 *
 * @param {object} room of the state
 * @param {string} risk
 * @returns {{placed: Array<{likelihood: number, consequence: number, who: string, after: boolean}>, revealed: boolean, text: string}} `after`
 *   the model's rating was shown
 */
export function saidOf(room, risk) {
  return Object.hasOwn(room.risks, risk) ? room.risks[risk] : NOTHING;
}
const NOTHING = frozen({ placed: [], revealed: false, text: "" });

function place(data, state, { risk, likelihood, consequence, who }) {
  const said = ofRisk(data, state, risk);
  for (const [what, value] of [["likelihood", likelihood], ["consequence", consequence]]) {
    if (!Number.isSafeInteger(value) || value < 1 || value > SIZE) throw new Refusal(`The ${what} ${shown(value)} is none of 1 to ${SIZE}.`);
  }
  if (said.placed.length >= MOST) throw new Refusal(`${MOST} placings are kept of one risk at most.`);
  return withRisk(state, risk, { placed: [...said.placed, { likelihood, consequence, who: roleOf(who ?? ""), after: said.revealed }] });
}

function unplace(data, state, { risk, at }) {
  const said = ofRisk(data, state, risk);
  const gone = said.placed[Number.isSafeInteger(at) ? at : -1];
  if (!gone) throw new Refusal(`The risk has no placing ${shown(at)}.`);
  if (said.revealed && !gone.after) throw new Refusal("The model's rating has been shown: what was placed before it stays.");
  return withRisk(state, risk, { placed: said.placed.filter((one) => one !== gone) });
}

function reveal(data, state, { risk }) {
  const said = ofRisk(data, state, risk);
  if (said.placed.length === 0) throw new Refusal("Place the risk first: the model's rating is shown after that.");
  return withRisk(state, risk, { revealed: true });
}

function talk(data, state, { risk, text }) {
  ofRisk(data, state, risk);
  return withRisk(state, risk, { text: textOf(text ?? "", "What was said") });
}

function ofRisk(data, state, risk) {
  if (!(data.workshop.ratings?.risks ?? []).some(({ id }) => id === risk)) throw new Refusal(`The log has no risk ${shown(risk)}.`);
  return saidOf(state.room, risk);
}

function withRisk(state, risk, more) {
  const said = { ...saidOf(state.room, risk), ...more };
  return { room: { ...state.room, risks: table([...Object.entries(state.room.risks), [risk, said]]) } };
}
