/** The second screen: what care will be needed? Contacts and hours by kind of care and by group, today and later, and what the room may say otherwise. */

import { fill, make, say } from "../app/dom.mjs";
import { figure } from "../charts/figure.mjs";
import { fixed } from "../charts/numbers.mjs";
import { againstSentence, againstWords, careFacts, contactsSentence, eachSentence, hoursSentence } from "../people/care_facts.mjs";
import { inputField, sourcesWords } from "../people/inputs.mjs";
import { pairsChart } from "../people/pairs.mjs";
import { RANGES, inYears, whole } from "../people/people_facts.mjs";
import { ratio, spreadOf, summed } from "../people/reads.mjs";
import { bigNumber, columnOf, elementsOf, spread, table } from "../workshop/kit.mjs";

const TODAY = "b1";
const LATER = "b3";

/** The facts of the screen from the newest runs; null while there are none. */
export function factsOf(page) {
  const { words, now } = page;
  if (now === null || spread(page, "contacts_total", { bar: TODAY }) === null) return null;
  const [kinds, groups] = [elementsOf(page, "function"), elementsOf(page, "segment")];
  const pair = (read) => ({ now: read(TODAY), later: read(LATER) });
  const ofGroup = (bar, segment) => summed(now, "contacts_segment", kinds.map((kind) => ({ bar, segment, function: kind })));
  return careFacts({
    years: page.value("horizon_years"),
    contacts: pair((bar) => spread(page, "contacts_total", { bar })),
    hours: pair((bar) => spreadOf(summed(now, "care_hours", kinds.map((kind) => ({ bar, function: kind }))))),
    each: spreadOf(ratio(columnOf(now, "contacts_total", { bar: TODAY }), columnOf(now, "patients", { bar: TODAY }))).middle,
    functions: kinds.map((kind) => ({
      name: kind, label: words.functions[kind].label, minutes: page.value(`minutes_${kind}`),
      contacts: pair((bar) => spread(page, "contacts", { bar, function: kind })),
      hours: pair((bar) => spread(page, "care_hours", { bar, function: kind })),
      against: spread(page, "need_against_llr", { function: kind }),
    })),
    segments: groups.map((segment) => ({
      name: segment, ...words.segments[segment],
      contacts: pair((bar) => spreadOf(ofGroup(bar, segment))),
      each: spreadOf(ratio(ofGroup(TODAY, segment), columnOf(now, "people_segment", { bar: TODAY, segment }))),
      kinds: kinds.map((kind) => pair((bar) => spread(page, "contacts_segment", { bar, segment, function: kind }))),
    })),
  });
}

/**
 * Put the screen together.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountCare(root, page) {
  const numbers = { contacts: bigNumber({ label: "Contacts a year", value: "" }), hours: bigNumber({ label: "Hours of care a year", value: "" }), each: bigNumber({ label: "For each person", value: "" }) };
  const says = make("div", { class: "first-says" });
  const more = make("div", { class: "first-says" });
  const charts = { kind: pairsChart({}), group: pairsChart({}) };
  const about = () => page.about();
  const [kindsSheet, groupsSheet] = ["Kinds of care", "Who takes it"].map((label) => make("div", { role: "region", tabindex: "0", "aria-label": `Table: ${label}` }));
  const parts = [mountMinutes(page), mountNeed(page)];
  fill(root,
    make("div", { class: "first-top" }, make("div", { class: "first-numbers" }, ...Object.values(numbers).map((n) => n.element)), says),
    make("div", { class: "first-pictures" },
      figure(charts.kind, { name: "contacts by kind of care", level: 2, about }), figure(charts.group, { name: "contacts by group", level: 2, about })),
    more,
    make("p", { class: "quiet", text: RANGES }),
    make("div", { class: "first-sheets" }, kindsSheet, groupsSheet),
    ...parts.map((part) => part.element));

  function show() {
    const facts = factsOf(page);
    if (facts) tell(facts);
    for (const part of parts) part.show();
  }

  function tell(facts) {
    const { years, contacts, hours, each, functions, segments } = facts;
    const later = (pair) => (years === 0 ? "" : `${inYears(years)} ${whole(pair.later.middle)} (${whole(pair.later.low)} to ${whole(pair.later.high)})`);
    numbers.contacts.set({ value: whole(contacts.now.middle), range: later(contacts) });
    numbers.hours.set({ value: whole(hours.now.middle), range: later(hours) });
    numbers.each.set({ value: fixed(each, 1) });
    tellAll(says, [contactsSentence(facts), hoursSentence(facts)]);
    tellAll(more, [againstSentence(facts), eachSentence(facts)]);
    const rows = (list) => list.map(({ label, contacts: c }) => ({ name: label, ...c }));
    charts.kind.update({ title: "Contacts a year by kind of care", unit: "Contact/Year", years, rows: rows(functions) });
    charts.group.update({ title: "Contacts a year by group of people", unit: "Contact/Year", years, rows: rows(segments) });
    fill(kindsSheet, kindsTable(facts));
    fill(groupsSheet, groupsTable(facts));
  }

  return { show };
}

/** Put sentences into an element; those that are empty are left out. */
function tellAll(element, texts) {
  const said = texts.filter(Boolean);
  if (element.children.length !== said.length) fill(element, said.map(() => make("p")));
  said.forEach((text, i) => say(element.children[i], text));
}

/** "77,209 → 80,110", or today's alone. */
function both({ now, later }, years) {
  return years === 0 ? whole(now.middle) : `${whole(now.middle)} \u2192 ${whole(later.middle)}`;
}

function kindsTable({ years, functions }) {
  const then = years === 0 ? "" : `, today \u2192 ${inYears(years)}`;
  return table({
    caption: "Kinds of care",
    head: ["Kind of care", `Contacts a year${then}`, "Minutes of a contact", `Hours a year${then}`, "Head for head against LLR"],
    rows: functions.map((f) => [f.label, both(f.contacts, years), fixed(f.minutes, Number.isInteger(f.minutes) ? 0 : 1), both(f.hours, years), againstWords(f.against.middle)]),
  });
}

function groupsTable({ years, functions, segments }) {
  return table({
    caption: `Who takes it: contacts a year${years === 0 ? "" : `, today \u2192 ${inYears(years)}`}`,
    head: ["Group", ...functions.map((f) => f.label), "Together", "One person a year"],
    rows: segments.map((s) => [s.label, ...s.kinds.map((pair) => both(pair, years)), both(s.contacts, years), fixed(s.each.middle, 1)]),
  });
}

/** Fields in rows, with a heading each. */
function fields(caption, head, rows) {
  return make("table", { class: "first-fields" }, make("caption", { text: caption }),
    make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col", text })))),
    make("tbody", {}, ...rows.map(({ label, meaning, field }) =>
      make("tr", {}, make("th", { scope: "row" }, make("strong", { text: label }), meaning && make("span", { class: "quiet", text: meaning })), make("td", {}, field.element)))));
}

/** How long a contact takes. */
function mountMinutes(page) {
  const rows = elementsOf(page, "function").map((kind) => {
    const { label, meaning } = page.words.functions[kind];
    return { label, meaning, field: inputField(page, `minutes_${kind}`, { label: `Minutes of a contact: ${label}`, unit: "minutes", step: 1 }) };
  });
  return {
    element: make("details", { class: "first-edit control" }, make("summary", { text: "Change the minutes of a contact" }),
      fields("Minutes of a contact, at the pace of somebody who works autonomously", ["Kind of care", "Minutes"], rows),
      make("p", { class: "quiet", text: "LLR's contacts are taken to last as long. So if every kind takes longer alike, the hours grow but the staff needed do not: what counts for the bars is how the kinds differ." }),
      make("p", { class: "quiet", text: sourcesWords(page, elementsOf(page, "function").map((kind) => `minutes_${kind}`)) })),
    show: () => rows.forEach(({ field }) => field.show()),
  };
}

/** What a person takes: by group, by age, and more each year. */
function mountNeed(page) {
  const { words } = page;
  const groups = elementsOf(page, "segment").map((segment) => ({
    ...words.segments[segment],
    field: inputField(page, `segment_need_${segment}`, { label: `Contacts, so many times: ${words.segments[segment].label}`, unit: "times", step: 0.1 }),
  }));
  const ages = elementsOf(page, "age").map((age) => ({
    label: words.ages[age].label,
    field: inputField(page, `contact_rate_${age}`, { label: `Contacts a year of one of LLR's people aged ${words.ages[age].label}`, unit: "a year", step: 0.1 }),
  }));
  const growth = inputField(page, "need_growth", { label: "Each person needs more each year, beyond age and group, by", percent: true, step: 0.005 });
  const all = [...groups, ...ages].map(({ field }) => field).concat(growth);
  return {
    element: make("details", { class: "first-edit control" }, make("summary", { text: "Change what a person takes" }),
      make("div", { class: "first-pair" },
        make("div", {}, fields("How the groups compare, at the same age", ["Group", "Contacts, so many times"], groups),
          make("p", { class: "quiet", text: "In LLR somebody now and then ill counts as 1. These are for the people of this list alone; LLR's stay." })),
        make("div", {}, fields("Contacts a year of one of LLR's people, by age", ["Age", "Contacts a year"], ages),
          make("p", { class: "quiet", text: "These are LLR's and this list's alike. So if they rise alike at every age, the staff needed do not: what counts for the bars is how the ages differ." }))),
      growth.element,
      make("p", { class: "quiet", text: sourcesWords(page, [...elementsOf(page, "segment").map((s) => `segment_need_${s}`), ...elementsOf(page, "age").map((a) => `contact_rate_${a}`)]) })),
    show: () => all.forEach((field) => field.show()),
  };
}
