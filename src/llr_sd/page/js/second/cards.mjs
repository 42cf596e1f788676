// Challenge cards: what one would change, run beside the plan, and what the room says of it.

import { keyOf } from "../app/asking.mjs";
import { button, fill, make, refill, say } from "../app/dom.mjs";
import { figure } from "../charts/figure.mjs";
import { countOf, dateWords, percent } from "../charts/numbers.mjs";
import { stackedChart } from "../charts/stacked.mjs";
import { difference, quantile } from "../draws/statistics.mjs";
import { GRADES, capital, valueWords } from "../levers/wording.mjs";
import { columnOf, decimals, elementsOf, spread, statement, table, wte } from "../workshop/kit.mjs";
import { amountOf, quantityOf, titleOf } from "../workshop/naming.mjs";
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
 * @returns {{years: number, seen: number, end: number, best: Array<{level: string, pair: Object}>, staff: Array<{level: string, pair: Object}>, workload: Object,
 *   closing: {plan: {year: number, shut: number, runs: number}, card: {year: number, shut: number, runs: number}}}} `years` until bar 3, `seen` until
 *   the time at which staff and workload are read, the last of the run where that comes before; `shut`: in how many runs the gap closes by the `end`, `year`: by when in half of them
 */
export function factsOf(page, card) {
  const levels = elementsOf(page, "level");
  const years = page.value("horizon_years");
  const { times } = page.now.outputs.get("staff");
  const seen = Math.min(years, times[times.length - 1] - times[0]);
  const time = times[0] + seen;
  const each = (name, more) => levels.map((level) => ({ level, pair: pairOf(page, card, name, { level, ...more }) }));
  const end = page.data.model.final;
  const closing = (one) => {
    const all = columnOf(one, "closure").filter(Number.isFinite).sort((a, b) => a - b);
    return { year: all.length ? quantile(all, 0.5) : NaN, shut: all.filter((year) => year <= end).length, runs: all.length };
  };
  return {
    years,
    seen,
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
 * @returns {{best: string, staff: string, workload: {text: string, kind: string}, closing: {text: string, kind: string}}} kind: "watch" where the
 *   workload is more in more runs than it is less, and where the gap closes in fewer runs or later
 */
export function sentencesOf(facts, called) {
  const { years, seen, workload, closing } = facts;
  const [ahead, within] = [years, seen].map((so) => (so === 1 ? "in a year" : `in ${decimals(so, Number.isInteger(so) ? 0 : 1)} years`));
  const { plan, card } = closing;
  const later = card.shut < plan.shut || (card.shut === plan.shut && card.year > plan.year);
  return {
    best: mostMoved(facts.best, called, `the best mix ${ahead} takes`, "No run of the bars is changed: the best mix is the same."),
    staff: mostMoved(facts.staff, called, `${within} there are`, `The staff in post ${within} are the same in every run.`),
    workload: { text: workloadWords(workload, within), kind: workload.above > workload.below ? "watch" : "plain" },
    closing: { text: closingWords(closing, facts.end), kind: later ? "watch" : "plain" },
  };
}

/** The level that moves most, in posts; a card that moves none in any run is said to. */
function mostMoved(levels, called, lead, none) {
  const moved = levels.filter(({ pair }) => pair.above + pair.below > 0);
  if (!moved.length && levels.every(({ pair }) => pair.runs > 0 && pair.lost === 0)) return none;
  if (levels.every(({ pair }) => Math.abs(pair.middle) < CLOSE)) return `${capital(lead)} as many at each level: the middle of the differences is under ${CLOSE} WTE.`;
  const [most] = [...moved].sort((a, b) => Math.abs(b.pair.middle) - Math.abs(a.pair.middle));
  if (!most) return "";
  const { level, pair } = most;
  const size = `${wte(Math.abs(pair.middle))} ${pair.middle > 0 ? "more" : "fewer"}`;
  return `${capital(called(level))}: ${lead} ${wte(pair.card.middle)} WTE instead of ${wte(pair.plan.middle)}; run by run ${size} (${change(pair.low)} to ${change(pair.high)} in nine runs of ten).`;
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
  const told = now === then ? `about ${now} as in the plan` : `${then} instead of ${now}`;
  return `Workload ${within}: ${told}, where 1 is work and staff in balance; ${side[0]} ${where}.`;
}

function closingWords({ plan, card }, end) {
  if (!plan.runs || !card.runs) return "";
  const by = `By ${dateWords(end, true)}`;
  const share = ({ shut, runs }) => (shut === 0 ? "in no run" : shut === runs ? "in every run" : `in ${percent(shut / runs)} of the runs`);
  const half = ({ year }) => (year <= end ? dateWords(year) : "");
  const when = half(plan) && half(card) && half(plan) !== half(card) ? ` Half of them have closed it by ${half(card)} instead of ${half(plan)}.` : "";
  if (plan.shut === card.shut && plan.runs === card.runs) return `${by} the gap closes ${share(plan)}, with the card as in the plan.${when}`;
  return `${by} the gap closes ${share(card)}; in the plan ${share(plan)}.${when}`;
}

/**
 * The picture that a card is shown by: the best mix, or the staff in post where these move more, in the plan and with the card.
 *
 * @returns {{which: string, bars: Array<Object>}} bars as `stackedChart` takes them
 */
export function barsOf(facts, words) {
  const moved = (levels) => levels.reduce((sum, { pair }) => sum + Math.abs(pair.middle), 0);
  const which = moved(facts.staff) > moved(facts.best) ? "staff" : "best";
  const side = (key) => facts[which].map(({ level, pair }) => ({ name: words.levels[level].short, value: pair[key].middle, low: pair[key].low, high: pair[key].high }));
  const bar = (name, key) => ({ name, note: "", parts: side(key), total: null });
  return { which, bars: [bar("In the plan", "plan"), bar("With the card", "card")] };
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
  const chart = stackedChart({ tallest: 230 });
  const picture = figure(chart, { name: "challenge card", about: () => ({ ...page.about(), setting: `${page.about().setting}; card: ${cards[chosen()].title}` }) });
  const status = make("p", { class: "quiet", role: "status" });
  const lines = ["closing", "workload"].map((name) => ({ name, line: statement({ text: "" }) }));
  const other = make("p", { class: "card-text" });
  const numbers = make("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "All numbers of the card" });
  const verdict = mountVerdict(page, () => cards[chosen()].name);
  const answer = make("div", { class: "card-answer" }, ...lines.map(({ line }) => line.element), picture);
  fill(root,
    make("div", { class: "row card-turn" }, button("Card before", () => turn(-1)), button("Next card", () => turn(1))),
    make("div", { class: "card-split" },
      make("article", { class: "challenge-card" }, number, title, text, sets, source),
      make("div", {}, status, answer)),
    verdict.element,
    make("details", {}, make("summary", { text: "All numbers of this card beside the plan's" }), other, numbers));
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
    answer.hidden = !found.ensemble;
    if (setting) refill(sets, setLines(page, card, setting), () => setLines(page, card, setting).map((line) => make("li", { text: line })));
    if (!found.ensemble) return;
    const key = JSON.stringify([card.name, keyOf(page.state), keyOf(found.ensemble.ask)]);
    if (key === drawn) return;
    drawn = key;
    const facts = factsOf(page, found.ensemble);
    const sentences = sentencesOf(facts, called);
    for (const { name, line } of lines) line.set(sentences[name]);
    const { which, bars } = barsOf(facts, words);
    const head = which === "best" ? `Best mix in ${countOf(facts.years, "year")}, WTE` : `Staff in post in ${countOf(facts.seen, "year")}, WTE`;
    chart.update({ title: head, sentence: sentences[which], unit: "WTE", bars, pens: [0, 1, 2, 3], decimals: 1 });
    say(other, sentences[which === "best" ? "staff" : "best"]);
    fill(numbers, numbersTable(page, found.ensemble, facts, called));
  }

  return { show };
}

/** What a card sets, line by line; hours from hospital in one, added up. */
function setLines(page, card, setting) {
  const hours = Object.keys(card.shift ?? {}).map((name) => `shifted_hours_${name}`).filter((name) => Object.hasOwn(setting, name));
  const sum = hours.reduce((all, name) => all + setting[name], 0);
  const before = hours.reduce((all, name) => all + page.value(name), 0);
  const rest = Object.entries(setting).filter(([name]) => !hours.includes(name)).map(([name, value]) => setWords(page, name, value));
  return hours.length ? [`Hours of care from hospital a year: ${decimals(sum, 0)} instead of ${decimals(before, 0)}`, ...rest] : rest;
}

/** "GP work taken over by one enhanced worker: 0.1 instead of 0.333, which varies". */
export function setWords(page, name, value) {
  const input = page.input(name);
  const varies = !Object.hasOwn(page.state.held, name) && (input.uncertain || Object.hasOwn(page.state.ranges, name));
  return `${titleOf(page.data, name)}: ${valueWords(quantityOf(page.data, name), value)} instead of ${amountOf(page.data, name, page.value(name))}${varies ? ", which varies" : ""}`;
}

function numbersTable(page, card, facts, called) {
  const range = (one, told) => `${told(one.middle)} (${told(one.low)} to ${told(one.high)})`;
  const row = (label, pair, told) => [label, ...(pair.runs ? [range(pair.plan, told), range(pair.card, told), `${told(pair.middle)} (${told(pair.low)} to ${told(pair.high)})`] : ["\u2013", "\u2013", "\u2013"])];
  const levels = elementsOf(page, "level");
  const bars = [["Present mix", "bar_1"], ["Best mix now", "bar_2"]].flatMap(([label, name]) =>
    levels.map((level) => row(`${label}: ${called(level)}, WTE`, pairOf(page, card, name, { level }), wte)));
  const { closing, end } = facts;
  const told = ({ shut, runs }) => `${shut} of ${countOf(runs, "run")}`;
  return table({
    caption: `In the plan and with the card: the median and where nine runs in ten lie; the difference is taken run by run (${countOf(facts.workload.runs, "run")})`,
    head: ["What", "Plan", "With the card", "Difference"],
    rows: [
      ...bars,
      ...facts.best.map(({ level, pair }) => row(`Best mix in ${countOf(facts.years, "year")}: ${called(level)}, WTE`, pair, wte)),
      ...facts.staff.map(({ level, pair }) => row(`Staff in post in ${countOf(facts.seen, "year")}: ${called(level)}, WTE`, pair, wte)),
      row(`Workload in ${countOf(facts.seen, "year")} (1: work and staff in balance)`, facts.workload, (x) => decimals(x, 2)),
      [`The gap closes by ${dateWords(end, true)}`, told(closing.plan), told(closing.card), ""],
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
    make("div", { class: "row control" }, who.element, make("label", { class: "choice wide" }, make("span", { text: "Because" }), reason),
      make("div", { role: "group", "aria-label": "Does the plan hold if this is so?", class: "row" },
        ...VERDICTS.map((verdict) => button(verdict === "we disagree" ? "We disagree" : `The plan ${verdict}`, () => saying(verdict))))),
    refused);

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
