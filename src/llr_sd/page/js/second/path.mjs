// How do we get there: posts and staff year by year, when each level is reached, training, supervision, money, and what could be changed.

import { bandsOf } from "../app/specs.mjs";
import { fill, make, say } from "../app/dom.mjs";
import { figure } from "../charts/figure.mjs";
import { chanceShort, countOf, dateWords } from "../charts/numbers.mjs";
import { trajectoryChart } from "../charts/trajectory.mjs";
import { decimals, elementsOf, table, wte } from "../workshop/kit.mjs";
import { titleOf } from "../workshop/naming.mjs";
import { closureRange, closureSentence, closureWords, costSentence, hireSentence, lastSentence, pathFacts, placesSentence, pounds, releaseSentence, supervisionSentence } from "./path_facts.mjs";
import { slider } from "./slider.mjs";

const LOW = 150; // px of the picture at the usual size of type
const HIGH = 190;
const times = (value) => (value === 0 ? "none" : value === 1 ? "as it is" : `${plain(value, 2)} times`);
const share = (value) => `${plain(100 * value, 1)}%`;
const months = (value) => `${plain(12 * value, 1)} months`;

/** A number without noughts behind it. */
function plain(value, places) {
  return decimals(value, places).replace(/\.?0+$/, "");
}

/** What a room can change on the way: {inputs, low, high, words}; `label` where several inputs move together. */
export const LEVERS = Object.freeze([
  { inputs: ["hiring_scale"], low: 0, high: 2, words: times },
  { inputs: ["training_scale"], low: 0, high: 3, words: times },
  { label: "Staff who could start training and can be released in a year", inputs: ["max_release_f2c", "max_release_c2e", "max_release_e2a"], low: 0, high: 1, words: share },
  { inputs: ["sup_cap"], low: 0, high: 0.15, words: share },
  { inputs: ["retention_policy"], low: 0, high: 0.4, words: share },
  { inputs: ["fill_time"], low: 0.25, high: 1, words: months },
]);

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountPath(root, page) {
  const options = { tallest: LOW };
  const chart = trajectoryChart(options);
  const waiting = make("p", { class: "lead", text: "Computing \u2026" });
  const sentence = make("p", { class: "sentence" });
  const levers = LEVERS.map((lever) => slider(page, { label: titleOf(page.data, lever.inputs[0]), ...lever }));
  const names = elementsOf(page, "level");
  const choose = new Map(names.map((name) => [name, levelButton(page, name)]));
  const folds = FOLDS.map(({ tell, numbers }) => {
    const summary = make("summary");
    const place = make("div", { class: "scroll", role: "region", tabIndex: 0 });
    const element = make("details", { class: "fold", on: { toggle: () => element.open && show() } }, summary, place);
    return { element, summary, place, tell, numbers };
  });
  const found = make("div", { class: "path" },
    sentence,
    make("div", { class: "path-picture" },
      figure(chart, { name: "staff and posts", level: 2, about: page.about }),
      make("div", { class: "closures", role: "group", "aria-label": "When each level is reached first; choose one to see it" }, ...[...choose.values()].map(({ element }) => element))),
    make("div", { class: "room-levers control" }, ...levers.map(({ element }) => element)),
    ...folds.map(({ element }) => element));
  fill(root, waiting, found);

  function show() {
    const facts = pathFacts(page);
    waiting.hidden = facts !== null;
    found.hidden = facts === null;
    say(waiting, page.now || page.asking.error ? "These assumptions cannot be run. Undo the last change." : "Computing \u2026");
    for (const lever of levers) lever.show();
    if (!facts) return;
    say(sentence, [closureSentence(facts), lastSentence(facts)].filter(Boolean).join(" "));
    const wanted = names.includes(page.state.view.pathLevel) ? page.state.view.pathLevel : slowest(facts);
    for (const level of facts.levels) {
      const one = choose.get(level.name);
      say(one.when, closureWords(level.closure.middle, facts));
      const range = closureRange(level.closure, facts);
      say(one.range, range);
      one.element.setAttribute("aria-pressed", String(level.name === wanted));
    }
    options.tallest = page.presenting ? HIGH : LOW;
    chart.update(levelSpec(page, facts, wanted));
    for (const { element, summary, place, tell, numbers } of folds) {
      say(summary, tell(facts));
      if (!element.open) continue;
      const given = numbers(facts);
      place.setAttribute("aria-label", given.caption);
      fill(place, table(given));
    }
  }

  return { show };
}

function levelButton(page, name) {
  const when = make("b");
  const range = make("span", { class: "range" });
  const element = make("button", { type: "button", class: "closure", "aria-pressed": "false", on: { click: () => page.change({ kind: "view", pathLevel: name }) } },
    make("span", { class: "closure-level", text: page.words.levels[name].label }), make("span", { class: "closure-when" }, when, range));
  return { element, when, range };
}

/** The level that is reached last: what the picture begins with. */
function slowest({ levels }) {
  return levels.reduce((last, one) => (one.closure.middle > last.closure.middle ? one : last)).name;
}

/** Staff of one level over time with the range of the runs, and the posts beside them. */
function levelSpec(page, facts, name) {
  const { now } = page;
  const element = elementsOf(page, "level").indexOf(name);
  const none = { low50: null, high50: null, low90: null, high90: null, central: null, hidden: false };
  const { flat, ...staff } = bandsOf(now, now.outputs.get("staff"), element);
  const posts = bandsOf(now, now.outputs.get("target"), element);
  const label = facts.levels[element].label;
  return {
    title: `${label} staff and posts`, unit: "WTE", label: `${label} staff`, times: Array.from(now.outputs.get("staff").times), calendar: facts.calendar,
    series: [{ name: "Staff in post", pen: 0, ...none, ...staff, ...(flat ? none : {}) }, { name: "Posts on the way to bar 3", pen: -2, ...none, median: posts.median }],
    targets: [], history: [],
  };
}

const ranged = (own, write) => (own === null ? "" : write(own.low) === write(own.high) ? write(own.middle) : `${write(own.middle)} (${write(own.low)} to ${write(own.high)})`);
const byYear = (facts, cells) => facts.years.map((time, i) => [i === 0 ? `Start, ${dateWords(time, false, facts.calendar)}` : dateWords(time, true, facts.calendar).replace(/^end of/, "End of"), ...cells(i)]);
const RANGES = "middle of the runs, with the range that holds nine in ten";

/** What can be unfolded: a sentence, and the table behind it. */
const FOLDS = Object.freeze([
  {
    tell: () => "In how many runs each level is reached",
    numbers: (facts) => ({
      caption: "When each level is first near bar 3 (middle of the runs, with the range that holds nine in ten), and in how many runs, with the 95% interval of that share",
      head: ["Level", "First reached", "Nine runs in ten", `Within ${countOf(facts.seen, "year")}`, `By the ${dateWords(facts.final, true, facts.calendar)}`],
      rows: [...facts.levels, { label: "Every level at once", closure: facts.all }].map(({ label, closure }) => [
        label, closureWords(closure.middle, facts), closureRange(closure, facts), chanceShort(closure.soon), chanceShort(closure.ever),
      ]),
    }),
  },
  {
    tell: () => "Staff in post and posts, year by year",
    numbers: (facts) => ({
      caption: `WTE in post, and posts on the way to bar 3: ${RANGES}`,
      head: ["When", ...facts.levels.flatMap(({ label }) => [`${label}: in post`, `${label}: posts`])],
      rows: byYear(facts, (i) => facts.levels.flatMap(({ staff, posts }) => [ranged(staff[i], wte), wte(posts[i].middle)])),
    }),
  },
  {
    tell: placesSentence,
    numbers: (facts) => ({
      caption: `Training starts a year (WTE) by route, and those wanted: ${RANGES}`,
      head: ["When", ...facts.paths.flatMap(({ label }) => [`${label}: starts`, "wanted"])],
      rows: [["Bar 3 asks for", ...facts.paths.flatMap(({ places }) => [ranged(places, wte), ""])], ...byYear(facts, (i) => facts.paths.flatMap(({ starts, wanted }) => [ranged(starts[i], wte), wte(wanted[i].middle)]))],
    }),
  },
  {
    tell: hireSentence,
    numbers: (facts) => ({
      caption: `Hires wanted for which nobody is found (WTE a year): ${RANGES}. A post that stays empty is wanted again, so years are not to be added up`,
      head: ["When", ...facts.levels.map(({ label }) => label)],
      rows: byYear(facts, (i) => facts.levels.map(({ unfound }) => ranged(unfound[i], wte))),
    }),
  },
  {
    tell: supervisionSentence,
    numbers: (facts) => ({
      caption: `Autonomous time (WTE) in supervision, and what is left of it for trainees: ${RANGES}`,
      head: ["When", "In supervision", "Free for trainees"],
      rows: byYear(facts, (i) => [ranged(facts.supervision[i], wte), ranged(facts.free[i], wte)]),
    }),
  },
  {
    tell: releaseSentence,
    numbers: (facts) => ({
      caption: `Staff in training, and working time away on it (WTE) by route: ${RANGES}`,
      head: ["When", ...facts.paths.flatMap(({ label }) => [`${label}: in training`, "away"])],
      rows: byYear(facts, (i) => facts.paths.flatMap(({ training, released }) => [ranged(training[i], wte), ranged(released[i], wte)])),
    }),
  },
  {
    tell: costSentence,
    numbers: (facts) => ({
      caption: `Cost a year at prices of 2017: ${RANGES}`,
      head: ["When", "Pay of staff and trainees", "Training beyond pay"],
      rows: [["Today's staff", ranged(facts.costs.now, pounds), ""], ["Bar 3", ranged(facts.costs.then, pounds), ""], ...byYear(facts, (i) => [ranged(facts.staffCost[i], pounds), ranged(facts.trainingCost[i], pounds)])],
    }),
  },
]);
