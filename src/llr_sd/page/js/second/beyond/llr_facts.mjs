// The site scaled to LLR in typed facts and sentences: what it would be if all of LLR were like this site, and why it is not.

import { shareWords } from "../../charts/numbers.mjs";
import { inYears } from "../../people/people_facts.mjs";
import { columnOf, decimals, spread } from "../../workshop/kit.mjs";
import { middled } from "./shift_facts.mjs";

const BARS = Object.freeze([
  { bar: "b1", name: "Bar 1: staff now" },
  { bar: "b2", name: "Bar 2: best mix now" },
  { bar: "b3", name: "Bar 3: best mix" },
]);
const NEAR = 0.05; // a site within this of LLR's staff is told as alike

/**
 * The bars for LLR's list.
 * @param {Object} page
 * @param {string[]} levels
 * @returns {Object|null} frozen; WTE; `staff` are those whom LLR's practices have
 */
export function llrFacts(page, levels) {
  if (!page.now) return null;
  const bars = BARS.map(({ bar, name }) => ({ bar, name: bar === "b3" ? `${name} ${inYears(page.value("horizon_years"))}` : name, levels: levels.map((level) => ({ level, ...spread(page, "bars_for_llr", { bar, level }) })), total: totalOf(page, bar, levels) }));
  const staff = page.data.inputs.filter(({ variable }) => variable.startsWith("llr_return[")).reduce((total, { name }) => total + page.value(name), 0);
  const [list, all] = [page.value("list_size"), page.value("llr_list")];
  return Object.freeze({ bars, staff, list, all, part: list / all, illustrative: page.data.study.illustrative });
}

/** What the scaling shows, and why it is no plan for LLR. */
export function cautionStatement({ bars, staff, list, all, part, illustrative }) {
  const [now] = bars;
  const off = now.total.middle / staff - 1;
  const said = `If all ${decimals(all, 0)} patients of LLR were cared for as ${decimals(list, 0)} are here (${shareWords(part)} of them), its practices would have ${decimals(now.total.middle, 0)} WTE now. In October 2017 they had ${decimals(staff, 0)}.`;
  const apart = Math.abs(off) <= NEAR ? " Even so, one site is no picture of the rest." : ` So this site is not LLR in small: it has ${decimals(100 * Math.abs(off), 0)} in 100 ${off > 0 ? "more" : "fewer"} staff a patient.`;
  const what = illustrative ? " Its numbers are illustrative besides." : "";
  return `${said}${apart}${what}`;
}

/** What scaling leaves out. */
export const CAUTION = "It scales by the number of patients and nothing else. LLR's 138 practices differ in age, need, size and staff, and hire from the same people: what one can do, all together may not. Read it as a size, not as a plan for LLR.";

/** Where bar 3 differs most from bar 1: {level, by}, in WTE. */
export function llrChange({ bars }) {
  const [first, , last] = bars;
  const moved = first.levels.map(({ level, middle }, i) => ({ level, by: last.levels[i].middle - middle })).sort((a, b) => Math.abs(b.by) - Math.abs(a.by))[0];
  return moved;
}

/** What the picture says; `label` is of the level. */
export function llrSentence({ by }, label) {
  if (Math.abs(by) < 0.5) return "Bar 3 is as bar 1 at every level.";
  return `From bar 1 to bar 3 the ${label} level changes most: ${decimals(Math.abs(by), 0)} WTE ${by < 0 ? "fewer" : "more"}.`;
}

/** All levels of a bar, run by run. */
function totalOf(page, bar, levels) {
  const columns = levels.map((level) => columnOf(page.now, "bars_for_llr", { bar, level }));
  return middled(columns[0].map((_, run) => columns.reduce((sum, values) => sum + values[run], 0)));
}
