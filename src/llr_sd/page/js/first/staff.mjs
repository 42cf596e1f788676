// Who works here now: staff by role, each role at a skill level, and what the levels add up to.

import { button, choice, fill, make, say } from "../app/dom.mjs";
import { fixed } from "../charts/numbers.mjs";
import { columnOf, elementsOf, spread, statement, table } from "../workshop/kit.mjs";
import { barWords, fitWords, headsWords, levelFacts, oddRows, oddWords, openingWords, severalWords, sound, staffFacts, sumWords, unsureWords } from "./staff_facts.mjs";
import { halves, numberTyped, openingRows, standing, takesLent, total } from "./staff_moves.mjs";

const ROLES = "roles-of-the-workshop";
const TIME = "One WTE of a GP is nine sessions a week; of all others, 37.5 hours. Heads are people.";

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountStaff(root, page) {
  const { levels, groups } = page.words;
  const order = Object.keys(levels);
  const labels = Object.fromEntries(order.map((level) => [level, levels[level].label]));
  const lent = takesLent(page.data);
  const opening = openingRows(page.data, page.value);
  const rows = () => page.state.room.staff ?? opening;
  const lines = [];
  let cut = null;
  let shown = null;

  const body = make("tbody");
  const heads = ["Role", "Staff group", "Skill level", "WTE", "Heads", ...(lent ? ["Lent by others"] : [])];
  const entry = make("table", { class: "staff-table control" },
    make("caption", { class: "unseen", text: "Staff now, by role" }),
    make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { scope: "col", text })), make("td"))),
    body);
  const read = make("div", { class: "staff-read" });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const guessed = make("p", { class: "quiet", text: openingWords(openedBy(page)) });
  const added = adder(page, { groups, levels, lent }, (row) => change([...rows(), row]));
  const back = button("Back to the site's table", () => change(null), { class: "link control" });
  const cards = order.map((level) => levelCard(level, levels[level]));
  const sum = make("p", { class: "staff-sum" });
  const people = make("p", { class: "quiet" });
  const bar = statement({ text: "" });
  const fit = statement({ text: "" });
  const unsure = make("p", { class: "quiet" });
  const odd = statement({ text: "", kind: "watch" });

  fill(root,
    make("datalist", { id: ROLES }, ...[...new Set([...page.roles, ...page.data.workshop.roleTable].map(({ name }) => name))].map((value) => make("option", { value }))),
    make("div", { class: "staff" },
      make("div", { class: "staff-cards" }, ...cards.map(({ element }) => element)),
      make("div", { class: "staff-rows" }, entry, read, problem, added.element, make("div", { class: "staff-notes" }, back, guessed)),
      make("div", { class: "staff-told" }, sum, people, bar.element, fit.element, odd.element, unsure,
        make("p", { class: "quiet", text: TIME }),
        make("details", { class: "staff-why" }, make("summary", { text: "What a skill level is" }), make("p", { text: severalWords(page.roles, order, labels, "nurse", groups.nurse.label.toLowerCase()) }),
          make("ul", {}, ...order.filter((level) => levels[level].tasks.length).map((level) => make("li", {}, make("b", { text: `${labels[level]}: ` }), `${levels[level].tasks.join("; ")}.`)))))));

  /** Make the move; what refuses it is said at the field, and nothing changes. */
  function change(next, field = null) {
    const refused = page.change({ kind: "staff", rows: next });
    refuse(refused, field);
    return refused;
  }

  function refuse(text, field) {
    cut?.removeAttribute("aria-invalid");
    cut = text ? field : null;
    cut?.setAttribute("aria-invalid", "true");
    say(problem, text);
    problem.hidden = text === "";
    added.element.before(problem);
    body.querySelector(".staff-problem")?.remove();
    if (text && field) field.closest("tr").after(make("tr", { class: "staff-problem" }, make("td", { colspan: String(heads.length + 1) }, problem)));
  }

  function lineOf(i) {
    const edit = (key, value, field) => change(rows().map((row, at) => (at === i ? { ...row, ...(key === "role" ? standing(page.data, value) : {}), [key]: value } : row)), field);
    const number = (key, field, may) => {
      const typed = numberTyped(field.value);
      if (typed === null && !(may && field.value.trim() === "")) return refuse(`\u201c${field.value}\u201d is no number of ${key === "wte" ? "WTE" : "heads"}: write one such as 2.5.`, field);
      return edit(key, typed, field);
    };
    const role = make("input", { type: "text", list: ROLES, class: "staff-role", autocomplete: "off", on: { change: () => edit("role", role.value, role) } });
    const group = picker(groups, (value) => edit("group", value, group));
    const level = picker(levels, (value) => edit("level", value, level));
    const wte = make("input", { type: "text", inputmode: "decimal", autocomplete: "off", class: "staff-number", on: { change: () => number("wte", wte, false) } });
    const people = make("input", { type: "text", inputmode: "decimal", autocomplete: "off", class: "staff-number", on: { change: () => number("heads", people, true) } });
    const lends = make("input", { type: "checkbox", on: { change: () => edit("lent", lends.checked, lends) } });
    const split = button("Split", () => change(rows().flatMap((row, at) => (at === i ? halves(row) : [row]))), { class: "link" });
    const remove = button("Remove", () => change(rows().filter((_, at) => at !== i)), { class: "link" });
    const key = make("span", { class: "split-key" });
    const fields = [role, group, make("span", { class: "staff-level" }, key, level), wte, people, ...(lent ? [lends] : [])];
    const element = make("tr", {}, ...fields.map((field, at) => make("td", { "data-head": heads[at] }, field)), make("td", { class: "staff-acts" }, split, remove));
    return {
      element,
      set(row) {
        const name = (what) => `${what}, row ${i + 1}, ${row.role}`;
        put(role, row.role);
        group.value = row.group;
        level.value = row.level;
        put(wte, shownNumber(row.wte));
        put(people, row.heads === null ? "" : shownNumber(row.heads));
        lends.checked = row.lent;
        key.className = `split-key level-${row.level}`;
        [role, group, level, wte, people, ...(lent ? [lends] : [])].forEach((field, at) => field.setAttribute("aria-label", name(heads[at])));
        split.setAttribute("aria-label", name("Split"));
        remove.setAttribute("aria-label", name("Remove"));
      },
    };
  }

  function show() {
    const here = rows();
    // What was refused stands until the rows are others, by whatever hand.
    if (here !== shown && shown !== null) refuse("", null);
    shown = here;
    while (lines.length < here.length) {
      lines.push(lineOf(lines.length));
      body.append(lines.at(-1).element);
    }
    while (lines.length > here.length) lines.pop().element.remove();
    here.forEach((row, i) => lines[i].set(row));
    const facts = staffFacts(order, here);
    if (page.presenting) fill(read, readTable(here, { labels, groups, lent }));
    read.hidden = !page.presenting;
    entry.hidden = page.presenting;
    back.hidden = page.state.room.staff === null;
    guessed.hidden = page.state.room.staff !== null;
    cards.forEach((card, i) => card.set(facts.levels[i]));
    say(sum, sumWords(facts, lent ? total(order.map((level) => page.value(`lent_wte_${level}`))) : 0));
    say(people, headsWords(facts));
    const strange = oddRows(here);
    odd.set({ text: strange.map(oddWords).join(" "), kind: "watch" });
    showRuns(facts);
  }

  function showRuns(facts) {
    const found = fitFacts(page);
    if (!found.length || !page.fresh) return;
    const bars = order.map((level) => spread(page, "bar_1", { level }));
    if (bars.every((b) => b !== null)) bar.set(barWords(facts.levels.map(({ wte }) => wte), bars));
    fit.set({ text: fitWords(found, labels).join(" "), kind: sound(found) ? "good" : "watch" });
    say(unsure, unsureWords(found, labels));
  }

  return { show };
}

/** What the rows rest on that the page opens with. */
function openedBy(page) {
  return { levels: Object.keys(page.words.levels).some((level) => page.value(`skill_return_${level}`) > 0), cells: page.data.workshop.site.staff.length > 0 };
}

/** A choice among words whose label stands in the head of its column. */
function picker(words, act) {
  const select = make("select", { on: { change: () => act(select.value) } }, ...Object.entries(words).map(([value, { label }]) => make("option", { value, text: label })));
  return select;
}

function put(field, text) {
  if (field.value !== text && field.getAttribute("aria-invalid") !== "true") field.value = text;
}

/** A number as a field shows it: two decimals where it has so many, since more are nobody's entry. */
function shownNumber(value) {
  return String(Number(value.toFixed(2)));
}

/** A new row, written whole before it is added. */
function adder(page, { groups, levels, lent }, add) {
  const role = make("input", { type: "text", list: ROLES, autocomplete: "off", on: { change: () => Object.entries(standing(page.data, role.value)).forEach(([key, value]) => (key === "group" ? group : level).select.value = value) } });
  const options = (words) => Object.entries(words).map(([value, { label }]) => ({ value, text: label }));
  const group = choice("Staff group", options(groups), Object.keys(groups)[0], () => {});
  const level = choice("Skill level", options(levels), Object.keys(levels)[0], () => {});
  const wte = make("input", { type: "text", inputmode: "decimal", autocomplete: "off", class: "staff-number" });
  const heads = make("input", { type: "text", inputmode: "decimal", autocomplete: "off", class: "staff-number" });
  const lends = make("input", { type: "checkbox" });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const label = (text, field) => make("label", { class: "choice" }, make("span", { text }), field);
  const element = make("details", { class: "staff-add control" },
    make("summary", { text: "Add a row" }),
    make("div", { class: "staff-new" }, label("Role", role), group.element, level.element, label("WTE", wte), label("Heads, where known", heads), lent && label("Lent by others", lends),
      button("Add", act)), problem);

  function act() {
    const people = heads.value.trim() === "" ? null : numberTyped(heads.value) ?? NaN;
    const why = !role.value.trim() ? "Write a role." : numberTyped(wte.value) === null ? `\u201c${wte.value}\u201d is no number of WTE.` : Number.isNaN(people) ? `\u201c${heads.value}\u201d is no number of heads.` : "";
    const refused = why || add({ role: role.value, group: group.select.value, level: level.select.value, wte: numberTyped(wte.value), heads: people, lent: lends.checked });
    say(problem, refused);
    problem.hidden = refused === "";
    if (refused) return;
    for (const field of [role, wte, heads]) field.value = "";
    lends.checked = false;
    role.focus();
  }

  return { element };
}

/** The table as it is read from afar, without fields. */
function readTable(rows, { labels, groups, lent }) {
  return table({
    caption: "Staff now, by role",
    head: ["Role", "Staff group", "Skill level", "WTE", "Heads"],
    rows: rows.map((row) => [lent && row.lent ? `${row.role} (lent)` : row.role, groups[row.group].label, labels[row.level], fixed(row.wte, 2), row.heads === null ? "\u2013" : fixed(row.heads, 0)]),
  });
}

/** One level: what it means, its WTE large, its people beside it. */
function levelCard(level, { label, meaning }) {
  const number = make("b");
  const people = make("span", { class: "staff-people" });
  const element = make("section", { class: "staff-card" },
    make("h2", {}, make("span", { class: `split-key level-${level}`, "aria-hidden": "true" }), label),
    make("p", { class: "staff-wte" }, number, " WTE ", people),
    make("p", { class: "staff-meaning", text: meaning }));
  return {
    element,
    set({ wte, heads }) {
      say(number, fixed(wte, 2));
      say(people, heads === null ? "" : `${fixed(heads, 0)} heads`);
    },
  };
}

/**
 * Facts of each level; none while there are no runs.
 * @param {Object} page
 * @returns {Object[]} of `levelFacts`
 */
export function fitFacts(page) {
  if (page.now === null) return [];
  const share = (name, level) => {
    const runs = columnOf(page.now, name, { level }).filter(Number.isFinite);
    return runs.length ? runs.filter((flag) => flag > 0).length / runs.length : 0;
  };
  return elementsOf(page, "level").map((level) =>
    levelFacts({
      level,
      staff: spread(page, "bar_1", { level })?.middle ?? 0,
      ratio: spread(page, "staffing_level", { level })?.middle ?? NaN,
      fault: share("staffing_fault", level),
      fits: share("calibration_fault", level),
      low: page.value("cal_low"),
      high: page.value("cal_high"),
    }));
}
