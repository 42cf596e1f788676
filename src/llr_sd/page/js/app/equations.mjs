// The equations of the model to read: a list to search, one variable at a time with its causes and uses, or all of them.

import { called, card, written } from "../equations/card.mjs";
import { course } from "../equations/course.mjs";
import { ORDERS, Trail, hashOf, hits, nameOf, ordered, searchable, sectioned, shortened } from "../equations/reading.mjs";
import { button, choice, fill, make, say } from "./dom.mjs";
import { countOf } from "../charts/numbers.mjs";

const MOST = 200;

/**
 * The view of equations.
 * @param {HTMLElement} root
 * @param {Object} page `data`, `store`, `pool`, `announce(text)`; `reveal(input)` goes to a lever where there is one to go to, and
 *   `view(name)` brings a view of the page to the front
 * @returns {{show: () => void, hide: () => void, open: (name: string) => boolean}} `open` shows a variable; false where the model has none
 */
export function mountEquations(root, page) {
  const entries = page.data.equations;
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const texts = new Map(entries.map((entry) => [entry.name, searchable(entry)]));
  const trail = new Trail();
  const around = {
    inputs: new Map(page.data.inputs.map((input) => [input.name, input])),
    state: () => page.store.state,
    reveal: page.reveal ? (name) => page.reveal(name) : null,
  };
  let order = entries.some((e) => e.section && !["Control", "Macros"].includes(e.section)) ? "file" : "causes";
  let current = null;
  let listed = "";
  let seen = false;

  const search = make("input", { type: "search", placeholder: "name, unit, comment", autocomplete: "off", on: { input: list } });
  const orders = choice("Order", Object.entries(ORDERS).map(([value, text]) => ({ value, text })), order, (value) => { order = value; list(); });
  const count = make("p", { class: "quiet", role: "status" });
  const names = make("nav", { class: "eq-list", "aria-label": "Variables" });
  const back = button("Back", () => go(trail.back()), { disabled: true });
  const forward = button("Forward", () => go(trail.forward()), { disabled: true });
  const whole = button("Read all", () => readAll(), { "aria-pressed": "false" });
  const reading = make("div", { class: "eq-reading" });
  fill(root, make(
    "div",
    { class: "equations" },
    make("div", { class: "eq-side" }, make("label", { class: "search" }, make("span", { text: "Find a variable" }), search), orders.element, count, names),
    make("div", { class: "eq-main" }, make("div", { class: "steps" }, back, forward, whole), reading),
  ));

  /** The entries of the list as it is asked for now. */
  function wanted() {
    const words = search.value.trim();
    const all = ordered(entries, order);
    return words ? hits(all, texts, words) : all;
  }

  function list() {
    const found = wanted();
    const searched = search.value.trim() !== "";
    const told = searched ? `${countOf(found.length, "variable")} found` : countOf(found.length, "variable");
    say(count, found.length > MOST && searched ? `${told}, the first ${MOST} shown: type more.` : `${told}.`);
    const key = JSON.stringify([searched, order, found.map((e) => e.name)]);
    if (key === listed) return;
    listed = key;
    const sections = searched ? [{ title: "", entries: found.slice(0, MOST) }] : sectioned(found, order);
    fill(names, sections.map((section) => (section.title ? folded(section) : unfolded(section.entries))));
  }

  function unfolded(some) {
    const made = make("ol", {});
    const add = (until) => made.append(...some.slice(made.childElementCount, until).map((e) => make("li", {}, link(e))));
    add(MOST);
    if (some.length <= MOST) return made;
    const rest = button(`Show ${some.length - MOST} more`, () => { rest.remove(); add(some.length); }, { class: "link" });
    return make("div", {}, made, rest);
  }

  function folded({ title, entries: inside }) {
    const details = make("details", { open: inside.some((e) => e.name === current?.name), on: { toggle: grow } },
      make("summary", {}, called(title), make("span", { class: "quiet", text: ` ${inside.length}` })));
    details.dataset.section = title;
    function grow() {
      if (details.open && details.childElementCount === 1) details.append(unfolded(inside));
    }
    if (details.open) grow();
    return details;
  }

  function link(entry) {
    return make("a", { href: hashOf(entry.name), "aria-current": entry.name === current?.name ? "true" : null }, called(shortened(entry.name)));
  }

  /** Show a variable and keep where it is in the address. */
  function go(name, focus = true) {
    const entry = byName.get(name);
    if (!entry) return false;
    trail.visit(name);
    current?.close();
    const chart = course(entry, page);
    const made = card(entry, byName, around, chart && chart.element);
    current = {
      name,
      show: () => { made.show(); chart?.show(); },
      close: () => chart?.close(),
    };
    whole.setAttribute("aria-pressed", "false");
    fill(reading, made.element);
    current.show();
    back.disabled = !trail.canBack;
    forward.disabled = !trail.canForward;
    mark(name, entry.section);
    if (nameOf(location.hash) !== name) location.hash = hashOf(name);
    const heading = made.element.querySelector("h3");
    heading.tabIndex = -1;
    if (focus) heading.focus();
    return true;
  }

  function mark(name, section) {
    for (const old of names.querySelectorAll("[aria-current]")) old.removeAttribute("aria-current");
    for (const details of names.querySelectorAll("details")) if (details.dataset.section === section) details.open = true;
    const href = hashOf(name);
    const found = [...names.querySelectorAll("a")].find((a) => a.getAttribute("href") === href);
    if (!found) return;
    found.setAttribute("aria-current", "true");
    names.scrollTop += found.getBoundingClientRect().top - names.getBoundingClientRect().top - names.clientHeight / 2;
  }

  /** Every equation one under the other, in the order of the list. */
  function readAll() {
    const open = whole.getAttribute("aria-pressed") !== "true";
    whole.setAttribute("aria-pressed", String(open));
    if (!open) {
      if (current) go(current.name, false);
      else fill(reading);
      return;
    }
    current?.close();
    const sections = sectioned(wanted(), order);
    fill(reading, sections.map(({ title, entries: inside }) => make("section", { class: "eq-all" },
      title && make("h3", {}, called(title)),
      ...inside.map((entry) => make("article", {}, ...written(entry, "h4"))))));
  }

  /** Follow the address: a link in the page, the buttons of the browser, or a page that was opened at a variable. */
  function follow() {
    const name = nameOf(location.hash);
    if (name === null || name === current?.name || !byName.has(name)) return;
    if (!seen) page.view?.("equations");
    go(name);
  }

  addEventListener("hashchange", follow);
  page.onResults?.(() => seen && current?.show());

  return {
    show() {
      seen = true;
      list();
      if (!current) go(nameOf(location.hash) ?? first(), false) || go(first(), false);
      else {
        address(hashOf(current.name));
        current.show();
      }
    },
    /** Another view has the page: the address is no longer that of a variable, so that a reload comes back to that view. */
    hide() {
      seen = false;
      current?.close();
      address("");
    },
    open: (name) => go(name),
  };

  /** Change the address without a step of the browser's own back and forward. */
  function address(hash) {
    if (location.hash !== hash) history.replaceState(null, "", `${location.href.split("#")[0]}${hash}`);
  }

  function first() {
    const outputs = page.data.outputs.map((o) => o.variable).filter(Boolean);
    const named = outputs.map((v) => byName.get(v) ?? byName.get(v.split("[")[0])).find(Boolean);
    return (named ?? entries[0]).name;
  }
}
