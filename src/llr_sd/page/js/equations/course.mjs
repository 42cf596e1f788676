// The course of one variable over time in the current setting, asked of the pool when it is looked at.

import { choice, make, say } from "../app/dom.mjs";
import { bandsOf } from "../app/specs.mjs";
import { figure } from "../charts/figure.mjs";
import { countOf, listing } from "../charts/numbers.mjs";
import { trajectoryChart } from "../charts/trajectory.mjs";
import { visible } from "./reading.mjs";

const NOT_SAVED = "This page has no room for its course over time; a study with it among its outputs has it.";

/** The number of an element, last axis fastest, from its place on each axis. */
export function elementAt(axes, places) {
  return axes.reduce((at, axis, i) => at * axis.elements.length + places[i], 0);
}

/**
 * The figure of a variable.
 * @param {Object} entry
 * @param {Object} page `data`, `store`, `pool`, `about`
 * @returns {{element: HTMLElement, show: () => void, close: () => void}|null} null where it does not change over time
 */
export function course(entry, page) {
  const variable = page.data.engine.variables.find((v) => v.name === entry.name);
  if (!["stock", "flow", "auxiliary", "data"].includes(entry.kind)) return null;
  if (!variable) return { element: make("p", { class: "quiet", text: NOT_SAVED }), show: () => {}, close: () => {} };
  const places = variable.axes.map(() => 0);
  const chart = trajectoryChart({});
  const told = make("p", { class: "quiet", role: "status" });
  const selects = variable.axes.map((axis, i) => {
    const choices = axis.elements.map((text, at) => ({ value: String(at), text }));
    return choice(axis.name, choices, "0", (value) => { places[i] = Number(value); draw(); }).element;
  });
  let asked = "";
  let closed = false;
  let ensemble = null;
  const drawing = figure(chart, { name: entry.name, level: 5, about: page.about });
  drawing.hidden = true; // until there is something in it
  const element = make("section", { class: "eq-course" },
    make("h4", { text: "Over time, in the setting on screen" }),
    selects.length > 0 && make("div", { class: "choices" }, ...selects), drawing, told);

  function show() {
    closed = false;
    const { held, ranges, runs } = page.store.state;
    const ask = { held, ranges, runs, variables: [entry.name] };
    const key = JSON.stringify(ask);
    if (key === asked) return;
    asked = key;
    if (ensemble === null) say(told, "Its runs are on their way.");
    page.pool.latest("equation", ask, (given) => {
      if (closed || key !== asked) return;
      ensemble = given;
      draw();
    }, (error) => say(told, `It cannot be drawn: ${error}`));
  }

  function draw() {
    if (!ensemble) return;
    drawing.hidden = false;
    const found = ensemble.variables.get(entry.name);
    const at = elementAt(variable.axes, places);
    const names = variable.axes.map((axis, i) => axis.elements[places[i]]);
    const title = visible(names.length ? `${entry.name}, ${listing(names)}` : entry.name);
    const { flat, ...bands } = bandsOf(ensemble, found, at);
    const none = flat && { low50: null, high50: null, low90: null, high90: null };
    const series = { name: "This setting", pen: 0, ...bands, ...none, central: null, hidden: false };
    chart.update({ title, label: visible(entry.name), unit: entry.unit, percent: false, times: [...found.times], series: [series], targets: [], history: [], calendar: page.data.model.calendar });
    const lost = ensemble.runs - ensemble.ok.reduce((n, one) => n + one, 0);
    say(told, lost ? `${countOf(lost, "run")} of ${ensemble.runs} failed and ${lost === 1 ? "is" : "are"} not in it.` : "");
  }

  return { element, show, close: () => { closed = true; asked = ""; } };
}
