// Figures of a report that can be asked, in the place of its still pictures; these stay for print, and for whoever wants them back.

import { button, choice, make } from "../app/dom.mjs";
import { figure } from "../charts/figure.mjs";
import { barsChart } from "../charts/bars.mjs";
import { chanceChart } from "../charts/chance.mjs";
import { differenceChart } from "../charts/difference.mjs";
import { stackedChart } from "../charts/stacked.mjs";
import { trajectoryChart } from "../charts/trajectory.mjs";
import { filled, toggled } from "./specs.mjs";

const CHARTS = Object.freeze({ bars: barsChart, chance: chanceChart, difference: differenceChart, stacked: stackedChart, trajectory: trajectoryChart });

/** Put a figure that can be asked into the place of every still picture that has one. */
export function main() {
  const { study, illustrative, figures } = JSON.parse(document.getElementById("asked").textContent);
  for (const one of figures) {
    const place = document.getElementById(`figure-${one.name}`);
    if (place) put(place, one, () => ({ study, setting: "", illustrative }));
  }
}

/** Put one figure into its place, with what can be chosen in it and the way back to the still picture. */
function put(place, { name, level, chart: kind, views, choose, beside }, about) {
  const stills = beside ? [] : place.querySelectorAll(".picture, .of-still");
  const chart = CHARTS[kind]({});
  const specs = views.map((view) => filled(view.spec));
  const boxes = make("fieldset", { class: "asked-series" });
  let at = 0;

  function show() {
    chart.update(specs[at]);
    const { series = [], times } = specs[at];
    boxes.hidden = series.length < 2 || !times;
    boxes.replaceChildren(make("legend", { text: "Shown" }), ...series.map(box));
  }

  function box(series, row) {
    const input = make("input", { type: "checkbox", checked: !series.hidden, on: { change: () => {
      specs[at] = toggled(specs[at], row, input.checked);
      chart.update(specs[at]);
    } } });
    return make("label", {}, input, " ", make("bdi", { text: series.name }));
  }

  const options = views.map((view, i) => ({ value: String(i), text: view.name }));
  const select = views.length > 1 && choice(choose, options, "0", (value) => { at = Number(value); show(); }).element;
  const live = make("div", { class: beside ? "asked beside-still" : "asked" }, select, boxes, figure(chart, { name, level, about }));
  const swap = button("Still picture", () => {
    const back = live.hidden;
    live.hidden = !back;
    for (const part of stills) part.hidden = back;
    swap.textContent = back ? "Still picture" : "Figure that can be asked";
  }, { class: "asked-swap" });
  show();
  for (const part of stills) part.hidden = true;
  place.prepend(live, ...(stills.length ? [swap] : []));
}
