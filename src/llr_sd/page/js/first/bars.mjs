// The three bars: the staff of today, the best mix for today's patients, and the best mix some years on.

import { fill, make, say } from "../app/dom.mjs";
import { figure } from "../charts/figure.mjs";
import { stackedChart } from "../charts/stacked.mjs";
import { bigNumber, statement, table, wte } from "../workshop/kit.mjs";
import { barsFacts, barsSpec, faultStatement, keptSentence, needStatement, peopleWords, pictureSentence, signedWords } from "./bars_facts.mjs";

const LOW = 150; // px of the drawing at the usual size of type, so that all of the screen stands in 1280 x 720
const HIGH = 175;

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountBars(root, page) {
  const options = { tallest: LOW };
  const chart = stackedChart(options);
  const warning = statement({ text: "", kind: "watch" });
  const doubt = statement({ text: "" });
  const need = statement({ text: "" });
  const kept = statement({ text: "" });
  const waiting = make("p", { class: "lead", text: "Computing \u2026" });
  const gap = make("div", { class: "gap-numbers" });
  const numbers = make("div", { class: "scroll", role: "region", tabIndex: 0, "aria-label": "All numbers of the bars" });
  const shown = figure(chart, { name: "three bars", level: 2, about: page.about });
  const found = make("div", { class: "three-bars" },
    warning.element,
    shown,
    make("h2", { class: "gap-heading", text: "The gap to close: bar 3 less bar 1" }),
    gap,
    need.element,
    kept.element,
    doubt.element,
    make("details", { class: "more-numbers" }, make("summary", { text: "All numbers of the bars" }), numbers));
  fill(root, waiting, found);
  let cells = [];

  /** One number for each level, made once. */
  function gapCells(levels) {
    if (cells.length !== levels.length) {
      cells = levels.map(({ label }) => ({ wte: bigNumber({ label, value: "", unit: "WTE" }), people: make("p", { class: "people-beside" }) }));
      fill(gap, cells.map(({ wte: number, people }) => make("div", { class: "gap-level" }, number.element, people)));
    }
    return cells;
  }

  function show() {
    const facts = barsFacts(page);
    waiting.hidden = facts !== null;
    found.hidden = facts === null;
    say(waiting, page.now || page.asking.error ? "These assumptions cannot be run. Undo the last change." : "Computing \u2026");
    if (!facts) return;
    options.tallest = page.presenting ? HIGH : LOW;
    chart.update({ ...barsSpec(facts), sentence: pictureSentence(facts) });
    const fault = faultStatement(facts.faults);
    warning.set(fault.kind === "watch" ? fault : { text: "" });
    doubt.set(fault.kind === "plain" ? fault : { text: "" });
    need.set(needStatement(facts));
    kept.set({ text: keptSentence(facts), kind: "plain" });
    gapCells(facts.levels).forEach((cell, i) => {
      cell.wte.set(signedWords(facts.gap[i].wte));
      say(cell.people, peopleWords(facts.gap[i].heads));
    });
    fill(numbers, allNumbers(facts));
  }

  return { show };
}

/** Every number of the bars, of the mix kept and of the gap, with nine runs in ten beside it. */
function allNumbers(facts) {
  const ranged = ({ middle, low, high }, write = wte) => (write(low) === write(high) ? write(middle) : `${write(middle)} (${write(low)} to ${write(high)})`);
  const gap = (own, places) => {
    const { value, range } = signedWords(own, places);
    return range ? `${value} (${range})` : value;
  };
  const rows = facts.levels.map(({ label }, i) => [
    label, ...facts.bars.map((bar) => ranged(bar.levels[i])), ranged(facts.kept.levels[i]), gap(facts.gap[i].wte, 1), gap(facts.gap[i].heads, 0),
  ]);
  return table({
    caption: "WTE by level: middle of the runs, and the range that holds nine in ten. Each number is rounded by itself, and middles of levels need not add up to the middle of the whole.",
    head: ["Level", ...facts.bars.map((bar) => bar.name), `In ${facts.years}, mix as today`, "Bar 3 less bar 1, WTE", "The same in people"],
    rows,
    foot: ["In all", ...facts.bars.map((bar) => ranged(bar.total)), ranged(facts.kept.total), "", ""],
  });
}
