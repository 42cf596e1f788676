// GPs in LLR in typed facts and sentences: how many there are likely to be, and the plan's targets. GPs are GPs: equivalents stand apart.

import { chanceWords } from "../../charts/numbers.mjs";
import { chanceOf } from "../../app/specs.mjs";
import { decimals, spread } from "../../workshop/kit.mjs";

const FEW = 0.05; // a chance below this is none that can be planned on
const ALIKE = 0.01; // changes smaller than this part of all GPs are none

/**
 * What may be looked at: the scenarios of the study, and the challenge cards that act on it, put to its first scenario.
 * @param {Object} data of the page of gp_supply
 * @param {Object[]} cards
 * @returns {{name: string, setting: {scenario: string, held?: Object}}[]}
 */
export function gpsSettings(data, cards) {
  const own = data.scenarios.map(({ name }) => ({ name, setting: { scenario: name } }));
  const put = cards.filter(({ behind }) => Object.keys(behind?.supply ?? {}).length > 0);
  return [...own, ...put.map(({ title, behind }) => ({ name: `Card: ${title}`, setting: { scenario: own[0].name, held: behind.supply } }))];
}

/** The setting that a view keeps, or the one to open with where it keeps none that there is. */
export function gpsChosen(data, cards, view) {
  const all = gpsSettings(data, cards);
  return all.find(({ name }) => name === view.gps) ?? all[0];
}

/**
 * What the model of GPs says.
 * @param {Object} ensemble of gp_supply
 * @param {Object} data of its page
 * @returns {Object} frozen; GPs in WTE as {middle, low, high}, `change` in relation to the start run by run, `targets` with their chances
 */
export function gpsFacts(ensemble, data) {
  const of = (name) => spread(null, name, {}, ensemble);
  const start = of("gp_start").middle;
  const change = of("change_then");
  const part = (x) => x / start;
  return Object.freeze({
    start,
    plan: of("gp_plan"),
    then: of("gp_then"),
    change: { middle: part(change.middle), low: part(change.low), high: part(change.high) },
    equivalents: of("equivalents_then"),
    targets: data.targets.map((target) => ({ name: target.name, at: data.outputs.find(({ name }) => name === target.output).at, chance: chanceOf(ensemble, target) })),
    runs: ensemble.runs,
  });
}

/** How many GPs there are likely to be. */
export function gpsStatement({ start, then, change, targets }) {
  const said = `LLR had ${whole(start)} GPs (WTE) in October 2017. Five years on it is likely to have ${whole(then.middle)} (${whole(then.low)} to ${whole(then.high)}).`;
  const asMany = chanceWords(targets.at(-1).chance);
  const chance = ` As many as at the start: ${asMany.includes(" runs") ? asMany : `${asMany} of runs`}.`;
  if (change.high < -ALIKE) return { text: `${said} It loses GPs in at least nineteen runs of twenty.${chance}`, kind: "watch" };
  if (change.middle < -ALIKE) return { text: `${said} It is more likely to lose GPs than to gain them.${chance}`, kind: "watch" };
  if (change.middle <= ALIKE) return { text: `${said} That is about as many as now.${chance}`, kind: "plain" };
  return { text: `${said} It is more likely to gain GPs than to lose them.${chance}`, kind: "good" };
}

/** The plan's target of GPs, and what stands beside them. */
export function targetSentence({ targets, equivalents }) {
  const [first] = targets;
  const words = chanceWords(first.chance);
  const chance = words.includes(" runs") ? words : `${words} of runs`;
  const tail = first.chance.probability < FEW ? ": not to be planned on" : "";
  const beside = Math.abs(equivalents.middle) < 0.5 ? "" : ` Other staff do the work of ${whole(equivalents.middle)} GPs beside them. They are not GPs and are added to nothing here.`;
  return `The plan\u2019s ${first.name} in September 2020: ${chance}${tail}.${beside}`;
}

/**
 * What that says for the site's autonomous level. Only the relative change is taken over from LLR to the site.
 * @param {Object} facts as `gpsFacts` gives them
 * @param {{gps: number, autonomous: number, wanted: number}} site its GPs now, its autonomous level now and in bar 3, WTE
 */
export function siteSentence({ change }, { gps, autonomous, wanted }) {
  if (!(gps > 0)) return { text: "", kind: "plain" };
  const later = gps * (1 + change.middle);
  const others = Math.max(0, autonomous - gps);
  const said = `If this site\u2019s ${one(gps)} GPs went as LLR\u2019s, there would be ${one(later)} five years on (${one(gps * (1 + change.low))} to ${one(gps * (1 + change.high))}).`;
  const short = wanted - later - others;
  const low = wanted - gps * (1 + change.low) - others;
  const with_ = others >= 0.05 ? ` and the ${one(others)} others at the autonomous level` : "";
  if (short < 0.05) return { text: `${said} With them${with_} bar 3 (${one(wanted)}) would be filled${low >= 0.05 ? `; at the low end it would be ${one(low)} short. GPs cannot be taken for granted` : ""}.`, kind: low >= 0.05 ? "plain" : "good" };
  return { text: `${said} With them${with_} bar 3 (${one(wanted)}) would be ${one(short)} WTE short: GPs cannot be taken for granted.`, kind: "watch" };
}

function whole(x) {
  return decimals(x, 0);
}

function one(x) {
  return decimals(x, 1);
}
