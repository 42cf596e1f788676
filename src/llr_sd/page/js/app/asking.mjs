// What is asked of the pool, and when: a few members while the hand moves, all of them when it rests.

import { runsOf } from "../engine/ensemble.mjs";

/** Members of a first answer: the first of the same draws. */
export const COARSE = 64;
/** Milliseconds after which a hand that still holds a lever counts as resting. */
export const REST = 150;
const KEPT = 8;
const BESIDE = 12; // ensembles of settings beside the one on screen

/** The same text for the same setting, whatever the order of its names. */
export function keyOf(ask) {
  const sorted = (record) => Object.keys(record).sort().map((name) => [name, record[name]]);
  return JSON.stringify([sorted(ask.held), sorted(ask.ranges), ask.runs]);
}

/** The ask of a starting point as the study has it: what its scenario sets, and no range changed. */
export function askOfStart(data, state) {
  const scenario = data.scenarios.find((s) => s.name === state.from);
  return { held: { ...(scenario ? scenario.set : {}) }, ranges: {}, runs: state.runs };
}

/**
 * The runs behind what is on screen: those of the current setting, and those of its start.
 *
 * `now` is the newest ensemble of the current setting (null while there is none, or where it cannot be run), `start` that of the start
 * (null until it is there), `same` whether the two settings are one, `coarse` whether `now` holds the first members only, `busy` whether
 * more is on its way, `error` why there is nothing.
 */
export class Asking {
  #data;
  #store;
  #pool;
  #clock;
  #heard = new Set();
  #draft = null;
  #rest = null;
  #resting = true;
  #running = null;
  #framed = false;
  #full = new Map();

  /**
   * @param {Object} data of the page
   * @param {Object} store of its settings
   * @param {{latest: Function}} pool
   * @param {{frame: (act: () => void) => void, after: (ms: number, act: () => void) => number, cancel: (id: number) => void}} clock
   */
  constructor(data, store, pool, clock) {
    this.#data = data;
    this.#store = store;
    this.#pool = pool;
    this.#clock = clock;
    this.now = null;
    this.start = null;
    this.error = "";
    store.subscribe(() => this.#moved());
  }

  /** The state of the page, a lever under the hand included. */
  get state() {
    return this.#draft ? this.#draft.state : this.#store.state;
  }

  get ask() {
    const { held, ranges, runs } = this.state;
    return { held, ranges, runs };
  }

  /** Whether `now` is of the setting that is asked for. */
  get current() {
    return this.now !== null && this.nowKey === keyOf(this.ask);
  }

  get same() {
    return keyOf(this.ask) === keyOf(askOfStart(this.#data, this.#store.state));
  }

  get coarse() {
    return this.now !== null && this.now.runs < runsOf(this.#data, this.ask);
  }

  /** How many runs the current setting has in all: one where nothing varies. */
  get runs() {
    return runsOf(this.#data, this.ask);
  }

  get busy() {
    return this.#running !== null;
  }

  /** Call `fn` after every change; returns what ends that. */
  subscribe(fn) {
    this.#heard.add(fn);
    return () => this.#heard.delete(fn);
  }

  /** Ask for the first time. */
  begin() {
    this.#moved();
  }

  /**
   * Levers are under the hand: they are held there until `settle`, in no history of moves.
   * @param {Object<string, number>} values by input; one alone takes the other shares of its whole with it
   * @param {Object} [more] keys of the move that this becomes
   * @throws where a move to these values is refused
   */
  drag(values, more = {}) {
    const names = Object.keys(values);
    const under = names.join("\n");
    if (this.#draft && this.#draft.under !== under) this.settle();
    const move = { kind: "hold", ...(names.length === 1 ? { input: names[0], value: values[names[0]] } : { values: { ...values } }), ...more };
    this.#draft = { under, move, state: this.#store.after(move) };
    this.#resting = false;
    if (this.#rest !== null) this.#clock.cancel(this.#rest);
    this.#rest = this.#clock.after(REST, () => this.#rested());
    this.#moved();
  }

  /** The hand has let go: what it held becomes a move. */
  settle() {
    if (!this.#draft) return;
    const { move } = this.#draft;
    this.#draft = null;
    this.#rested();
    this.#store.change(move);
  }

  #rested() {
    if (this.#rest !== null) this.#clock.cancel(this.#rest);
    this.#rest = null;
    this.#resting = true;
    this.#soon();
  }

  #moved() {
    this.#soon();
    this.#tell();
  }

  /** At the next frame, so that many moves of one frame are one ask. */
  #soon() {
    if (this.#framed) return;
    this.#framed = true;
    this.#clock.frame(() => {
      this.#framed = false;
      this.#next();
    });
  }

  /** Send what is wanted next, if anything is; an answer of few members on its way is waited for, so that a quick hand starves nobody. */
  #next() {
    const ask = this.ask;
    const key = keyOf(ask);
    const runs = runsOf(this.#data, ask);
    const known = this.#full.get(key);
    if (known) {
      if (this.#running && this.#running.key !== key) this.#running = null;
      if (this.now !== known) this.#take(known, key);
      return this.#nextStart();
    }
    if (this.#running && (this.#running.coarse || this.#running.key === key)) return undefined;
    if (this.now === null || this.nowKey !== key) return this.#send(ask, key, Math.min(COARSE, runs), runs);
    if (this.#resting && this.now.runs < runs) return this.#send(ask, key, runs, runs);
    return undefined;
  }

  #send(ask, key, members, runs) {
    const sent = { key, coarse: members < runs };
    this.#running = sent;
    const current = (act) => (given) => {
      if (this.#running !== sent) return;
      this.#running = null;
      act(given);
    };
    this.#pool.latest(
      "now",
      { ...ask, members },
      current((ensemble) => {
        this.#keep(key, ensemble, runs);
        this.#take(ensemble, key);
        this.#next();
      }),
      current((error) => {
        this.#failed(error, key);
        if (keyOf(this.ask) !== key) this.#next();
      }),
    );
    this.#tell();
  }

  #take(ensemble, key) {
    this.now = ensemble;
    this.nowKey = key;
    this.error = "";
    this.#tell();
  }

  #failed(error, key) {
    this.now = null;
    this.nowKey = key;
    this.error = error instanceof Error ? error.message : String(error);
    this.#tell();
  }

  /** The start is asked for when the setting has all its runs, so that it never delays a lever. */
  #nextStart() {
    const ask = askOfStart(this.#data, this.#store.state);
    const key = keyOf(ask);
    const known = this.#full.get(key);
    if (known) {
      if (this.start !== known) {
        this.start = known;
        this.#tell();
      }
      return;
    }
    this.start = null;
    this.#pool.latest(
      "start",
      ask,
      (ensemble) => {
        this.#keep(key, ensemble, ensemble.runs);
        if (key === keyOf(askOfStart(this.#data, this.#store.state))) this.#nextStart();
      },
      () => {}, // without its start a setting is shown alone
    );
  }

  #keep(key, ensemble, runs) {
    if (ensemble.runs < runs) return;
    this.#full.delete(key);
    this.#full.set(key, ensemble);
    const start = keyOf(askOfStart(this.#data, this.#store.state));
    for (const old of this.#full.keys()) {
      if (this.#full.size <= KEPT) break;
      if (old !== key && old !== start) this.#full.delete(old);
    }
  }

  #tell() {
    for (const fn of this.#heard) fn(this);
  }
}

/**
 * Runs of other settings beside the one on screen, asked for one after the other.
 * @param {{data: Object, pool: Object, asking: Asking}} page
 * @param {string} channel of the pool
 * @param {() => void} done is called when one has come
 * @returns {{get: (setting: {held: Object, ranges: Object, runs: number}) => {ensemble?: Object, error?: string}}} `get` gives what is there, and
 *   asks for it where nothing is
 */
export function ensembles({ data, pool, asking }, channel, done) {
  const known = new Map();
  let running = null;

  function next(setting) {
    const ask = { held: setting.held, ranges: setting.ranges, runs: setting.runs };
    const key = keyOf(ask);
    running = key;
    const take = (found) => {
      known.set(key, found);
      for (const old of known.keys()) if (known.size > BESIDE) known.delete(old);
      running = null;
      done();
    };
    pool.latest(channel, ask, (ensemble) => take({ ensemble }), (error) => take({ error: error instanceof Error ? error.message : String(error) }));
  }

  return {
    get(setting) {
      const key = keyOf(setting);
      if (known.has(key)) return known.get(key);
      const there = [asking.now, asking.start].find((one) => one && keyOf(one.ask) === key && one.runs === runsOf(data, setting));
      if (there) return { ensemble: there };
      if (running === null && !asking.busy) next(setting); // what is on screen comes first
      return {};
    },
  };
}
