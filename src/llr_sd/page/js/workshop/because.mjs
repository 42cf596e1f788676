// What was changed last, in plain words at the foot of a screen, and behind a button why and who spoke. It comes and goes without touching
// the focus, and moves nothing on the screen.

import { button, fill, make, say } from "../app/dom.mjs";
import { whoField } from "../second/who.mjs";
import { changeWords, keptWords } from "./wording.mjs";

/**
 * Mount the sentence with its button, and the form that the button opens.
 * @param {HTMLElement} root for the sentence
 * @param {HTMLElement} place for the form
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountBecause(root, place, page) {
  const what = make("p", { class: "because-what", role: "status" });
  const ask = button("Say why", () => open(place.hidden), { "aria-expanded": "false", "aria-controls": place.id });
  const reason = make("input", { type: "text", maxlength: 300, autocomplete: "off", on: { change: keep } });
  const who = whoField(page);
  const kept = make("span", { class: "because-kept", role: "status" });
  const form = make("form", { on: { submit: (event) => (event.preventDefault(), keep(), open(false)) } },
    make("label", { class: "choice because-why" }, make("span", { text: "Why?" }), reason), who.element,
    kept, make("button", { type: "submit", text: "Done" }));
  who.element.addEventListener("change", keep);
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    keep();
    open(false);
  });
  fill(root, what, ask);
  fill(place, form);
  let of = ""; // what the fields are of

  const last = () => page.store.state.room.journal.at(-1);
  const keyOf = (entry) => JSON.stringify([entry.n, entry.screen, entry.changes]);

  function keep() {
    const entry = last();
    if (!entry || keyOf(entry) !== of) return;
    page.change({ kind: "because", n: entry.n, reason: reason.value, who: who.value() });
    show();
  }

  function open(wanted) {
    place.hidden = !wanted;
    ask.setAttribute("aria-expanded", String(wanted));
    if (wanted) reason.focus();
    else if (!root.hidden) ask.focus();
  }

  function show() {
    const entry = last();
    const there = entry !== undefined && entry.screen === page.screen;
    root.classList.toggle("empty", !there);
    for (const one of [what, ask]) one.hidden = !there;
    if (!there) place.hidden = true;
    if (!there) return;
    who.show();
    const key = keyOf(entry);
    if (key !== of) {
      of = key;
      reason.value = entry.reason;
      who.set(entry.who);
    }
    const words = changeWords(page.data, entry);
    if (what.title !== words) what.title = words;
    say(what, words);
    say(kept, keptWords(entry));
    say(ask, entry.reason || entry.who ? "Reason kept" : "Say why");
  }

  place.hidden = true;
  show();
  return { show };
}
