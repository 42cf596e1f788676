// Which roles would fill each level: bar 3 shared out among existing and new roles, in WTE and in people, against the staff of today.

import { button, choice, fill, make, say } from "../app/dom.mjs";
import { folded } from "../session/checks.mjs";
import { elementsOf, numberField, statement, wte } from "../workshop/kit.mjs";
import { fillStatement, filledUp, levelFacts, moreSentence, nowWords, people, placementSentence, signedPeople, sumWords } from "./roles_facts.mjs";

const ANOTHER = "another";
const HEAD = ["Role", "WTE", "People", "People now", "More people", "Placements a year", ""];

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountRoles(root, page) {
  const names = elementsOf(page, "level");
  const tabs = new Map(names.map((name) => [name, levelTab(page, name)]));
  const state = statement({ text: "" });
  const more = make("p", { class: "roles-more" });
  const body = make("tbody");
  const placements = make("p", { class: "roles-more" });
  const guessed = make("p", { class: "quiet", text: "The roles of today are guessed from the site's staff groups until the screen Staff says who is there." });
  const refused = make("p", { class: "problem", role: "alert", hidden: true });
  const other = make("input", { type: "text", class: "another-role", "aria-label": "Name of another role", placeholder: "name of the role", maxlength: "60", autocomplete: "off", hidden: true });
  const add = choice("Add a role", [], "", (value) => (value === ANOTHER ? ((other.hidden = false), other.focus()) : addRole(value)));
  const back = button("Back to the roles of today", () => change(null), { class: "link" });
  const sums = HEAD.slice(1, 6).map((text) => make("td", { "data-head": text }));
  const lines = [];
  let facts = null;
  let drawn = "";
  let wanted = ""; // a role just added, whose field takes the focus once it is there
  other.addEventListener("change", () => other.value.trim() && addRole(other.value.trim()));
  fill(root, make("div", { class: "roles" },
    make("div", { class: "role-levels", role: "group", "aria-label": "Skill levels; choose one to share it out" }, ...[...tabs.values()].map(({ element }) => element)),
    state.element,
    more,
    make("table", { class: "numbers role-table" },
      make("caption", { class: "unseen", text: "Roles of the level chosen: WTE, people, people now, how many more, and training placements a year" }),
      make("thead", {}, make("tr", {}, ...HEAD.map((text) => (text ? make("th", { scope: "col", text }) : make("td", { class: "control" }))))),
      body,
      make("tfoot", {}, make("tr", {}, make("th", { scope: "row", text: "All roles" }), ...sums, make("td", { class: "control" })))),
    refused,
    make("div", { class: "role-tools control" }, add.element, other, back),
    placements,
    guessed,
    make("p", { class: "quiet", text: "WTE and people are never added. People are WTE by the working time of one person in each role; where no source gives it (marked *), by that of the level's staff in LLR." })));

  const chosen = () => (names.includes(page.state.view.roleLevel) ? page.state.view.roleLevel : names[1] ?? names[0]);

  /** Make the move; what refuses it is said below the table. */
  function change(parts) {
    const why = page.change({ kind: "roles", level: chosen(), parts });
    say(refused, why);
    refused.hidden = why === "";
    return why;
  }

  const parts = () => facts.parts.map(({ role, wte: own }) => ({ role, wte: own }));
  const changed = (i, value) => change(parts().map((part, at) => (at === i ? { ...part, wte: value } : part)));

  function addRole(role) {
    if (change([...parts(), { role, wte: 0 }]) === "") {
      other.value = "";
      other.hidden = true;
    }
    add.select.value = "";
    wanted = role;
  }

  function line(i) {
    const name = make("th", { scope: "row" });
    const field = numberField({ label: "WTE", value: 0, min: 0, step: 0.1, change: (value) => changed(i, value) });
    const plain = make("span", { class: "role-plain" });
    const cells = HEAD.slice(2, 6).map((text) => make("td", { "data-head": text }));
    const rest = button("Give the rest", () => {
      const part = facts.parts[i];
      changed(i, Number(Math.max(0, part.wte + facts.left).toFixed(2)));
    }, { class: "link" });
    const gone = button("Remove", () => change(parts().filter((_, at) => at !== i)), { class: "link" });
    field.element.classList.add("control");
    field.element.querySelector("span").className = "unseen";
    const element = make("tr", {}, name, make("td", { "data-head": HEAD[1] }, field.element, plain), ...cells, make("td", { class: "role-acts control" }, rest, gone));
    const one = { element, field, role: "" };
    one.set = (part) => {
      one.role = part.role;
      fill(name, make("bdi", { text: part.role }), part.existing ? null : make("span", { class: "new-role", text: "new here" }));
      field.set(Number(part.wte.toFixed(2)));
      field.input.setAttribute("aria-label", `WTE of ${part.role}`);
      say(plain, wte(part.wte));
      const star = part.sourced ? "" : "*";
      [`${people(part.heads)}${star}`, nowWords(part.now), signedPeople(part.more), part.placements === null ? "hired" : people(part.placements)].forEach((text, at) => say(cells[at], text));
      for (const [act, text] of [[rest, facts.left < 0 ? "Take off" : "Give the rest"], [gone, "Remove"]]) {
        say(act, text);
        act.setAttribute("aria-label", `${text}: ${part.role}`);
      }
      rest.hidden = filledUp(facts);
      gone.hidden = part.now.wte > 0;
    };
    return one;
  }

  function show() {
    const all = names.map((name) => levelFacts(page, name));
    if (all.some(({ bar }) => bar === null)) return state.set({ text: page.now || page.asking.error ? "These assumptions cannot be run. Undo the last change." : "Computing \u2026" });
    const name = chosen();
    for (const one of all) {
      const tab = tabs.get(one.level);
      say(tab.number, wte(one.bar.middle));
      say(tab.state, filledUp(one) ? "\u2713 filled" : one.left < 0 ? `${wte(-one.left)} too many` : `${wte(one.left)} left`);
      tab.element.setAttribute("aria-pressed", String(one.level === name));
    }
    facts = all.find(({ level }) => level === name);
    state.set(fillStatement(facts));
    say(more, moreSentence(facts));
    say(placements, placementSentence(facts));
    if (drawn !== name) {
      lines.splice(0).forEach(({ element }) => element.remove());
      drawn = name;
    }
    while (lines.length < facts.parts.length) {
      lines.push(line(lines.length));
      body.append(lines.at(-1).element);
    }
    while (lines.length > facts.parts.length) lines.pop().element.remove();
    facts.parts.forEach((part, i) => lines[i].set(part));
    sumWords(facts).forEach((text, at) => say(sums[at], text));
    const added = lines.find((one) => wanted && one.role === wanted);
    if (added) {
      wanted = "";
      added.field.input.focus();
    }
    guessed.hidden = page.state.room.staff !== null || (page.data.workshop.site.staff ?? []).length > 0;
    offer(name);
    back.hidden = !Object.hasOwn(page.state.room.roles, name);
    return undefined;
  }

  /** The roles of a level that are not in its table yet. */
  function offer(level) {
    const there = new Set(facts.parts.map(({ role }) => folded(role)));
    const free = page.roles.filter((role) => role.level === level && !there.has(folded(role.name)));
    const options = free.map(({ name, existing }) => ({ value: name, text: name, group: existing ? "Roles that exist in LLR's practices" : "New roles" }));
    const key = JSON.stringify(options);
    if (add.select.dataset.key === key) return;
    add.select.dataset.key = key;
    add.offer([{ value: "", text: "Choose \u2026" }, ...options, { value: ANOTHER, text: "Another role \u2026" }], "");
  }

  return { show };
}

function levelTab(page, name) {
  const number = make("b");
  const state = make("span", { class: "range" });
  const element = make("button", { type: "button", class: "closure", "aria-pressed": "false", on: { click: () => page.change({ kind: "view", roleLevel: name }) } },
    make("span", { class: "closure-level", text: page.words.levels[name].label }), make("span", { class: "closure-when" }, number, make("span", { class: "unit", text: "WTE" }), state));
  return { element, number, state };
}
