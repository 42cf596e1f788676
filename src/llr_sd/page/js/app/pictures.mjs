// The results as pictures: over time, against targets, and spread out at a date. Made once, then only brought up to date.

import { chanceChart } from "../charts/chance.mjs";
import { distributionChart } from "../charts/distribution.mjs";
import { figure } from "../charts/figure.mjs";
import { dateWords } from "../charts/numbers.mjs";
import { trajectoryChart } from "../charts/trajectory.mjs";
import { choice, fill, make, say } from "./dom.mjs";
import { NOW, START, beside, chanceOf, changeOf, elementsSpec, headlines, lastOf, outputTitle, sortedAt, spreadOf, titleAtEnd, trajectorySpec } from "./specs.mjs";
import { CERTAIN, bandsWords, changeSentence, chanceSentence, failureWords, fewWords, findingWords, goalWords, numberSentence } from "./words.mjs";

/** More lines than these are not told apart in one picture. */
const MOST_TOGETHER = 6;
const ALL = "all";

/**
 * Mount the view.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void, hide: () => void}}
 */
export function mountPictures(root, page) {
  const { data, asking, store } = page;
  const notice = make("p", { class: "warning", hidden: true });
  const lead = make("p", { class: "lead" });
  const grid = make("div", { class: "figures" });
  const drawn = [];
  let seen = false;
  let made = false;
  fill(root, notice, lead, grid);

  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const one = drawn.find((d) => d.element === entry.target);
      if (!one) continue;
      one.near = entry.isIntersecting;
      if (one.near && one.late) draw(one);
    }
  }, { rootMargin: "400px" });

  /** Make the figures that the first ensemble has numbers for. */
  function build(now) {
    const [first, ...others] = data.outputs.filter((o) => now.outputs.get(o.name)?.times);
    if (first) add(grid, overTime(first, now, true));
    if (data.targets.length) add(grid, chances());
    add(grid, spread(now));
    for (const spec of others) add(grid, overTime(spec, now, false));
    made = true;
  }

  function add(place, one) {
    place.append(one.element);
    drawn.push({ ...one, near: true, late: true });
    watch.observe(one.element);
  }

  function draw(one) {
    one.late = false;
    one.update();
  }

  /** What a picture needs of the page: its runs and what they are called. */
  function settings() {
    const { now, start, same } = asking;
    return { now, start: beside(now, start), same, names: { now: page.nameOfNow(), start: `Start: ${store.state.from}` } };
  }

  function overTime(spec, now, first) {
    const chart = trajectoryChart({ tallest: first ? 340 : 300 });
    const { elements } = now.outputs.get(spec.name);
    const together = elements.length > 1 && elements.length <= MOST_TOGETHER ? [{ value: "-1", text: "all, medians of this setting" }] : [];
    let element = store.state.view[`of ${spec.name}`] === ALL && together.length ? -1 : chosen(`of ${spec.name}`, elements);
    const which = elements.length > 1
      ? choice("Shown", [...elements.map((text, i) => ({ value: String(i), text })), ...together], String(element), (value) => {
        element = Number(value);
        keep(`of ${spec.name}`, element < 0 ? ALL : elements[element]);
        update();
      })
      : null;
    const update = () => {
      const setting = settings();
      const drawing = element < 0 ? elementsSpec(data, spec, setting.now) : trajectorySpec(data, spec, setting, element);
      const part = elements.length > 1 && element >= 0 ? `, ${elements[element]}` : "";
      const sentence = element < 0 ? "Each line is a median; point at one to see where its runs lie." : first ? bandsWords(drawing, asking.now.runs) : "";
      chart.update({ ...drawing, title: `${spec.label}${part}`, sentence });
    };
    const shown = figure(chart, { name: spec.label, about: page.about });
    return { element: make("section", { class: first ? "picture wide" : "picture" }, which && which.element, shown), update };
  }

  function chances() {
    const chart = chanceChart({});
    const update = () => {
      const { now, start, same, names } = settings();
      const ensembles = start && !same ? [[names.now, now], [names.start, start]] : [[names.now, now]];
      const rows = data.targets.flatMap((target) => {
        const spec = data.outputs.find((o) => o.name === target.output);
        return ensembles.map(([name, ensemble], i) => ({ target: target.name, asks: goalWords(target, spec), setting: name, pen: i ? START : NOW, ...chanceOf(ensemble, target) }));
      });
      chart.update({ title: "The chance of each target", sentence: "Share of runs that meet it, with its 95% interval.", rows });
    };
    return { element: make("section", { class: "picture" }, figure(chart, { name: "chances of targets", about: page.about })), update };
  }

  /** The spread of one output at a date: both are chosen, and kept with the session. */
  function spread(now) {
    const chart = distributionChart({});
    const names = data.outputs.filter((o) => now.outputs.get(o.name)).map((o) => o.name);
    const first = [...headlines(data, now).map((o) => o.name), ...names][0];
    let name = names.includes(store.state.view.output) ? store.state.view.output : first;
    const specOf = (wanted) => data.outputs.find((o) => o.name === wanted);
    const what = choice("Of", names.map((n) => ({ value: n, text: outputTitle(specOf(n), data.model.calendar) })), name, (value) => {
      name = value;
      keep("output", value);
      offer();
      update();
    });
    const when = choice("At", [], "", (value) => { keep("at", value); update(); });
    const part = choice("For", [], "", () => update());

    function offer() {
      const output = asking.now.outputs.get(name);
      const times = output.times ? Array.from(output.times) : [];
      const dates = times.map((t, i) => ({ value: String(i), text: dateWords(t, true, data.model.calendar) }));
      const kept = Number(store.state.view.at ?? NaN);
      when.offer(dates, String(Number.isInteger(kept) && kept >= 0 && kept < times.length ? kept : lastOf(output)));
      when.element.hidden = times.length === 0;
      part.offer(output.elements.map((text, i) => ({ value: String(i), text })), "0");
      part.element.hidden = output.elements.length < 2;
    }

    function update() {
      const spec = specOf(name);
      const { now: current, start, same, names: called } = settings();
      tools.parentElement.hidden = current.runs === 1;
      const output = current.outputs.get(name);
      const at = output.times ? Number(when.select.value) : 0;
      const element = output.elements.length > 1 ? Number(part.select.value) : 0;
      const time = output.times ? output.times[at] : spec.at;
      const series = [[called.now, current], ...(start && !same ? [[called.start, start]] : [])].map(([label, ensemble], i) => ({
        name: label, pen: i ? START : NOW, values: sortedAt(ensemble.outputs.get(name), at, element), runs: ensemble.runs,
      }));
      const targets = data.targets.filter((t) => t.output === name).map((t) => ({ label: t.name, value: t.atLeast ?? t.atMost, atLeast: t.atLeast !== null }));
      chart.update({ title: outputTitle(spec, data.model.calendar, time), unit: spec.unit, percent: spec.percent, series, targets });
    }

    offer();
    const tools = make("div", { class: "tools" }, what.element, when.element, part.element);
    const element = make("section", { class: "picture" }, tools, figure(chart, { name: "spread at a date", about: page.about }));
    return { element, update };
  }

  function chosen(key, elements) {
    return Math.max(0, elements.indexOf(store.state.view[key]));
  }

  function keep(key, value) {
    page.change({ kind: "view", [key]: value });
  }

  function tellLead(now) {
    const certain = now.certain || now.runs === 1;
    say(notice, [failureWords(now.failures, now.runs, data.model.calendar), findingWords(now.findings, now.runs), asking.coarse ? "" : fewWords(now.runs - now.failures.length, now.runs, certain)].filter(Boolean).join(" "));
    notice.hidden = notice.textContent === "";
    say(lead, leadWords(now));
  }

  /** The first key number in sentences: where it stands, how that is to the start, and the chance of its target. */
  function leadWords(now) {
    const [spec] = headlines(data, now);
    if (!spec) return "";
    const at = lastOf(now.outputs.get(spec.name));
    const spread = spreadOf(now, spec.name, at, 0);
    const change = changeSentence(changeOf(asking, spec.name, at, 0), spec);
    const targets = data.targets.filter((t) => t.output === spec.name).map((t) => chanceSentence(t, spec, chanceOf(now, t)));
    return [numberSentence(titleAtEnd(data, spec, now), spread, spec), change, ...targets, now.runs === 1 && CERTAIN].filter(Boolean).join(" ");
  }

  function refresh() {
    if (!seen) return;
    const { now } = asking;
    root.classList.toggle("stale", now !== null && !asking.current);
    if (!now) {
      if (asking.error) {
        say(notice, asking.error);
        notice.hidden = false;
      }
      grid.hidden = lead.hidden = asking.error !== "";
      return;
    }
    grid.hidden = lead.hidden = false;
    if (!made) build(now);
    tellLead(now);
    for (const one of drawn) {
      if (one.near) draw(one);
      else one.late = true;
    }
  }

  page.onResults(refresh);
  return {
    show() {
      seen = true;
      refresh();
    },
    hide() {
      seen = false;
    },
  };
}
