/** The numbers of a figure as a table of the page. */

import { node, patch } from "./svg.mjs";

/**
 * Show a table.
 *
 * A cell is a text, or `{value, words}`: a number, and how it is read.
 * @param {HTMLElement} element emptied and filled; it scrolls sideways where the table is wider
 * @param {{caption: string, head: string[], rows: (string|{value: number, words: string})[][]}} table
 */
export function showTable(element, { caption, head, rows }) {
  const line = (cells) =>
    node("tr", {}, cells.map((cell, i) => (i === 0 ? node("th", { scope: "row" }, read(cell)) : node("td", { class: typeof cell === "string" ? "words" : null }, read(cell)))));
  const top = node("tr", {}, head.map((name) => node("th", { scope: "col" }, name)));
  patch(element, [node("table", {}, [node("caption", {}, caption), node("thead", {}, [top]), node("tbody", {}, rows.map(line))])]);
}

function read(cell) {
  return typeof cell === "string" ? cell : cell.words;
}
