// A model behind the site's own: it starts when a screen first asks it, and takes with it what the workshop has changed.

import { problemsOf } from "../engine/asks.mjs";
import { runsOf } from "../engine/ensemble.mjs";
import { Pool } from "../engine/pool.mjs";
import { begin } from "../session/moves.mjs";
import { scenarioOf, table } from "../session/checks.mjs";
import { canonical } from "../session/hash.mjs";

const COARSE = 32; // members of a first answer
const KEPT = 12; // answers
/** Facts of a site and its dates, which say nothing of LLR. */
const OWN = Object.freeze(["base_date"]);

/**
 * Runs of another model under the beliefs of the workshop.
 *
 * A setting of it is {scenario, held, ranges}: a scenario of its study, then what the workshop has changed, then what a screen or a card
 * holds beside that, which wins.
 */
export class Behind {
  #site;
  #workerText;
  #options;
  #pool = null;
  #kept = new Map();
  #newest = new Map(); // channel -> key of its newest ask

  /**
   * @param {Object} data of its page
   * @param {string|null} workerText the script of a worker; null keeps to the page's own thread
   * @param {Object} site the data of the workshop's own page
   * @param {Object} [options] as `Pool` takes them
   */
  constructor(data, workerText, site, options = {}) {
    this.data = data;
    this.#workerText = workerText;
    this.#site = site;
    this.#options = options;
  }

  /**
   * What the workshop has changed of beliefs that this model has too: one set of beliefs. Two inputs are one belief where they have one
   * name and one unit and start from the same value and range; so a policy of the site, or a number of its own, stays at the site.
   *
   * @param {Object} state of the workshop: {held, ranges}
   * @returns {{held: Object<string, number>, ranges: Object<string, Object>, told: {input: string, value: number|null, law: Object|null}[], left: Object[]}}
   *   `told` lists what is carried, `left` what is outside what this model takes
   */
  carried(state) {
    const [held, ranges, told, left] = [table([]), table([]), [], []];
    for (const one of changed(this.#site, this.data, state)) {
      const { input, value, law } = one;
      const given = law ? { held: {}, ranges: { [input]: law } } : { held: { [input]: value }, ranges: {} };
      if (problemsOf(this.data, given).length) {
        left.push(one);
        continue;
      }
      if (law) ranges[input] = law;
      else held[input] = value;
      told.push(one);
    }
    return { held, ranges, told, left };
  }

  /**
   * The setting as the session of its page has one: what `session/study.mjs` makes a study folder of.
   * @param {{scenario?: string, held?: Object, ranges?: Object}} setting
   * @param {Object|null} [state] of the workshop, whose beliefs are carried
   * @returns {Object} {from, held, ranges, runs, saved}
   */
  state({ scenario, held = {}, ranges = {} } = {}, state = null) {
    const found = scenario === undefined ? this.data.scenarios[0] : scenarioOf(this.data, scenario);
    const beliefs = state ? this.carried(state) : { held: {}, ranges: {} };
    const all = table(Object.entries({ ...found.set, ...beliefs.held, ...held }));
    const laws = table(Object.entries({ ...beliefs.ranges, ...ranges }).filter(([name]) => !Object.hasOwn(all, name)));
    return { from: found.name, held: all, ranges: laws, runs: this.data.study.runs, saved: [] };
  }

  /**
   * Ask for a setting: `onEnsemble` gets its first members, and then all of them; an answer that is known comes at once.
   * @param {Object} setting as `state` takes it
   * @param {Object|null} state of the workshop
   * @param {(ensemble: Object, whole: boolean) => void} onEnsemble
   * @param {(text: string) => void} onError
   * @param {string} [channel] only its newest ask is answered
   */
  ask(setting, state, onEnsemble, onError, channel = "ask") {
    const { held, ranges, runs } = this.state(setting, state);
    const asked = { held, ranges, runs };
    const key = canonical(asked);
    this.#newest.set(channel, key);
    const current = (act) => (given) => this.#newest.get(channel) === key && act(given);
    const known = this.#kept.get(key);
    if (known) {
      onEnsemble(known, true);
      return;
    }
    this.#pool ??= new Pool(this.data, this.#workerText, this.#options);
    const all = runsOf(this.data, asked);
    const failed = current(onError);
    const whole = (ensemble) => {
      this.#keep(key, ensemble);
      current((found) => onEnsemble(found, true))(ensemble);
    };
    const rest = current((ensemble) => {
      onEnsemble(ensemble, false);
      this.#pool.latest(channel, asked, whole, failed);
    });
    if (all <= COARSE) this.#pool.latest(channel, asked, whole, failed);
    else this.#pool.latest(channel, { ...asked, members: COARSE }, rest, failed);
  }

  /** What runs it: "workers", "page", or null before it was asked. */
  get kind() {
    return this.#pool?.kind ?? null;
  }

  /** End its workers. */
  close() {
    this.#pool?.close();
  }

  #keep(key, ensemble) {
    this.#kept.set(key, ensemble);
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(old);
    }
  }
}

/** The beliefs that a workshop has changed and the other model has too, in the order of the site's inputs. */
function* changed(site, other, state) {
  const start = begin(site);
  const theirs = new Map(other.inputs.map((input) => [input.name, input]));
  for (const input of site.inputs) {
    const twin = theirs.get(input.name);
    if (!twin || !sameBelief(input, twin) || OWN.includes(input.name)) continue;
    const at = (values, name) => (Object.hasOwn(values, name) ? values[name] : null);
    const [value, law] = [at(state.held, input.name), at(state.ranges, input.name)];
    if (value !== null && value !== at(start.held, input.name)) yield { input: input.name, value, law: null };
    else if (value === null && law !== null) yield { input: input.name, value: null, law };
  }
}

function sameBelief(one, other) {
  const law = ({ own }) => own && ["kind", "low", "mode", "high", "sd"].map((key) => own[key] ?? null);
  return one.unit === other.unit && one.value === other.value && canonical(law(one)) === canonical(law(other));
}
