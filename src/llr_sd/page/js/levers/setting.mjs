// The setting on screen: where it starts from, what differs from there, and the way back.

import { button, choice, fill, make, say } from "../app/dom.mjs";
import { countOf } from "../charts/numbers.mjs";
import { differencesOf } from "../session/moves.mjs";
import { capital, differenceWords, outsideSummary, sourceWords } from "./wording.mjs";

const KINDS = Object.freeze({ scenario: "Scenarios", published: "As published", check: "Checks" });

/**
 * The head of the levers.
 * @param {HTMLElement} root
 * @param {Object} page with `data`, `store`, `asking`, `change(move)`, `undo()` and `redo()`
 * @returns {{show: () => void}}
 */
export function mountSetting(root, page) {
  const { data, store, asking } = page;
  const inputs = new Map(data.inputs.map((input) => [input.name, input]));
  const kinds = new Set(data.scenarios.map((s) => s.kind));
  const options = data.scenarios.map((s) => ({ value: s.name, text: s.name, group: kinds.size > 1 ? (KINDS[s.kind] ?? s.kind) : "" }));
  options.sort((a, b) => Object.values(KINDS).indexOf(a.group) - Object.values(KINDS).indexOf(b.group));
  const from = choice("Start from", options, store.state.from, (scenario) => page.change({ kind: "start", scenario }));
  from.element.classList.add("from");
  const note = make("p", { class: "quiet scenario-note" });
  const head = make("h3", { id: "differs" });
  const list = make("ul", { class: "differs", "aria-labelledby": "differs" });
  const undo = button("Undo", () => page.undo(), { title: "Ctrl+Z" });
  const redo = button("Redo", () => page.redo(), { title: "Ctrl+Shift+Z" });
  const back = button("Back to the start", () => page.backToStart());
  const outside = make("p", { class: "outside" });
  let drawn = "";
  fill(root, make("h2", { class: "unseen", text: "Setting" }), data.scenarios.length > 1 && from.element, note, head, list, outside, make("div", { class: "steps" }, undo, redo, back));

  function show() {
    const { state } = asking;
    from.select.value = state.from;
    const scenario = data.scenarios.find((s) => s.name === state.from);
    say(note, scenario ? scenario.note : "");
    note.hidden = !note.textContent;
    const differences = differencesOf(data, state);
    say(head, differences.length ? `${countOf(differences.length, "thing differs", "things differ")} from the start` : "Nothing differs from the start");
    const key = JSON.stringify(differences);
    if (key !== drawn) fill(list, differences.map(row));
    drawn = key;
    list.hidden = differences.length === 0;
    say(outside, outsideSummary(data.inputs, state.held));
    outside.hidden = outside.textContent === "";
    undo.disabled = !store.canUndo && state === store.state;
    redo.disabled = !store.canRedo;
    back.disabled = differences.length === 0;
  }

  function row(difference) {
    const input = difference.input === null ? null : inputs.get(difference.input);
    const label = input ? capital(input.label) : "Number of runs";
    return make("li", {},
      make("span", {}, make("strong", { text: label }), make("span", { text: `: ${differenceWords(difference, input)}` }),
        input && make("span", { class: "only-print", text: `. Source: ${sourceWords(input)}.` })),
      button("undo", () => page.change(difference.move), { class: "link", "aria-label": `undo: ${label}` }));
  }

  return { show };
}
