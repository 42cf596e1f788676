// The screen of what lies beyond the site, in four parts: left shift, the locality team, GPs in LLR, and the site scaled to LLR.

import { button, fill, make } from "../../app/dom.mjs";
import { mountGps } from "./gps.mjs";
import { gpsChosen } from "./gps_facts.mjs";
import { mountLlr } from "./llr.mjs";
import { mountShift } from "./shift.mjs";
import { choiceOf, settingOf } from "./shift_facts.mjs";
import { mountTeam } from "./team.mjs";

const PARTS = Object.freeze([
  { name: "shift", title: "Work from hospital", mount: mountShift },
  { name: "team", title: "The locality team", mount: mountTeam },
  { name: "gps", title: "GPs in LLR", mount: mountGps },
  { name: "llr", title: "If all were like us", mount: mountLlr },
]);

/**
 * What the screen shows of the models behind, so that a study that leaves the page has it: a name and a setting, by model.
 * @param {Object} page
 * @returns {{system: {name: string, setting: Object}, supply: {name: string, setting: Object}}}
 */
export function seenOf(page) {
  const { view } = page.state;
  return {
    system: { name: "As on the screen: work from hospital", setting: settingOf(choiceOf(view)) },
    supply: { name: "As on the screen: GPs in LLR", setting: gpsChosen(page.data.workshop.behind.supply, page.cards, view).setting },
  };
}

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountBeyond(root, page) {
  const tabs = make("div", { class: "beyond-tabs", role: "tablist", "aria-label": "Parts of this screen" });
  const parts = new Map(PARTS.map(({ name, title, mount }) => {
    const panel = make("section", { class: `beyond-part beyond-${name}`, id: `beyond-panel-${name}`, role: "tabpanel", "aria-labelledby": `beyond-tab-${name}`, hidden: true });
    const tab = button(title, () => open(name), { role: "tab", id: `beyond-tab-${name}`, "aria-controls": `beyond-panel-${name}`, tabIndex: -1 });
    return [name, { tab, panel, mount, view: null }];
  }));
  const names = [...parts.keys()];
  fill(tabs, [...parts.values()].map(({ tab }) => tab));
  fill(root, tabs, [...parts.values()].map(({ panel }) => panel));
  tabs.addEventListener("keydown", (event) => {
    const at = names.findIndex((name) => parts.get(name).tab === document.activeElement);
    const to = { ArrowRight: (at + 1) % names.length, ArrowLeft: (at + names.length - 1) % names.length, Home: 0, End: names.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault(); // the room's own keys go from screen to screen
    open(names[to]);
    parts.get(names[to]).tab.focus();
  });

  function open(name) {
    if (page.state.view.beyond !== name) page.change({ kind: "view", beyond: name });
    show();
  }

  function show() {
    const name = parts.has(page.state.view.beyond) ? page.state.view.beyond : names[0];
    for (const [other, { tab, panel }] of parts) {
      tab.setAttribute("aria-selected", String(other === name));
      tab.tabIndex = other === name ? 0 : -1;
      panel.hidden = other !== name;
    }
    const one = parts.get(name);
    if (one.view === null) {
      one.panel.append(make("h2", { class: "unseen", text: one.tab.textContent }));
      const inside = make("div", { class: "beyond-inside" });
      one.panel.append(inside);
      one.view = one.mount(inside, page);
    }
    one.view.show();
  }

  return { show };
}
