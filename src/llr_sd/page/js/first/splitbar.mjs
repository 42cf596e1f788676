/** A bar of shares over the skill levels: dividers that are dragged, moved by keys, or typed; the parts always add up to the whole. */

import { make, say } from "../app/dom.mjs";
import { fixed } from "../charts/numbers.mjs";
import { moved, STEPS, typed } from "./shares_facts.mjs";
import { sumOf } from "../people/wholes.mjs";

const PER_CENT = STEPS / 100;
/** Milliseconds after which keys that were pressed one after another count as one move. */
const REST = 400;
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
/** With shift a key goes so many times as far: pages up and down are the room's, whose clickers send them. */
const FAR = 5;
/** Per cent of the bar from which a number is large; and what letters take, with the room around them: a part shows what there is room for. */
const WIDE = 24;
const room = (letters) => 2.5 * letters + 3;

/** Steps as a percentage: "19" or "19.5". */
export function percentOf(steps) {
  return String(Number(fixed(steps / PER_CENT, 1)));
}

/**
 * Return the steps of a percentage that somebody typed, or null where it is none.
 *
 * @param {string} text "19", "19.5", "19 %" or "19,5"
 * @returns {number|null}
 */
export function stepsTyped(text) {
  const plain = text.trim().replace(/\s*%$/, "").replace(",", ".");
  const number = /^\d{1,3}(\.\d+)?$/.test(plain) ? Number(plain) : NaN;
  return number <= 100 ? Math.round(number * PER_CENT) : null;
}

/** What a divider says to those who cannot see it. */
export function dividerWords(parts, steps, divider) {
  return [divider, divider + 1].map((i) => `${parts[i].label} ${percentOf(steps[i])}%`).join(", ");
}

/** A bar that is only looked at: parts of `{level, steps}` with their percentages in it. */
export function plainBar(given = {}) {
  const element = make("div", { class: "split-bar", role: "img", ...given });
  let places = [];
  return {
    element,
    show(parts, steps, label) {
      if (places.length !== parts.length) {
        places = parts.map(partOf);
        element.replaceChildren(...places);
      }
      drawn(places, parts, steps);
      element.setAttribute("aria-label", `${label}: ${parts.map((part, i) => `${part.label} ${percentOf(steps[i])}%`).join(", ")}`);
    },
  };
}

function partOf({ level }) {
  return make("div", { class: `split-part level-${level}` }, make("span", {}, make("span", { class: "split-name" }), make("span", { class: "split-number" })));
}

function drawn(places, parts, steps) {
  const all = sumOf(steps);
  places.forEach((place, i) => {
    const share = (100 * steps[i]) / all;
    place.style.width = `${share}%`;
    const text = `${percentOf(steps[i])}%`;
    const [name, number] = place.firstChild.children;
    place.firstChild.hidden = share < room(text.length);
    name.hidden = share < room(parts[i].short.length + text.length + 1) + (share < WIDE ? 0 : 6);
    place.classList.toggle("split-wide", share >= WIDE);
    say(name, `${parts[i].short}\u00a0`);
    say(number, text);
  });
}

/**
 * Make a bar whose dividers move.
 *
 * @param {{label: string, parts: Array<{level: string, label: string, short: string}>, drag: (steps: Array<number>) => string,
 *   settle: () => void, change: (steps: Array<number>) => string}} given `label` names the bar; `drag` is told while the hand moves,
 *   `settle` when it lets go, `change` of what was typed; the first and the last give a sentence that refuses, or ""
 * @returns {{element: HTMLElement, show: (steps: Array<number>) => void, lock: (locked: boolean) => void}}
 */
export function splitBar({ label, parts, drag, settle, change }) {
  let steps = parts.map((_, i) => (i ? 0 : STEPS));
  let grabbed = null;
  let resting = null;
  const places = parts.map(partOf);
  const handles = parts.slice(1).map((part, i) =>
    make("div", {
      class: `split-handle split-handle-${i}`, role: "slider", tabIndex: 0, "aria-orientation": "horizontal", "aria-valuemin": 0, "aria-valuemax": 100,
      "aria-label": `${label}, between ${parts[i].label.toLowerCase()} and ${part.label.toLowerCase()}`,
      on: { keydown: (event) => pressed(event, i), blur: rest, pointerdown: (event) => taken(event, i) },
    }));
  const track = make("div", { class: "split-track" }, make("div", { class: "split-bar", "aria-hidden": "true" }, ...places), ...handles);
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const boxes = parts.map((part, i) =>
    make("input", {
      type: "text", inputmode: "decimal", autocomplete: "off", class: "split-box", "aria-label": `${label}: ${part.label}, per cent`,
      on: { change: (event) => entered(event.target, i) },
    }));
  const fields = make("div", { class: "split-fields" },
    ...parts.map((part, i) => make("label", { class: "split-field" }, make("span", { class: `split-key level-${part.level}`, "aria-hidden": "true" }), make("span", { text: part.label }), make("span", { class: "split-entry" }, boxes[i], "%"))));
  const element = make("div", { class: "split", role: "group", "aria-label": label }, track, fields, problem);

  function refused(text, box = null) {
    say(problem, text);
    problem.hidden = text === "";
    for (const each of boxes) each.setAttribute("aria-invalid", String(each === box && text !== ""));
  }

  function dragged(next) {
    if (next.every((part, i) => part === steps[i])) return;
    draw(next);
    refused(drag(next));
  }

  function taken(event, divider) {
    if (grabbed !== null || event.button !== 0 || handles[divider].getAttribute("aria-disabled") === "true") return;
    event.preventDefault();
    rest();
    handles[divider].focus();
    handles[divider].setPointerCapture(event.pointerId);
    const { left, width } = track.getBoundingClientRect();
    const stood = sumOf(steps.slice(0, divider + 1));
    // The hand keeps the place where it took the handle, so that a touch alone moves nothing.
    grabbed = { pointer: event.pointerId, divider, left, width, from: [...steps], off: event.clientX - left - (width * stood) / STEPS };
    // The page is listened to, since not every browser keeps a pointer with the handle that it took.
    for (const [kind, act] of HELD) document.addEventListener(kind, act);
  }

  const HELD = [["pointermove", pulled], ["pointerup", dropped], ["pointercancel", dropped]];

  function pulled(event) {
    if (event.pointerId !== grabbed?.pointer || !(grabbed.width > 0)) return;
    const { divider, left, width, from, off } = grabbed;
    const share = (event.clientX - off - left) / width;
    dragged(moved(from, divider, Math.round(share * 100) * PER_CENT));
  }

  function dropped(event) {
    if (event.pointerId !== grabbed?.pointer) return;
    grabbed = null;
    for (const [kind, act] of HELD) document.removeEventListener(kind, act);
    settle();
  }

  function pressed(event, divider) {
    const end = { Home: 0, End: STEPS }[event.key];
    const by = KEYS[event.key] * (event.shiftKey ? FAR : 1);
    if ((Number.isNaN(by) && end === undefined) || handles[divider].getAttribute("aria-disabled") === "true") return;
    event.preventDefault();
    event.stopPropagation();
    const stood = sumOf(steps.slice(0, divider + 1));
    const round = by > 0 ? Math.floor(stood / PER_CENT + 1e-9) : Math.ceil(stood / PER_CENT - 1e-9);
    dragged(moved(steps, divider, end ?? (round + by) * PER_CENT));
    if (resting !== null) clearTimeout(resting);
    resting = setTimeout(rest, REST);
  }

  function rest() {
    if (resting === null) return;
    clearTimeout(resting);
    resting = null;
    settle();
  }

  function entered(box, place) {
    const wanted = stepsTyped(box.value);
    if (wanted === null) {
      refused(`\u201c${box.value}\u201d is no percentage: write a number from 0 to 100.`, box);
      return;
    }
    refused(change(typed(steps, place, wanted)), box);
  }

  function draw(next) {
    steps = [...next];
    drawn(places, parts, steps);
    handles.forEach((handle, i) => {
      const stood = sumOf(steps.slice(0, i + 1));
      handle.style.left = `${(100 * stood) / STEPS}%`;
      handle.setAttribute("aria-valuenow", percentOf(stood));
      handle.setAttribute("aria-valuetext", dividerWords(parts, steps, i));
    });
    boxes.forEach((box, i) => {
      if (document.activeElement !== box || box.getAttribute("aria-invalid") !== "true") box.value = percentOf(steps[i]);
    });
  }

  draw(steps);
  return {
    element,
    /** Show shares that somebody else has set; a hand that holds a divider is not disturbed. */
    show(next) {
      if (grabbed === null && next.some((part, i) => part !== steps[i])) {
        refused("");
        draw(next);
      }
    },
    lock(locked) {
      element.classList.toggle("split-locked", locked);
      for (const handle of handles) {
        handle.tabIndex = locked ? -1 : 0;
        handle.setAttribute("aria-disabled", String(locked));
      }
      for (const box of boxes) box.disabled = locked;
    },
  };
}
