// Challenge cards: what one would change, run beside the plan, and what the room says of it.

import { keyOf } from "../app/asking.mjs";
import { button, fill, make, say } from "../app/dom.mjs";
import { figure } from "../charts/figure.mjs";
import { countOf, percent } from "../charts/numbers.mjs";
import { stackedChart } from "../charts/stacked.mjs";
import { difference, quantile } from "../draws/statistics.mjs";
import { GRADES, capital, valueWithUnit } from "../levers/wording.mjs";
import { columnOf, decimals, elementsOf, spread, statement, table, wte } from "../workshop/kit.mjs";
import { VERDICTS } from "./challenge_moves.mjs";
import { whoField } from "./who.mjs";

const CLOSE = 0.05; // posts: a smaller difference shows as none

/**
 * What a card sets at this site: its own values, and work from hospital as shares of today's hours of care, unless the plan has some.
 *
 * @param {Object} page
 * @param {Object} card
 * @returns {Object<string, number>} by input
 */
export function settingOf(page, card) {
  const shares = Object.entries(card.shift ?? {});
  const there = shares.some(([name]) => page.value(`shifted_hours_${name}`) > 0);
  const hours = there || page.now === null ? [] : shares.map(([name, share]) => {
    const all = spread(page, "care_hours", { bar: "b1", function: name });
    return [`shifted_hours_${name}`, Math.round(share * (all?.central ?? 0))];
  });
  return Object.fromEntries([...hours, ...Object.entries(card.set)]);
}

/** What is asked of the engine for a card: the plan of this moment with what the card sets; the plan itself stays. */
export function askOf(state, setting) {
  return { held: { ...state.held, ...setting }, ranges: state.ranges, runs: state.runs };
}

/**
 * One number of the plan and of the plan with the card, and the difference run by run on the same draws.
 *
 * @returns {{plan: Object|null, card: Object|null, runs: number, lost: number, above: number, below: number, middle: number, low: number, high: number}}
 *   `plan` and `card` as `spread` gives them; of the differences card less plan: in how many runs it is higher and lower, median, and
 *   where nine runs in ten lie
 */
export function pairOf(page, card, name, where) {
  const [theirs, ours] = [card, page.now].map((one) => columnOf(one, name, where));
  const runs = Math.max(theirs.length, ours.length);
  const at = (list, run) => list[list.length === 1 ? 0 : run];
  const all = Array.from({ length: runs }, (_, run) => difference(at(theirs, run), at(ours, run)));
  const good = Float64Array.from(all.filter(Number.isFinite)).sort();
  const [middle, low, high] = good.length ? [0.5, 0.05, 0.95].map((p) => quantile(good, p)) : [NaN, NaN, NaN];
  return {
    plan: spread(page, name, where),
    card: spread(page, name, where, card),
    runs: good.length,
    lost: runs - good.length,
    above: good.filter((d) => d > 0).length,
    below: good.filter((d) => d < 0).length,
    middle, low, high,
  };
}

/**
 * What a card does, as facts.
 *
 * @param {Object} page
 * @param {Object} card ensemble of the plan with the card
 * @returns {{years: number, end: number, best: Array<{level: string, pair: Object}>, staff: Array<{level: string, pair: Object}>, workload: Object,
 *   closing: {plan: {year: number, never: number, runs: number}, card: {year: number, never: number, runs: number}}}} `years` until the time at which
 *   staff and workload are read; `never`: in how many runs the gap does not close before the `end`
 */
export function factsOf(page, card) {
  const levels = elementsOf(page, "level");
  const years = page.value("horizon_years");
  const time = page.value("base_date") + years;
  const each = (name, more) => levels.map((level) => ({ level, pair: pairOf(page, card, name, { level, ...more }) }));
  const end = page.data.model.final;
  const closing = (one) => {
    const all = columnOf(one, "closure").filter(Number.isFinite).sort((a, b) => a - b);
    return { year: all.length ? quantile(all, 0.5) : NaN, never: all.filter((year) => year > end).length, runs: all.length };
  };
  return {
    years,
    end,
    best: each("bar_3"),
    staff: each("staff", { time }),
    workload: pairOf(page, card, "workload", { time }),
    closing: { plan: closing(page.now), card: closing(card) },
  };
}

/**
 * What a card does, in sentences.
 *
 * @param {Object} facts of `factsOf`
 * @param {(level: string) => string} called the name of a level, as in a sentence
 * @returns {{best: string, staff: string, workload: string, closing: string, kind: string}} `kind`: "watch" where the gap closes in fewer runs
 *   or later, or the workload is more in more runs than it is less
 */
export function sentencesOf(facts, called) {
  const { years, workload, closing } = facts;
  const within = years === 1 ? "in a year" : `in ${decimals(years, Number.isInteger(years) ? 0 : 1)} years`;
  const later = closing.card.never > closing.plan.never || (closing.card.never === closing.plan.never && closing.card.year > closing.plan.year);
  const heavier = workload.above > workload.below && workload.middle > 0;
  return {
    best: mostMoved(facts.best, called, `the best mix ${within} takes`, "No run of the bars is changed: the best mix is the same."),
    staff: mostMoved(facts.staff, called, `${within} there are`, `The staff in post ${within} are the same in every run.`),
    workload: workloadWords(workload, within),
    closing: closingWords(closing, facts.end),
    kind: later || heavier ? "watch" : "plain",
  };
}

/** The level that moves most, in posts; a card that moves none in any run is said to. */
function mostMoved(levels, called, lead, none) {
  const moved = levels.filter(({ pair }) => pair.above + pair.below > 0);
  if (!moved.length && levels.every(({ pair }) => pair.runs > 0 && pair.lost === 0)) return none;
  const [most] = [...moved].sort((a, b) => Math.abs(b.pair.middle) - Math.abs(a.pair.middle));
  if (!most) return "";
  const { level, pair } = most;
  const size = Math.abs(pair.middle) < CLOSE ? "about as many" : `${wte(Math.abs(pair.middle))} ${pair.middle > 0 ? "more" : "fewer"}`;
  return `${capital(called(level))}: ${lead} ${wte(pair.card.middle)} WTE instead of ${wte(pair.plan.middle)}: ${size}, and in nine runs of ten between ${change(pair.low)} and ${change(pair.high)}.`;
}

function change(value) {
  const text = wte(value);
  return value > 0 && text !== wte(0) ? `+${text}` : text;
}

function workloadWords(pair, within) {
  const { runs, above, below } = pair;
  if (!runs) return "";
  const [now, then] = [pair.plan.middle, pair.card.middle].map((x) => decimals(x, 2));
  if (above === 0 && below === 0 && pair.lost === 0) return `Workload ${within} is the same in every run: ${now}, where 1 is work and staff in balance.`;
  const side = above >= below ? ["more", above] : ["less", below];
  const where = side[1] === runs ? `in each of ${countOf(runs, "run")}` : `in ${percent(side[1] / runs)} of the runs`;
  return `Workload ${within}: ${then} instead of ${now}, where 1 is work and staff in balance; ${side[0]} ${where}.`;
}

function closingWords({ plan, card }, end) {
  if (!plan.runs || !card.runs) return "";
  const when = ({ year }) => (year > end ? `not before ${Math.floor(end)}` : `in ${decimals(year, 1).replace(",", "")}`);
  const share = ({ never, runs }) => (never === 0 ? "closes in every run" : never === runs ? "closes in no run" : `stays open in ${percent(never / runs)} of the runs`);
  if (when(plan) === when(card) && plan.never === card.never) return `The gap closes ${when(card)}, as in the plan; it ${share(card)}.`;
  return `The gap closes ${when(card)} instead of ${when(plan)}; with the card it ${share(card)}, in the plan it ${share(plan)}.`;
}

/** The four bars that a card is shown by: the best mix and the staff in post, in the plan and with the card. */
export function barsOf(facts, words) {
  const side = (levels, which) => levels.map(({ level, pair }) => ({ name: words.levels[level].short, value: pair[which].middle, low: pair[which].low, high: pair[which].high }));
  const bar = (name, levels, which) => ({ name, note: which === "plan" ? "in the plan" : "with the card", parts: side(levels, which) });
  return [bar("Best mix", facts.best, "plan"), bar("Best mix", facts.best, "card"), bar("Staff in post", facts.staff, "plan"), bar("Staff in post", facts.staff, "card")];
}

/**
 * Mount the cards.
 * @param {HTMLElement} root
 * @param {Object} page
 * @param {(ask: Object) => {ensemble?: Object, error?: string}} beside runs of another setting
 * @returns {{show: () => void}}
 */
export function mountCards(root, page, beside) {
  const { cards, words } = page;
  const called = (level) => words.levels[level].label;
  const chosen = () => Math.max(0, cards.findIndex(({ name }) => name === page.store.state.view.card));
  const turn = (by) => page.change({ kind: "view", card: cards[(chosen() + by + cards.length) % cards.length].name });
  const title = make("h2", { class: "card-title" });
  const number = make("p", { class: "quiet card-number" });
  const text = make("p", { class: "card-text" });
  const sets = make("ul", { class: "card-sets" });
  const source = make("p", { class: "quiet" });
  const chart = stackedChart({ tallest: 300 });
  const picture = figure(chart, { name: "challenge card", about: () => ({ ...page.about(), setting: `${page.about().setting}; card: ${cards[chosen()].title}` }) });
  const status = make("p", { class: "quiet", role: "status" });
  const said = ["closing", "workload", "best", "staff"].map((name) => ({ name, line: statement({ text: "" }) }));
  const numbers = make("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "All numbers of the card" });
  const verdict = mountVerdict(page, () => cards[chosen()].name);
  fill(root,
    make("div", { class: "card-split" },
      make("article", { class: "challenge-card" }, number, title, text, make("p", { class: "quiet", text: "It sets:" }), sets, source, verdict.element,
        make("div", { class: "row control" }, button("Card before", () => turn(-1)), button("Next card", () => turn(1)))),
      make("div", { class: "card-answer" }, status, ...said.map(({ line }) => line.element), picture)),
    make("details", {}, make("summary", { text: "All numbers of this card beside the plan's" }), numbers));
  let drawn = "";

  function show() {
    const at = chosen();
    const card = cards[at];
    say(number, `Card ${at + 1} of ${cards.length}. It changes nothing in the plan.`);
    say(title, card.title);
    say(text, card.text);
    say(source, `Why: ${card.source} (${card.grade}, ${GRADES[card.grade]}).`);
    verdict.show();
    const ready = page.now !== null && page.fresh && !page.coarse;
    const setting = ready ? settingOf(page, card) : null;
    const found = ready ? beside(askOf(page.state, setting)) : {};
    say(status, found.error ?? (found.ensemble ? "" : "Running the card \u2026"));
    for (const { line } of said) line.element.hidden = !found.ensemble;
    picture.hidden = !found.ensemble;
    if (setting) fill(sets, Object.entries(setting).map(([name, value]) => make("li", { text: setWords(page, name, value) })));
    if (!found.ensemble) return;
    const key = JSON.stringify([card.name, keyOf(found.ensemble.ask)]);
    if (key === drawn) return;
    drawn = key;
    const facts = factsOf(page, found.ensemble);
    const sentences = sentencesOf(facts, called);
    for (const { name, line } of said) line.set({ text: sentences[name], kind: name === "closing" || name === "workload" ? sentences.kind : "plain" });
    chart.update({ title: "Best mix and staff in post, in WTE", sentence: "Medians; the range holds nine runs in ten.", unit: "WTE", bars: barsOf(facts, words), pens: [0, 1, 2, 3], decimals: 1 });
    fill(numbers, numbersTable(page, found.ensemble, facts, called));
  }

  return { show };
}

/** "GP work taken over by one enhanced worker: 0.1 instead of 0.333, which varies". */
export function setWords(page, name, value) {
  const input = page.input(name);
  const varies = !Object.hasOwn(page.state.held, name) && (input.uncertain || Object.hasOwn(page.state.ranges, name));
  return `${capital(input.label)}: ${valueWithUnit(input, value)} instead of ${valueWithUnit(input, page.value(name))}${varies ? ", which varies" : ""}`;
}

function numbersTable(page, card, facts, called) {
  const range = (one, told) => `${told(one.middle)} (${told(one.low)} to ${told(one.high)})`;
  const row = (label, pair, told) => [label, ...(pair.runs ? [range(pair.plan, told), range(pair.card, told), `${told(pair.middle)} (${told(pair.low)} to ${told(pair.high)})`] : ["\u2013", "\u2013", "\u2013"])];
  const levels = elementsOf(page, "level");
  const bars = [["Present mix", "bar_1"], ["Best mix now", "bar_2"]].flatMap(([label, name]) =>
    levels.map((level) => row(`${label}: ${called(level)}, WTE`, pairOf(page, card, name, { level }), wte)));
  const { closing, end } = facts;
  const shut = ({ year, never, runs }) => `${year > end ? `not before ${Math.floor(end)}` : String(Math.round(10 * year) / 10)} (open at the end in ${percent(never / runs)})`;
  return table({
    caption: `In the plan and with the card: the median and where nine runs in ten lie; the difference is taken run by run (${countOf(facts.workload.runs, "run")})`,
    head: ["", "Plan", "With the card", "Difference"],
    rows: [
      ...bars,
      ...facts.best.map(({ level, pair }) => row(`Best mix in ${facts.years} years: ${called(level)}, WTE`, pair, wte)),
      ...facts.staff.map(({ level, pair }) => row(`Staff in post in ${facts.years} years: ${called(level)}, WTE`, pair, wte)),
      row(`Workload in ${facts.years} years (1: work and staff in balance)`, facts.workload, (x) => decimals(x, 2)),
      ["The gap closes", shut(closing.plan), shut(closing.card), ""],
    ],
  });
}

/** What the room says of a card: a verdict, who speaks, and why. */
function mountVerdict(page, card) {
  const who = whoField(page);
  const reason = make("input", { type: "text", maxlength: 300, autocomplete: "off" });
  const kept = make("p", { class: "card-verdict" });
  const refused = make("p", { class: "problem", role: "alert", hidden: true });
  const saying = (verdict) => {
    const why = page.change({ kind: "card", card: card(), verdict, who: who.value(), reason: reason.value });
    say(refused, why);
    refused.hidden = !why;
    if (!why) reason.value = "";
  };
  const element = make("div", { class: "verdict" }, kept,
    make("div", { class: "control" },
      make("p", { class: "quiet", text: "Does the plan hold if this is so?" }),
      make("div", { class: "row" }, who.element, make("label", { class: "choice wide" }, make("span", { text: "Because" }), reason)),
      make("div", { class: "row" }, ...VERDICTS.map((verdict) => button(`It ${verdict}`.replace("It we", "We"), () => saying(verdict)))),
      refused));

  function show() {
    who.show();
    say(kept, verdictWords(page.state.room.cards[card()]));
    kept.hidden = !kept.textContent;
  }
  return { element, show };
}

/** "The room says: it holds. Because ... (GP)"; empty where nothing was said. */
export function verdictWords(said) {
  if (!said) return "";
  const lead = said.verdict === "we disagree" ? "The room disagrees" : `The room says that the plan ${said.verdict}`;
  const because = said.reason ? `, because ${said.reason.replace(/[.\s]+$/, "")}` : ", without a reason given";
  return `${lead}${because}${said.who ? ` (${said.who})` : ""}.`;
}
