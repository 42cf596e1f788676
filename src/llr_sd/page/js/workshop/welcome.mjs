// The first screen: what this is, of which site, what the two workshops do, and who is in the room.

import { fileNameOf } from "../away/away.mjs";
import { button, fill, make, say } from "../app/dom.mjs";
import { filePart } from "../app/saving.mjs";
import { download } from "../charts/files.mjs";
import { rolesOf } from "../second/who.mjs";
import { sessionWords } from "./wording.mjs";

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page with `agenda`: the parts, each {title, screens: [{name, title, question}]}
 * @returns {{show: () => void}}
 */
export function mountWelcome(root, page) {
  const { site } = page.data.workshop;
  const on = button("Begin", () => page.go(on.dataset.to), { class: "go" });
  const where = make("p", { class: "where" });
  const marks = new Map();
  const agenda = make("div", { class: "agenda" }, ...page.agenda.filter(({ screens }) => screens.some(({ name }) => name !== "welcome")).map((part) =>
    make("section", { class: "agenda-part" }, make("h2", { text: part.title }),
      make("ol", {}, ...part.screens.map(({ name, question }) => {
        const mark = make("span", { class: "here", hidden: true, text: "left off here" });
        marks.set(name, mark);
        return make("li", {}, make("a", { href: `#${name}`, text: question }), " ", mark);
      })))));
  const people = peoplePart(page);
  const session = filePart(page, (kind, content) => download(fileNameOf(page, kind, "json", new Date()), content, "application/json"));
  fill(root,
    make("p", { class: "lead", text: leadWords(site) }),
    make("div", { class: "go-on control" }, on, where),
    agenda,
    people.element,
    make("details", { class: "away-more control" }, make("summary", { text: "Open a session from a file, or start afresh" }), session.element));

  return {
    show() {
      const { room, view } = page.state;
      const screens = page.agenda.flatMap(({ screens: own }) => own);
      const left = screens.find(({ name }) => name === view.left && name !== "welcome");
      for (const [name, mark] of marks) mark.hidden = name !== left?.name;
      on.dataset.to = left?.name ?? screens.find(({ name }) => name !== "welcome")?.name ?? "welcome";
      say(on, left ? "Go on" : "Begin");
      say(where, sessionWords({ changes: room.journal.length, reasons: room.journal.filter(({ reason }) => reason).length, left: left?.title ?? "" }));
      people.show();
      session.show();
    },
  };
}

/**
 * What the workshop is, in two sentences.
 * @param {{label: string, illustrative: boolean}} site
 */
export function leadWords({ label, illustrative }) {
  const whose = illustrative ? `${label} stands here as an example: its numbers are made up from averages and describe no real service.` : `The numbers are those of ${label}, as its table gives them.`;
  return `You say who your patients are, what care they need and who could give it; the page works out how many staff that takes, now and in five years. Then you confirm or challenge it. ${whose}`;
}

/** Who is in the room: roles to tick, and another one to write. */
function peoplePart(page) {
  const list = make("div", { class: "chips" });
  const other = make("input", { type: "text", id: "other-role", maxlength: 60, autocomplete: "off" });
  const add = make("form", { class: "row control", on: { submit: (event) => (event.preventDefault(), write()) } },
    make("label", { for: "other-role", text: "Another role" }), other, make("button", { type: "submit", text: "Add" }));
  const element = make("fieldset", { class: "people-here" }, make("legend", { text: "Who is in the room? (roles, not names)" }), list, add);
  let offered = "";

  function write() {
    const role = other.value.trim();
    if (!role) return;
    const { people } = page.state.room;
    if (!page.change({ kind: "people", people: [...people, role] })) other.value = "";
  }

  function show() {
    const { people } = page.state.room;
    const key = JSON.stringify(people);
    if (key === offered) return;
    offered = key;
    const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
    fill(list, rolesOf([]).concat(people.filter((role) => !rolesOf([]).includes(role))).map((role) => {
      const box = make("input", { type: "checkbox", value: role, checked: people.includes(role), on: { change: () => page.change({ kind: "people", people: box.checked ? [...page.state.room.people, role] : page.state.room.people.filter((one) => one !== role) }) } });
      return make("label", { class: "chip" }, box, make("span", { text: role }));
    }));
    if (focused !== null) [...list.querySelectorAll("input")].find(({ value }) => value === focused)?.focus();
  }

  return { element, show };
}
