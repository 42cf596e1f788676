/** The workshop on two pages of A4: what is on each, cut to what a page holds, and the pages themselves. */

import { make } from "../app/dom.mjs";
import { stackedScene } from "../charts/stacked.mjs";
import { node, patch } from "../charts/svg.mjs";
import { bars, barsSaid, care, people, shares, wordsOf } from "./facts.mjs";
import { cautionsOf } from "../workshop/wording.mjs";
import { barsPicture } from "./pictures.mjs";
import { assumptions, cards, opinions, risks } from "./talk.mjs";
import { path, pathSaid } from "./way.mjs";

/** How much of what was said a page takes: the first budget that fits is used. */
export const BUDGETS = Object.freeze([
  { rows: 22, letters: 200 }, { rows: 18, letters: 160 }, { rows: 16, letters: 120 }, { rows: 14, letters: 100 }, { rows: 12, letters: 90 }, { rows: 10, letters: 80 },
  { rows: 8, letters: 70 }, { rows: 7, letters: 60 }, { rows: 6, letters: 50 }, { rows: 5, letters: 45 }, { rows: 4, letters: 40 }, { rows: 3, letters: 30 }, { rows: 2, letters: 20 },
]);

/** A text with so many letters at most; a cut one ends in "…". */
export function cut(text, letters) {
  const all = [...text];
  return all.length > letters ? `${all.slice(0, letters - 1).join("").trimEnd()}…` : text;
}

/** A table as a page has it: some of its columns, as many rows as fit and the words of each cell; `left` rows are not there. */
function brief({ caption, head, rows }, columns, { rows: most, letters }, names = []) {
  const kept = rows.length > most ? rows.slice(0, most) : rows;
  return {
    caption,
    head: columns.map((column, i) => names[i] ?? head[column]),
    rows: kept.map((cells) => columns.map((column) => (typeof cells[column] === "string" ? cut(cells[column], letters) : wordsOf(cells[column])))),
    numbers: columns.map((column) => rows.some((cells) => typeof cells[column] !== "string")),
    left: rows.length - kept.length,
    short: kept.some((cells) => columns.some((column) => typeof cells[column] === "string" && [...cells[column]].length > letters)),
  };
}

const LABEL = 60; // letters of the site's name
const WIDE = 690; // px between the margins of A4
const TALL = 195;
const YEARS = [0, 2, 4, 5, 8]; // and the last
const WHOLE = { rows: 20, letters: 60 };

/** What stands on the first page: the three questions, the bars, the gap and the way. */
export function pageOne(page) {
  const [ages, groups] = people(page).tables;
  const [contacts] = care(page).tables;
  const [oldest, old, older] = ages.rows.at(-2);
  const through = shares(page).tables.at(-1);
  const [levels] = bars(page).tables;
  const { tables } = path(page);
  const over = tables.find(({ head }) => head[0] === "Date");
  const count = (over.head.length - 1) / 2;
  const places = tables.find(({ head }) => head[0] === "Route");
  const years = over.rows.filter((_, i) => YEARS.includes(i) || i === over.rows.length - 1);
  return {
    questions: [
      { title: "1. Who do we care for?", tables: [brief(groups, [0, 1, 2], WHOLE)], said: `Aged ${oldest}: ${wordsOf(old)} now, ${wordsOf(older)} ${ages.head[2]}.` },
      { title: "2. What care will be needed?", tables: [brief({ ...contacts, caption: "Contacts a year" }, [0, 1, 2], WHOLE, ["Kind of care", "now", contacts.head[2].replace("contacts ", "")])], said: "" },
      { title: "3. Who will provide it?", tables: [brief({ ...through, caption: "Best mix within the limit: share of each kind of care" }, through.head.map((_, i) => i), WHOLE)], said: "" },
    ],
    sentences: barsSaid(page).slice(0, 2),
    waySaid: pathSaid(page).slice(0, 1),
    bars: withRanges(levels),
    way: [
      brief({ ...over, rows: years, caption: "Staff in post, WTE (middle of the runs)" }, [0, ...Array.from({ length: count }, (_, i) => i + 1)], WHOLE, ["Date", ...over.head.slice(1, count + 1).map((text) => text.replace(/^Staff: /, ""))]),
      withRanges(places),
    ],
  };
}

/** A table in which each middle has its range behind it: "11.0 (9.5 to 12.8)". */
function withRanges({ caption, head, rows }) {
  const columns = head.flatMap((name, i) => (name === "to" || name === "nine in ten from" ? [] : [i]));
  const cells = rows.map((row) => columns.map((i) => {
    const words = wordsOf(row[i]);
    return head[i + 1] === "nine in ten from" && Number.isFinite(row[i].value) ? `${words} (${wordsOf(row[i + 1])} to ${wordsOf(row[i + 2])})` : words;
  }));
  return { caption, head: columns.map((i) => head[i]), rows: cells, numbers: columns.map((i) => i > 0), left: 0, short: false };
}

/** The table of assumptions with one row for each change: what was moved most, and how many others moved with it. */
function eachOnce(table) {
  if (!table) return table;
  const of = ([change]) => change.value;
  const rows = table.rows.filter((row, i) => i === 0 || of(row) !== of(table.rows[i - 1])).map((row) => {
    const others = table.rows.filter((one) => of(one) === of(row)).length - 1;
    return others ? [...row.slice(0, 2), `${row[2]} (and ${others} more)`, ...row.slice(3)] : row;
  });
  return { ...table, rows };
}

/** What stands on the second page, within a budget: assumptions, disagreements, cards, risks, and what the model cannot say. */
export function pageTwo(page, budget) {
  const found = [];
  const take = (table, columns, names) => table && table.rows.length && found.push(brief(table, columns, budget, names));
  take(eachOnce(assumptions(page).tables[0]), [2, 3, 4, 5, 6]);
  take(opinions(page), [0, 1, 2, 3, 4]);
  const played = cards(page).tables.find(({ head }) => head[0] === "Card");
  take(played && { ...played, rows: played.rows.filter(([, , verdict]) => verdict !== "not talked about") }, [0, 2, 3, 4]);
  const placed = risks(page).tables[0];
  take(placed && { ...placed, rows: placed.rows.filter(([, told]) => told !== "not placed yet") }, [0, 1, 2, 3, 5]);
  const none = [
    found.some(({ head }) => head[0] === "Assumption" && head[1] === "Before") ? "" : "No assumption was changed.",
    found.some(({ head }) => head[0] === "Card") ? "" : "No challenge card was talked about.",
    found.some(({ head }) => head[0] === "Risk") ? "" : "No risk was placed.",
  ].filter(Boolean);
  return {
    tables: found,
    none,
    notes: page.data.study.notes, // never cut: half a caution may say the opposite
    cut: found.some(({ left, short }) => left > 0 || short),
  };
}

/**
 * Make the two pages.
 *
 * @param {object} page with the runs of its setting
 * @param {object} budget of `BUDGETS`
 * @returns {HTMLElement[]}
 */
export function sheetsOf(page, budget) {
  const { site } = page.data.workshop;
  const [one, two] = [pageOne(page), pageTwo(page, budget)];
  const picture = drawn(barsPicture(page));
  const cautions = cautionsOf(site).join(" ");
  const sheet = (number, title, ...parts) =>
    make("section", { class: "sheet", "aria-label": `Page ${number}` },
      make("header", {}, make("p", { class: "sheet-site", text: `${cut(site.label, LABEL)} workshop` }), cautions && make("p", { class: "sheet-watch", text: cautions })),
      make("h3", { text: title }),
      ...parts,
      make("footer", {}, make("span", { text: site.illustrative ? "Illustrative" : "" }), make("span", { text: `Page ${number} of 2` })));
  return [
    sheet(1, "Who we care for, what care will be needed, who will provide it",
      make("div", { class: "sheet-questions" }, ...one.questions.map(({ title, tables, said }) => make("div", {}, make("h4", { text: title }), ...tables.map(tableOf), said && make("p", { text: said })))),
      make("h4", { text: "The three bars" }), ...one.sentences.map((text) => make("p", { class: "sheet-said", text })), picture,
      tableOf(one.bars),
      make("h4", { text: "The way there" }), ...one.waySaid.map((text) => make("p", { class: "sheet-said", text })),
      make("div", { class: "sheet-pair" }, ...one.way.map(tableOf))),
    sheet(2, "What the room said",
      ...two.tables.map(tableOf),
      ...two.none.map((text) => make("p", { text })),
      make("h4", { text: "What the model cannot say" }), make("ul", {}, ...two.notes.map((text) => make("li", { text }))),
      two.cut && make("p", { class: "sheet-cut", text: "Texts that end in … are cut to fit this page; the workbook has them whole." })),
  ];
}

/** The bars as they stand on a page; the table beneath has their numbers. */
function drawn(spec) {
  const { height, nodes } = stackedScene(spec, { width: WIDE, scale: 1, kept: null, row: null, tallest: TALL });
  const element = make("div", { class: "sheet-picture" });
  patch(element, [node("svg", { width: WIDE, height, viewBox: `0 0 ${WIDE} ${height}`, role: "img", "aria-label": `${spec.title}; the table has the numbers.` }, nodes)]);
  return element;
}

function tableOf({ caption, head, rows, numbers, left }) {
  const cell = (tag) => (text, i) => make(tag, { class: numbers[i] ? "number" : null, scope: tag === "th" ? "col" : null, text });
  const row = ([first, ...rest]) => make("tr", {}, make("th", { scope: "row", text: first }), ...rest.map((text, i) => cell("td")(text, i + 1)));
  return make("table", { class: "sheet-table" },
    make("caption", { text: left ? `${caption} (${left} more in the workbook)` : caption }),
    make("thead", {}, make("tr", {}, ...head.map(cell("th")))),
    make("tbody", {}, ...rows.map(row)));
}

/** Put the pages into an element, with the largest budget at which nothing runs over the foot of a page. */
export function fitSheets(element, page) {
  for (const budget of BUDGETS) {
    element.replaceChildren(...sheetsOf(page, budget));
    if ([...element.children].every((sheet) => sheet.scrollHeight <= sheet.clientHeight)) return;
  }
}
