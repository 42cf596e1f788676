/** A page's data as the session needs them: three inputs of one kind each, and a whole of three shares. */

const bare = { group: "", note: "", source: "the test", grade: "C", planned: null, fittedTo: "", percent: false, whole: "", uncertain: false, law: null };
const law = (kind, low, mode, high) => ({ kind, low, mode, high, sd: null, values: [], weights: [], minimum: null, maximum: null, centre: mode });

export function input(name, unit, value, more = {}) {
  return { ...bare, name, variable: name, label: name, unit, value, low: 0, high: 2 * value, minimum: null, maximum: null, middle: value, ...more };
}

export function pageData(more = {}) {
  const share = (name, value) => input(name, "Dmnl", value, { whole: "mix", minimum: 0, maximum: 1, uncertain: true, law: law("beta", 0, value, 1) });
  const inputs = more.inputs ?? [
    input("quit rate", "1/Year", 0.1, { minimum: 0, maximum: 1, uncertain: true, law: law("pert", 0.05, 0.1, 0.2) }),
    input("opening staff", "head", 100),
    input("gap", "Dmnl", -3),
    share("a", 0.5),
    share("b", 0.3),
    share("c", 0.2),
  ];
  return {
    key: "k".repeat(64),
    format: 1,
    made: { by: "llr_sd", version: "0" },
    what: "small",
    study: { title: "Small", question: "", illustrative: false, notes: [], told: [], seed: 7, runs: 800, design: "random", name: "small", toml: "" },
    model: { name: "small", bundled: false, called: "small.mdl", sha256: "0".repeat(64), timeUnit: "Year", calendar: true, files: {} },
    inputs,
    draws: { bounds: Object.fromEntries(inputs.map(({ name, minimum, maximum }) => [name, [minimum, maximum]])) },
    engine: { limits: {}, whole: [] },
    scenarios: [
      { name: "As published", kind: "published", note: "", set: { "opening staff": 90 } },
      { name: "As it goes", kind: "scenario", note: "", set: { "opening staff": 110 } },
      { name: "Keep staff", kind: "scenario", note: "", set: { "opening staff": 110, "quit rate": 0.06 } },
    ],
    outputs: [],
    targets: [],
    ...more,
  };
}

/** What a browser's storage does, in memory; `full` makes it refuse every further write. */
export function memory() {
  const kept = new Map();
  return {
    kept,
    full: false,
    get length() {
      return kept.size;
    },
    key: (i) => [...kept.keys()][i],
    getItem: (key) => kept.get(key) ?? null,
    setItem(key, value) {
      if (this.full) throw new Error("QuotaExceededError");
      kept.set(key, value);
    },
    removeItem: (key) => void kept.delete(key),
  };
}
