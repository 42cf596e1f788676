/** A study as TOML, from plain values. Numbers are written so that reading them gives the same number to the last bit. */

const BARE = /^[A-Za-z0-9_-]+$/;
const SHORT = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\" };

/**
 * Return a table as the text of a TOML file (TOML 1.0.0): values first, then tables and lists of tables, in the order given.
 *
 * @param {object} value keys to texts, finite numbers, whole numbers as BigInt, true or false, lists and tables; keys at null are left out
 * @returns {string}
 */
export function toToml(value) {
  return `${lines(value, []).join("\n").trim()}\n`;
}

function lines(table, path) {
  const entries = Object.entries(table).filter(([, value]) => value !== null && value !== undefined);
  const own = entries.filter(([, value]) => !isTable(value) && !isListOfTables(value));
  const found = own.map(([key, value]) => `${keyOf(key)} = ${inline(value)}`);
  for (const [key, value] of entries) {
    const name = [...path, keyOf(key)];
    if (isTable(value)) found.push("", `[${name.join(".")}]`, ...lines(value, name));
    if (isListOfTables(value)) for (const part of value) found.push("", `[[${name.join(".")}]]`, ...lines(part, name));
  }
  return found;
}

function inline(value) {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value === "number") return numberOf(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (!isTable(value)) throw new TypeError(`${typeof value} has no form in TOML`);
  return `{ ${Object.entries(value).map(([key, part]) => `${keyOf(key)} = ${inline(part)}`).join(", ")} }`;
}

function numberOf(value) {
  if (!Number.isFinite(value)) throw new TypeError(`${value} is not a finite number`);
  if (Object.is(value, -0)) return "-0.0";
  // Whole numbers of TOML have 64 bits and every digit; a large one is written as the number with a point that it is.
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

function keyOf(key) {
  return BARE.test(key) ? key : quoted(key);
}

function quoted(text) {
  // Half of a pair of code units has no form in UTF-8; TOML allows no control character as it is.
  if (/\p{Cs}/u.test(text)) throw new TypeError("a text holds half a character");
  return `"${text.replace(/["\\\p{Cc}]/gu, (c) => SHORT[c] ?? `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}`)}"`;
}

function isTable(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isListOfTables(value) {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}
