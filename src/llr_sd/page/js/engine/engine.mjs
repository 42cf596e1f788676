// The engine in a page: the same compiled code as on the analyst's computer, with the same memory and the same verdicts on runs.

import { labelAt, labelIn, lacksOf, ownersOf, range } from "./elements.mjs";
import { missingOutputs, shortDelays } from "./findings.mjs";

const STACK = 1 << 20; // bytes for the code's own stack, far more than it uses: no function of it calls itself
const LINE = 64; // every array begins at a multiple of this many bytes
const PAGE = 1 << 16; // bytes in a page of WebAssembly memory
const OUT_BYTES = 8 << 20; // outputs of one call of the code
const SEEN_BYTES = 4 << 20; // stocks of failed runs looked at in one call

const NEEDS = "Chrome or Edge from 91, Firefox from 89 or Safari from 16.4 runs it, where security settings allow WebAssembly.";

const NAN = "not a number", INFINITE = "infinity", NEGATIVE = "negative stock";
const BELOW = "delay time below zero", ZERO = "delay time of zero";

/**
 * A value that the page has no room for, or that no run can have.
 */
export class RoomError extends Error {
  /**
   * @param {string} input label of the input
   * @param {number} value what was asked, in the unit of the input
   * @param {string} why what is possible
   */
  constructor(input, value, why) {
    super(`"${input}" cannot be ${value} in this page: ${why}.`);
    this.name = "RoomError";
    this.input = input;
    this.value = value;
  }
}

/**
 * Compile the code of a model.
 * @param {object} engine what `llr_sd.engine.browser.Browser.to_data` gives
 * @returns {Promise<WebAssembly.Module>} which can be sent to a worker
 * @throws {Error} for a person, where the browser is too old or does not run compiled code
 */
export async function compile(engine) {
  if (typeof WebAssembly === "undefined") throw new Error(`This browser does not run compiled code (WebAssembly is off). ${NEEDS}`);
  try {
    return await WebAssembly.compile(bytesOf(engine.wasm));
  } catch (error) {
    throw new Error(`This browser cannot run the model. ${NEEDS} (${error.message})`);
  }
}

/**
 * Read base64.
 * @param {string} text
 * @returns {Uint8Array} at the beginning of a buffer of its own, so that numbers of 64 bits can be read from `.buffer`
 */
export function bytesOf(text) {
  const binary = atob(text), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * A model in memory, ready to run. Each worker has its own.
 */
export class Machine {
  /**
   * @param {WebAssembly.Module} module of `compile`
   * @param {object} engine what `llr_sd.engine.browser.Browser.to_data` gives
   */
  constructor(module, engine) {
    this.engine = engine;
    this.width = engine.width;
    this.saves = Array.from(new BigInt64Array(bytesOf(engine.saves).buffer), Number);
    this.times = new Float64Array(bytesOf(engine.times).buffer);
    this._clock = new Float64Array(bytesOf(engine.arrays.clock).buffer);
    this._memory = new WebAssembly.Memory({ initial: 1 + Math.ceil((engine.numbers.data + STACK) / PAGE) });
    this._top = engine.numbers.data + STACK;
    this._stack = Math.floor(this._top / LINE) * LINE;
    this._places = {};
    this._layOut();
    const stack = new WebAssembly.Global({ value: "i32", mutable: true }, this._stack);
    const env = { __linear_memory: this._memory, __stack_pointer: stack };
    this._batch = new WebAssembly.Instance(module, { env }).exports.batch;
    this._variableOf = ownersOf(engine.variables, engine.outSize);
    this._lacks = lacksOf(engine);
    this._stockLabel = (at) => labelIn(engine.stockVariables, at);
    this._watches = engine.watches.flatMap((w, watch) => w.labels.map((label) => ({ ...w, label, watch })));
  }

  /**
   * Run the model.
   * @param {Float64Array} design values of `engine.inputs`, shape (input, run), each in the unit of its input
   * @param {number} runs
   * @param {?number[]} wanted elements to keep, by their place among all of `engine.variables`; all where left out
   * @param {?number[]} at which of `times` to keep, increasing; all where left out. A run goes no further than the last.
   * @param {?{elements: number[], at: number[]}} judged which elements, at which times among `at`, decide whether a run failed; all
   *   that are kept where left out. A run fails by what these hang on, as a run of `llr-sd` that asks for their variables does.
   * @returns {{values: Float64Array, status: Array, findings: Array}} values of shape (run, time, element kept), not numbers from a
   *   failure on; per run null or {reason, variable, time}, time null where it failed as a whole; what else must be known:
   *   {variable, what, value, limit, runs, mend}.
   * @throws {RoomError} for a value that there is no room for
   */
  run(design, runs, wanted = null, at = null, judged = null) {
    const ask = this._ask(design, runs, wanted, at, judged);
    const kept = ask.elements.length, row = ask.saves.length * kept;
    const values = new Float64Array(runs * row), status = new Array(runs).fill(null);
    const noted = new Float64Array(runs * ask.watches.length), blank = new Uint8Array(runs * (ask.lacking.length));
    const each = Math.max(1, Math.floor(OUT_BYTES / (8 * this.width * Math.max(1, ask.saves.length * this.engine.outSize))));
    for (let first = 0; first < runs; first += each * this.width) {
      const some = range(first, Math.min(runs, first + each * this.width));
      const done = this._call(ask, some, { saves: ask.saves, every: this.engine.numbers.every, seen: false, steps: ask.steps });
      this._take(ask, some, done, { values, noted, blank, status });
    }
    if (ask.until < ask.steps) this._noteAgain(ask, noted);
    this._judge(ask, { noted, status });
    for (let run = 0; run < runs; run++) {
      if (!status[run]) continue;
      const { step, ...told } = status[run];
      status[run] = told;
      for (let s = 0; s < ask.saves.length; s++) {
        if (ask.saves[s] >= step) values.fill(NaN, run * row + s * kept, run * row + (s + 1) * kept);
      }
    }
    const watches = ask.watches.map((w) => this._watches[w]), lacks = { elements: ask.lacking, of: this._lacks };
    return { values, status, findings: [...missingOutputs(this.engine, ask.variables, lacks, blank, runs), ...shortDelays(this.engine, watches, noted, runs)] };
  }

  /** What is asked, checked: which elements are kept, which decide whether a run failed, which stocks and delay times count. */
  _ask(design, runs, wanted, at, judged) {
    const { engine } = this, count = engine.inputs.length;
    if (design.length !== count * runs) throw new RangeError(`${design.length} values are not ${runs} runs of ${count} inputs.`);
    this._checkRoom(design, runs);
    const elements = wanted ?? range(0, engine.outSize), places = at ?? range(0, this.saves.length);
    if (elements.some((e) => !(e >= 0 && e < engine.outSize))) throw new RangeError("an element is asked for that there is not.");
    if (places.some((p, i) => !(p >= 0 && p < this.saves.length) || (i && p <= places[i - 1]))) {
      throw new RangeError("times are asked for by their place, each later than the one before.");
    }
    if (!elements.length || !places.length) throw new RangeError("at least one element and one time must be asked for.");
    const variables = [...new Set((judged?.elements ?? elements).map((e) => this._variableOf[e]))].map((v) => engine.variables[v]);
    const decides = new Set(judged?.at ?? places);
    if (!decides.size || ![...decides].every((p) => places.includes(p))) throw new RangeError("no time that is asked for decides.");
    const checked = variables.flatMap((v) => range(v.first, v.first + v.size));
    const firsts = new Set(variables.flatMap((v) => engine.needs[v.needs].stocks));
    const watched = new Set(variables.flatMap((v) => engine.needs[v.needs].watches));
    const counted = new Float64Array(Math.max(engine.stocks, 1));
    for (const s of engine.stockVariables) if (firsts.has(s.first)) counted.fill(1, s.first, s.first + s.size);
    const saves = places.map((p) => this.saves[p]);
    return {
      design, runs, elements, checked, counted, saves, variables,
      times: places.map((p) => this.times[p]), steps: saves[saves.length - 1],
      decides: places.map((p) => decides.has(p)), until: this.saves[Math.max(...decides)],
      watches: range(0, this._watches.length).filter((w) => watched.has(this._watches[w].watch)),
      lacking: checked.filter((e) => this._lacks[e] >= 0),
      wrong: new Map(), bad: new Float64Array(runs).fill(-1),
    };
  }

  /** Refuse values that no run can have, and those that memory was not made for. */
  _checkRoom(design, runs) {
    const { inputs, limits, whole } = this.engine;
    inputs.forEach((name, i) => {
      const [low, high] = Object.hasOwn(limits, name) ? limits[name] : [-Infinity, Infinity], isWhole = whole.includes(name);
      for (let run = 0; run < runs; run++) {
        const x = design[i * runs + run];
        if (!Number.isFinite(x)) throw new RoomError(name, x, "an input is a finite number");
        if (x < low || x > high) throw new RoomError(name, x, low === high ? `it is held at ${low}` : `it was made for ${low} to ${high}`);
        if (isWhole && !Number.isInteger(x)) throw new RoomError(name, x, "it takes whole numbers");
      }
    });
  }

  /** Put what does not change from run to run into memory, once. */
  _layOut() {
    const { engine } = this, lane = 8 * this.width;
    const fixed = { saves: 8 * this.saves.length, counted: 8 * Math.max(engine.stocks, 1) };
    const given = ["tables", "series", "clock", "slots"].map((name) => [name, bytesOf(engine.arrays[name])]);
    for (const [name, bytes] of given) this._places[name] = this._room(bytes.length);
    for (const [name, vectors] of Object.entries(engine.work)) this._places[name] = this._room(lane * vectors);
    for (const [name, size] of Object.entries(fixed)) this._places[name] = this._room(size);
    for (const [name, bytes] of given) new Uint8Array(this._memory.buffer).set(bytes, this._places[name]);
    for (const [name, vectors] of Object.entries(engine.work)) this._reals(this._places[name], vectors * this.width).fill(NaN);
    const lanes = new Float64Array(bytesOf(engine.arrays.lanes).buffer), ws = this._reals(this._places.ws, lanes.length * this.width);
    for (let i = 0; i < ws.length; i++) ws[i] = lanes[Math.floor(i / this.width)];
    this._callArea = this._top;
  }

  /** Take a piece of memory, growing it where it ends; views are taken afterwards, since growing detaches them. */
  _room(bytes) {
    const first = Math.ceil(this._top / LINE) * LINE;
    this._top = first + Math.max(bytes, LINE);
    const lacks = this._top + LINE - this._memory.buffer.byteLength;
    if (lacks > 0) {
      try {
        this._memory.grow(Math.ceil(lacks / PAGE));
      } catch {
        throw new RangeError(`the browser has no ${Math.ceil(this._top / 2 ** 20)} MB of memory for this model.`);
      }
    }
    return first;
  }

  _reals(first, count) {
    return new Float64Array(this._memory.buffer, first, count);
  }

  /** Call the code for some runs; spare lanes repeat the last run. Views of what it wrote are good until the next call. */
  _call(ask, some, { saves, every, seen, steps }) {
    const { engine, width: w } = this, blocks = Math.ceil(some.length / w), columns = blocks * w, inputs = engine.inputs.length;
    this._top = this._callArea;
    const sizes = {
      design: inputs * columns, out: blocks * saves.length * engine.outSize * w, bad: columns,
      watch: columns * engine.watchSize, seen: seen ? columns * engine.stocks : 0,
    };
    const places = { ...this._places };
    for (const [name, size] of Object.entries(sizes)) places[name] = this._room(8 * size);
    const design = this._reals(places.design, sizes.design);
    for (let i = 0; i < inputs; i++) {
      for (let c = 0; c < columns; c++) design[i * columns + c] = ask.design[i * ask.runs + some[Math.min(c, some.length - 1)]];
    }
    const saved = new BigInt64Array(this._memory.buffer, places.saves, this.saves.length);
    saves.forEach((step, s) => { saved[s] = BigInt(step); });
    this._reals(places.counted, ask.counted.length).set(ask.counted);
    const numbers = {
      ...engine.numbers, stride: columns, nslots: inputs, blocks, nsaves: saves.length, steps, every,
    };
    if (!seen) places.seen = 0;
    this._batch(...engine.arguments.map(([name, kind]) => (
      kind === "ptr" ? places[name] : kind === "i64" ? BigInt(numbers[name]) : numbers[name]
    )));
    const views = {};
    for (const [name, size] of Object.entries(sizes)) if (places[name]) views[name] = this._reals(places[name], size);
    return views;
  }

  /** Copy what is kept of some runs, and note the first number of each that is not finite though it has an equation. */
  _take(ask, some, done, { values, noted, blank }) {
    const { engine, width: w } = this, { saves, elements, checked, lacking: empty } = ask;
    const kept = elements.length, shown = saves.length;
    some.forEach((run, i) => {
      const lane = i % w, block = (i - lane) / w;
      ask.bad[run] = done.bad[i];
      for (let s = 0; s < shown; s++) {
        const from = (block * shown + s) * engine.outSize * w + lane, to = (run * shown + s) * kept;
        for (let k = 0; k < kept; k++) values[to + k] = done.out[from + elements[k] * w];
        if (!ask.decides[s]) continue;
        for (let k = ask.wrong.has(run) ? checked.length : 0; k < checked.length; k++) {
          const x = done.out[from + checked[k] * w];
          if (!Number.isFinite(x) && !(Number.isNaN(x) && this._lacks[checked[k]] >= 0)) {
            ask.wrong.set(run, { reason: Number.isNaN(x) ? NAN : INFINITE, element: checked[k], save: s });
            break;
          }
        }
        for (let k = 0; k < empty.length; k++) {
          if (Number.isNaN(done.out[from + empty[k] * w])) blank[run * empty.length + k] = 1;
        }
      }
    });
    this._note(ask, some, done, noted);
  }

  /** Copy the delay times that were noted of some runs. */
  _note(ask, some, done, noted) {
    const { engine, width: w } = this;
    some.forEach((run, i) => {
      const lane = i % w, block = (i - lane) / w;
      ask.watches.forEach((watch, k) => {
        noted[run * ask.watches.length + k] = done.watch[(block * engine.watchSize + watch) * w + lane];
      });
    });
  }

  /** Note delay times again of runs in which one is too short, this time only up to the last time that counts. */
  _noteAgain(ask, noted) {
    const many = ask.watches.length, short = (run) => ask.watches.some((_, k) => noted[run * many + k] < this.engine.numbers.short);
    const runs = range(0, ask.runs).filter(short), each = Math.max(1, Math.floor(OUT_BYTES / (8 * Math.max(1, this.engine.watchSize))));
    for (let first = 0; first < runs.length; first += each) {
      const some = runs.slice(first, first + each);
      this._note(ask, some, this._call(ask, some, { saves: [], every: this.engine.numbers.every, seen: false, steps: ask.until }), noted);
    }
  }

  /** Say of each failed run what failed first, with the step from which on its numbers are none. */
  _judge(ask, { noted, status }) {
    const many = ask.watches.length, again = [];
    for (let run = 0; run < ask.runs; run++) {
      for (let k = 0; k < many && !status[run]; k++) {
        const time = noted[run * many + k], watch = this._watches[ask.watches[k]];
        if (time < 0 || (time === 0 && watch.staged)) {
          status[run] = { reason: time < 0 ? BELOW : ZERO, variable: watch.label, time: null, step: -Infinity };
        }
      }
      if (!status[run] && ask.bad[run] >= 0) again.push(run);
    }
    const stocks = this._stocks(ask, again);
    for (let run = 0; run < ask.runs; run++) {
      if (status[run]) continue;
      const stock = stocks.get(run), wrong = ask.wrong.get(run);
      if (wrong && ask.saves[wrong.save] < (stock?.step ?? Infinity)) {
        const variable = this.engine.variables[this._variableOf[wrong.element]];
        const label = labelAt(variable, wrong.element - variable.first);
        status[run] = { reason: wrong.reason, variable: label, time: ask.times[wrong.save], step: ask.saves[wrong.save] };
      } else if (stock) {
        status[run] = stock;
      }
    }
  }

  /** Run failed runs again, checked at every step, and look at the stocks when each fails. */
  _stocks(ask, runs) {
    const { engine, width: w } = this, found = new Map();
    const many = w * Math.max(1, Math.floor(SEEN_BYTES / (8 * w * Math.max(engine.stocks, 1))));
    for (let first = 0; first < runs.length; first += many) {
      const some = runs.slice(first, first + many);
      const done = this._call(ask, some, { saves: [], every: 1, seen: true, steps: ask.until });
      some.forEach((run, i) => {
        const lane = i % w, block = (i - lane) / w, step = done.bad[i];
        if (step < 0) return;
        for (let at = 0; at < engine.stocks; at++) {
          const x = done.seen[(block * engine.stocks + at) * w + lane];
          if (ask.counted[at] && (!Number.isFinite(x) || (at >= engine.floor && x < 0))) {
            const reason = Number.isNaN(x) ? NAN : Number.isFinite(x) ? NEGATIVE : INFINITE;
            const time = this._clock[engine.method === "rk4" ? 2 * step : step];
            found.set(run, { reason, variable: this._stockLabel(at), time, step });
            return;
          }
        }
      });
    }
    return found;
  }
}
