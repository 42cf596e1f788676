// Every figure with numbers made by formulas: many lines, few lines, differences, chances, runs at a date and what drives it.

import { figure } from "../charts/figure.mjs";
import { trajectoryChart } from "../charts/trajectory.mjs";

const TIMES = Array.from({ length: 97 }, (_, i) => 2017.75 + i / 12);
const NAMES = ["plan", "plan with retention", "no new trainees", "more international recruits", "leavers return within a year", "everyone stays"];

/** A line that falls or rises over time with bands about it, by a formula. */
function line(number, spread, from = 640, by = 1) {
  const median = TIMES.map((t, i) => from + by * ((number - 2.4) * 9 * (i / 12) ** 1.2 + 8 * Math.sin(i / 9 + number)));
  const band = (share) => median.map((m, i) => m + share * spread * Math.sqrt(i / 12));
  return { name: NAMES[number], pen: number, median, low50: band(-0.67), high50: band(0.67), low90: band(-1.64), high90: band(1.64), central: median.map((m) => m + 2) };
}

function trajectory(title, numbers, more = {}) {
  return {
    title, sentence: "With 500 runs of each setting.", label: "GPs", unit: "WTE", times: TIMES, series: numbers.map((n) => line(n, 14)),
    targets: [{ label: "", value: 639, time: 2020.75 }], history: [2015.75, 2016.75, 2017.75].map((time, i) => ({ time, value: 661 - 9 * i, label: "" })), mark: 2020.75, ...more,
  };
}

const figures = [
  ["one setting", trajectoryChart, () => trajectory("GPs with one setting", [0])],
  ["two settings", trajectoryChart, () => trajectory("GPs with two settings", [0, 3])],
  ["six settings", trajectoryChart, () => trajectory("GPs with six settings, each named at its end", [0, 1, 2, 3, 4, 5])],
];

export function main() {
  const place = document.getElementById("gallery");
  window.gallery = {};
  for (const [name, make, spec] of figures) {
    const chart = make({});
    place.append(figure(chart, { name, level: 2, about: () => ({ study: "gp_plan", setting: "plan", illustrative: true, notes: ["500 runs"] }) }));
    chart.update(spec());
    window.gallery[name] = { chart, spec };
  }
}
