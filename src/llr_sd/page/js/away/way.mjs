/** What leaves a workshop of the way to bar 3: posts, training, hiring, time and money by year; and the roles that would fill each level. */

import { dateWords, percent } from "../charts/numbers.mjs";
import { columnOf, elementsOf, spread } from "../workshop/kit.mjs";
import { has, levelsOf, number } from "./facts.mjs";

const RANGE = ["nine in ten from", "to"];

/** The dates of the tables over time: the start and each year after it. */
function yearsOf(page) {
  const { initial, final } = page.data.model;
  return Array.from({ length: Math.floor(final - initial) + 1 }, (_, year) => initial + year);
}

/** A table over the years: for each output the middle of the runs of each of its parts; outputs that the page lacks are left out. */
function overTime(page, caption, outputs) {
  const there = outputs.filter(({ name }) => has(page, name));
  const columns = there.flatMap(({ name, head, as, parts = [{ label: "", where: {} }] }) => parts.map(({ label, where }) => ({ name, head: label ? `${head}: ${label.toLowerCase()}` : head, as, where })));
  const rows = yearsOf(page).map((time) => [dateWords(time, false, page.data.model.calendar), ...columns.map(({ name, as, where }) => number(spread(page, name, { ...where, time })?.middle, as))]);
  return columns.length ? [{ caption, head: ["Date", ...columns.map(({ head }) => head)], rows }] : [];
}

/** The way from bar 1 to bar 3. */
export function path(page) {
  const levels = levelsOf(page).map(({ level, label }) => ({ label, where: { level } }));
  const routes = elementsOf(page, "path").map((element) => ({ label: page.words.paths[element].label, where: { path: element } }));
  const needed = routes.map(({ label, where }) => {
    const found = spread(page, "places", where);
    return [label, number(found?.middle, "one"), number(found?.low, "one"), number(found?.high, "one")];
  });
  return {
    name: "Path", title: "How do we get there?", lead: [],
    notes: [
      "Every number is the middle of the runs. Posts move from bar 1 to bar 3 year by year; staff follow as fast as training, supervision and hiring let them.",
      "Training places needed follow from the bars alone: leavers replaced and drop-out allowed for. Starts are what the site can release and supervise.",
    ],
    tables: [
      ...overTime(page, "Staff in post and posts, WTE", [{ name: "staff", head: "Staff", as: "one", parts: levels }, { name: "target", head: "Posts", as: "one", parts: levels }]),
      { caption: "Training places needed a year, in WTE of those who train", head: ["Route", "places a year", ...RANGE], rows: needed },
      ...overTime(page, "Training starts a year, WTE", [{ name: "starts", head: "Started", as: "one", parts: routes }, { name: "starts_wanted", head: "Wanted", as: "one", parts: routes }]),
      ...overTime(page, "Hiring a year, WTE", [{ name: "hiring", head: "Hired", as: "one", parts: levels }, { name: "hard_to_hire", head: "Nobody found", as: "one", parts: levels }]),
      ...overTime(page, "Time and money", [
        { name: "supervision", head: "Supervision, WTE", as: "two" },
        { name: "supervision_room", head: "Time left to supervise, WTE", as: "two" },
        { name: "release", head: "Away on courses, WTE", as: "two", parts: routes },
        { name: "staff_cost", head: "Staff cost a year", as: "money" },
        { name: "training_cost", head: "Training cost a year", as: "money" },
        { name: "workload", head: "Workload (at the start 1)", as: "two" },
      ]),
      ...feasible(page, levels),
    ],
  };
}

/** When each level is first within its tolerance of bar 3, and in how many of the runs. */
function feasible(page, levels) {
  if (!has(page, "level_closure") || page.now === null) return [];
  const { final, calendar } = page.data.model;
  const rows = levels.map(({ label, where }) => {
    const found = columnOf(page.now, "level_closure", where).filter(Number.isFinite);
    const reached = found.filter((date) => date <= final).length / found.length;
    const middle = spread(page, "level_closure", where)?.middle;
    return [label, middle <= final ? dateWords(middle, false, calendar) : "not in half of the runs", percent(reached)];
  });
  return [{ caption: `When each level is first near bar 3, of runs until ${dateWords(final, true, calendar)}`, head: ["Skill level", "Middle date", "Share of the runs that get there"], rows }];
}

/** Roles that would fill each level of bar 3, in WTE and, beside it, heads. */
export function roles(page) {
  const chosen = page.state.room.roles;
  const known = new Map(page.roles.map((role) => [role.name, role]));
  const rows = levelsOf(page).flatMap(({ level, label }) =>
    (chosen[level] ?? []).map(({ role, wte }) => {
      const { existing, wtePerHead = null } = known.get(role) ?? {};
      return [label, role, existing === false ? "new" : existing ? "exists" : "", number(wte, "two"), number(wtePerHead ? wte / wtePerHead : NaN, "one")];
    }),
  );
  const sums = levelsOf(page).map(({ level, label }) => {
    const given = (chosen[level] ?? []).reduce((sum, { wte }) => sum + wte, 0);
    const wanted = spread(page, "bar_3", { level })?.middle;
    return [label, number(wanted, "one"), number(given, "one"), number(wanted - given, "one")];
  });
  const offered = page.roles.map((role) => [role.name, page.words.levels[role.level].label, role.existing ? "exists" : "new", number(role.wtePerHead, "two"), role.source, role.grade]);
  return {
    name: "Roles", title: "Which roles would fill each level?", lead: rows.length ? [] : ["The room has not put roles to the levels yet."],
    notes: ["Heads are WTE divided by the WTE that one person of the role works, where a source says how many; they stand beside WTE and are never added to them."],
    tables: [
      ...(rows.length ? [{ caption: "Roles chosen", head: ["Skill level", "Role", "New or existing", "WTE", "Heads"], rows }] : []),
      { caption: "Bar 3 and the roles chosen, WTE", head: ["Skill level", "Bar 3", "Given to roles", "Left"], rows: sums },
      ...(offered.length ? [{ caption: "Roles to choose from", head: ["Role", "Skill level", "New or existing", "WTE a head", "Source of WTE a head", "Evidence"], rows: offered }] : []),
    ],
  };
}

/** Beyond the site: the bars scaled to LLR, work from hospital, the locality team, staff lent by others. */
export function beyond(page) {
  const levels = levelsOf(page);
  const scaled = levels.map(({ level, label }) => [label, ...["b1", "b2", "b3"].map((bar) => number(spread(page, "bars_for_llr", { bar, level })?.middle, "whole"))]);
  const found = ["patients_found", "patients_cared_for"].map((name) => spread(page, name));
  const team = [["Complex and frail patients who have been found", found[0]], ["Patients whom the locality team cares for", found[1]]].map(([label, one]) => [label, number(one?.middle, "whole"), number(one?.low, "whole"), number(one?.high, "whole")]);
  const work = levels.map(({ level, label }) => [label, number(spread(page, "shift_wte", { level })?.middle, "two"), number(page.input(`lent_wte_${level}`) ? page.value(`lent_wte_${level}`) : NaN, "two")]);
  return {
    name: "Beyond", title: "What happens beyond our own walls?", lead: [],
    notes: ["Scaled to LLR: as if all of LLR had this site's patients, its staff and its best mix, in proportion to the patients. No other site was asked: read it as a size, not as a plan.", "Work from hospital is at full size and at the best mix; it is not in the bars. Lent staff are not in bar 1."],
    tables: [
      { caption: "The bars scaled to LLR, WTE", head: ["Skill level", "Bar 1", "Bar 2", "Bar 3"], rows: scaled },
      { caption: "The locality team", head: ["People", "middle of the runs", ...RANGE], rows: team },
      { caption: "Work from hospital, and staff lent by other employers, WTE", head: ["Skill level", "Work from hospital asks", "Lent to this site"], rows: work },
    ],
  };
}
