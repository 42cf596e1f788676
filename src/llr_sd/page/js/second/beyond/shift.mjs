// The first part: hospital work that moves, what of it reaches this site, and what it asks there.

import { button, choice, fill, make, say } from "../../app/dom.mjs";
import { keyOf } from "../../app/asking.mjs";
import { quantile } from "../../draws/statistics.mjs";
import { figure } from "../../charts/figure.mjs";
import { stackedChart } from "../../charts/stacked.mjs";
import { bigNumber, decimals, spread, statement, table, wte } from "../../workshop/kit.mjs";
import { lower } from "../../workshop/naming.mjs";
import { beliefWords, carriedSentence, rangeBelow, ranged, runsSentence, startOf, startSentence } from "./words.mjs";
import {
  arrivesSentence, asksSentence, choiceOf, choiceSentence, heldOf, million, moneySentence, MONEY, movedSentence, MOVES, NOTHING, settingOf, shareWords, shiftFacts, strainSentence,
} from "./shift_facts.mjs";

const YEARS = 5;
const LOW = 150; // px of the drawing at the usual size of type, so that all of the part stands in 1280 x 720
const HIGH = 215;

/**
 * Mount the part.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountShift(root, page) {
  const behind = page.behind("system");
  const levels = Object.keys(page.words.levels);
  const keep = (given) => page.change({ kind: "view", shift: { ...choiceOf(page.state.view), ...given } });
  const choices = {
    scenario: choice("Hospital work that is meant to move", MOVES.map((m) => ({ value: m.scenario, text: m.label })), "", (scenario) => keep({ scenario })),
    money: choice("Money that follows it", MONEY.map((m) => ({ value: m.name, text: m.label })), "", (money) => keep({ money })),
    double: choice("Posts made a year ahead", [{ value: "no", text: "No" }, { value: "yes", text: "Yes (double running)" }], "", (value) => keep({ double: value === "yes" })),
  };
  const numbers = {
    moved: bigNumber({ label: "Hospital work moved in five years", value: "" }),
    hours: bigNumber({ label: "Hours of care a year for this site", value: "", unit: "hours" }),
    staff: bigNumber({ label: "Staff it asks of this site", value: "", unit: "WTE" }),
  };
  const lines = Object.fromEntries(["moved", "money", "strain"].map((name) => [name, statement({ text: "" })]));
  const options = { tallest: LOW };
  const chart = stackedChart(options);
  const picture = figure(chart, { name: "care from hospital", level: 2, about: page.about });
  const take = button("", () => act(), { class: "act control" });
  const taken = make("p", { class: "quiet", role: "status" });
  const state = make("p", { class: "quiet" });
  const carried = make("p", { class: "quiet" });
  const details = make("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Numbers of left shift" });
  const start = statement({ text: startSentence(startOf(page.data), behind.data.model.initial), kind: "watch" });
  fill(root,
    make("div", { class: "beyond-choices control" }, choices.scenario.element, choices.money.element, choices.double.element, take),
    start.element,
    taken,
    make("div", { class: "beyond-numbers" }, numbers.moved.element, numbers.hours.element, numbers.staff.element),
    make("div", { class: "beyond-split" }, make("div", {}, lines.moved.element, lines.money.element, lines.strain.element), picture),
    make("details", { class: "more-numbers" }, make("summary", { text: "All numbers, and what is judgement" }), details, carried),
    state);
  let system = null; // {key, ensemble, whole, error}
  let site = { key: "", runs: {} };
  let next = null; // what the button does

  /** Ask the system model for the choice, once for each setting. */
  function askSystem(setting) {
    const key = keyOf(behind.state(setting, page.state));
    if (system?.key === key) return;
    system = { key, ensemble: null, whole: false, error: "" };
    const own = system;
    behind.ask(setting, page.state, (ensemble, whole) => {
      Object.assign(own, { ensemble, whole });
      if (own === system) show();
    }, (error) => {
      own.error = error;
      if (own === system) show();
    }, "shift");
  }

  /** Ask the site's model for the same setting with this work and posts for all of it, with it and none, and without it. */
  function askSite(held) {
    const { held: now, ranges, runs } = page.state;
    const key = JSON.stringify([keyOf({ held: now, ranges, runs }), held]);
    if (site.key === key) return;
    site = { key, runs: {} };
    const own = site;
    const asks = { posts: { ...held, shift_funded: 1 }, bare: { ...held, shift_funded: 0 }, without: { ...held, ...NOTHING } };
    for (const [name, values] of Object.entries(asks)) {
      page.beside(values, `shift ${name}`, (ensemble) => {
        own.runs[name] = ensemble;
        if (own === site && Object.keys(own.runs).length === 3) show();
      }, () => {});
    }
  }

  function act() {
    if (!next) return;
    const moved = Object.fromEntries(Object.entries(next.values).filter(([name, value]) => page.value(name) !== value));
    const refused = page.change({ kind: "hold", values: moved });
    if (!refused) page.announce(next.said);
  }

  function show() {
    const chosen = choiceOf(page.state.view);
    choices.scenario.select.value = chosen.scenario;
    choices.money.select.value = chosen.money;
    choices.double.select.value = chosen.double ? "yes" : "no";
    askSystem(settingOf(chosen));
    say(carried, carriedSentence(behind.carried(page.state), (one) => beliefWords(page.data, one)));
    say(state, system.error ? "The system model cannot be run with this. Undo the last change." : `${choiceSentence(chosen)} ${runsSentence(system.ensemble, system.whole)}`);
    take.disabled = !system.whole;
    if (!system.ensemble) return;
    const facts = shiftFacts(system.ensemble, { list: page.value("list_size"), all: listOf(behind.data), levels }, chosen);
    const held = heldOf(facts, rampOf(behind.data));
    if (system.whole) askSite(held);
    offer(facts, held);
    told(facts, askedOf());
    fill(details, sheets(page, facts));
  }

  /** What the button takes into the site, and what stands there. */
  function offer(facts, held) {
    const stands = Object.keys(NOTHING).filter((name) => name !== "shift_funded").map((name) => page.value(name));
    const there = stands.some((hours) => hours > 0);
    const same = Object.entries(held).every(([name, value]) => page.value(name) === value);
    const clear = facts.planned === 0 || same;
    next = clear ? { values: NOTHING, said: "The work from hospital is taken out of this site again." } : { values: held, said: "The work from hospital is taken into this site." };
    say(take, clear ? "Take it out of this site again" : "Take it into this site");
    take.disabled = !system.whole || (clear && !there);
    const sum = stands.reduce((total, hours) => total + hours, 0);
    say(taken, there ? `This site has taken in ${decimals(sum, 0)} hours a year from hospital, with posts for ${shareWords(page.value("shift_funded"))} of it.` : "");
    taken.hidden = !there;
  }

  /** What the site's runs say of this work; null while they are coming. */
  function askedOf() {
    const { posts, bare, without } = site.runs;
    if (!posts || !bare || !without) return null;
    const time = without.outputs.get("workload").times[0] + YEARS;
    const asked = levels.map((level) => ({ level, title: page.words.levels[level].label, label: lower(page.words.levels[level].label), ...spread(page, "shift_wte", { level }, posts) }));
    const strain = Object.fromEntries([["posts", posts], ["bare", bare], ["without", without]].map(([name, runs]) => [name, spread(page, "workload", { time }, runs)]));
    return { asked, strain, total: totalOf(posts, levels) };
  }

  function told(facts, site) {
    numbers.moved.set({ value: shareWords(facts.moved.middle), range: rangeBelow(facts.moved, shareWords) });
    numbers.hours.set({ value: decimals(facts.total.middle, 0), range: rangeBelow(facts.total, (x) => decimals(x, 0)) });
    numbers.staff.set(site ? { value: wte(site.total.middle), range: rangeBelow(site.total, wte) && `${rangeBelow(site.total, wte)}, at the middle of the hours` } : { value: "\u2026", range: "" });
    lines.moved.set({ text: `${movedSentence(facts)} ${arrivesSentence(facts)}` });
    lines.money.set(moneySentence(facts));
    picture.hidden = !site || facts.planned === 0;
    options.tallest = page.presenting ? HIGH : LOW;
    if (!picture.hidden) chart.update(pictureOf(facts, site));
    lines.strain.set(site && facts.planned > 0 ? strainSentence(site.strain) : { text: "" });
  }

  return { show };
}

/** Where the work lands as the system model has it, beside what it asks for at the site's own mix. */
function pictureOf(facts, { asked, total }) {
  const parts = (rows) => rows.map((row, i) => ({ name: asked[i].title, value: row.middle, ...apart(row) }));
  return {
    title: "Staff for this site\u2019s part in the practices, by level",
    sentence: asksSentence(facts, asked, total),
    unit: "WTE",
    decimals: 1,
    bars: [
      { name: "As the system model has it", note: "", total: { value: facts.practices.total.middle, ...apart(facts.practices.total) }, parts: parts(facts.practices.levels) },
      { name: "At this site\u2019s best mix", note: "at the middle of the hours", total: { value: total.middle, ...apart(total) }, parts: parts(asked) },
    ],
    pens: asked.map((_, i) => i),
  };
}

/** A range, or none where it reads as one number. */
function apart({ low, high }) {
  return wte(low) === wte(high) ? { low: null, high: null } : { low, high };
}

/** The staff that the work asks for at all levels, run by run: its range is that of the site's own beliefs, at the middle of the hours. */
function totalOf(ensemble, levels) {
  const { values } = ensemble.outputs.get("shift_wte");
  const sums = Float64Array.from({ length: values.length / levels.length }, (_, run) => levels.reduce((sum, _level, i) => sum + values[run * levels.length + i], 0));
  const sorted = sums.filter(Number.isFinite).sort();
  const [middle, low, high] = [0.5, 0.05, 0.95].map((p) => quantile(sorted, p));
  return { middle, low, high };
}

/** The registered patients of the system model, who are those of all its localities. */
function listOf(data) {
  return data.inputs.filter(({ variable }) => variable.startsWith("list_size[")).reduce((sum, { value }) => sum + value, 0);
}

/** When moved work arrives, in years from the start of the system model. */
function rampOf(data) {
  const at = (name) => data.inputs.find((input) => input.name === name).value;
  return { start: Number((at("ls_start") - data.model.initial).toFixed(4)), years: at("ls_ramp") };
}

function sheets(page, facts) {
  const { levels, functions } = page.words;
  const hours = (x) => decimals(x, 0);
  const both = [facts.practices, facts.teams];
  return [
    table({
      caption: "This site\u2019s part of the work, in staff, as the system model has it land (WTE)",
      head: ["Level", "In the practices", "In the locality team"],
      rows: facts.practices.levels.map(({ level }, i) => [levels[level].label, ...both.map((one) => ranged(one.levels[i], wte))]),
      foot: ["In all", ...both.map(({ total }) => ranged(total, wte))],
    }),
    table({
      caption: "This site\u2019s part for the practices, in hours of care a year at the pace of an autonomous worker",
      head: ["What care", "Hours a year"],
      rows: facts.hours.map((one) => [functions[one.name].label, ranged(one, hours)]),
      foot: ["In all", ranged(facts.total, hours)],
    }),
    table({
      caption: "All of LLR, five years on",
      head: ["What", "Number"],
      rows: [
        ["Posts that the moved work needs (WTE)", ranged(facts.needed, hours)],
        ["Cost of those without money, a year", ranged(facts.unpaid, million)],
        ["Posts run twice so far (WTE times years)", ranged(facts.twice.years, hours)],
        ["Cost of running them twice so far", ranged(facts.twice.cost, million)],
      ],
    }),
    make("p", { class: "quiet", text: "The site\u2019s part goes by its number of patients and by nothing else: not by how much hospital care its patients use, and not by their age. How much work moves, how much of it arrives, at which level and in which functions is judgement. LLR starts in October 2017 here, whatever the site starts with. Middles of parts need not add up to the middle of the whole." }),
  ];
}
