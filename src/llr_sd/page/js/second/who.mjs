// Who speaks: a role, never a name.

import { fill, make } from "../app/dom.mjs";

const USUAL = Object.freeze(["GP", "Nurse", "Pharmacist", "Practice manager", "Reception", "Health care assistant", "Community team", "Hospital", "Commissioner", "Patient"]);
const OTHER = "another role"; // no role is called this

/** The roles that can be chosen: those in the room first, then the usual ones. */
export function rolesOf(people) {
  return [...new Set([...people, ...USUAL])];
}

/**
 * A field that says who speaks: a role of the list, another one, or nobody.
 * @param {Object} page
 * @returns {{element: HTMLElement, value: () => string, set: (role: string) => void, show: () => void}}
 */
export function whoField(page) {
  const select = make("select", { on: { change: () => other() } });
  const written = make("input", { type: "text", maxlength: 60, hidden: true, autocomplete: "off", "aria-label": "Another role" });
  const element = make("div", { class: "who" }, make("label", { class: "choice" }, make("span", { text: "Who speaks (a role)" }), select), written);
  let offered = "";
  const other = () => (written.hidden = select.value !== OTHER);

  function show() {
    const roles = rolesOf(page.state.room.people);
    const key = roles.join("\n");
    if (key === offered) return;
    offered = key;
    const chosen = select.value;
    fill(select, make("option", { value: "", text: "nobody in particular" }), ...roles.map((role) => make("option", { value: role, text: role })), make("option", { value: OTHER, text: "another role \u2026" }));
    select.value = chosen && [...select.options].some(({ value }) => value === chosen) ? chosen : "";
    other();
  }
  function set(role) {
    show();
    const known = role === "" || rolesOf(page.state.room.people).includes(role);
    select.value = known ? role : OTHER;
    written.value = known ? "" : role;
    other();
  }
  show();
  return { element, value: () => (select.value === OTHER ? written.value.trim() : select.value), set, show };
}
