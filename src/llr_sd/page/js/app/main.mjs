// The page as people meet it: what it is about, levers, results, and what holds them together.

import { ILLUSTRATIVE } from "../charts/figure.mjs";
import { countOf } from "../charts/numbers.mjs";
import { nameOf } from "../equations/reading.mjs";
import { lawProblem } from "../draws/laws.mjs";
import { Pool } from "../engine/pool.mjs";
import { mountLevers } from "../levers/levers.mjs";
import { mountSetting } from "../levers/setting.mjs";
import { browserStorage, Store } from "../session/store.mjs";
import { Asking, askOfStart } from "./asking.mjs";
import { mountCompare } from "./compare.mjs";
import { button, choice, fill, make, say } from "./dom.mjs";
import { mountDrives, movingMost } from "./drives.mjs";
import { mountEquations } from "./equations.mjs";
import { mountHeadline } from "./headline.mjs";
import { mountPictures } from "./pictures.mjs";
import { mountSaving } from "./saving.mjs";
import { mountTables } from "./tables.mjs";
import { runsWords } from "./words.mjs";

const VIEWS = Object.freeze([
  { name: "pictures", title: "Pictures", mount: mountPictures },
  { name: "numbers", title: "Numbers", mount: mountTables },
  { name: "drives", title: "What drives it", mount: mountDrives },
  { name: "compare", title: "Compare", mount: mountCompare },
  { name: "equations", title: "Equations", mount: mountEquations },
  { name: "save", title: "Save", mount: mountSaving },
]);

/** Show the page made of the data that stand in it. */
export function main() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const store = new Store(data, browserStorage());
  const pool = new Pool(data, document.getElementById("worker").textContent);
  start(document.getElementById("page"), data, store, pool);
}

/**
 * Put the page together and begin to ask.
 * @param {HTMLElement} root
 * @param {Object} data
 * @param {Store} store
 * @param {Pool} pool
 */
export function start(root, data, store, pool) {
  const live = make("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const asking = new Asking(data, store, pool, {
    frame: (act) => requestAnimationFrame(act),
    after: (ms, act) => setTimeout(act, ms),
    cancel: (id) => clearTimeout(id),
  });
  const shell = frame(root, data, store, live);
  const page = pageOf(root, data, store, pool, asking, live, shell);
  const setting = mountSetting(shell.setting, page);
  const levers = mountLevers(shell.levers, page);
  const headline = mountHeadline(shell.headline, page);
  const views = mountViews(shell, page);
  page.reveal = (name) => levers.reveal(name);
  page.view = (name) => views.open(name);
  page.levers.equation = (input) => views.open("equations").open?.(input.variable.split("[")[0]);

  shell.runs.select.setAttribute("aria-label", "ask for so many runs");
  shell.runs.select.addEventListener("change", () => page.change({ kind: "runs", runs: Number(shell.runs.select.value) }));

  function show() {
    shell.runs.select.value = String(store.state.runs);
    setting.show();
    levers.show();
  }
  let framed = false;
  asking.subscribe(() => {
    status(shell, asking, data);
    if (framed) return;
    framed = true;
    requestAnimationFrame(() => {
      framed = false;
      show();
      headline.show();
      for (const listener of page.listeners) listener();
      tellRest(page);
      findMost(page, levers);
    });
  });
  keys(page);
  addEventListener("pagehide", () => asking.settle());
  show();
  views.open(nameOf(location.hash) === null ? (store.state.view.tab ?? VIEWS[0].name) : "equations");
  asking.begin();
}

/** What views and levers take of the page. */
function pageOf(root, data, store, pool, asking, live, shell) {
  const act = (move) => {
    try {
      asking.settle();
      store.change(move);
      return "";
    } catch (error) {
      return error.message;
    }
  };
  const page = {
    root,
    data,
    store,
    pool,
    asking,
    listeners: [],
    announce: (text) => say(live, text),
    onResults: (fn) => page.listeners.push(fn),
    change: (move) => {
      const refused = act(move);
      if (refused) page.announce(refused);
      return refused;
    },
    undo: () => (asking.settle(), store.undo()),
    redo: () => (asking.settle(), store.redo()),
    backToStart: () => page.change({ kind: "back" }),
    nameOfNow: () => (asking.same ? store.state.from : "Your setting"),
    about: () => ({
      study: data.study.name,
      setting: asking.same ? store.state.from : `${store.state.from}, changed`,
      illustrative: data.study.illustrative,
    }),
    moving: () => page.most,
    most: [],
    levers: {
      state: () => asking.state,
      start: () => askOfStart(data, store.state),
      change: act,
      drag: (input, value) => {
        try {
          asking.drag({ [input]: value });
          return "";
        } catch (error) {
          return error.message;
        }
      },
      settle: () => asking.settle(),
      problem: (input, law) => lawProblem(law, input, data.draws.bounds[input.name]),
      equation: null,
    },
    shell,
  };
  return page;
}

/** Everything that stands on the page whatever is on view. */
function frame(root, data, store, live) {
  const { study, model } = data;
  const part = (tag, name, label) => make(tag, { class: name, id: name, "aria-label": label });
  const shell = {
    status: make("p", { class: "status" }),
    runs: choice("ask for", runChoices(study.runs).map((n) => ({ value: String(n), text: n.toLocaleString("en-GB") })), "", () => {}),
    told: make("div", { class: "told" }),
    setting: part("section", "setting", "Setting"),
    levers: part("section", "levers", "Levers"),
    headline: part("section", "headline", "Key numbers"),
    tabs: make("div", { class: "tabs", role: "tablist", "aria-label": "Views" }),
    panels: make("div", { class: "panels" }),
  };
  const vary = data.inputs.filter((i) => i.uncertain).length;
  const facts = [`model ${model.name}`, `${countOf(data.inputs.length, "lever")}, ${vary} of them uncertain`, `seed ${study.seed}`].join(" \u00b7 ");
  fill(
    root,
    make("a", { class: "skip", href: "#results", text: "To the results" }),
    make("header", { class: "top" },
      make("h1", { text: study.title }),
      study.question && make("p", { class: "question", text: study.question }),
      make("div", { class: "way-in" },
        study.illustrative && make("p", { class: "illustrative", text: ILLUSTRATIVE }),
        make("p", {},
          make("strong", { text: "Start here: " }),
          data.inputs.length ? "move a lever, and every picture is computed again in your browser." : "this model has no lever to move; its pictures and equations are below."),
        about(data, facts)),
      shell.told),
    make("main", { class: "desk" },
      make("section", { class: "rail", "aria-label": "Levers and setting" }, shell.setting, shell.levers),
      make("div", { class: "above" },
        make("div", { class: "line" }, make("div", { class: "count" }, shell.status, shell.runs.element),
          make("p", { class: "jump" }, make("a", { href: "#levers", text: "levers" }), " ", make("a", { href: "#results", text: "results" }))),
        shell.headline),
      make("div", { class: "results", id: "results", tabIndex: -1 }, shell.tabs, shell.panels)),
    live,
  );
  tellKept(shell.told, store);
  return shell;
}

/** What could not be kept or restored, now and whenever that changes; another window of the same page keeps its own over this one's. */
function tellKept(place, store) {
  const show = () => {
    if (place.children.length !== store.told.length) fill(place, store.told.map((text) => make("p", { class: "warning", text })));
  };
  store.subscribe(show);
  addEventListener("storage", (event) => {
    if (event.key !== store.key || event.newValue === null) return;
    store.overtaken();
    show();
  });
  show();
}

/** How many runs an ensemble may have: some round numbers, and all that the study has. */
function runChoices(most) {
  return [...[100, 200, 500, 1000, 2000, 5000].filter((n) => n < most), most];
}

/** What stands behind the page, folded: notes of the study, model, method. */
function about({ study, model, made }, facts) {
  const notes = [...study.notes, ...study.told];
  return make("details", { class: "about" },
    make("summary", { text: "About this page" }),
    make("p", { text: `${facts}. Solved by ${model.method} in steps of ${model.step} ${model.timeUnit}. Made by ${made.by} ${made.version}; it loads nothing and sends nothing.` }),
    notes.length > 0 && make("ul", {}, ...notes.map((text) => make("li", { text }))));
}

function status(shell, asking, data) {
  const { now, error } = asking;
  say(shell.status, runsWords({ have: now ? now.runs : 0, all: asking.runs, failed: now ? now.failures.length : 0, busy: asking.busy, error }));
  shell.status.classList.toggle("busy", asking.busy);
  shell.status.classList.toggle("faulty", error !== "" || (now !== null && now.failures.length > 0));
}

/** Find out once, from the first setting that has all its runs, which levers move the results most. */
function findMost(page, levers) {
  const { asking, data } = page;
  if (page.sought || !asking.current || asking.coarse || asking.busy) return;
  page.sought = true;
  setTimeout(() => {
    page.most = movingMost(data, asking.now);
    levers.show();
  }, 200);
}

/** Tell a screen reader when a setting has all its runs, once. */
function tellRest(page) {
  const { asking, shell } = page;
  if (asking.busy || asking.coarse || !asking.current || page.toldKey === asking.nowKey) return;
  if (page.toldKey !== undefined) page.announce(`${shell.status.textContent}. ${[...shell.headline.querySelectorAll(".card")].slice(0, 1).map((c) => c.innerText.replace(/\s+/g, " ")).join("")}`);
  page.toldKey = asking.nowKey;
}

/** Tabs by keyboard as the ARIA practices have them: arrows, Home and End move, and what has the focus is shown. */
function mountViews(shell, page) {
  const views = new Map();
  for (const { name, title, mount } of VIEWS) {
    const panel = make("section", { class: "panel", role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, tabIndex: 0, hidden: true });
    const tab = button(title, () => open(name), { role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, tabIndex: -1 });
    views.set(name, { tab, panel, mount, view: null });
    shell.tabs.append(tab);
    shell.panels.append(panel);
  }
  shell.tabs.addEventListener("keydown", (event) => {
    const names = [...views.keys()];
    const at = names.findIndex((n) => views.get(n).tab === document.activeElement);
    const to = { ArrowRight: (at + 1) % names.length, ArrowLeft: (at + names.length - 1) % names.length, Home: 0, End: names.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    open(names[to]);
    views.get(names[to]).tab.focus();
  });

  function open(wanted) {
    const name = views.has(wanted) ? wanted : VIEWS[0].name;
    for (const [other, { tab, panel, view }] of views) {
      const chosen = other === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      panel.hidden = !chosen;
      if (!chosen && view) view.hide();
    }
    const one = views.get(name);
    if (one.view === null) {
      const inside = make("div");
      fill(one.panel, make("h2", { class: "unseen", text: one.tab.textContent }), inside);
      one.view = one.mount(inside, page);
    }
    one.view.show();
    if (page.store.state.view.tab !== name) page.change({ kind: "view", tab: name });
    return one.view;
  }

  return { open };
}

/** Ctrl+Z and its kin, but in a text that a person is writing they are the text's own. */
function keys(page) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const at = event.target;
    if (at instanceof HTMLElement && at.matches("input:not([type=range]):not([type=radio]):not([type=checkbox]), textarea")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) page.undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) page.redo();
    else return;
    event.preventDefault();
  });
}
