/** The site's own numbers as a table that `llr-sd workshop` and `llr-sd run` read: what the room entered says so, the rest keeps its source. */

import { csvText } from "../charts/files.mjs";
import { amount } from "../charts/numbers.mjs";
import { table } from "../session/checks.mjs";
import { STAYS } from "../workshop/wording.mjs";

const COLUMNS = ["parameter", "value", "unit", "source", "note"];
const LAW = ["distribution", "low", "high", "sd"]; // how unsure a value is, where any row says so
const ENTERED = ["people", "care", "staff", "shares"]; // the screens of workshop 1, where a site's numbers are entered

/**
 * Return the table of the site as a room has entered it.
 *
 * The rows that the page opened with stay, with the values that are held; one whose value the room changed loses its note, and with it the
 * word "illustrative"; one of the local part of an import says that it must stay on this machine. Numbers entered on the screens of workshop 1 follow, each with the elements without which the table is refused.
 *
 * @param {object} data of the page; `data.workshop.table` has the `rows` it opened with, the `shares` that add up to one over their last
 *   subscript, and the `totals` that counts add up to
 * @param {object} state with `held` and `room.journal`
 * @param {(name: string) => number} value in force of an input
 * @returns {{text: string, own: number, illustrative: number, faults: string[]}} rows that the room entered, and that are illustrative;
 *   why it would be refused
 */
export function siteTable(data, state, value) {
  const { rows: opened, shares, totals } = data.workshop.table;
  const local = data.workshop.site?.local === true;
  const inputs = table(data.inputs.map((input) => [input.name, input]));
  const last = table(state.room.journal.flatMap((entry) => entry.changes.map(({ input }) => [input, entry])));
  const before = table(opened.map((row) => [row.parameter, row]));
  const entered = Object.keys(last).filter((name) => inputs[name] && ENTERED.includes(last[name].screen));
  const more = new Set(entered.flatMap((name) => together(data.inputs, inputs[name], shares)).filter((name) => !before[name]));

  const rows = opened.map((row) => {
    const now = state.held[row.parameter] ?? row.value;
    const marked = local && !row.note.includes(STAYS) ? { ...row, note: [row.note, STAYS].filter(Boolean).join("; ") } : row;
    return now === row.value ? marked : { ...row, ...said(last[row.parameter], now, row.value) };
  });
  for (const { name, unit, value: model, source, note } of data.inputs.filter((input) => more.has(input.name))) {
    const now = value(name);
    rows.push({ parameter: name, unit, law: {}, ...(now === model ? { value: now, source, note } : said(last[name], now, model)) });
  }
  const columns = rows.some(({ law }) => law.distribution) ? [...COLUMNS, ...LAW] : COLUMNS;
  const cells = rows.map((row) => columns.map((column) => (column === "value" ? { value: row.value } : row[column] ?? row.law[column] ?? "")));
  return {
    text: csvText({ head: columns, rows: cells }),
    own: rows.filter((row) => row.entered).length,
    illustrative: rows.filter(({ note }) => /illustrative/i.test(note)).length,
    faults: faultsOf(rows, totals),
  };
}

/** What a row says of a value that the room entered; the reason stands with the source, since a word in the note can mark the table. */
function said(entry, value, was) {
  const by = `workshop, entered by ${entry?.who || "the room"}`;
  return { value, source: entry?.reason ? `${by}: ${entry.reason}` : by, note: `before: ${was}`, law: {}, entered: true };
}

/** The inputs that must stand in a table with one: all elements of its constant, of shares those that add up to one with it. */
function together(all, input, shares) {
  const [head, subscripts = ""] = input.variable.split("[");
  const row = shares.includes(head) ? `${head}[${subscripts.slice(0, subscripts.lastIndexOf(",") + 1)}` : subscripts ? `${head}[` : head;
  return all.filter(({ variable }) => (subscripts ? variable.startsWith(row) : variable === head)).map(({ name }) => name);
}

function faultsOf(rows, totals) {
  const found = table(rows.map((row) => [row.parameter, row.value]));
  return totals.flatMap(({ of, to, tolerance }) => {
    const sum = of.reduce((so, name) => so + (found[name] ?? NaN), 0);
    const off = Math.abs(sum - found[to]) > tolerance * Math.abs(found[to]);
    return off ? [`The people by age add up to ${amount(sum, "Person")}, but the list is ${amount(found[to], "Person")}: correct one of them, or the table cannot be opened.`] : [];
  });
}
