/** The site's own numbers as a table that `llr-sd workshop` and `llr-sd run` read: what the room entered says so, the rest keeps its source. */

import { csvText } from "../charts/files.mjs";
import { table } from "../session/checks.mjs";

const COLUMNS = ["parameter", "value", "unit", "source", "note"];
const ENTERED = ["people", "care", "staff", "shares"]; // the screens of workshop 1, where a site's numbers are entered

/**
 * Return the table of the site as a room has entered it.
 *
 * The rows that the page opened with stay, with the values in force; one whose value the room changed loses its old note, and with it the
 * word "illustrative". Numbers entered on the screens of workshop 1 follow, each with the elements without which the table is refused.
 *
 * @param {object} data of the page; `data.workshop.table` has the `rows` it opened with, the `shares` that add up to one over their last
 *   subscript, and the `totals` that counts add up to
 * @param {object} state with `held` and `room.journal`
 * @param {(name: string) => number} value in force of an input
 * @returns {{text: string, own: number, illustrative: number, faults: string[]}} rows that the room entered, and that are illustrative;
 *   why it would be refused
 */
export function siteTable(data, state, value) {
  const opened = data.workshop.table;
  const inputs = table(data.inputs.map((input) => [input.name, input]));
  const last = table([]);
  for (const entry of state.room.journal) for (const { input } of entry.changes) last[input] = entry;
  const before = table(opened.rows.map((row) => [row.parameter, row]));
  const entered = Object.keys(last).filter((name) => inputs[name] && ENTERED.includes(last[name].screen));
  const more = new Set(entered.flatMap((name) => together(data.inputs, inputs[name], opened.shares)).filter((name) => !before[name]));

  const rows = opened.rows.map((row) => {
    const input = inputs[row.parameter];
    const now = input ? value(row.parameter) : row.value;
    return !input || now === row.value ? row : { ...row, value: now, ...said(last[row.parameter], row.value) };
  });
  for (const { name, unit, value: model, source, note } of data.inputs) {
    if (!more.has(name)) continue;
    const now = value(name);
    rows.push({ parameter: name, value: now, unit, ...(now === model ? { source, note: unmarked(note) } : said(last[name], model)) });
  }
  const own = rows.filter((row) => row.entered).length;
  const illustrative = rows.filter((row) => /illustrative/i.test(row.note)).length;
  const cells = rows.map((row) => [row.parameter, { value: row.value }, row.unit, row.source, row.note]);
  return { text: csvText({ head: COLUMNS, rows: cells }), own, illustrative, faults: faultsOf(rows, opened) };
}

/** What a row says of a value that the room entered. */
function said(entry, was) {
  const by = entry?.who ? `, entered by ${entry.who}` : ", entered by the room";
  return { source: `workshop${by}`, note: unmarked([entry?.reason, `before: ${was}`].filter(Boolean).join("; ")), entered: true };
}

/** Words in which the table's mark for numbers that are nobody's own does not stand by chance. */
function unmarked(text) {
  return text.replace(/illustrative/gi, "made-up");
}

/** The inputs that must stand in a table with one: all elements of its constant, of shares those that add up to one with it. */
function together(all, input, shares) {
  const [head, subscripts = ""] = input.variable.split("[");
  const row = shares.includes(head) ? `${head}[${subscripts.slice(0, subscripts.lastIndexOf(",") + 1)}` : subscripts ? `${head}[` : head;
  return all.filter(({ variable }) => (subscripts ? variable.startsWith(row) : variable === head)).map(({ name }) => name);
}

function faultsOf(rows, { totals }) {
  const found = table(rows.map((row) => [row.parameter, row.value]));
  return totals.flatMap(({ of, to, tolerance, label, total }) => {
    const sum = of.reduce((so, name) => so + (found[name] ?? NaN), 0);
    const fits = !Number.isFinite(sum) || !(Math.abs(sum - found[to]) > tolerance * Math.abs(found[to]));
    return fits ? [] : [`${label} add up to ${whole(sum)}, but ${total} is ${whole(found[to])}: correct one of them, or the table will not be opened.`];
  });
}

function whole(value) {
  return Math.round(value).toLocaleString("en-GB");
}
