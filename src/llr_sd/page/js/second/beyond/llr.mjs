// The fourth part: the bars of the site for all of LLR's patients, with its caution.

import { fill, make, say } from "../../app/dom.mjs";
import { figure } from "../../charts/figure.mjs";
import { stackedChart } from "../../charts/stacked.mjs";
import { decimals, statement, table } from "../../workshop/kit.mjs";
import { lower } from "../../workshop/naming.mjs";
import { CAUTION, cautionStatement, llrChange, llrFacts, llrSentence } from "./llr_facts.mjs";
import { ranged } from "./words.mjs";

const LOW = 190;
const HIGH = 225;

/**
 * Mount the part.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountLlr(root, page) {
  const { levels: words } = page.words;
  const levels = Object.keys(words);
  const options = { tallest: LOW };
  const chart = stackedChart(options);
  const caution = statement({ text: "" });
  const numbers = make("div", { class: "scroll" });
  const waiting = make("p", { class: "lead", text: "Computing \u2026" });
  fill(root,
    waiting,
    figure(chart, { name: "the site scaled to LLR", level: 2, about: () => ({ ...page.about(), notes: [CAUTION] }) }),
    caution.element,
    make("p", { class: "beyond-caution", text: CAUTION }),
    make("details", { class: "more-numbers" }, make("summary", { text: "All numbers" }), numbers));

  function show() {
    const facts = llrFacts(page, levels);
    waiting.hidden = facts !== null;
    say(waiting, page.asking.error ? "These assumptions cannot be run. Undo the last change." : "Computing \u2026");
    if (!facts) return;
    options.tallest = page.presenting ? HIGH : LOW;
    const change = llrChange(facts);
    const apart = ({ low, high }) => (decimals(low, 0) === decimals(high, 0) ? { low: null, high: null } : { low, high });
    chart.update({
      title: "If all of LLR were like this site",
      sentence: llrSentence(change, lower(words[change.level].label)),
      unit: "WTE",
      decimals: 0,
      bars: facts.bars.map((bar) => ({ name: bar.name, note: "", total: { value: bar.total.middle, ...apart(bar.total) }, parts: bar.levels.map((one) => ({ name: words[one.level].label, value: one.middle, ...apart(one) })) })),
      pens: levels.map((_, i) => i),
    });
    caution.set({ text: cautionStatement(facts), kind: "watch" });
    fill(numbers, table({
      caption: "WTE for LLR's registered patients: middle of the runs, and the range that holds nine in ten",
      head: ["Level", ...facts.bars.map(({ name }) => name)],
      rows: levels.map((one, i) => [words[one].label, ...facts.bars.map((bar) => ranged(bar.levels[i], (x) => decimals(x, 0)))]),
      foot: ["In all", ...facts.bars.map(({ total }) => ranged(total, (x) => decimals(x, 0)))],
    }));
  }

  return { show };
}
