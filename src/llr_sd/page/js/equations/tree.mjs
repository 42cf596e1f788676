// The tree of causes, or of uses, of a variable: opened level by level, each name a link, circles marked.

import { button, fill, make } from "../app/dom.mjs";
import { below, hashOf, shortened, visible } from "./reading.mjs";

const FIRST = 60;
let made = 0;

/**
 * Make the tree of a variable.
 * @param {Map<string, Object>} byName entries of the page's data
 * @param {string} name
 * @param {"uses"|"usedBy"} way
 * @returns {HTMLElement} a list, its first level open
 */
export function tree(byName, name, way) {
  return level(byName, [name], way);
}

function level(byName, path, way) {
  const items = below(byName, path, way);
  const list = make("ul", { class: "tree" });
  const add = (some) => list.append(...some.map((item) => branch(byName, path, item, way)));
  add(items.slice(0, FIRST));
  if (items.length > FIRST) {
    const rest = make("li", {}, button(`Show ${items.length - FIRST} more`, () => {
      rest.remove();
      add(items.slice(FIRST));
    }, { class: "link" }));
    list.append(rest);
  }
  return list;
}

function branch(byName, path, item, way) {
  const label = make("a", { href: hashOf(item.name) }, make("bdi", { text: visible(shortened(item.name)) }));
  const kind = make("span", { class: "quiet", text: item.loop ? "closes a loop" : item.kind });
  if (!item.more) return make("li", { class: item.loop ? "loop" : "end" }, make("span", { class: "twig" }), label, kind);
  const inside = make("div", { id: `tree-${(made += 1)}`, hidden: true });
  const what = way === "uses" ? "what goes into" : "what uses";
  const toggle = button("", turn, { class: "twig", "aria-expanded": "false", "aria-controls": inside.id });
  const name = make("span", { class: "unseen" }, `${what} `, make("bdi", { text: visible(shortened(item.name)) }));
  toggle.append(name);
  const row = make("li", { on: { keydown } }, toggle, label, kind, inside);

  function turn() {
    const open = inside.hidden;
    if (open && !inside.firstChild) fill(inside, level(byName, [...path, item.name], way));
    inside.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
  }

  /** Right opens and left closes, as trees do elsewhere. */
  function keydown(event) {
    const wants = { ArrowRight: true, ArrowLeft: false }[event.key];
    if (wants === undefined || event.target.closest("li") !== row || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (wants === inside.hidden) turn();
    else if (!wants) row.parentElement.closest("li")?.querySelector(".twig").focus();
  }

  return row;
}
