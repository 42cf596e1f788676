/** The first screen: who do we care for? People by age and by need, today and later, and what the room may say otherwise. */

import { button, fill, make, say } from "../app/dom.mjs";
import { figure } from "../charts/figure.mjs";
import { bigNumber, checkLine, elementsOf, spread } from "../workshop/kit.mjs";
import { mountGroups, sharesOf } from "../people/groups.mjs";
import { holdAll, inputField, sourcesWords } from "../people/inputs.mjs";
import { pairsChart } from "../people/pairs.mjs";
import {
  OLDER, RANGES, agedBands, bandsFacts, bandsOf, bandsSentence, fastestSentence, inYears, offRows, olderSentence, peopleFacts, percentWords, rowsSentence, segmentSentence, whole,
} from "../people/people_facts.mjs";
import { spreadOf, summed } from "../people/reads.mjs";
import { toOne } from "../people/wholes.mjs";

const TODAY = "b1";
const LATER = "b3";

/** Today's and the later spread of an output. */
function pairOf(page, name, where = {}) {
  return { now: spread(page, name, { bar: TODAY, ...where }), later: spread(page, name, { bar: LATER, ...where }) };
}

/** The facts of the screen from the newest runs; null while there are none. */
export function factsOf(page) {
  const { words, now } = page;
  if (now === null || spread(page, "patients", { bar: TODAY }) === null) return null;
  const older = (bar) => spreadOf(summed(now, "people_age", OLDER.map((age) => ({ bar, age }))));
  return peopleFacts({
    years: page.value("horizon_years"),
    patients: pairOf(page, "patients"),
    older: { now: older(TODAY), later: older(LATER) },
    ages: elementsOf(page, "age").map((age) => ({ name: age, label: words.ages[age].label, ...pairOf(page, "people_age", { age }) })),
    segments: elementsOf(page, "segment").map((segment) => ({ name: segment, ...words.segments[segment], ...pairOf(page, "people_segment", { segment }) })),
  });
}

/**
 * Put the screen together.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountPeople(root, page) {
  const numbers = { patients: bigNumber({ label: "Patients", value: "" }), older: bigNumber({ label: "65 or over", value: "" }), frail: bigNumber({ label: page.words.segments.frail.label, value: "" }) };
  const says = make("div", { class: "first-says" });
  const charts = { age: pairsChart({}), need: pairsChart({}) };
  const about = () => page.about();
  const checks = mountChecks(page);
  const parts = [mountList(page), mountGroups(page), mountPresets(page)];
  fill(root,
    make("div", { class: "first-top" }, make("div", { class: "first-numbers" }, ...Object.values(numbers).map((n) => n.element)), says),
    make("div", { class: "first-pictures" },
      figure(charts.age, { name: "people by age", level: 2, about }), figure(charts.need, { name: "people by need", level: 2, about })),
    checks.element,
    make("p", { class: "quiet", text: RANGES }),
    ...parts.map((part) => part.element));

  function show() {
    const facts = factsOf(page);
    if (facts) tell(facts);
    checks.show();
    for (const part of parts) part.show();
  }

  function tell(facts) {
    const { years, patients, ages, segments, older } = facts;
    const frail = segments.find((s) => s.name === "frail");
    numbers.patients.set({ value: whole(patients.now.middle), range: laterWords(years, patients.later) });
    numbers.older.set({ value: older.now === null ? "\u2013" : percentWords(older.now), range: years === 0 || older.later === null ? "" : `${inYears(years)} ${percentWords(older.later)}` });
    numbers.frail.set({ value: whole(frail.now.middle), range: laterWords(years, frail.later) });
    const said = [segmentSentence(facts, frail), olderSentence(facts), fastestSentence(facts)].filter(Boolean);
    if (says.children.length !== said.length) fill(says, said.map(() => make("p")));
    said.forEach((text, i) => say(says.children[i], text));
    const rows = (list) => list.map(({ label, now, later }) => ({ name: label, now, later }));
    charts.age.update({ title: "People by age", unit: "Person", years, rows: rows(ages) });
    charts.need.update({ title: "People by need", unit: "Person", years, rows: rows(segments) });
  }

  return { show };
}

/** "in five years 37,283 (36,900 to 37,700)" */
function laterWords(years, { middle, low, high }) {
  if (years === 0) return "";
  const range = whole(low) === whole(high) ? "" : ` (${whole(low)} to ${whole(high)})`;
  return `${inYears(years)} ${whole(middle)}${range}`;
}

/** The sums: age bands against the list, groups against one, each with what mends it in one move. */
function mountChecks(page) {
  const ages = elementsOf(page, "age");
  const bands = checkLine(true, "");
  const rows = checkLine(true, "");
  const entered = () => bandsFacts({ list: page.value("list_size"), bands: ages.map((age) => page.value(`site_population_${age}`)) });
  const raise = button("", () => holdAll(page, { list_size: entered().sum }));
  const keep = button("", () => {
    const { list } = entered();
    const made = bandsOf(list, ages.map((age) => page.value(`site_population_${age}`)));
    holdAll(page, Object.fromEntries(ages.map((age, i) => [`site_population_${age}`, made[i]])));
  });
  const offNow = () => offRows(ages.map((age) => ({ label: page.words.ages[age].label, ...sharesOf(page, age) })));
  const bring = button("Bring them to 100%", () => {
    holdAll(page, Object.fromEntries(offNow().flatMap(({ names, values }) => toOne(values).map((v, i) => [names[i], v]))));
  });
  const mends = make("p", { class: "first-mends control" }, raise, keep, bring);
  return {
    element: make("section", { class: "first-checks", "aria-label": "Sums" }, bands.element, rows.element, mends),
    show() {
      const facts = entered();
      const off = offNow();
      bands.set({ text: bandsSentence(facts), kind: facts.same ? "good" : "watch" });
      rows.set({ text: rowsSentence(off), kind: off.length ? "watch" : "good" });
      say(raise, `Make the list ${whole(facts.sum)}`);
      say(keep, `Keep the list: bring the bands to ${whole(facts.list)}`);
      raise.hidden = keep.hidden = facts.same;
      bring.hidden = off.every(({ sum }) => sum === 0);
      mends.hidden = facts.same && bring.hidden;
    },
  };
}

/** The list, the age bands and their growth. */
function mountList(page) {
  const ages = elementsOf(page, "age");
  const list = inputField(page, "list_size", { label: "Registered patients", unit: "people" });
  const scale = inputField(page, "demog_scale", { label: "Growth of every age, so many times what stands below", unit: "times", step: 0.05 });
  const rows = ages.map((age) => {
    const { label } = page.words.ages[age];
    const others = ages.filter((other) => other !== age);
    const nobody = (value) => (value === 0 && others.every((other) => page.value(`site_population_${other}`) === 0) ? "One age at least needs people." : "");
    return {
      label,
      people: inputField(page, `site_population_${age}`, { label: `People aged ${label}`, refuse: nobody }),
      growth: inputField(page, `pop_growth_${age}`, { label: `Growth a year of those aged ${label}`, percent: true, step: 0.001 }),
    };
  });
  const head = (text) => make("th", { scope: "col", text });
  const grid = make("table", { class: "first-fields first-two" },
    make("caption", { text: "People by age, and how their number grows each year" }),
    make("thead", {}, make("tr", {}, head("Age"), head("People"), head("Growth a year"))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, make("th", { scope: "row", text: row.label }), make("td", {}, row.people.element), make("td", {}, row.growth.element)))));
  const fields = [list, scale, ...rows.flatMap((row) => [row.people, row.growth])];
  return {
    element: make("details", { class: "first-edit control" }, make("summary", { text: "Change the list, the ages and their growth" }),
      make("div", { class: "first-pair" }, list.element, scale.element), grid,
      make("p", { class: "quiet", text: sourcesWords(page, ["list_size", "demog_scale", ...ages.flatMap((age) => [`site_population_${age}`, `pop_growth_${age}`])]) })),
    show() {
      for (const field of fields) field.show();
    },
  };
}

/** Lists of people that others have: each one move, with where it comes from. */
function mountPresets(page) {
  const ages = elementsOf(page, "age");
  const move = ({ older, set }) => {
    if (older === null) return holdAll(page, set);
    const shape = ages.map((age) => page.value(`llr_population_${age}`));
    const bands = agedBands(page.value("list_size"), shape, ages, older);
    return holdAll(page, { ...Object.fromEntries(ages.map((age, i) => [`site_population_${age}`, bands[i]])), ...set });
  };
  const rows = page.data.workshop.presets.map((preset) => {
    const act = button(preset.name, () => move(preset));
    return make("li", {}, act, make("span", {}, preset.note, " ", make("span", { class: "evidence", text: `Source: ${preset.source}.` })));
  });
  return {
    element: make("details", { class: "first-edit control" }, make("summary", { text: "Try another list of people" }), make("ul", { class: "first-presets" }, ...rows)),
    show() {},
  };
}
