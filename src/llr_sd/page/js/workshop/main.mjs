// The workshop as a room meets it: one screen at a time, the steps of both workshops, and what holds them together.

import { Asking } from "../app/asking.mjs";
import { button, fill, make, say } from "../app/dom.mjs";
import { ILLUSTRATIVE } from "../charts/figure.mjs";
import { Pool } from "../engine/pool.mjs";
import { browserStorage, Store } from "../session/store.mjs";
import { mountBecause } from "./because.mjs";
import { WORKSHOP } from "./moves.mjs";
import { listen } from "./present.mjs";
import { roomOf } from "./room.mjs";
import { PARTS, SCREENS } from "./screens.mjs";
import { LOCAL, statusWords } from "./wording.mjs";

/** Show the workshop made of the data that stand in the page. */
export function main() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const workerText = document.getElementById("worker").textContent;
  const store = new Store(data, browserStorage(), WORKSHOP);
  start(document.getElementById("page"), data, store, new Pool(data, workerText), workerText);
}

/**
 * Put the page together and begin to ask.
 * @param {HTMLElement} root
 * @param {Object} data
 * @param {Store} store
 * @param {Pool} pool
 * @param {string} workerText
 */
export function start(root, data, store, pool, workerText) {
  const live = make("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const asking = new Asking(data, store, pool, {
    frame: (act) => requestAnimationFrame(act),
    after: (ms, act) => setTimeout(act, ms),
    cancel: (id) => clearTimeout(id),
  });
  const page = roomOf(data, { store, asking, pool, live, workerText });
  page.agenda = PARTS.map((title, i) => ({ title, screens: SCREENS.filter(({ part }) => part === i) }));
  const shell = frame(root, data, page, live);
  const screens = mountScreens(shell, page);
  const because = mountBecause(shell.because, shell.why, page);
  page.go = (name) => {
    screens.open(name, true);
    because.show();
  };

  let framed = false;
  const soon = () => {
    if (framed) return;
    framed = true;
    requestAnimationFrame(() => {
      framed = false;
      tell(shell, page);
      screens.show();
      because.show();
      for (const listener of page.listeners) listener();
    });
  };
  asking.subscribe(soon);
  listen({
    step: (by) => screens.step(by),
    present: () => present(page),
    leave: () => page.presenting && (present(page), true),
    undo: page.undo,
    redo: page.redo,
  });
  addEventListener("hashchange", () => page.go(location.hash.slice(1)));
  addEventListener("pagehide", () => asking.settle());
  addEventListener("storage", (event) => {
    if (event.key !== store.key || event.newValue === null) return;
    store.overtaken();
    soon();
  });
  tell(shell, page);
  screens.open(location.hash.slice(1), false);
  asking.begin();
}

function present(page) {
  page.change({ kind: "view", presenting: page.presenting ? null : true });
  page.announce(page.presenting ? "Presenter view: controls are hidden. Escape brings them back." : "Controls are back.");
}

/** What stands on the page whatever the screen: site, steps, buttons, status. */
function frame(root, data, page, live) {
  const { site } = data.workshop;
  const shell = {
    steps: make("nav", { class: "steps", "aria-label": "Steps of the workshops" }),
    place: make("main", { class: "place", id: "screen" }),
    because: make("div", { class: "because" }),
    why: make("section", { class: "why", id: "why", "aria-label": "Why it was changed" }),
    status: make("p", { class: "status" }),
    told: make("div", { class: "told" }),
    back: button("Back", () => {}, { class: "turn" }),
    on: button("Next", () => {}, { class: "turn next" }),
    undo: button("Undo", () => page.undo(), { class: "tool" }),
    redo: button("Redo", () => page.redo(), { class: "tool" }),
    present: button("Present", () => present(page), { class: "tool", title: "Key P" }),
  };
  fill(root,
    make("a", { class: "skip", href: "#screen", text: "To the screen" }),
    make("header", { class: "room-top" },
      make("p", { class: "site" }, make("strong", { text: site.label }), site.illustrative && make("span", { class: "illustrative", title: ILLUSTRATIVE, text: "Illustrative data" }),
        site.local && make("span", { class: "illustrative", title: LOCAL, text: "Must stay on this machine" })),
      shell.steps),
    shell.told,
    shell.place,
    make("div", { class: "below" },
      shell.why,
      make("footer", { class: "room-foot" }, shell.back, make("div", { class: "tools control" }, shell.undo, shell.redo), shell.because, shell.status, shell.present, shell.on)),
    live);
  return shell;
}

function tell(shell, page) {
  const { asking, store } = page;
  const failures = asking.now ? asking.now.failures.length : 0;
  say(shell.status, statusWords({ have: asking.now ? asking.now.runs : 0, all: asking.runs, failed: failures, busy: asking.busy, error: asking.error !== "" }));
  shell.status.classList.toggle("busy", asking.busy);
  shell.status.classList.toggle("faulty", asking.error !== "" || failures > 0);
  shell.undo.disabled = !store.canUndo;
  shell.redo.disabled = !store.canRedo;
  document.documentElement.classList.toggle("presenting", page.presenting);
  shell.present.setAttribute("aria-pressed", String(page.presenting));
  if (shell.told.children.length !== store.told.length) fill(shell.told, store.told.map((text) => make("p", { class: "warning", text })));
}

/** One screen at a time, and the steps that say where one is. */
function mountScreens(shell, page) {
  const screens = new Map(SCREENS.map((screen) => [screen.name, { ...screen, root: null, view: null }]));
  const names = [...screens.keys()];
  const links = new Map(names.map((name) => [name, make("a", { href: `#${name}`, text: screens.get(name).title })]));
  fill(shell.steps, PARTS.map((part, i) => {
    const own = names.filter((name) => screens.get(name).part === i);
    if (!own.length) return null;
    return make("div", { class: "part" }, own.length > 1 && make("span", { class: "part-name" }, make("span", { class: "unseen", text: part }), make("span", { "aria-hidden": "true", text: `${i}.` })),
      make("ol", {}, ...own.map((name) => make("li", {}, links.get(name)))));
  }));
  shell.back.addEventListener("click", () => step(-1));
  shell.on.addEventListener("click", () => step(1));
  let current = null;

  function open(wanted, focus) {
    const name = screens.has(wanted) ? wanted : screens.has(current) ? current : names[0];
    const one = screens.get(name);
    if (name === current) return one.view;
    page.settle();
    current = name;
    page.screen = name;
    for (const [other, { root }] of screens) {
      if (root) root.hidden = other !== name;
      if (other === name) links.get(other).setAttribute("aria-current", "step");
      else links.get(other).removeAttribute("aria-current");
    }
    build(one);
    one.root.hidden = false;
    one.view.show();
    const at = names.indexOf(name);
    shell.back.disabled = at === 0;
    shell.on.disabled = at === names.length - 1;
    if (location.hash !== `#${name}`) history.replaceState(null, "", `#${name}`);
    if (page.store.state.view.screen !== name) page.change({ kind: "view", screen: name, ...(name === names[0] ? {} : { left: name }) });
    document.title = `${one.title} \u00b7 ${page.data.workshop.site.label}`;
    if (focus) {
      scrollTo(0, 0);
      one.root.querySelector(".question").focus({ preventScroll: true });
      page.announce(`${one.question} Screen ${at + 1} of ${names.length}.`);
    }
    return one.view;
  }

  function build(one) {
    if (one.root !== null) return;
    const inside = make("div", { class: "inside" });
    one.root = make("section", { class: `screen screen-${one.name}`, "aria-labelledby": `question-${one.name}`, hidden: true },
      make("h1", { id: `question-${one.name}`, class: "question", tabIndex: -1, text: one.question }), inside);
    shell.place.append(one.root);
    one.view = one.mount(inside, page);
  }

  build(screens.get(names.at(-1))); // what to take away can be printed from any screen
  return {
    open,
    step: (by) => step(by),
    show: () => current !== null && screens.get(current).view.show(),
  };

  function step(by) {
    const next = names[names.indexOf(current) + by];
    if (next) page.go(next);
  }
}
