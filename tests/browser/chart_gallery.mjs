// Every figure with numbers made by formulas: many lines, few lines, differences, chances, runs at a date and what drives it.

import { barsChart } from "../charts/bars.mjs";
import { chanceChart } from "../charts/chance.mjs";
import { differenceChart } from "../charts/difference.mjs";
import { distributionChart } from "../charts/distribution.mjs";
import { figure } from "../charts/figure.mjs";
import { stackedChart } from "../charts/stacked.mjs";
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

/** Runs about a middle, least first, by a formula. */
function runs(middle, spread, number) {
  return Float64Array.from({ length: number }, (_, i) => middle + spread * Math.log((i + 0.5) / (number - i - 0.5))).sort();
}

function differences() {
  const change = (number, by) => ({ ...line(number, 14, 0, by), name: `${NAMES[number]} − plan`, central: null });
  return { title: "What two settings change", sentence: "On the same draws.", label: "GPs", unit: "WTE", times: TIMES, series: [change(1, 0.2), change(4, 0.6)] };
}

const AT_DATE = {
  title: "Difference at the end of Sep 2025", unit: "WTE", times: null,
  series: [
    { name: "plan with retention − plan", pen: 1, median: 42.3, low50: 30, high50: 55, low90: 12, high90: 78, note: "more in 99.2% of runs" },
    { name: "no new trainees − plan", pen: 2, median: -31, low50: -44, high50: -20, low90: -71, high90: 4, note: "more in 7% of runs" },
    { name: "the same setting", pen: 3, median: 0, low50: 0, high50: 0, low90: 0, high90: 0 },
  ],
};

const CHANCES = {
  title: "The chance of each target", sentence: "Share of runs that meet it, with its 95% interval.",
  rows: [
    { target: "GPs by 2020", asks: "at least 639 WTE", setting: "plan", pen: 0, probability: 0.124, low: 0.098, high: 0.156, met: 62, runs: 500, lost: 0 },
    { target: "GPs by 2020", asks: "at least 639 WTE", setting: "plan with retention and more international recruits", pen: 1, probability: 310 / 480, low: 0.602, high: 0.687, met: 310, runs: 480, lost: 20 },
    { target: "Turnover", asks: "at most 8%", setting: "plan", pen: 0, probability: 0, low: 0, high: 0.0076, met: 0, runs: 500, lost: 0 },
    { target: "Turnover", asks: "at most 8%", setting: "plan with retention and more international recruits", pen: 1, probability: 1, low: 0.992, high: 1, met: 480, runs: 480, lost: 20 },
  ],
};

const DRIVERS = {
  title: "What drives GPs at the end of Sep 2025 now", sentence: "Rank correlation in the same 500 runs; not a Sobol index.", measure: "Rank correlation", limits: [-1, 1], decimals: 2, signed: true,
  bars: [
    { name: "leaving rate of GPs under 55", value: -0.72, low: -0.76, high: -0.67 },
    { name: "international recruits a year", value: 0.41, low: 0.33, high: 0.48 },
    { name: "share of trainees who stay in the area after they qualify", value: 0.18, low: 0.09, high: 0.26 },
    { name: "hours a week", value: 0.01, low: -0.08, high: 0.1, note: "cannot be told from none" },
  ],
};

function spread() {
  return {
    title: "GPs, end of Sep 2020", sentence: "", unit: "WTE",
    series: [
      { name: "plan", values: runs(604, 14, 500), runs: 500 },
      { name: "plan with retention", values: runs(642, 11, 480), runs: 500 },
      { name: "the plan's own arithmetic", values: new Float64Array(64).fill(639), runs: 64 },
    ],
    targets: [{ label: "", value: 639, atLeast: true }],
  };
}

/** Names that are markup, a script, a formula, endless, or written from right to left. */
function hostile() {
  const script = ["<", "script>window.ran=1</", "script>"].join("");
  const names = ["<img src=x onerror=window.ran=1>", "=1+1", "x".repeat(400), "נתונים <b>", `</svg>${script}`, "&amp; \u0000 \ud800"];
  const spec = trajectory("<b>Names</b> that are no names", [0, 1, 2, 3, 4, 5], { label: "<i>", unit: "<u>&", percent: false });
  spec.series.forEach((s, i) => (s.name = names[i]));
  spec.targets[0].label = `</text>${script}`;
  return spec;
}

/** A percentage in a model that counts in months. */
function share() {
  const times = Array.from({ length: 61 }, (_, i) => i);
  const median = times.map((t) => 0.081 - 0.0004 * t);
  return {
    title: "Turnover", unit: "Dmnl", percent: true, times, targets: [{ label: "", value: 0.065, time: 48 }], history: [],
    series: [{ name: "plan", pen: 0, median, low50: null, high50: null, low90: median.map((m, i) => m - 0.0002 * i), high90: median.map((m, i) => m + 0.0002 * i), central: null }],
  };
}

/** Most runs at the end of what was simulated, against two ceilings. */
function heap() {
  const values = Float64Array.from({ length: 500 }, (_, i) => Math.min(14, 8 + 16 * (i / 500))).sort();
  return { title: "Years until the gap closes", unit: "Year", series: [{ name: "as elicited", values, runs: 500 }], targets: [{ label: "Within 5 years", value: 5, atLeast: false }, { label: "Within 10 years", value: 10, atLeast: false }] };
}

/** Bars of four parts, one of them too thin to hold its number; the first has no ranges, as what was counted. */
function stacks() {
  const levels = ["Autonomous", "Enhanced", "Core", "Foundation"];
  const bar = (name, note, values, spread) => ({
    name, note,
    parts: values.map((value, i) => ({ name: levels[i], value, low: spread ? value * (1 - spread) : null, high: spread ? value * (1 + spread) : null })),
    total: spread ? { value: 104.9, low: 97.1, high: 115.2 } : null,
  });
  return {
    title: "Staff by level", sentence: "Fewer autonomous, more enhanced staff.", unit: "WTE", decimals: 1,
    bars: [bar("1. Now", "staff in post", [21.27, 3.27, 9.47, 62.29], 0), bar("2. Best mix", "today's patients", [17.7, 11, 12.5, 63.7], 0.12), bar("3. In five years", "best mix, patients of then", [18.8, 11.6, 13.2, 66.2], 0.14)],
  };
}

const figures = [
  ["one setting", trajectoryChart, () => trajectory("GPs with one setting", [0])],
  ["two settings", trajectoryChart, () => trajectory("GPs with two settings", [0, 3])],
  ["six settings", trajectoryChart, () => trajectory("GPs with six settings, each named at its end", [0, 1, 2, 3, 4, 5])],
  ["a share", trajectoryChart, share],
  ["hostile names", trajectoryChart, hostile],
  ["differences", differenceChart, differences],
  ["differences at a date", differenceChart, () => AT_DATE],
  ["chances", chanceChart, () => CHANCES],
  ["runs at a date", distributionChart, spread],
  ["one number most often", distributionChart, heap],
  ["drivers", barsChart, () => DRIVERS],
  ["stacks", stackedChart, stacks],
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
