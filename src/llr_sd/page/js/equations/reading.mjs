// Equations as people go through them: in an order, by a search, from one to the next. Pure, no elements.

/** The orders of a list: the author's (as the data stand), causes before what they cause, and names. */
export const ORDERS = Object.freeze({ file: "as in the model file", causes: "causes first", name: "by name" });

const PREFIX = "#eq-";
/** Letters of a name that is looked for in an equation; a longer one is a link in the list of causes alone. */
const LONGEST = 300;
const SHORT = 120;

/**
 * Entries in another order.
 * @param {{name: string, place: number}[]} entries in the author's order
 * @param {string} order a key of `ORDERS`
 * @returns {Object[]}
 */
export function ordered(entries, order) {
  if (order === "causes") return [...entries].sort((a, b) => a.place - b.place);
  if (order === "name") return [...entries].sort((a, b) => compared(a.name, b.name));
  return [...entries];
}

function compared(a, b) {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Entries under their sections, in the order in which these are met; one nameless section where the order is not the author's. */
export function sectioned(entries, order) {
  if (order !== "file") return [{ title: "", entries }];
  const sections = new Map();
  for (const entry of entries) sections.set(entry.section, [...(sections.get(entry.section) ?? []), entry]);
  return [...sections].map(([title, inside]) => ({ title, entries: inside }));
}

/** What a search looks through: without capitals, underscores as blanks. */
export function searchable(entry) {
  return plain([entry.name, entry.unit, entry.comment, entry.section, entry.kind, ...entry.text].join("\n"));
}

function plain(text) {
  return text.toLowerCase().replace(/[\s_]+/g, " ");
}

/** Whether every word of a search stands in a text that `searchable` made. */
export function matches(text, search) {
  return plain(search).split(" ").every((word) => text.includes(word));
}

/** Hits of a search: first the name itself, then names that begin with it, that have it, that have its words, then what tells of it. */
export function hits(entries, texts, search) {
  const wanted = plain(search.trim());
  const rank = (entry) => {
    const name = plain(entry.name);
    return name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.includes(wanted) ? 2 : matches(name, search) ? 3 : 4;
  };
  const found = entries.filter((entry) => matches(texts.get(entry.name), search)).map((entry) => ({ entry, rank: rank(entry) }));
  return found.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry);
}

/**
 * The lines of an equation in pieces, so that the names in it can be links.
 * @param {string[]} lines
 * @param {string[]} names of variables, as their authors wrote them; a name may run on in the next line, in other capitals, with
 *   underscores for blanks, and without the module it stands in
 * @returns {{text: string, name: string|null}[]} joined, the lines with their line ends
 */
export function linked(lines, names) {
  const text = lines.join("\n");
  const spelled = new Map();
  const spell = (written, name) => {
    const bare = written.replace(/^"|"$/g, "");
    if (bare.trim() && bare.length <= LONGEST && !spelled.has(key(bare))) spelled.set(key(bare), name);
  };
  for (const name of names) spell(name, name);
  for (const name of names) if (!name.startsWith('"')) spell(/[^.\d][^.]*$/.exec(name)?.[0] ?? "", name);
  const keys = [...spelled.keys()].sort((a, b) => b.length - a.length);
  if (!keys.length) return [{ text, name: null }];
  const any = keys.map((k) => k.split("_").map(escaped).join("[\\s_]+")).join("|");
  const found = new RegExp(`(?<![\\p{L}\\p{N}_$'.])"?(?:${any})"?(?![\\p{L}\\p{N}_$'])`, "giu");
  const pieces = [];
  let at = 0;
  for (const match of text.matchAll(found)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), name: null });
    pieces.push({ text: match[0], name: spelled.get(key(match[0].replace(/^"|"$/g, ""))) ?? null });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), name: null });
  return pieces;
}

/** A text with the marks that turn writing round, or that nobody sees, written out: what is read is what the file says, in its order. */
export function visible(text) {
  return text.replace(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, (mark) => `⟨U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

/** A name that fits into a list; the card of its variable has all of it. */
export function shortened(name) {
  const letters = [...name];
  return letters.length > SHORT ? `${letters.slice(0, SHORT).join("")}…` : name;
}

function key(name) {
  return name.trim().toLowerCase().replace(/[\s_]+/g, "_");
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** The address of a variable within the page. */
export function hashOf(name) {
  return PREFIX + encodeURIComponent(name.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd"));
}

/** The variable that an address names; null where it names none. */
export function nameOf(hash) {
  if (!hash.startsWith(PREFIX)) return null;
  try {
    return decodeURIComponent(hash.slice(PREFIX.length));
  } catch {
    return null;
  }
}

/** Where a reader has been, with the way back and forward again. */
export class Trail {
  #names = [];
  #at = -1;

  get current() {
    return this.#names[this.#at] ?? null;
  }

  get canBack() {
    return this.#at > 0;
  }

  get canForward() {
    return this.#at < this.#names.length - 1;
  }

  /** Go to a variable; what was ahead is forgotten. The one before or behind is gone back or forward to. */
  visit(name) {
    if (name === this.current) return;
    if (this.canBack && this.#names[this.#at - 1] === name) this.#at -= 1;
    else if (this.canForward && this.#names[this.#at + 1] === name) this.#at += 1;
    else {
      this.#names = [...this.#names.slice(0, this.#at + 1), name];
      this.#at += 1;
    }
  }

  back() {
    if (this.canBack) this.#at -= 1;
    return this.current;
  }

  forward() {
    if (this.canForward) this.#at += 1;
    return this.current;
  }
}

/**
 * What stands a level below a variable in its tree of causes or of uses.
 * @param {Map<string, Object>} byName
 * @param {string[]} path names from the root of the tree down
 * @param {"uses"|"usedBy"} way
 * @returns {{name: string, kind: string, unit: string, loop: boolean, more: number}[]} `loop`: it stands in the path already; `more`: how
 *   many stand below it
 */
export function below(byName, path, way) {
  return byName.get(path.at(-1))[way].map((name) => {
    const entry = byName.get(name);
    const loop = path.includes(name);
    return { name, kind: entry.kind, unit: entry.unit, loop, more: loop ? 0 : entry[way].length };
  });
}
