// The strip under a screen: what was changed last in plain words, why, and who spoke. It comes and goes without touching the focus.

import { button, fill, make, say } from "../app/dom.mjs";
import { whoField } from "../second/who.mjs";
import { changeWords, keptWords } from "./wording.mjs";

/**
 * Mount the strip.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountBecause(root, page) {
  const what = make("p", { class: "because-what", role: "status" });
  const reason = make("input", { type: "text", maxlength: 300, autocomplete: "off", on: { change: keep } });
  const who = whoField(page);
  const kept = make("span", { class: "because-kept" });
  const form = make("form", { on: { submit: (event) => (event.preventDefault(), keep()) } },
    make("label", { class: "choice because-why" }, make("span", { text: "Why?" }), reason), who.element,
    make("div", { class: "because-does" }, kept, button("Close", close)));
  who.element.addEventListener("change", keep);
  root.hidden = true;
  fill(root, what, form);
  let of = ""; // what the fields are of
  let closed = "";

  const last = () => page.store.state.room.journal.at(-1);
  const keyOf = (entry) => JSON.stringify([entry.n, entry.screen, entry.changes]);

  function keep() {
    const entry = last();
    if (!entry || keyOf(entry) !== of) return;
    page.change({ kind: "because", n: entry.n, reason: reason.value, who: who.value() });
    show();
  }

  function close() {
    closed = of;
    show();
    document.querySelector(".screen:not([hidden]) .question")?.focus();
  }

  function show() {
    const entry = last();
    const key = entry ? keyOf(entry) : "";
    root.hidden = !entry || entry.screen !== page.screen || key === closed;
    if (root.hidden) return;
    who.show();
    if (key !== of) {
      of = key;
      reason.value = entry.reason;
      who.set(entry.who);
    }
    say(what, changeWords(page.data, entry));
    say(kept, keptWords(entry));
  }

  return { show };
}
