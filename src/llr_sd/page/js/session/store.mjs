/** What a page keeps: a frozen state that only moves change, their undoing, and their copy in the browser. */

import { frozen, Refusal } from "./checks.mjs";
import { differencesOf, EXPLORE } from "./moves.mjs";
import { headOf, readSession, writeSession } from "./save.mjs";


/**
 * The state of a page and the way back.
 *
 * Every change is a move (`moves.mjs`). What is on view is kept too, but is no part of what can be undone. Each move is written to the
 * browser's storage before `change` returns, so that a page which is killed has lost at most the move that it was about to make.
 */
export class Store {
  #data;
  #storage;
  #moves;
  #place; // in front of the hash of a page's data
  #aside; // the same for the latest text that could not be restored whole
  #state;
  #made = []; // [{move, state after it}]
  #undone = []; // moves, the next to be made again last
  #told = [];
  #keeps = true; // false while writing would lose what could be neither restored nor put aside
  #listeners = new Set();

  /**
   * @param {object} data of the page
   * @param {Storage|null} storage such as `localStorage`; null where the browser refuses it
   * @param {{kind: string, place: string, begin: Function, apply: Function}} [moves] that the page knows, such as `EXPLORE`; `place` is where it saves
   */
  constructor(data, storage, moves = EXPLORE) {
    this.#data = data;
    this.#storage = storage;
    this.#moves = moves;
    this.#place = `${moves.kind} `;
    this.#aside = `${moves.kind}, not restored: `;
    this.#state = moves.begin(data);
    if (storage === null) this.#tell("This browser does not let the page keep anything. Save your work to a file before you close it.");
    else this.#restore();
  }

  /** The state: {held, from, ranges, saved, compare, runs, view}, frozen; the same object until something changes. */
  get state() {
    return this.#state;
  }

  /** Sentences that a reader must know of what could not be kept, or not be restored. */
  get told() {
    return [...this.#told];
  }

  /** Where the session stands in the browser's storage: pages of other contents, in the same folder, have other keys. */
  get key() {
    return this.#place + this.#data.key;
  }

  get canUndo() {
    return this.#made.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** What the browser kept last that could not be restored whole, as it stood; null where there is nothing of that kind. */
  get aside() {
    try {
      return this.#storage?.getItem(this.#keeps ? this.#aside + this.#data.key : this.key) ?? null;
    } catch {
      return null;
    }
  }

  /** What the state would be after a move; a move that does not fit is refused as by `change`. */
  after(move) {
    return this.#moves.apply(this.#data, this.#state, move);
  }

  /**
   * Make a move.
   *
   * @param {object} move plain JSON, see `moves.mjs`
   * @returns {boolean} whether anything changed
   * @throws {Refusal} where it does not fit; nothing has changed then
   */
  change(move) {
    const next = this.after(move);
    if (next === this.#state) return false;
    if (move.kind !== "view") {
      this.#made.push({ move: frozen(JSON.parse(JSON.stringify(move))), state: next });
      this.#undone = [];
    }
    this.#become(next);
    return true;
  }

  /** Take back the last move. Return whether there was one. */
  undo() {
    if (!this.canUndo) return false;
    this.#undone.push(this.#made.pop().move);
    const before = this.#made.at(-1)?.state ?? this.#moves.begin(this.#data);
    this.#become({ ...before, view: this.#state.view });
    return true;
  }

  /** Make the move again that was taken back last. Return whether there was one. */
  redo() {
    if (!this.canRedo) return false;
    const move = this.#undone.pop();
    const next = this.#moves.apply(this.#data, this.#state, move);
    this.#made.push({ move, state: next });
    this.#become(next);
    return true;
  }

  /** What differs from the scenario of the start, each with the move that undoes it alone; see `differencesOf`. */
  differences() {
    return differencesOf(this.#data, this.#state);
  }

  /** The session as the text of a file. */
  text() {
    const { view } = this.#state;
    const last = Object.keys(view).length ? [{ kind: "view", ...view }] : [];
    return writeSession(this.#data, [...this.#made.map(({ move }) => move), ...last], this.#moves);
  }

  /**
   * Take over a session from the text of a file, in place of what is here.
   *
   * @param {string} text
   * @param {{without?: boolean}} [how] without: leave out the moves that do not fit
   * @returns {{faults: Array<string>, told: Array<string>}} with faults, and not `without`, nothing was taken over
   * @throws {Refusal} where it is no session of this page's model
   */
  open(text, { without = false } = {}) {
    const { moves, faults, told } = readSession(this.#data, text, this.#moves);
    if (faults.length === 0 || without) this.#replay(moves);
    return { faults, told };
  }

  /**
   * Return the sessions that this browser keeps of other pages of the same model: an earlier version of this page, or another study.
   *
   * @returns {Array<{key: string, what: string, version: string, moves: number}>} `key` is for `kept`
   */
  others() {
    const found = [];
    try {
      for (let i = 0; i < (this.#storage?.length ?? 0); i += 1) {
        const key = this.#storage.key(i);
        const head = key.startsWith(this.#place) && key !== this.key ? headOf(this.#storage.getItem(key)) : null;
        if (head?.moves && head.model === this.#data.model.name) found.push({ key, ...head });
      }
    } catch {
      return [];
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** The text of one of these. */
  kept(key) {
    return this.#storage.getItem(key);
  }

  /** Forget everything that was done, and what the browser keeps of it. */
  afresh() {
    this.#replay([]);
    try {
      for (const key of [this.key, this.#aside + this.#data.key]) this.#storage?.removeItem(key);
      this.#keeps = true;
    } catch {
      // What cannot be written to cannot be cleared either; the page has said so already.
    }
  }

  /** Say that another window of the same page has written over what this one keeps. */
  overtaken() {
    this.#tell("This page is open in another window too, and the browser keeps what was done last in either. Close one of them, or save your work to a file.");
  }

  /**
   * Be told of every change.
   *
   * @param {(state: object) => void} listener
   * @returns {() => void} to be told no more
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #become(state) {
    this.#state = frozen(state);
    this.#keep();
    for (const listener of this.#listeners) listener(this.#state);
  }

  #replay(moves) {
    this.#made = [];
    this.#undone = [];
    let state = this.#moves.begin(this.#data);
    for (const move of moves) {
      const next = this.#moves.apply(this.#data, state, move);
      if (next !== state && move.kind !== "view") this.#made.push({ move: frozen(move), state: next });
      state = next;
    }
    this.#become(state);
  }

  #keep() {
    if (!this.#keeps) return;
    try {
      this.#storage?.setItem(this.key, this.text());
    } catch {
      this.#tell("This browser does not keep any more of what you do here. Save your work to a file before you close the page.");
    }
  }

  #restore() {
    let text = null;
    try {
      text = this.#storage.getItem(this.key);
    } catch {
      this.#keeps = false;
      this.#tell("This browser does not let the page read what it kept from the last time, and nothing is written over that. Save your work to a file before you close the page.");
    }
    if (text === null) return;
    try {
      const { moves, faults } = readSession(this.#data, text, this.#moves);
      if (faults.length) this.#tell(`What was kept from the last time is damaged; this was left out: ${faults.join(" ")} ${this.#putAside(text)}`);
      this.#replay(moves);
    } catch (error) {
      // Whatever is wrong with what was kept, the page opens.
      const why = error instanceof Refusal ? error.message : "It is damaged.";
      this.#tell(`What was kept from the last time could not be restored. ${why} ${this.#putAside(text)}`);
    }
  }

  /** Move a text that is not restored whole to where no move writes over it; say what became of it. It is moved, since twice it may not fit. */
  #putAside(text) {
    try {
      this.#storage.removeItem(this.key);
      this.#storage.setItem(this.#aside + this.#data.key, text);
      return `It is put aside as it was: ${this.#moves.place} has it as a file.`;
    } catch {
      this.#keeps = false;
    }
    try {
      this.#storage.setItem(this.key, text);
    } catch {
      // A storage that refuses even what it held has not let it go either.
    }
    return `It stays where it is, and nothing that you do now is kept: ${this.#moves.place} has it as a file; start afresh there, or save your work to a file before you close the page.`;
  }

  #tell(sentence) {
    if (!this.#told.includes(sentence)) this.#told.push(sentence);
  }
}

/**
 * Return the browser's storage for this page, or null where it is refused.
 *
 * @returns {Storage|null}
 */
export function browserStorage() {
  try {
    const storage = globalThis.localStorage;
    storage.setItem("llr_sd", "");
    storage.removeItem("llr_sd");
    return storage;
  } catch {
    return null;
  }
}
