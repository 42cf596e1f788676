// The range of a lever: its law and its numbers, edited; what cannot be is said beside it.

import { button, choice, fill, make, say } from "../app/dom.mjs";
import { LAWS, MAY_LACK, boxed, isNumber, lawOf, scaleOf, unboxed } from "./standing.mjs";
import { behind, lawWords } from "./wording.mjs";

const NUMBERS = Object.freeze({
  low: "Lowest",
  mode: "Most likely",
  high: "Highest",
  sd: "Standard deviation",
  values: "Values",
  weights: "Weights",
});
const OTHERWISE = Object.freeze({
  p10_p90: { low: "One in ten below", mode: "Middle", high: "One in ten above" },
  normal: { mode: "Mean" },
  truncated_normal: { mode: "Mean" },
  lognormal: { mode: "Median", sd: "Standard deviation of the logarithm" },
  beta: { mode: "Mean" },
});

/** A law to begin with for an input that does not vary: between the ends of its slider. */
export function firstLaw(input) {
  const low = input.low;
  const high = input.high > low ? input.high : low + 1;
  const mode = Math.min(high, Math.max(low, input.value));
  return { kind: "triangular", low, mode, high, sd: null, values: null, weights: null, minimum: null, maximum: null };
}

/** A law of another kind that keeps the numbers that both take. */
export function recast(law, kind, input) {
  const plain = { kind, low: null, mode: null, high: null, sd: null, values: null, weights: null, minimum: null, maximum: null };
  const ends = isNumber(law.low) && isNumber(law.high) ? [law.low, law.high] : [input.low, input.high];
  const mode = isNumber(law.mode) ? law.mode : (ends[0] + ends[1]) / 2;
  for (const name of LAWS[kind].takes) {
    if (name === "low" || name === "high") plain[name] = ends[name === "low" ? 0 : 1];
    else if (name === "mode") plain.mode = kind === "truncated_normal" ? (ends[0] + ends[1]) / 2 : mode;
    else if (name === "sd") plain.sd = kind === "truncated_normal" ? null : firstSpread(kind, ends, mode);
    else if (name === "values") plain.values = [...new Set([ends[0], mode, ends[1]])];
  }
  return plain;
}

/** Whether two laws have the same kind and numbers, however a missing one is written. */
export function alike(one, other) {
  if (!one || !other) return one === other;
  const plain = (value) => (Array.isArray(value) && value.length === 0 ? null : (value ?? null));
  return ["kind", "low", "mode", "high", "sd", "values", "weights"].every((key) => JSON.stringify(plain(one[key])) === JSON.stringify(plain(other[key])));
}

function firstSpread(kind, ends, mode) {
  const sixth = (ends[1] - ends[0]) / 6;
  return Number((kind === "lognormal" && mode > 0 ? Math.min(1, sixth / mode) : sixth).toPrecision(3));
}

/**
 * The editor of a lever's range.
 * @param {Object} input
 * @param {{state: () => Object, change: (move: Object) => string, problem: (input: Object, law: Object) => string|null}} page
 *   `change` gives what was refused, or ""; `problem` what is wrong with a law
 * @returns {{element: HTMLElement, show: () => void}}
 */
export function lawEditor(input, page) {
  const scale = scaleOf(input);
  const boxes = new Map();
  const problem = make("p", { class: "problem", role: "alert" });
  const told = make("p", { class: "quiet" });
  const fields = make("div", { class: "law-numbers" });
  let law = null; // as it stands in the boxes
  let kept; // as the page has it

  const kinds = Object.entries(LAWS).map(([value, { called }]) => ({ value, text: called }));
  const kind = choice("How it varies", [{ value: "", text: "not at all" }, ...kinds], "", (value) => {
    if (value === "") return undefined;
    draw(recast(law ?? firstLaw(input), value, input));
    return take();
  });
  const back = button("As the study has it", () => refused(page.change({ kind: "unrange", input: input.name })), { class: "small" });
  if (input.whole) {
    const text = `It varies together with the other shares of ${input.whole}, and has no range of its own.`;
    return { element: make("p", { class: "quiet", text }), show: () => {} };
  }
  const element = make("div", { class: "law" }, kind.element, fields, problem, told, make("p", {}, back));

  function scaleFor(name) {
    return name === "weights" || (name === "sd" && law.kind === "lognormal") ? 1 : scale;
  }

  function draw(next) {
    law = next;
    boxes.clear();
    kind.select.value = law ? law.kind : "";
    fill(fields, law ? LAWS[law.kind].takes.map(field) : []);
  }

  function field(name) {
    const label = OTHERWISE[law.kind]?.[name] ?? NUMBERS[name];
    const many = name === "values" || name === "weights";
    const lacks = MAY_LACK[law.kind]?.includes(name);
    const value = many ? (law[name] ?? []).map((v) => boxed(v, scaleFor(name))).join(", ") : boxed(law[name], scaleFor(name));
    const box = make("input", { type: "text", inputmode: many ? null : "decimal", value, autocomplete: "off", on: { change: take } });
    boxes.set(name, box);
    return make("label", {}, make("span", { text: `${label}${lacks ? " (may be empty)" : ""}` }), box);
  }

  /** Read the boxes; a law that can be becomes a move, one that cannot is told. */
  function take() {
    const read = { ...law };
    for (const [name, box] of boxes) {
      if (name === "values" || name === "weights") {
        const parts = box.value.split(/[,;\s]+/).filter(Boolean).map((part) => unboxed(part, scaleFor(name)));
        read[name] = parts.length ? parts : null;
      } else read[name] = box.value.trim() === "" ? null : unboxed(box.value, scaleFor(name));
    }
    const wrong = [...boxes].find(([name]) => [read[name]].flat().some((v) => typeof v === "number" && !Number.isFinite(v)));
    law = read;
    if (wrong) return refused(`"${wrong[1].value}" is no number.`);
    return refused(page.problem(input, read) ?? page.change({ kind: "range", input: input.name, law: read }));
  }

  function refused(text) {
    say(problem, text);
    for (const box of boxes.values()) box.setAttribute("aria-invalid", text ? "true" : "false");
  }

  function show() {
    const { held, ranges } = page.state();
    const now = lawOf(input, ranges);
    // Numbers that cannot be stay in their boxes until they are mended, whatever runs come in meanwhile.
    if (!alike(now, kept) && !alike(now, law)) {
      draw(now);
      refused("");
    }
    kept = now;
    back.hidden = !Object.hasOwn(ranges, input.name);
    const studys = input.law && input.uncertain ? `The study has ${lawWords(input, input.law)}.` : "The study does not vary it.";
    const idle = now && Object.hasOwn(held, input.name) ? " It is held: its range counts once you let it vary again." : "";
    say(told, `${behind(input) ? `Unit: ${behind(input)}. ` : ""}${studys}${idle}`);
  }

  return { element, show };
}
