/** Who is in which group: five shares of one age, which add up to one whatever moves; and how the groups grow beyond ageing. */

import { make, say } from "../app/dom.mjs";
import { checkLine, elementsOf, shareField } from "../workshop/kit.mjs";
import { holdAll, inputField, problemOf, sourcesWords, standWords } from "./inputs.mjs";
import { percentWords } from "./people_facts.mjs";
import { percentsOf, sumOf, toOne, withShare } from "./wholes.mjs";

const REST = 300; // ms after the last key on a slider until its move is made

/** The shares of an age in force, as entered, and the inputs that they are. */
export function sharesOf(page, age) {
  const names = elementsOf(page, "segment").map((segment) => `segment_weight_${age}_${segment}`);
  return { names, values: names.map(page.value) };
}

/** The part of the screen that changes the groups. */
export function mountGroups(page) {
  const ages = elementsOf(page, "age");
  const segments = elementsOf(page, "segment");
  const { words } = page;
  let age = ages.at(-1);
  let base = null; // the shares when a hand took a slider
  let resting = null;

  const start = () => {
    const { set } = page.data.scenarios[0];
    return sharesOf(page, age).names.map((name) => (Object.hasOwn(set, name) ? set[name] : page.input(name).value));
  };
  const moved = (from, place, value) => {
    const shares = withShare(toOne(from), place, value, start());
    return Object.fromEntries(sharesOf(page, age).names.map((name, i) => [name, shares[i]]));
  };

  function dragged(place, value) {
    base ??= sharesOf(page, age).values;
    page.drag(moved(base, place, value));
  }

  /** A key gives a change at each press: they are one move when the keys rest. */
  function released() {
    if (resting !== null) clearTimeout(resting);
    resting = setTimeout(settle, REST);
  }

  function settle() {
    if (resting !== null) clearTimeout(resting);
    resting = base = null;
    page.settle();
  }

  const rows = segments.map((segment, place) => {
    const { label, meaning } = words.segments[segment];
    const slider = make("input", { type: "range", min: 0, max: 100, step: 0.5, on: { input: () => dragged(place, Number(slider.value) / 100), change: released, blur: settle } });
    const field = shareField({
      label, value: 0, step: 0.005,
      change: (value) => problemOf({ minimum: 0, maximum: 1 }, value, { scale: 100, unit: "%" }) || holdAll(page, moved(sharesOf(page, age).values, place, value)),
    });
    return { label, slider, field, last: null, element: make("tr", {}, make("th", { scope: "row" }, make("strong", { text: label }), make("span", { class: "quiet", text: meaning })), make("td", { class: "first-slide" }, slider), make("td", {}, field.element)) };
  });
  const choices = ages.map((name) => {
    const radio = make("input", { type: "radio", name: "age-of-groups", value: name, checked: name === age, on: { change: () => (settle(), (age = name), show()) } });
    return make("label", {}, radio, make("span", { text: words.ages[name].label }));
  });
  const sum = checkLine(true, "");
  const stands = make("span", { class: "evidence" });
  const growth = segments.map((segment) => ({
    label: words.segments[segment].label,
    field: inputField(page, `segment_growth_${segment}`, { label: `Yearly growth: ${words.segments[segment].label}`, percent: true, step: 0.005 }),
  }));

  function show() {
    if (page.state === page.store.state) base = null; // an undo takes a slider out of the hand
    const { names, values } = sharesOf(page, age);
    const percents = percentsOf(values);
    for (const [i, row] of rows.entries()) {
      const text = `${percents[i]}%`;
      if (row.last !== null && row.last !== `${age} ${text}`) row.field.refuse("");
      if (row.last !== `${age} ${text}` || !row.field.input.hasAttribute("aria-invalid")) row.field.set(percents[i] / 100);
      row.last = `${age} ${text}`;
      if (Number(row.slider.value) !== percents[i] && !(base && document.activeElement === row.slider)) row.slider.value = String(percents[i]);
      row.slider.setAttribute("aria-valuetext", text);
      row.slider.setAttribute("aria-label", `${row.label}, of those aged ${words.ages[age].label}`);
      row.field.input.setAttribute("aria-label", `${row.label}, per cent of those aged ${words.ages[age].label}`);
    }
    const whole = sumOf(values);
    const right = Math.abs(whole - 1) < 1e-9;
    sum.set({ text: right ? `${percents.map((p) => `${p}%`).join(" + ")} = 100%` : `As entered these add up to ${percentWords(whole)}; the next change brings them to 100%.`, kind: right ? "good" : "watch" });
    say(stands, `Shares at this age: ${standWords(page, names)}.`);
    for (const { field } of growth) field.show();
  }

  const head = (...texts) => make("thead", {}, make("tr", {}, ...texts.map((text) => make("th", { scope: "col", text }))));
  const element = make("details", { class: "first-edit control" }, make("summary", { text: "Change who is in which group" }),
    make("fieldset", { class: "first-ages" }, make("legend", { text: "Of the people aged" }), ...choices),
    make("table", { class: "first-fields" }, make("caption", { text: "What share is in each group? Move one, and the others give way in proportion." }),
      head("Group", "Slide", "Or type"), make("tbody", {}, ...rows.map((row) => row.element))),
    sum.element, stands,
    make("table", { class: "first-fields" }, make("caption", { text: "Does a group grow beyond ageing?" }), head("Group", "Growth a year of its weight at every age"),
      make("tbody", {}, ...growth.map(({ label, field }) => make("tr", {}, make("th", { scope: "row", text: label }), make("td", {}, field.element))))),
    make("p", { class: "quiet", text: sourcesWords(page, ages.flatMap((name) => sharesOf(page, name).names)) }),
    make("p", { class: "quiet", text: "The groups of an age stay 100% together: one that grows takes from the others, so that its share grows by less than its weight." }));
  return { element, show };
}
