/** The workshop as a workbook: one sheet a topic, in the order of the screens. */

import { bars, barsSaid, care, people, shares, staff } from "./facts.mjs";
import { about, assumptions, cards, risks } from "./talk.mjs";
import { beyond, path, pathSaid, roles } from "./way.mjs";
import { cautionsOf } from "../workshop/wording.mjs";
import { workbook } from "./xlsx.mjs";

/**
 * Return the workbook of a session, of an ensemble of all its runs; the same session gives the same bytes.
 *
 * @param {object} page
 * @returns {Uint8Array} of an .xlsx file
 */
export function workbookOf(page) {
  const { site } = page.data.workshop;
  const topics = [people, care, shares, staff, bars, path, roles, beyond, assumptions, cards, risks, about].map((topic) => topic(page));
  return workbook({
    title: `Workshop: ${site.label}`,
    said: `${site.label} workshop`,
    watch: cautionsOf(site).join(" "),
    sheets: [first(page, topics), ...topics],
  });
}

/** The sheet that a reader sees first: what came out, the bars, and what is on the other sheets. */
function first(page, topics) {
  const { site } = page.data.workshop;
  const own = topics.find(({ name }) => name === "Bars").tables.slice(0, 2);
  return {
    name: "Summary", single: true,
    title: `The workshop of ${site.label} on one sheet`,
    lead: [...barsSaid(page), ...pathSaid(page).slice(0, 2)],
    tables: [...own, { caption: "In this workbook", head: ["Sheet", "What it answers"], rows: topics.map(({ name, title }) => [name, title]) }],
    notes: ["Numbers are the middle of the runs and the range that holds nine runs in ten; see About."],
  };
}
