// One lever: its name, a slider with a number box, how it stands, and its source one click away.

import { button, make, say } from "../app/dom.mjs";
import { lawEditor } from "./law.mjs";
import { boxed, endsOf, isMoved, scaleOf, sliderEnds, snapped, standing, stepOf, unboxed } from "./standing.mjs";
import { GRADES, behind, capital, lawWords, outsideWords, permissibleWords, standingWords, valueWithUnit } from "./wording.mjs";

/** What the ends of a slider are, where they are not those of its source. */
const SLIDERS = Object.freeze({ permissible: "runs over all that may be set", around: "runs around its value: no source says how far" });
let made = 0;

/**
 * Make a lever.
 * @param {Object} input of the page's data
 * @param {{state: () => Object, start: () => Object, drag: Function, settle: Function, change: Function, equation: Function|null}} page
 *   `state` and `start` give {held, ranges}; `drag(name, value)` and `change(move)` give what was refused, or ""
 * @returns {{element: HTMLElement, show: () => void}}
 */
export function lever(input, page) {
  const id = `lever-${(made += 1)}`;
  const scale = scaleOf(input);
  const unit = behind(input);
  let ends = [0, 1];
  let step = 1;
  let settling = null;

  const slider = make("input", { type: "range", id, class: "slider", step: "any", on: { input: dragged, change: released, blur: settle } });
  const box = make("input", {
    type: "text",
    class: "box",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": `${capital(input.label)}, number${unit ? `, ${unit}` : ""}`,
    on: { change: typed, keydown: stepped },
  });
  const band = make("span", { class: "band", hidden: true });
  const startMark = make("span", { class: "mark start" });
  const modelMark = make("span", { class: "mark model" });
  const stands = make("span", { class: "stands", id: `${id}-stands` });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const outside = make("p", { class: "outside", hidden: true });
  const free = button("let it vary again", () => act({ kind: "release", input: input.name }), { class: "link", "aria-label": `let it vary again: ${capital(input.label)}` });
  const undo = button("as at the start", () => act({ kind: "back", input: input.name }), { class: "link", "aria-label": `as at the start: ${capital(input.label)}` });
  const inside = make("div", { class: "source", id: `${id}-source`, hidden: true });
  const known = input.source ? "source, range" : "range";
  const more = button(known, unfold, { class: "link more", "aria-label": `${known}: ${capital(input.label)}`, "aria-expanded": "false", "aria-controls": `${id}-source` });
  let editor = null;

  slider.setAttribute("aria-describedby", `${id}-stands`);
  const element = make(
    "div",
    { class: "lever" },
    make("div", { class: "lever-head" },
      make("label", { class: "lever-name", htmlFor: id, text: capital(input.label) }),
      make("span", { class: "lever-box" }, box, unit && make("span", { class: "unit", text: unit }))),
    make("div", { class: "track" }, band, modelMark, startMark, slider),
    make("div", { class: "lever-foot" }, stands, more, make("span", { class: "ways" }, free, undo)),
    outside,
    problem,
    inside,
  );

  function dragged() {
    const value = snapped(Number(slider.value), step, ends[0], ends[1]);
    refused(page.drag(input.name, value));
  }

  /** A key gives a change at each press: they are one move when the keys rest. */
  function released() {
    if (settling !== null) clearTimeout(settling);
    settling = setTimeout(settle, 300);
  }

  function settle() {
    if (settling !== null) clearTimeout(settling);
    settling = null;
    page.settle();
  }

  function typed() {
    const value = unboxed(box.value, scale);
    if (!Number.isFinite(value)) return refused(box.value.trim() ? `\u201c${box.value}\u201d is no number.` : "Write a number.");
    return act({ kind: "hold", input: input.name, value });
  }

  function stepped(event) {
    const turn = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!turn) return;
    event.preventDefault();
    const from = Number.isFinite(unboxed(box.value, scale)) ? unboxed(box.value, scale) : Number(slider.value);
    refused(page.drag(input.name, snapped(from + turn * step, step, ends[0], ends[1])));
    released();
  }

  function act(move) {
    refused(page.change(move));
  }

  function refused(text) {
    say(problem, text);
    problem.hidden = text === "";
    box.setAttribute("aria-invalid", text ? "true" : "false");
  }

  function unfold() {
    inside.hidden = !inside.hidden;
    more.setAttribute("aria-expanded", String(!inside.hidden));
    if (editor === null) {
      editor = lawEditor(input, page);
      inside.append(facts(input, page), editor.element);
    }
    if (!inside.hidden) editor.show();
  }

  function show() {
    const state = page.state();
    const start = page.start();
    const now = standing(input, state.held, state.ranges);
    const was = standing(input, start.held, start.ranges);
    const range = now.varies ? endsOf(now.law) : null;
    ends = sliderEnds(input, now.value, was.value, input.value, ...(range ?? []));
    step = stepOf(input, ends[0], ends[1]);
    put(slider, "min", ends[0]);
    put(slider, "max", ends[1]);
    if (Number(slider.value) !== now.value) slider.value = String(now.value);
    slider.setAttribute("aria-valuetext", `${valueWithUnit(input, now.value)}, ${now.varies ? "varies" : "held"}`);
    if (document.activeElement !== box || slider === document.activeElement) box.value = boxed(now.value, scale);
    else if (unboxed(box.value, scale) !== now.value && problem.hidden) box.value = boxed(now.value, scale);
    band.hidden = range === null;
    if (range) place(band, range[0], range[1]);
    place(startMark, was.value);
    startMark.title = `at the start: ${standingWords(input, was)}`;
    modelMark.hidden = input.value === was.value;
    if (!modelMark.hidden) {
      place(modelMark, input.value);
      modelMark.title = `of the model: ${valueWithUnit(input, input.value)}`;
    }
    const moved = isMoved(input, state, start);
    element.classList.toggle("varies", now.varies);
    element.classList.toggle("moved", moved);
    say(stands, standingWords(input, now));
    free.hidden = now.varies || now.law === null;
    undo.hidden = !moved;
    const told = now.varies ? "" : outsideWords(input, now.value);
    say(outside, told);
    outside.hidden = told === "";
    if (editor !== null && !inside.hidden) editor.show();
  }

  function place(mark, low, high = low) {
    const width = ends[1] - ends[0] || 1;
    mark.style.setProperty("--from", String((low - ends[0]) / width));
    mark.style.setProperty("--to", String((high - ends[0]) / width));
  }

  function put(target, name, value) {
    if (target[name] !== String(value)) target[name] = String(value);
  }

  return { element, show };
}

/** What is known of an input: where it comes from, how good that is, what may be set. */
function facts(input, page) {
  const rows = [
    ["Source", input.source],
    ["Grade", input.grade ? `${input.grade}, ${GRADES[input.grade] ?? "not graded"}` : ""],
    ["Note", input.note],
    ["In the model", valueWithUnit(input, input.value)],
    ["The plan believes", input.planned === null ? "" : valueWithUnit(input, input.planned)],
    ["Fitted to", input.fittedTo],
    ["May be set to", permissibleWords(input)],
    ["Range of its source", endsOf(input.own) ? lawWords(input, input.own) : "none"],
    ["The slider", SLIDERS[input.ends] ?? ""],
    ["Share of", input.whole],
    ["Called in the model", input.variable],
  ];
  const list = make("dl", { class: "facts" });
  for (const [term, text] of rows) if (text) list.append(make("dt", { text: term }), make("dd", { text }));
  if (page.equation) list.append(make("dd", {}, button("Where it is used", () => page.equation(input), { class: "link" })));
  return list;
}
