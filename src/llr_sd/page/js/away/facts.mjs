/** What leaves a workshop of the model's numbers, topic by topic: the workbook and the printed summary both read it here. */

import { shareWords } from "../charts/numbers.mjs";
import { BARS, barsFacts, combined, faultStatement, keptSentence, needStatement, pictureSentence, spreadOf } from "../first/bars_facts.mjs";
import { limitOf } from "../first/shares.mjs";
import { limitWords } from "../first/shares_facts.mjs";
import { inYears } from "../people/people_facts.mjs";
import { openingRows } from "../first/staff_moves.mjs";
import { columnOf, decimals, elementsOf, spread } from "../workshop/kit.mjs";

const RANGE = ["nine in ten from", "to"];

/** A number of a table: `as` says how it is read, a key of the formats of the workbook. */
export function number(value, as) {
  return { value: value ?? NaN, as };
}

/** A number of a table as text. */
export function wordsOf(cell) {
  if (typeof cell === "string") return cell;
  const { value, as } = cell;
  if (!Number.isFinite(value)) return "–";
  if (as === "share") return shareWords(value);
  if (as === "money") return `£${decimals(value, 0)}`;
  return decimals(value, { whole: 0, one: 1, two: 2, date: 1 }[as] ?? 2);
}

/** The middle of the runs, and the range of nine in ten, as three cells. */
function ranged(found, as) {
  return [number(found?.middle, as), number(found?.low, as), number(found?.high, as)];
}

/** The levels with their labels, the most trained first. */
export function levelsOf(page) {
  return elementsOf(page, "level").map((level) => ({ level, label: page.words.levels[level].label }));
}

/** Who do we care for: patients by age and by group, now and at the horizon. */
export function people(page) {
  const later = inYears(page.value("horizon_years"));
  const rows = (name, kind, key) =>
    Object.entries(page.words[kind]).map(([element, { label }]) => {
      const [now, then] = ["b1", "b3"].map((bar) => spread(page, name, { bar, [key]: element }));
      return [label, number(now?.middle, "whole"), ...ranged(then, "whole"), number(now?.middle > 0 ? then.middle / now.middle - 1 : NaN, "share")];
    });
  const [now, then] = ["b1", "b3"].map((bar) => spread(page, "patients", { bar }));
  const all = ["All", number(now?.middle, "whole"), ...ranged(then, "whole"), number(now?.middle > 0 ? then.middle / now.middle - 1 : NaN, "share")];
  const head = (what) => [what, "now", later, ...RANGE, "more"];
  return {
    name: "People", title: "Who do we care for?", lead: [], notes: ["The groups say what people need care for; every age is split into them. Numbers are people on the list."],
    tables: [
      { caption: "Patients by age", head: head("Age"), rows: [...rows("people_age", "ages", "age"), all] },
      { caption: "Patients by group", head: head("Group"), rows: [...rows("people_segment", "segments", "segment"), all] },
    ],
  };
}

/** What care will be needed: contacts, minutes and hours by function. */
export function care(page) {
  const later = inYears(page.value("horizon_years"));
  const functions = Object.entries(page.words.functions);
  const rows = functions.map(([element, { label }]) => {
    const at = (name, bar) => spread(page, name, { bar, function: element });
    return [label, number(at("contacts", "b1")?.middle, "whole"), ...ranged(at("contacts", "b3"), "whole"), number(page.value(`minutes_${element}`), "one"), number(at("care_hours", "b1")?.middle, "whole"), number(at("care_hours", "b3")?.middle, "whole"), number(spread(page, "need_against_llr", { function: element })?.middle, "two")];
  });
  const groups = Object.entries(page.words.segments).map(([segment, { label }]) => [label, ...functions.map(([element]) => number(spread(page, "contacts_segment", { bar: "b1", segment, function: element })?.middle, "whole"))]);
  return {
    name: "Care", title: "What care will be needed?", lead: [],
    notes: ["Contacts and hours are of a year; hours at the pace of somebody at the most trained level. The last column holds the contacts against those of as many of LLR's people: 1 is the same."],
    tables: [
      { caption: "Contacts and hours by kind of care", head: ["Kind of care", "contacts now", `contacts ${later}`, ...RANGE, "minutes each", "hours now", `hours ${later}`, "against LLR"], rows },
      { caption: "Contacts now by group of patients", head: ["Group", ...functions.map(([, { label }]) => label)], rows: groups },
    ],
  };
}

/** Who will provide it: the share of each kind of care at each level, now, as the room wants it, and after the limit. */
export function shares(page) {
  const levels = levelsOf(page);
  const head = ["Kind of care", ...levels.map(({ label }) => label)];
  const rows = (of) => Object.entries(page.words.functions).map(([element, { label }]) => [label, ...levels.map(({ level }) => number(of(element, level), "share"))]);
  const entered = (what) => (element, level) => (page.input(`${what}_${element}_${level}`) ? page.value(`${what}_${element}_${level}`) : 0);
  const limit = limitOf(page);
  return {
    name: "Shares", title: "Who will provide it?", lead: [],
    notes: [
      ...(limit ? [`${limitWords(limit, levels[0].label.toLowerCase())} Numbers are the middle of the runs.`] : []),
      "A row that was entered with another sum is brought to 100% by the model. Work belongs to the least trained level that can do it safely.",
    ],
    tables: [
      { caption: "How the work is shared now", head, rows: rows(entered("current_share")) },
      { caption: "How the room would share it", head, rows: rows(entered("optimum_share")) },
      { caption: "What of that goes through the limit (middle of the runs)", head, rows: rows((element, level) => spread(page, "shares", { bar: "b2", function: element, level })?.middle) },
    ],
  };
}

/** Staff now: row by row as entered, and by level. */
export function staff(page) {
  const rows = page.state.room.staff ?? openingRows(page.data, page.value);
  const { groups, levels } = page.words;
  const cells = rows.map(({ role, group, level, wte: size, heads, lent }) => [role, groups[group].label, levels[level].label, number(size, "two"), number(heads, "whole"), lent ? "lent by another employer" : ""]);
  const sums = levelsOf(page).map(({ level, label }) => [label, number(rows.filter((row) => row.level === level && !row.lent).reduce((sum, row) => sum + row.wte, 0), "two"), number(spread(page, "bar_1", { level })?.middle, "two"), number(spread(page, "staffing_level", { level })?.middle, "two")]);
  return {
    name: "Staff", title: "Who works here now?", lead: [],
    notes: ["WTE is time, heads are people: they stand side by side and are never added. Staff lent by other employers are not in bar 1.", "The last column holds the staff for each patient's care against those of all LLR's practices: 1 is the same."],
    tables: [
      { caption: page.state.room.staff ? "Staff as the room entered them" : "Staff as the site's table has them", head: ["Role", "Staff group", "Skill level", "WTE", "Heads", "Remark"], rows: cells },
      { caption: "Staff by skill level", head: ["Skill level", "WTE entered", "WTE in bar 1", "against LLR"], rows: sums },
    ],
  };
}

/** The three bars, and what lies between them. */
export function bars(page) {
  const facts = barsFacts(page);
  const { levels, years } = facts;
  const sure = facts.bars[0].levels.every(({ low, high }) => low === high);
  const names = ["Bar 1: staff now", "Bar 2: best mix now", `Bar 3: best mix in ${years}`];
  const all = (output) => levels.map(({ name }) => columnOf(page.now, output, { level: name }));
  const more = spreadOf(combined([...all("bar_3"), ...all("bar_1")], (...wte) => wte.reduce((sum, one, i) => (i < levels.length ? sum + one : sum - one), 0)));
  const row = (label, own, gap) => [label, ...(sure ? [number(own[0].middle, "one")] : ranged(own[0], "one")), ...own.slice(1).flatMap((one) => ranged(one, "one")), ...ranged(gap, "one")];
  const rows = levels.map(({ label }, i) => row(label, facts.bars.map((bar) => bar.levels[i]), facts.gap[i].wte));
  const costs = names.map((name, i) => [name, ...ranged(spread(page, "cost_of_bar", { bar: BARS[i].element }), "money")]);
  const people = levels.map(({ name, label }, i) => [label, ...BARS.map(({ element }) => number(spread(page, "heads_of_bar", { bar: element, level: name })?.middle, "whole")), ...ranged(facts.gap[i].heads, "whole")]);
  return {
    name: "Bars", title: "How many staff does it take?", lead: barsSaid(page),
    notes: [`${sure ? "Bar 1 is the staff entered" : "Bar 1 is the middle of the runs, which draw how unsure the site's table is of its staff"}. Bars 2 and 3 are what the shares agreed would take, for today's patients and for those of the years ahead. WTE is time, people are heads: they stand side by side and are never added.`, "Middles of levels need not add up to the middle of all."],
    tables: [
      { caption: "Staff by skill level, WTE", head: ["Skill level", names[0], ...(sure ? [] : RANGE), names[1], ...RANGE, names[2], ...RANGE, "Bar 3 less bar 1", ...RANGE], rows: [...rows, row("All", facts.bars.map((bar) => bar.total), more)] },
      { caption: "The same in people, where one person of a level works as much as LLR's do on average", head: ["Skill level", ...names, "Bar 3 less bar 1", ...RANGE], rows: people },
      { caption: "Cost of staff a year, at prices of 2017", head: ["Bar", "a year", ...RANGE], rows: costs },
    ],
  };
}

/** What the bars say, a warning first where they should not be read. */
export function barsSaid(page) {
  const facts = barsFacts(page);
  return [faultStatement(facts.faults).text, pictureSentence(facts), needStatement(facts).text, keptSentence(facts)].filter(Boolean);
}
