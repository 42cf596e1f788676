// The numbers that are always in sight: each with its range, its change from the start, and the chance of its target.

import { fill, make, say } from "./dom.mjs";
import { chanceShort, joined, shown, unitWords } from "../charts/numbers.mjs";
import { chanceOf, changeOf, headlines, lastOf, spreadOf, titleAtEnd } from "./specs.mjs";
import { changeShort, goalWords, rangeWords } from "./words.mjs";

const MOST = 4;

/**
 * The strip of key numbers.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountHeadline(root, page) {
  const { data, asking } = page;
  const cards = new Map();
  const list = make("dl", { class: "cards" });
  fill(root, list);

  function card(spec) {
    const targets = data.targets.filter((t) => t.output === spec.name);
    const value = make("b");
    const unit = make("span");
    const range = make("span", { class: "range" });
    const change = make("span", { class: "change" });
    const chances = targets.map((target) => ({ target, told: make("span", { class: "told" }) }));
    const made = make("div", { class: "card" },
      make("dt", { text: titleAtEnd(data, spec, asking.now) }),
      make("dd", {}, make("span", { class: "value" }, value, " ", unit), range, change,
        ...chances.map(({ target, told }) => make("span", { class: "chance" }, make("span", { text: `${goalWords(target, spec)}: ` }), told))));
    return { made, value, unit, range, change, chances, spec };
  }

  function show() {
    const { now } = asking;
    root.classList.toggle("stale", now !== null && (asking.coarse || !asking.current));
    if (!now) {
      for (const one of cards.values()) {
        for (const part of [one.unit, one.range, one.change]) say(part, "");
        for (const part of [one.value, ...one.chances.map(({ told }) => told)]) say(part, "\u2013");
      }
      return;
    }
    for (const spec of headlines(data, now).slice(0, MOST)) {
      if (!cards.has(spec.name)) {
        cards.set(spec.name, card(spec));
        list.append(cards.get(spec.name).made);
      }
      const one = cards.get(spec.name);
      const at = lastOf(now.outputs.get(spec.name));
      const spread = spreadOf(now, spec.name, at, 0);
      const words = spec.percent ? "" : unitWords(spec.unit, false);
      const money = words.startsWith("\u00a3");
      say(one.value, !spread.runs ? "no result" : money ? joined(shown(spread.p50, spec), spec.unit) : shown(spread.p50, spec));
      say(one.unit, spread.runs && !money ? words : "");
      say(one.range, rangeWords(spread, spec));
      say(one.change, changeShort(changeOf(asking, spec.name, at, 0), spec));
      for (const { target, told } of one.chances) say(told, chanceShort(chanceOf(now, target)));
    }
    root.hidden = cards.size === 0;
  }

  return { show };
}
