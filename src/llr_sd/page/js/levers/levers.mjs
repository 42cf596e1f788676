// All levers of a model: those that matter first, all of them by group, and a search over what is known of each.

import { button, fill, make, say } from "../app/dom.mjs";
import { countOf } from "../charts/numbers.mjs";
import { lever } from "./lever.mjs";
import { isMoved } from "./standing.mjs";
import { found, searchable } from "./wording.mjs";

const MOST_FOUND = 40;
/** Levers of a section that stand there at once; the others are one click away. */
const AT_ONCE = 8;
/** So few levers need no choice between those that matter and all. */
const FEW = 12;

/**
 * The levers under three headings: what the scenarios set, what else differs now, and what moves the results most.
 * @param {Object} data
 * @param {string[]} moving names of inputs, those that move the results most first
 * @param {Object} state {held, ranges}
 * @param {Object} start {held, ranges}
 * @returns {{title: string, inputs: Object[]}[]} no lever stands twice
 */
export function mattering(data, moving, state, start) {
  const taken = new Set();
  const take = (inputs) => {
    const fresh = inputs.filter((i) => !taken.has(i.name));
    for (const input of fresh) taken.add(input.name);
    return fresh;
  };
  const set = settings(data);
  const byName = new Map(data.inputs.map((i) => [i.name, i]));
  const sections = [
    { title: "What the scenarios set", inputs: take(set.filter((name) => !moving.includes(name)).map((name) => byName.get(name))) },
    { title: "What moves the results most", inputs: take(moving.map((name) => byName.get(name)).filter(Boolean)) },
    { title: "Changed by you", inputs: take(data.inputs.filter((input) => isMoved(input, state, start))) },
  ];
  return sections.filter((s) => s.inputs.length);
}

/**
 * The inputs that scenarios set, and not all of them alike: those that do not vary before those that do (a
 * policy before a belief), those on which most scenarios go their own way first, else as the table has them; last what no scenario of the
 * question sets, or only to what the examined plan believes. What all scenarios set to one value is the study's ground, and no choice.
 */
function settings(data) {
  const counted = data.inputs.map(({ name, uncertain, planned }) => {
    const times = new Map();
    for (const { kind, set } of data.scenarios) {
      const value = Object.hasOwn(set, name) ? set[name] : null;
      const [all, own] = times.get(value) ?? [0, 0];
      times.set(value, [all + 1, own + (kind === "scenario")]);
    }
    const usual = [...times.values()].reduce((most, one) => (one[0] > most[0] ? one : most), [0, 0]);
    const apart = [...times].filter(([value, one]) => one !== usual && (value === null || value !== planned));
    const own = apart.reduce((n, [, one]) => n + one[1], 0);
    const differs = data.scenarios.length > 1 ? times.size > 1 : !times.has(null);
    return { name, differs, own, rank: own === 0 ? 2 : uncertain ? 1 : 0 };
  });
  return counted.filter((c) => c.differs).sort((x, y) => x.rank - y.rank || y.own - x.own).map((c) => c.name);
}

/** All levers by group, in the order of the table; those without a group last. */
export function grouped(data) {
  const groups = new Map();
  for (const input of data.inputs) groups.set(input.group, [...(groups.get(input.group) ?? []), input]);
  const rest = groups.get("") ?? [];
  groups.delete("");
  const sections = [...groups].map(([name, inputs]) => ({ title: titled(name), inputs }));
  return rest.length ? [...sections, { title: sections.length ? "Other values of the model" : "Values of the model", inputs: rest }] : sections;
}

function titled(group) {
  const words = group.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * The panel of levers.
 * @param {HTMLElement} root
 * @param {Object} page with `data`, `levers` (what a lever takes), and `moving()` (names of the inputs that move the results most)
 * @returns {{show: () => void, reveal: (name: string) => void}}
 */
export function mountLevers(root, page) {
  const { data } = page;
  const texts = new Map(data.inputs.map((input) => [input.name, searchable(input)]));
  const known = new Map();
  const open = new Map();
  let all = data.inputs.length <= FEW || mattering(data, page.moving(), page.levers.state(), page.levers.start()).length === 0;
  let drawn = "";
  let shown = [];

  const search = make("input", { type: "search", placeholder: "name, unit, note", autocomplete: "off", on: { input: show } });
  const some = radio("those that matter", false);
  const every = radio(`all ${data.inputs.length}`, true);
  const count = make("p", { class: "quiet", role: "status" });
  const list = make("div", { class: "lever-list" });
  fill(
    root,
    make("h2", { class: "unseen", text: "Levers" }),
    make("label", { class: "search" }, make("span", { text: "Find a lever" }), search),
    make("fieldset", { class: "which", hidden: data.inputs.length <= FEW }, make("legend", { class: "unseen", text: "Which levers" }), some, every),
    count,
    list,
  );

  function radio(text, value) {
    const input = make("input", { type: "radio", name: "which-levers", checked: all === value, on: { change: () => { all = value; show(); } } });
    return make("label", {}, input, make("span", { text }));
  }

  function leverOf(input) {
    if (!known.has(input.name)) known.set(input.name, lever(input, page.levers));
    return known.get(input.name);
  }

  /** What is to be seen now: sections of inputs, whether they can be folded, and what to say of their number. */
  function wanted() {
    const words = search.value.trim();
    if (words) {
      const hits = data.inputs.filter((input) => found(texts.get(input.name), words));
      const told = hits.length > MOST_FOUND ? `${countOf(hits.length, "lever")} found, the first ${MOST_FOUND} shown: type more.` : `${countOf(hits.length, "lever")} found.`;
      return { sections: hits.length ? [{ title: "", inputs: hits.slice(0, MOST_FOUND) }] : [], folds: false, told };
    }
    if (all) return { sections: grouped(data), folds: data.inputs.length > FEW, told: "" };
    const sections = mattering(data, page.moving(), page.levers.state(), page.levers.start());
    const number = sections.reduce((n, s) => n + s.inputs.length, 0);
    return { sections, folds: false, told: `${number} of ${countOf(data.inputs.length, "lever")}; the search looks through all.` };
  }

  /** Bring what is on screen up to date; the list is made again only when other levers belong on it. */
  function show() {
    const { sections, folds, told } = wanted();
    const key = JSON.stringify([folds, sections.map((s) => [s.title, s.inputs.map((i) => i.name)])]);
    if (key !== drawn) draw(sections, folds);
    drawn = key;
    say(count, told);
    count.hidden = told === "";
    for (const one of shown) one.show();
  }

  function draw(sections, folds) {
    const focus = document.activeElement;
    shown = [];
    fill(list, sections.map((section) => (folds ? folded(section) : unfolded(section))));
    if (focus && list.contains(focus)) focus.focus({ preventScroll: true });
  }

  function unfolded({ title, inputs }) {
    const many = title && !open.get(title) && inputs.length > AT_ONCE + 1;
    const levers = (many ? inputs.slice(0, AT_ONCE) : inputs).map(leverOf);
    shown.push(...levers);
    const more = many && button(`${inputs.length - AT_ONCE} more`, () => {
      const rest = inputs.slice(AT_ONCE).map(leverOf);
      open.set(title, true);
      shown.push(...rest);
      more.replaceWith(...rest.map((l) => l.element));
      for (const one of rest) one.show();
      rest[0].element.querySelector("input").focus();
    });
    return make("section", { class: "group" }, title && make("h3", { text: title }), ...levers.map((l) => l.element), more);
  }

  function folded({ title, inputs }) {
    const inside = make("div");
    const details = make("details", { class: "group", open: open.get(title) ?? false, on: { toggle } },
      make("summary", {}, make("span", { text: title }), make("span", { class: "quiet", text: ` ${inputs.length}` })), inside);
    function toggle() {
      open.set(title, details.open);
      if (!details.open || inside.firstChild) return;
      const levers = inputs.map(leverOf);
      fill(inside, levers.map((l) => l.element));
      shown.push(...levers);
      for (const one of levers) one.show();
    }
    if (details.open) toggle();
    return details;
  }

  /** Show one lever and put the focus on it. */
  function reveal(name) {
    const input = data.inputs.find((i) => i.name === name);
    if (!input) return;
    search.value = input.name;
    show();
    const { element } = leverOf(input);
    element.scrollIntoView({ block: "center" });
    element.querySelector("input[type=range]").focus({ preventScroll: true });
  }

  return { show, reveal };
}
