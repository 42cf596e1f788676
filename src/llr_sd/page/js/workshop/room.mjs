// The page as its screens know it: what is in force, how it is changed, and what the runs say.

import { say } from "../app/dom.mjs";
import { middle } from "../draws/draw.mjs";
import { Behind } from "./behind.mjs";
import { markOf } from "./journal.mjs";

/**
 * What the screens take of the page.
 *
 * @param {Object} data
 * @param {{store: Object, asking: Object, pool: Object, live: HTMLElement, workerText: string}} parts
 * @returns {Object} `now` is the newest ensemble (null while there is none, or where the setting cannot be run), `fresh` whether it is of
 *   the setting of this moment, `coarse` whether it holds the first members only
 */
export function roomOf(data, { store, asking, pool, live, workerText }) {
  const { words, roles, cards } = data.workshop;
  const inputs = new Map(data.inputs.map((input) => [input.name, input]));
  const behind = new Map();
  const listeners = [];
  const act = (make) => {
    try {
      make();
      return "";
    } catch (error) {
      page.announce(error.message);
      return error.message;
    }
  };
  const here = () => ({ screen: page.screen });
  const meant = ({ n }) => {
    const entry = store.state.room.journal.find((one) => one.n === n);
    return entry ? { of: markOf(entry) } : {};
  };
  const page = {
    data,
    words,
    roles,
    cards,
    store,
    asking,
    pool,
    screen: "",
    listeners,
    get state() {
      return asking.state;
    },
    get now() {
      return asking.now;
    },
    get fresh() {
      return asking.current;
    },
    get coarse() {
      return asking.coarse;
    },
    get start() {
      return asking.start;
    },
    get presenting() {
      return store.state.view.presenting === true;
    },
    input: (name) => inputs.get(name),
    value: (name) => valueIn(data, inputs.get(name), asking.state),
    change: (move) => act(() => {
      asking.settle();
      store.change(move.kind === "view" ? move : { ...move, ...here(), ...meant(move) });
    }),
    drag: (values) => act(() => asking.drag(values, here())),
    settle: () => asking.settle(),
    undo: () => (asking.settle(), store.undo()),
    redo: () => (asking.settle(), store.redo()),
    about: () => ({ study: data.workshop.site.local ? `${data.workshop.site.label}, must stay on this machine` : data.workshop.site.label, setting: asking.same ? "as entered" : "as changed in the room", illustrative: data.study.illustrative }),
    announce: (text) => say(live, text),
    behind: (name) => {
      if (!behind.has(name)) behind.set(name, new Behind(data.workshop.behind[name], workerText, data));
      return behind.get(name);
    },
    /** Ask for the setting of this moment with these values held in place of its own; only the newest ask of a channel is answered. */
    beside: (values, channel, onEnsemble, onError) => {
      const { held, ranges, runs } = asking.state;
      pool.latest(channel, { held: { ...held, ...values }, ranges, runs }, onEnsemble, onError);
    },
    onResults: (fn) => listeners.push(fn),
    go: () => {},
  };
  return page;
}

/** The value of an input that is in force: what is held, else where the central run stands. */
export function valueIn(data, input, { held, ranges }) {
  if (Object.hasOwn(held, input.name)) return held[input.name];
  if (Object.hasOwn(ranges, input.name)) return middle(input, ranges[input.name]);
  return input.uncertain ? input.middle : input.value;
}
