// A model in a few lines that stands in for the engine: staff of two levels, who lose a share a year; ratio is 1 / juniors.

const TIMES = [2017, 2018, 2019, 2020];

/** base64 of numbers, as the page holds them. */
export function packed(numbers) {
  return btoa(String.fromCharCode(...new Uint8Array(Float64Array.from(numbers).buffer)));
}

const level = { name: "Level", elements: ["senior", "junior"] };
const variable = (name, first, axes = []) => ({ name, unit: "WTE", axes, first, size: axes.length ? 2 : 1, missing: [] });
const input = (name, value, law = null) => ({
  name, variable: name, label: name, unit: "1/Year", value, minimum: 0, maximum: 4, whole: "", uncertain: law !== null, law,
});
const key = (pair) => ({ value: pair.repeat(16), slices: pair.repeat(16) });
const output = (name, given) => ({
  name, label: name, unit: "WTE", variable: null, at: null, expression: null, axes: [], percent: false, ...given,
});

/** The data of a page, as far as runs need them. */
export function fixture() {
  const law = { kind: "uniform", low: 0.1, mode: null, high: 0.3, sd: null, values: [], weights: [], minimum: null, maximum: null, centre: null };
  return {
    study: { runs: 40, design: "random", seed: 1 },
    inputs: [input("leave", 0.2, law), input("break", 0), input("toString", 0)],
    outputs: [
      output("short", { expression: ["-", 200, "all_2020"], at: null }),
      output("staff", { variable: "staff", axes: [{ ...level, labels: ["Senior", "Junior"] }] }),
      output("all_2020", { variable: "all staff", at: 2020 }),
      output("junior_2018", { variable: "Staff[ junior ]", at: 2018 }),
      output("inverse", { expression: ["/", 1, ["-", "all_2020", "all_2020"]] }),
    ],
    laws: [{ name: "staff are kept", variable: "balance", tolerance: 1e-6, scale: "all staff" }],
    engine: { times: packed(TIMES), variables: [
      variable("staff", 0, [level]), variable("all staff", 2), variable("ratio", 3), variable("balance", 4),
    ], limits: {}, whole: [] },
    draws: { seed: 1, design: "random", keys: { leave: key("3a"), break: key("4b"), toString: key("5c") }, correlations: [],
      bounds: { leave: [0, 4], break: [0, 4], toString: [0, 4] } },
  };
}

/** What `Machine` promises. */
export class FixtureMachine {
  constructor() {
    this.calls = [];
  }

  run(design, runs, wanted, at, judged) {
    this.calls.push({ design, runs, wanted, at, judged });
    const values = new Float64Array(runs * at.length * wanted.length);
    const status = new Array(runs).fill(null);
    for (let run = 0; run < runs; run++) {
      const [leave, broken] = [design[run], design[runs + run]];
      at.forEach((save, s) => {
        const [senior, junior] = [100 * (1 - leave / 2) ** save, 100 * (1 - leave) ** save];
        const all = [senior, junior, senior + junior, 1 / junior, broken === 1 && save > 1 ? 1 : 0];
        wanted.forEach((element, i) => (values[(run * at.length + s) * wanted.length + i] = all[element]));
      });
      if (broken === 2) {
        status[run] = { reason: "negative stock", variable: "staff[junior]", time: 2019 };
        values.fill(NaN, (run * at.length + 2) * wanted.length, (run + 1) * at.length * wanted.length);
      }
    }
    return { values, status, findings: [] };
  }
}
