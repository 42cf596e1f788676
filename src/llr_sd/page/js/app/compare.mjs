// Settings beside each other on the same draws: in what they differ, what each gives, and what one changes against another.

import { differenceChart } from "../charts/difference.mjs";
import { figure } from "../charts/figure.mjs";
import { between, chanceWords, countOf, dateWords, named, percent, percents, shown, signed } from "../charts/numbers.mjs";
import { standingsApart } from "../levers/wording.mjs";
import { cellsOf, change, changeOver, comparable, compared, settingAt, standing, unlike } from "../session/comparison.mjs";
import { disagreement, numbersOf } from "../session/kept.mjs";
import { staleness } from "../session/settings.mjs";
import { ensembles, keyOf } from "./asking.mjs";
import { choice, fill, make, say } from "./dom.mjs";
import { chanceOf } from "./specs.mjs";

const GROUPS = Object.freeze({ now: "On screen", saved: "Kept by you", scenario: "Of the study" });

/**
 * Mount the view.
 * @param {HTMLElement} root
 * @param {Object} page with `data`, `store`, `pool`, `asking`, `change(move)`, `onResults(fn)`
 * @returns {{show: () => void, hide: () => void}}
 */
export function mountCompare(root, page) {
  const { data, store, asking } = page;
  const runs = ensembles(page, "compare", () => refresh());
  const chooser = make("fieldset", { class: "choices" });
  const base = choice("Compared with", [], "", (ref) => page.change({ kind: "view", compareWith: ref }));
  const over = data.outputs.some((o) => o.variable !== null && o.at === null);
  const date = choice("Read at", [], "", (time) => page.change({ kind: "view", compareAt: Number(time) }));
  const status = make("p", { class: "quiet", role: "status" });
  const tables = make("div", { class: "comparison" });
  const picture = differencePicture(page);
  let seen = false;
  let drawn = "";
  fill(root,
    make("p", { text: "Every setting runs on the same draws: run 1 of one is set against run 1 of the other, so the chance that both share is no part of the difference." }),
    chooser,
    make("div", { class: "row" }, base.element, over && date.element),
    status,
    picture.element,
    tables);

  /** The settings that are compared, that which the others are set against first. */
  function chosen() {
    const order = comparable(data, store.state).map(({ ref }) => ref);
    const refs = [...compared(data, store.state)].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const first = refs.includes(store.state.view.compareWith) ? store.state.view.compareWith : refs.find((ref) => ref.startsWith("scenario:")) ?? refs[0];
    return [first, ...refs.filter((ref) => ref !== first)].map((ref) => ({ ref, ...settingAt(data, store.state, ref) }));
  }

  function refresh() {
    if (!seen) return;
    const settings = chosen();
    const found = settings.map((setting) => ({ ...setting, ...runs.get(setting) }));
    const { compareOf, compareAt } = store.state.view;
    const now = JSON.stringify([found.map(({ ref, name, ensemble, error, ...ask }) => [ref, name, keyOf(ask), !ensemble, error]), comparable(data, store.state), compareOf, compareAt]);
    if (now === drawn) return;
    drawn = now;
    offer(settings);
    const failed = found.find(({ error }) => error);
    const waiting = found.filter(({ ensemble, error }) => !ensemble && !error);
    say(status, failed ? `${failed.name}: ${failed.error}` : waiting.length ? `Running ${waiting.map(({ name }) => name).join(", ")} …` : [lostWords(found), rangesWords(found), keptWords(data, store.state, found)].filter(Boolean).join(" "));
    const there = found.filter(({ ensemble }) => ensemble);
    fill(tables, unlikeTable(data, settings));
    picture.element.hidden = true;
    if (!there.includes(found[0]) || there.length < 2) return;
    const at = Number(store.state.view.compareAt ?? NaN);
    const cells = cellsOf(data, found[0].ensemble, Number.isFinite(at) ? at : undefined);
    const times = found[0].ensemble.times;
    date.offer(Array.from(times, (t) => ({ value: String(t), text: when(data, t) })), String(over ? cells.find(({ spec }) => spec.at === null && spec.variable !== null).time : times[0]));
    picture.show(there, cells);
    fill(tables, unlikeTable(data, settings), standingTable(data, there, cells), chanceTable(data, there), changeTable(data, there, cells));
  }

  function offer(settings) {
    const refs = settings.map(({ ref }) => ref);
    const boxes = comparable(data, store.state);
    base.offer(settings.map(({ ref, name }) => ({ value: ref, text: name })), refs[0]);
    const kinds = [...new Set(boxes.map(({ kind }) => kind))];
    fill(chooser, make("legend", { text: "Which settings (two at least)" }), ...kinds.map((kind) =>
      make("div", { class: "choice-group" }, make("span", { class: "quiet", text: GROUPS[kind] }), ...boxes.filter((one) => one.kind === kind).map((one) => box(one, refs)))));
  }

  function box({ ref, name }, refs) {
    const checked = refs.includes(ref);
    // Two are the least that can be compared.
    const toggle = () => page.change({ kind: "compare", ids: checked ? refs.filter((other) => other !== ref) : [...refs, ref] });
    return make("label", { class: "check" }, make("input", { type: "checkbox", checked, disabled: checked && refs.length <= 2, "data-ref": ref, on: { change: toggle } }), make("span", { text: name }));
  }

  store.subscribe(() => seen && keepFocus(chooser, refresh));
  page.onResults(() => seen && keepFocus(chooser, refresh));
  return { show() { seen = true; refresh(); }, hide() { seen = false; } };
}

/** The difference of one output, chosen: over time where it has a course, else at its date. */
function differencePicture({ data, store, about, change: move }) {
  const chart = differenceChart({ tallest: 320 });
  const which = choice("Difference of", [], "", (value) => move({ kind: "view", compareOf: value }));
  const element = make("section", { class: "picture wide", hidden: true }, make("div", { class: "tools" }, which.element), figure(chart, { name: "difference", about: () => ({ ...about(), setting: "" }) }));

  function show([base, ...others], cells) {
    const keys = cells.map(({ spec, element: part }) => JSON.stringify([spec.name, part]));
    const at = Math.max(0, keys.indexOf(store.state.view.compareOf));
    which.offer(keys.map((key, i) => ({ value: key, text: partOf(cells[i]) })), keys[at]);
    const cell = cells[at];
    const over = cell.spec.at === null && cell.spec.variable !== null;
    const series = others.map((other, pen) => {
      const found = change(other.ensemble, base.ensemble, cell);
      const drawn = over ? changeOver(other.ensemble, base.ensemble, cell) : found;
      return { name: other.name, pen, central: null, hidden: false, ...drawn, note: found.chance ? `higher in ${higherWords(found)}` : "" };
    });
    const { unit, percent: told } = cell.spec;
    chart.update({
      title: `${partOf(cell)}: difference from "${base.name}"`,
      sentence: "Run by run on the same draws: the median of the differences, and where nine runs in ten lie.",
      unit, percent: told, times: over ? Array.from(base.ensemble.times) : null, series, targets: [], history: [], calendar: data.model.calendar,
    });
    element.hidden = false;
  }
  return { element, show };
}

/** Do what makes boxes anew, and give the focus back to the one that had it. */
function keepFocus(element, act) {
  const ref = element.contains(document.activeElement) ? document.activeElement.getAttribute("data-ref") : null;
  act();
  if (ref !== null) [...element.querySelectorAll("input")].find((one) => one.getAttribute("data-ref") === ref)?.focus();
}

/** Say which runs have no result, by setting; empty where all have one. */
function lostWords(found) {
  return found
    .filter(({ ensemble }) => ensemble?.failures.length)
    .map(({ name, ensemble }) => `${name}: ${countOf(ensemble.failures.length, "run")} of ${ensemble.runs} failed; pairs with one of them are left out.`)
    .join(" ");
}

/** Say that settings draw from different ranges, so that a pair has the same random numbers and not always the same inputs. */
export function rangesWords(settings) {
  const [first, ...others] = settings.map(({ ranges }) => keyOf({ held: {}, ranges, runs: 0 }));
  return others.every((other) => other === first) ? "" : "Their ranges differ: a pair of runs has the same random numbers, each drawn from its setting's own ranges.";
}

/** Say which kept setting no longer gives the numbers that were kept with it, and the first of them; empty where all do. */
export function keptWords(data, state, found) {
  return found
    .flatMap(({ ref, ensemble }) => {
      const kept = state.saved.find(({ id }) => ref === `saved:${id}`);
      if (!kept || !ensemble || kept.runs !== state.runs || staleness(data, kept)) return [];
      const first = disagreement(kept.numbers, numbersOf(data, ensemble));
      if (first === null) return [];
      const { output, statistic, value } = first.fresh ?? first.kept;
      return [`"${kept.name}" was kept with other numbers than it gives here, the first being ${statistic} of ${output}: ${first.kept?.value ?? "none"} then, ${first.fresh ? value : "none"} now.`];
    })
    .join(" ");
}

function unlikeTable(data, settings) {
  const rows = unlike(data, settings);
  if (rows.length === 0) return make("p", { class: "warning", text: "These settings are the same: they hold the same inputs at the same values." });
  return table("In what they differ", ["Input", ...settings.map(({ name }) => name)], rows.map(({ input, standings }) => [
    input.label || input.name,
    ...standingsApart(input, standings.map(({ held, law }) => ({ varies: law !== null, value: held, law }))),
  ]));
}

function standingTable(data, settings, cells) {
  const rows = cells.map((cell) => [
    titleOf(data, cell),
    ...settings.map(({ ensemble }) => {
      const found = standing(ensemble, cell);
      return [shown(found.median, cell.spec), rangeWords(found, cell.spec)];
    }),
  ]);
  return table("What each gives: the median, and where nine runs in ten lie", ["Output", ...settings.map(({ name }) => name)], rows);
}

function chanceTable(data, settings) {
  if (data.targets.length === 0) return null;
  const rows = data.targets.map((target) => [target.name, ...settings.map(({ ensemble }) => chanceWords(chanceOf(ensemble, target)))]);
  return table("The chance of each target, with its 95% interval", ["Target", ...settings.map(({ name }) => name)], rows);
}

function changeTable(data, [base, ...others], cells) {
  const rows = cells.flatMap((cell) => others.map((other) => {
    const found = change(other.ensemble, base.ensemble, cell);
    return [titleOf(data, cell), other.name, changeWords(found, cell.spec), higherWords(found)];
  }));
  return table(`What each changes against "${base.name}", run by run`, ["Output", "Setting", "Difference (nine in ten)", "Higher in"], rows);
}

/** "484 to 538", and nothing where the two are the same as they are read, or the runs too few for a range. */
function rangeWords({ low90, high90 }, quantity) {
  const told = quantity.signed ? signed : shown;
  return Number.isFinite(low90) && told(low90, quantity) !== told(high90, quantity) ? between(low90, high90, quantity) : "";
}

/** A difference: "+12 (+3 to +20)", or "the same in every run". */
export function changeWords(found, spec) {
  if (found.runs === 0) return "no pair of runs has a result";
  if (found.alike === found.runs) return "the same in every run";
  const range = rangeWords(found, { ...spec, signed: true });
  return range ? `${signed(found.median, spec)} (${range})` : signed(found.median, spec);
}

/** In how many pairs it is higher: "62% of 500 pairs (58 to 66%); the same in 12". */
export function higherWords(found) {
  const parts = [];
  if (found.chance) {
    const [, low, high] = found.chance;
    const of = `of ${countOf(found.runs, "pair")}`;
    parts.push(found.above === 0 ? `none ${of} (at most ${percent(high)})` : found.above === found.runs ? `all ${of} (at least ${percent(low)})` : `${percent(found.above / found.runs)} ${of} (${percents(low, high)})`);
    if (found.alike) parts.push(`the same in ${found.alike}`);
  } else parts.push("–");
  if (found.lost) parts.push(`${countOf(found.lost, "pair")} without a result`);
  return parts.join("; ");
}

function titleOf(data, cell) {
  const at = cell.spec.at === null && cell.spec.variable !== null ? `, ${when(data, cell.time)}` : "";
  return `${partOf(cell)}${at}`;
}

/** An output and its element: "GPs (WTE): north". */
function partOf({ spec, element }) {
  return `${named(spec.label, spec.percent ? "" : spec.unit)}${element ? `: ${element}` : ""}`;
}

function when(data, time) {
  return dateWords(time, true, data.model.calendar);
}

function table(caption, head, rows) {
  return make("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": caption },
    make("table", { class: "numbers" },
      make("caption", { text: caption }),
      make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col", text })))),
      make("tbody", {}, ...rows.map(([first, ...rest]) =>
        make("tr", {}, make("th", { scope: "row", text: first }), ...rest.map((told, i) => make("td", { "data-head": head[i + 1] }, make("div", {}, ...[told].flat().filter(Boolean).map((text) => make("div", { text }))))))))));
}
