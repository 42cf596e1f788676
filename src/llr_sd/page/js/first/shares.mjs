// Who will provide care: the shares of each function over the skill levels, now and wanted, and what the limit lets through.

import { button, fill, make, say } from "../app/dom.mjs";
import { general, percents, shareWords } from "../charts/numbers.mjs";
import { quantile } from "../draws/statistics.mjs";
import { columnOf, spread, statement, wte } from "../workshop/kit.mjs";
import { limitFacts, limitWords, passWords, sharesOf, stepsOf } from "./shares_facts.mjs";
import { plainBar, splitBar } from "./splitbar.mjs";
import { fitFacts } from "./staff.mjs";
import { fitWords } from "./staff_facts.mjs";

const NOW = "current_share";
const WANTED = "optimum_share";
/** More is freed by nobody's shares: the scale of the limit ends here unless more is wanted. */
const LIMIT_SCALE = 0.4;
const TODAY = "By the shares of now LLR's staff are held against LLR's care, too: change them where this site is known to be otherwise.";
const HELD = "What the room has set of this care is taken as it is, without a range. Where people disagree, keep a range under Challenge.";

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountShares(root, page) {
  const { functions, levels } = page.words;
  const parts = Object.entries(levels).map(([level, { label, short }]) => ({ level, label, short }));
  const names = Object.keys(functions);
  let chosen = names[0];
  let open = false;

  const choices = names.map((name) => choiceOf(functions[name], parts, () => choose(name)));
  const title = make("h2", { class: "shares-title" });
  const meaning = make("p", { class: "shares-meaning" });
  const pairs = new Map();
  const place = make("div", { class: "shares-place" });
  const through = plainBar({ class: "split-bar split-slim" });
  const passes = make("p", { class: "shares-passes" });
  const caution = make("p", { class: "quiet", text: TODAY, hidden: true });
  const held = make("p", { class: "quiet", text: HELD, hidden: true });
  const tasks = make("section", { class: "shares-tasks", "aria-label": "Tasks, each at the least level that can do it safely" });
  const limit = limitBar();
  const fit = statement({ text: "", kind: "watch" });
  const strip = stripOf(parts);
  const today = button("change it", () => {
    open = !open;
    show();
  }, { class: "link control", "aria-pressed": "false", "aria-label": "change it: the shares of now" });
  const first = button("as at first", () => again(NOW), { class: "link control", "aria-label": "as at first: the shares of now" });
  const back = button("as at first", () => again(WANTED), { class: "link control", "aria-label": "as at first: the shares that the room wants" });

  fill(root, make("div", { class: "shares" },
    make("nav", { class: "shares-choices", "aria-label": "Functions of care" }, ...choices.map(({ element }) => element)),
    make("div", { class: "shares-main" }, title, place,
      make("div", { class: "shares-row" }, make("p", { text: "Goes through" }), through.element),
      passes),
    make("div", { class: "shares-side" }, meaning, tasks, caution, held), limit.element, strip.element, fit.element));

  /** Shares of the chosen function as they stood at the start, all at once. */
  function again(head) {
    page.change({ kind: "back", inputs: parts.map(({ level }) => nameOf(head, chosen, level)) });
  }

  function choose(name) {
    page.settle();
    chosen = name;
    show();
  }

  /** The two bars of a function, made when it is first looked at. */
  function pairOf(name) {
    if (!pairs.has(name)) {
      const label = functions[name].label;
      const bar = (head, said) => {
        const values = (steps) => Object.fromEntries(sharesOf(steps).map((share, i) => [nameOf(head, name, parts[i].level), share]));
        return splitBar({
          label: `${label}, ${said}`, parts,
          drag: (steps) => page.drag(values(steps)),
          settle: () => page.settle(),
          change: (steps) => page.change({ kind: "hold", values: values(steps) }),
        });
      };
      const made = { now: bar(NOW, "now"), wanted: bar(WANTED, "wanted"), today: make("div"), back: make("div") };
      made.element = make("div", { class: "shares-bars" },
        make("div", { class: "shares-row" }, make("div", {}, make("p", { text: "Now" }), made.today), made.now.element),
        make("div", { class: "shares-row" }, make("div", {}, make("p", { text: "The room wants" }), made.back), made.wanted.element));
      pairs.set(name, made);
    }
    return pairs.get(name);
  }

  const steps = (head, name) => stepsOf(parts.map(({ level }) => page.value(nameOf(head, name, level))));

  function show() {
    const [now, wanted] = [steps(NOW, chosen), steps(WANTED, chosen)];
    choices.forEach(({ set }, i) => set(names[i] === chosen, steps(WANTED, names[i])));
    const { label, meaning: what } = functions[chosen];
    say(title, label);
    say(meaning, `${what[0].toUpperCase()}${what.slice(1)}.`);
    const pair = pairOf(chosen);
    if (place.firstChild !== pair.element) {
      fill(place, pair.element);
      fill(pair.today, today, first);
      fill(pair.back, back);
      fill(tasks, tasksOf(functions[chosen].tasks, levels));
    }
    pair.now.lock(!open);
    pair.wanted.lock(page.presenting);
    pair.now.show(now);
    pair.wanted.show(wanted);
    today.setAttribute("aria-pressed", String(open));
    say(today, open ? "done" : "change it");
    today.setAttribute("aria-label", `${today.textContent}: the shares of now`);
    caution.hidden = !open;
    first.hidden = !open;
    held.hidden = !parts.some(({ level }) => settled(page, nameOf(WANTED, chosen, level)));
    say(passes, passWords(parts.map((part, i) => ({ label: part.label, now: now[i], wanted: wanted[i] }))));
    showRuns();
  }

  function showRuns() {
    const { now } = page;
    if (now === null) return;
    const allowed = stepsOf(parts.map(({ level }) => Math.max(0, spread(page, "shares", { bar: "b2", function: chosen, level })?.middle ?? 0)), 10);
    through.show(parts, allowed, "Goes through");
    const facts = limitOf(page);
    if (facts) limit.set(facts, limitWords(facts, parts[0].label.toLowerCase()));
    const found = fitFacts(page).filter(({ kind, mapping }) => kind !== "fits" || mapping >= 0.5);
    strip.set(page, found.length > 0);
    fit.set({ text: found.length ? fitWords(found, Object.fromEntries(parts.map((p) => [p.level, p.label]))).join(" ") : "", kind: "watch" });
  }

  return { show };
}

function nameOf(head, name, level) {
  return `${head}_${name}_${level}`;
}

/** Whether the room holds an input that varied. */
function settled(page, name) {
  return page.input(name).uncertain && Object.hasOwn(page.state.held, name);
}

/** One function among the five: its name and its wanted shares, small. */
function choiceOf({ label }, parts, act) {
  const bar = plainBar({ class: "split-bar split-tiny" });
  const element = make("button", { type: "button", class: "shares-choice", on: { click: act } }, make("span", { text: label }), bar.element);
  return {
    element,
    set(current, steps) {
      element.setAttribute("aria-current", String(current));
      bar.show(parts, steps, "wanted");
    },
  };
}

/** The tasks of a function by the least level that can do each safely, and why, folded. */
function tasksOf(tasks, levels) {
  const at = Object.keys(levels).map((level) => [level, tasks.filter((task) => task.level === level)]).filter(([, own]) => own.length);
  const key = (level) => make("span", { class: `split-key level-${level}`, "aria-hidden": "true" });
  return [
    make("h3", { text: "Least level that is safe" }),
    at.length > 0 && make("ul", {}, ...at.map(([level, own]) => make("li", {}, make("b", {}, key(level), ` ${levels[level].label}: `), own.map(({ task }) => small(task)).join("; ")))),
    at.length > 0 && make("details", {}, make("summary", { text: "Why" }),
      make("ul", {}, ...at.flatMap(([level, own]) => own.map(({ task, why }) => make("li", {}, key(level), ` ${task}: ${why}.`))))),
  ];
}

/** A task within a line: without its capital, but for a word that has more of them. */
function small(text) {
  return /^[A-Z][a-z ]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text;
}

/** How far the room's shares would free the most trained level, and where the limit stands. */
export function limitOf(page) {
  const [wanted, through] = [spread(page, "release_wanted"), spread(page, "released")];
  if (wanted === null || through === null) return null;
  const drawn = page.now.drawn.get("transferable");
  const value = page.value("transferable");
  const sorted = drawn ? Float64Array.from(drawn).sort() : null;
  const [middle, low, high] = sorted ? [0.5, 0.05, 0.95].map((p) => quantile(sorted, p)) : [value, value, value];
  const asked = columnOf(page.now, "release_wanted");
  const freed = columnOf(page.now, "released");
  const there = asked.map((_, i) => i).filter((i) => Number.isFinite(asked[i]) && Number.isFinite(freed[i]));
  const bites = there.filter((i) => freed[i] < asked[i] - 1e-9).length / Math.max(1, there.length);
  const parts = Float64Array.from(there.filter((i) => asked[i] > 0), (i) => freed[i] / asked[i]).sort();
  return limitFacts({ wanted, through, limit: { middle, low, high }, bites, passes: parts.length ? quantile(parts, 0.5) : 1 });
}

function limitBar() {
  const passed = make("div", { class: "limit-through" });
  const held = make("div", { class: "limit-held" });
  const range = make("div", { class: "limit-range" });
  const mark = make("div", { class: "limit-mark" }, make("span"));
  const bar = make("div", { class: "limit-bar", role: "img" }, range, passed, held, mark);
  const told = make("p", { class: "limit-words" });
  return {
    element: make("div", { class: "limit" }, told, bar),
    set({ wanted, through, limit }, words) {
      say(told, words);
      const scale = Math.max(LIMIT_SCALE, wanted.middle, limit.high) * 1.02;
      const at = (share) => `${(100 * Math.max(0, share)) / scale}%`;
      passed.style.width = at(through.middle);
      held.style.left = at(through.middle);
      held.style.width = at(Math.max(0, wanted.middle - Math.max(0, through.middle)));
      range.style.left = at(limit.low);
      range.style.width = at(limit.high - limit.low);
      mark.style.left = at(limit.middle);
      const varies = limit.high > limit.low ? ` (${percents(limit.low, limit.high)})` : "";
      say(mark.firstChild, `limit ${shareWords(limit.middle)}${varies}`);
      bar.setAttribute("aria-label", words);
    },
  };
}

/** The bars of the next screen, small, so that they are seen to move. */
function stripOf(parts) {
  const bars = [["bar_1", "Now"], ["bar_2", "Best mix"], ["bar_3", "Best mix, later"]];
  const rows = bars.map(([name, label]) => {
    const bar = make("div", { class: "split-bar split-tiny", "aria-hidden": "true" }, ...parts.map(({ level }) => make("div", { class: `split-part level-${level}` })));
    const cells = parts.map(({ label: head }) => make("td", { "data-head": head }));
    const head = make("th", { scope: "row", text: label });
    return { name, head, bar, cells, element: make("tr", {}, head, make("td", { class: "strip-bar" }, bar), ...cells) };
  });
  const note = make("td", { class: "quiet" });
  const element = make("table", { class: "strip" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col", text: "Staff that this takes" }), note, ...parts.map(({ level, short }) => make("th", { scope: "col" }, make("span", { class: `split-key level-${level}`, "aria-hidden": "true" }), short)))),
    make("tbody", {}, ...rows.map((row) => row.element)));
  return {
    element,
    set(page, doubtful) {
      say(note, doubtful ? "WTE; not to be read yet, see below" : "WTE, middle of the runs");
      note.classList.toggle("problem", doubtful);
      const found = rows.map(({ name }) => parts.map(({ level }) => spread(page, name, { level })?.middle ?? NaN));
      const years = page.value("horizon_years");
      say(rows[2].head, `Best mix in ${general(years, 3)} ${years === 1 ? "year" : "years"}`);
      const most = Math.max(...found.map((bar) => bar.reduce((sum, x) => sum + x, 0)));
      rows.forEach(({ bar, cells }, i) => {
        found[i].forEach((value, k) => {
          say(cells[k], wte(value));
          bar.children[k].style.width = Number.isFinite(value) && most > 0 ? `${((100 * Math.max(0, value)) / most).toFixed(3)}%` : "0";
        });
      });
    },
  };
}
