// Confirm and challenge: cards, what people disagree on, and the record of every change.

import { ensembles } from "../app/asking.mjs";
import { button, fill, make, refill, say } from "../app/dom.mjs";
import { countOf } from "../charts/numbers.mjs";
import { statement } from "../workshop/kit.mjs";
import { titleOf } from "../workshop/naming.mjs";
import { mostFirst, standWords } from "../workshop/wording.mjs";
import { mountCards } from "./cards.mjs";
import { stuck } from "./challenge_moves.mjs";
import { mountOpinions } from "./opinions.mjs";
import { whoField } from "./who.mjs";

const PARTS = Object.freeze([
  { name: "cards", title: "Challenge cards", mount: mountCards },
  { name: "opinions", title: "What we disagree on", mount: mountOpinions },
  { name: "record", title: "What we changed, and why", mount: mountRecord },
]);

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountChallenge(root, page) {
  const beside = ensembles(page, "beside", () => show());
  const tabs = new Map(PARTS.map(({ name, title }) => [name, button(title, () => page.change({ kind: "view", challenge: name }), { class: "tab" })]));
  const parts = new Map();
  const places = make("div", { class: "challenge-parts" });
  fill(root, make("div", { class: "row control challenge-tabs", role: "group", "aria-label": "Confirm and challenge" }, ...tabs.values()), places);

  function show() {
    const name = tabs.has(page.store.state.view.challenge) ? page.store.state.view.challenge : PARTS[0].name;
    if (!parts.has(name)) {
      const place = make("div", { class: `challenge-${name}` });
      places.append(place);
      parts.set(name, { place, view: PARTS.find((part) => part.name === name).mount(place, page, beside.get) });
    }
    for (const [other, tab] of tabs) tab.setAttribute("aria-pressed", String(other === name));
    for (const [other, { place }] of parts) place.hidden = other !== name;
    parts.get(name).view.show();
  }
  return { show };
}

/**
 * The record as facts, the last change first.
 * @param {Object} data of the page
 * @param {Object} room of the state
 * @returns {Array<{n: number, screen: string, changes: Array<{label: string, was: string, now: string}>, reason: string, who: string, stuck: string}>}
 */
export function recordOf(data, room) {
  return [...room.journal].reverse().map((entry) => ({
    n: entry.n,
    screen: entry.screen,
    changes: unlike(mostFirst(data, entry.changes).map(({ input, was, now }) => ({ label: titleOf(data, input), was: standWords(data, input, was), now: standWords(data, input, now) }))),
    reason: entry.reason,
    who: entry.who,
    stuck: stuck(data, room, entry),
  }));
}

/** Changes whose values read differently; all where none does. */
function unlike(changes) {
  const seen = changes.filter(({ was, now }) => was !== now);
  return seen.length ? seen : changes;
}

/** How many changes there are, and how many are without a reason. */
export function recordWords(record) {
  const bare = record.filter(({ reason }) => !reason).length;
  if (record.length === 0) return "Nothing was changed yet: the plan is as it was entered.";
  const lead = `${countOf(record.length, "change")} of the plan`;
  if (record.length === 1) return `${lead}, ${bare ? "without a reason" : "with its reason"}.`;
  if (bare === 0) return `${lead}, each with its reason.`;
  return bare === record.length ? `${lead}; none has a reason yet.` : `${lead}; ${bare} without a reason.`;
}

function mountRecord(root, page) {
  const lead = statement({ text: "" });
  const list = make("ol", { class: "record", reversed: true });
  const refused = make("p", { class: "problem", role: "alert" });
  fill(root, lead.element, refused, list);
  let editing = null;

  function show() {
    const record = recordOf(page.data, page.state.room);
    lead.set({ text: recordWords(record), kind: record.length && record.every(({ reason }) => reason) ? "good" : record.length ? "watch" : "plain" });
    refill(list, [record, editing], () => record.map(row));
  }

  function row(entry) {
    const title = titleOfScreen(page, entry.screen);
    const said = entry.reason ? `Because ${entry.reason}${entry.who ? ` (${entry.who})` : ""}` : `No reason yet${entry.who ? ` (${entry.who} spoke)` : ""}`;
    return make("li", { value: entry.n, class: entry.reason ? "" : "bare" },
      make("ul", {}, ...entry.changes.slice(0, 8).map(({ label, was, now }) => make("li", {}, make("strong", { text: label }), `: ${now} instead of ${was}`)),
        entry.changes.length > 8 && make("li", { text: `and ${entry.changes.length - 8} more` })),
      make("p", { class: entry.reason ? "reason" : "reason unsaid", text: title ? `${said} \u00b7 ${title}` : said }),
      make("div", { class: "row control" },
        editing === entry.n ? mend(entry) : button(entry.reason ? "Mend the reason" : "Add a reason", () => edit(entry.n), { "data-edit": entry.n, "aria-label": `${entry.reason ? "Mend the reason" : "Add a reason"} of change ${entry.n}` }),
        button("Take back", () => say(refused, page.change({ kind: "takeBack", n: entry.n })), { disabled: entry.stuck !== "", "aria-label": `Take back change ${entry.n}` }),
        entry.stuck && make("span", { class: "quiet", text: entry.stuck })));
  }

  function edit(n) {
    editing = n;
    show();
    list.querySelector(".wide input")?.focus();
  }

  function mend(entry) {
    const who = whoField(page);
    who.set(entry.who);
    const reason = make("input", { type: "text", maxlength: 300, value: entry.reason, autocomplete: "off" });
    const refused = make("span", { class: "problem", role: "alert" });
    const keep = () => {
      const why = page.change({ kind: "because", n: entry.n, reason: reason.value, who: who.value() });
      say(refused, why);
      if (why) return;
      editing = null;
      show();
      list.querySelector(`[data-edit="${entry.n}"]`)?.focus();
    };
    return make("form", { class: "row", on: { submit: (event) => (event.preventDefault(), keep()) } },
      make("label", { class: "choice wide" }, make("span", { text: "Because" }), reason), who.element, make("button", { type: "submit", text: "Keep" }), refused);
  }

  return { show };
}

function titleOfScreen(page, name) {
  return page.agenda.flatMap(({ screens }) => screens).find((screen) => screen.name === name)?.title ?? "";
}
