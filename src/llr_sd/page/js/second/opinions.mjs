// What people say of an assumption, side by side on one line with the plan's range; and the range that is made of it.

import { keyOf } from "../app/asking.mjs";
import { button, choice, fill, make, refill, say } from "../app/dom.mjs";
import { countOf } from "../charts/numbers.mjs";
import { node, patch, px, words } from "../charts/svg.mjs";
import { quantile } from "../draws/statistics.mjs";
import { behind, extentWords, sourceWords, valueWords } from "../levers/wording.mjs";
import { decimals, elementsOf, numberField, shareField, spread, statement, table, wte } from "../workshop/kit.mjs";
import { amountOf, quantityOf, rangeOf, titleOf } from "../workshop/naming.mjs";
import { lawSaid, opinionsOf } from "./challenge_moves.mjs";
import { whoField } from "./who.mjs";

const WIDTH = 1000; // of the line, at most
const EDGE = 30;

/** Inputs of which people may say a value: those with a label in the model's table that are no share of a whole, those that vary first. */
export function assumptionsOf(data) {
  const fit = data.inputs.filter(({ label, name, whole, minimum, maximum }) => label !== name && !whole && !(minimum !== null && minimum === maximum));
  return [...fit.filter(({ uncertain }) => uncertain), ...fit.filter(({ uncertain }) => !uncertain)];
}

/** The range that an input has but for what was said here: the study's, or that of the model's table; null where nothing is known. */
export function planRange(input) {
  const law = input.law ?? input.own;
  return law && Number.isFinite(law.low) && Number.isFinite(law.high) && law.low < law.high ? law : null;
}

/**
 * What was said of an assumption, as facts.
 * @param {Object} input
 * @param {Array<{value: number, who: string}>} said
 * @returns {{count: number, least: number, most: number, middle: number, low: number, high: number, outside: number, stands: number}} ends of the plan's range (NaN
 *   without one), how many said a value outside it, and where the plan stands
 */
export function saidFacts(input, said) {
  const values = Float64Array.from(said, ({ value }) => value).sort();
  const law = planRange(input);
  const [low, high] = law ? [law.low, law.high] : [NaN, NaN];
  return {
    count: values.length,
    least: values[0] ?? NaN,
    most: values.at(-1) ?? NaN,
    middle: values.length ? quantile(values, 0.5) : NaN,
    low,
    high,
    outside: values.filter((value) => value < low || value > high).length,
    stands: input.uncertain ? input.middle : input.value,
  };
}

/** The same in a sentence: how far people are apart, and how that lies to the plan's range. */
export function saidWords(data, input, facts) {
  const { count, least, most, middle, low, high, outside } = facts;
  if (count === 0) return "Nobody has said a value yet.";
  const told = (value) => amountOf(data, input.name, value);
  const extent = (from, to) => extentWords(quantityOf(data, input.name), from, to);
  const range = Number.isFinite(low) ? `the plan's range, ${extent(low, high)}` : "";
  if (count === 1) return `One value was said: ${told(least)}${range && (outside ? `, outside ${range}` : `, inside ${range}`)}.`;
  const lead = least === most ? `All ${count} say ${told(least)}` : `${count} values were said, from ${extent(least, most)}, with ${valueWords(quantityOf(data, input.name), middle)} in the middle`;
  if (!range) return `${lead}; the plan has no range for it.`;
  if (outside === 0) return `${lead}: all inside ${range}.`;
  return `${lead}: ${outside === count ? "all" : `${outside} of them`} outside ${range}.`;
}

/**
 * How a range that was said changes the ranges of the bars: the width that holds nine runs in ten, without it and with it.
 *
 * @param {Object} page
 * @param {Object} without ensemble of the plan as it was before anything was said
 * @param {Object} with_ ensemble with the range that was said
 * @returns {Array<{level: string, without: Object, with: Object, wider: number}>} of the best mix in some years; `wider`: by how many posts
 */
export function widthsOf(page, without, with_) {
  return elementsOf(page, "level").map((level) => {
    const [before, after] = [without, with_].map((one) => spread(page, "bar_3", { level }, one));
    const width = (one) => (one === null ? NaN : one.high - one.low);
    return { level, without: before, with: after, wider: width(after) - width(before) };
  });
}

/** The same in a sentence, of the level whose range changes most. */
export function widthWords(widths, called) {
  const good = widths.filter(({ wider }) => Number.isFinite(wider));
  const [most] = [...good].sort((a, b) => Math.abs(b.wider) - Math.abs(a.wider));
  if (!most) return "";
  if (good.length === widths.length && good.every(({ wider }) => Math.abs(wider) < 0.05)) return "With what was said the ranges of the bars stay as wide as they were.";
  const told = ({ low, high }) => `${wte(low)} to ${wte(high)} WTE`;
  return `With what was said the range of the best mix ${most.wider > 0 ? "widens" : "narrows"} most at the level \u201c${called(most.level)}\u201d: ${told(most.with)} instead of ${told(most.without)}.`;
}

/**
 * Mount the screen's part on disagreement.
 * @param {HTMLElement} root
 * @param {Object} page
 * @param {(ask: Object) => {ensemble?: Object, error?: string}} beside runs of another setting
 * @returns {{show: () => void}}
 */
export function mountOpinions(root, page, beside) {
  const inputs = assumptionsOf(page.data);
  const known = new Map(inputs.map((input) => [input.name, input]));
  const chosen = () => known.get(page.store.state.view.opinionOf) ?? known.get("sub_ratio") ?? inputs[0];
  const which = choice("The assumption", inputs.map((input) => ({ value: input.name, text: titleOf(page.data, input.name), group: input.uncertain ? "Varies in the plan" : "Stands at one value in the plan" })), "", (name) => page.change({ kind: "view", opinionOf: name }));
  which.element.classList.add("wide");
  const who = whoField(page);
  const reason = make("input", { type: "text", maxlength: 300, autocomplete: "off" });
  const source = make("p", { class: "quiet" });
  const line = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const lead = statement({ text: "" });
  const list = make("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "What was said" });
  const settled = make("p", { class: "lead" });
  const widths = make("div", {});
  const entry = make("div", { class: "row control" });
  const refused = make("p", { class: "problem", role: "alert" });
  const settle = button("Make a range of what was said", () => say(refused, page.change({ kind: "settleOpinions", input: chosen().name })), { class: "main-act" });
  let field = null;
  fill(root,
    make("div", { class: "row control" }, which.element),
    lead.element, line, entry,
    make("div", { class: "row control" }, settle, settled, refused),
    widths, list, source);

  function entryFor(input) {
    const last = page.value(input.name);
    const change = () => "";
    const given = { label: "It should be", value: last, min: input.minimum ?? undefined, max: input.maximum ?? undefined, change };
    const quantity = quantityOf(page.data, input.name);
    field = quantity.percent ? shareField(given) : numberField({ ...given, unit: behind(quantity) });
    fill(entry, who.element, field.element, make("label", { class: "choice wide" }, make("span", { text: "Because" }), reason), button("Keep this value", keep));
  }
  function keep() {
    const input = chosen();
    const value = field.typed();
    if (!Number.isFinite(value)) return undefined;
    const refused = page.change({ kind: "opinion", input: input.name, value: Number(value.toPrecision(12)), who: who.value(), reason: reason.value });
    if (!refused) reason.value = "";
    return field.refuse(refused);
  }

  new ResizeObserver(() => draw()).observe(root);

  function draw() {
    const input = chosen();
    const said = opinionsOf(page.state.room, input.name);
    drawLine(line, page.data, input, said, saidFacts(input, said), Math.min(WIDTH, root.clientWidth));
  }

  let of = null;
  function show() {
    const input = chosen();
    if (of !== input) {
      of = input;
      which.select.value = input.name;
      say(refused, "");
      entryFor(input);
    }
    who.show();
    const said = opinionsOf(page.state.room, input.name);
    say(source, `Where the plan's value comes from: ${sourceWords(input)}.`);
    const facts = saidFacts(input, said);
    lead.set({ text: saidWords(page.data, input, facts), kind: "plain" });
    draw();
    refill(list, [input.name, said], () => said.length > 0 && saidTable(page, input, said));
    showRange(input, said);
  }

  /** What the range that was said does, whether it is in the plan already or not. */
  function showRange(input, said) {
    let law = null;
    let why = "";
    try {
      law = lawSaid(page.data, input.name, said);
    } catch (error) {
      why = said.length > 1 ? error.message : "";
    }
    const now = page.state.ranges[input.name];
    const there = law !== null && now !== undefined && JSON.stringify(now) === JSON.stringify(law) && !Object.hasOwn(page.state.held, input.name);
    settle.disabled = law === null || there;
    say(settled, there ? `In the plan this varies as the room said: ${rangeOf(page.data, input.name, law)}.` : why);
    settled.hidden = !settled.textContent;
    if (law === null || page.now === null || page.coarse) return refill(widths, "", () => false);
    const rest = (table) => Object.fromEntries(Object.entries(table).filter(([name]) => name !== input.name));
    const { held, ranges, runs } = page.state;
    const without = beside(there ? { held, ranges: rest(ranges), runs } : { held, ranges, runs });
    const with_ = beside({ held: rest(held), ranges: { ...ranges, [input.name]: law }, runs });
    const error = without.error ?? with_.error;
    if (error) return refill(widths, error, () => make("p", { class: "problem", text: error }));
    if (!without.ensemble || !with_.ensemble) return refill(widths, "running", () => make("p", { class: "quiet", text: "Running it \u2026" }));
    return refill(widths, [without, with_].map(({ ensemble }) => keyOf(ensemble.ask)), () => widthsTable(page, without.ensemble, with_.ensemble));
  }

  return { show };
}

function saidTable(page, input, said) {
  return table({
    caption: `What was said of it (${countOf(said.length, "value")})`,
    head: ["Who", "Value", "Because", "To take out"],
    rows: said.map(({ value, who, reason }, at) => [
      who || "nobody in particular", amountOf(page.data, input.name, value), reason || make("span", { class: "unsaid", text: "no reason given" }),
      button("Take out", () => page.change({ kind: "unsay", input: input.name, at }), { class: "control", "aria-label": `Take out ${amountOf(page.data, input.name, value)}${who ? ` of ${who}` : ""}` }),
    ]),
  });
}

function widthsTable(page, without, with_) {
  const called = (level) => page.words.levels[level].label;
  const widths = widthsOf(page, without, with_);
  const range = (one) => (one === null ? "\u2013" : `${wte(one.middle)} (${wte(one.low)} to ${wte(one.high)})`);
  const line = statement({ text: widthWords(widths, called), kind: "plain" });
  return [line.element, make("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "The best mix without and with it" }, table({
    caption: "Best mix in five years, WTE: the median and where nine runs in ten lie".replace("five", decimals(page.value("horizon_years"), 0)),
    head: ["Level", "Without what was said", "With it", "Range wider by"],
    rows: widths.map((one) => [called(one.level), range(one.without), range(one.with), wte(one.wider)]),
  }))];
}

/** The line: the plan's range as a band, where the plan stands, and a mark for each value that was said. */
function drawLine(svg, data, input, said, facts, width) {
  if (!(width > 0)) return;
  const quantity = quantityOf(data, input.name);
  const values = [facts.low, facts.high, facts.stands, ...said.map(({ value }) => value)].filter(Number.isFinite);
  let [from, to] = [Math.min(...values), Math.max(...values)];
  if (from === to) [from, to] = [from - (Math.abs(from) || 1) / 2, to + (Math.abs(to) || 1) / 2];
  const x = (value) => EDGE + ((value - from) / (to - from)) * (width - 2 * EDGE);
  const rows = stacked(said.map(({ value }) => x(value)));
  const most = Math.max(0, ...rows);
  const base = 56 + 30 * most;
  const size = width < 480 ? 14 : 18;
  const anchor = (at) => (at < width / 3 ? "start" : at > (2 * width) / 3 ? "end" : "middle");
  const marks = [];
  if (Number.isFinite(facts.low)) {
    const label = `the plan's range: ${extentWords(quantity, facts.low, facts.high)}`;
    marks.push(node("rect", { class: "band", x: px(x(facts.low)), y: px(base - 9), width: px(x(facts.high) - x(facts.low)), height: 18 }), words(width / 2, base + 34, label, { size: 18, anchor: "middle" }));
  }
  marks.push(node("line", { class: "axis", x1: EDGE, x2: px(width - EDGE), y1: px(base), y2: px(base) }));
  marks.push(node("path", { class: "stands", d: `M${px(x(facts.stands))} ${px(base - 14)}v28` }));
  const spare = Number.isFinite(facts.low) ? 58 : 34;
  marks.push(words(x(facts.stands), base + spare, `the plan: ${amountOf(data, input.name, facts.stands)}`, { size: 18, anchor: anchor(x(facts.stands)), bold: true }));
  const places = said.map(({ value }, i) => [x(value), base - 30 - 30 * rows[i]]);
  for (const [at, up] of places) marks.push(node("path", { class: "said-stem", d: `M${px(at)} ${px(up + 6)}V${px(base)}` }));
  for (const [i, { value, who }] of said.entries()) {
    const [at, up] = places[i];
    marks.push(node("path", { class: "said", d: `M${px(at)} ${px(up)}l7 7l-7 7l-7 -7z` }));
    const told = `: ${valueWords(quantity, value)}`;
    const letter = 0.6 * size;
    const left = anchor(at) === "end" || (at > width / 2 && at + 12 + letter * `${who || "somebody"}${told}`.length > width);
    const fits = Math.max(4, Math.floor((left ? at - 12 : width - at - 12) / letter) - told.length);
    const name = [...(who || "somebody")];
    const shown = name.length > fits ? `${name.slice(0, fits - 1).join("").trimEnd()}\u2026` : name.join(""); // the table below has it whole
    marks.push(words(at + (left ? -12 : 12), up + 12, `${shown}${told}`, { size, anchor: left ? "end" : "start", halo: true }));
  }
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${px(width)} ${base + spare + 10}`, width: px(width), height: base + spare + 10, class: "said-line", role: "img", "aria-label": saidWords(data, input, facts) })) svg.setAttribute(key, value);
  patch(svg, marks);
}

/** Rows for marks at these places, so that no label covers another. */
export function stacked(places) {
  const rows = [];
  for (const at of places) {
    let row = 0;
    while (places.slice(0, rows.length).some((other, i) => rows[i] === row && Math.abs(other - at) < 210)) row += 1;
    rows.push(row);
  }
  return rows;
}
