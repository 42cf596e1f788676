/** What leaves a workshop of the way to bar 3: posts, training, hiring, time and money by year; the roles of each level; and beyond the site. */

import { countOf, dateWords, percent } from "../charts/numbers.mjs";
import { CAUTION, cautionStatement, llrFacts } from "../second/beyond/llr_facts.mjs";
import { coverageStatement, lentSentence, teamFacts } from "../second/beyond/team_facts.mjs";
import { closureRange, closureSentence, closureWords, costSentence, hireSentence, lastSentence, pathFacts, placesSentence, releaseSentence, supervisionSentence } from "../second/path_facts.mjs";
import { fillStatement, levelFacts, placementSentence } from "../second/roles_facts.mjs";
import { elementsOf, spread } from "../workshop/kit.mjs";
import { levelsOf, number } from "./facts.mjs";

const RANGE = ["nine in ten from", "to"];

/** A table over the years: a column for each part of each of the series, which are lists of spreads by year. */
function overTime({ years, calendar }, caption, series) {
  const rows = years.map((time, i) => [dateWords(time, false, calendar), ...series.map(({ of, as = "one" }) => number(of[i]?.middle, as))]);
  return { caption, head: ["Date", ...series.map(({ head }) => head)], rows };
}

/** What is said of the way, in the order of its screen. */
export function pathSaid(page) {
  const facts = pathFacts(page);
  return [closureSentence, lastSentence, placesSentence, hireSentence, supervisionSentence, releaseSentence, costSentence].map((said) => said(facts)).filter(Boolean);
}

/** The way from bar 1 to bar 3. */
export function path(page) {
  const facts = pathFacts(page);
  const of = (list, key, head, as) => list.map((one) => ({ head: `${head}: ${one.label.charAt(0).toLowerCase()}${one.label.slice(1)}`, of: one[key], as }));
  const { levels, paths } = facts;
  const needed = paths.map(({ label, places }) => [label, ...["middle", "low", "high"].map((key) => number(places[key], "one"))]);
  const reached = levels.map(({ label, closure }) => [label, closureWords(closure.middle, facts), closureRange(closure, facts), percent(closure.soon.probability), percent(closure.ever.probability)]);
  return {
    name: "Path", title: "How do we get there?", lead: pathSaid(page),
    notes: ["Numbers by date are the middle of the runs. Posts move from bar 1 to bar 3 year by year; staff follow as fast as training, supervision and hiring let them.", "Training places needed follow from the bars alone: leavers replaced and drop-out allowed for. Starts are what the site can release and supervise."],
    tables: [
      overTime(facts, "Staff in post and posts, WTE", [...of(levels, "staff", "Staff"), ...of(levels, "posts", "Posts")]),
      { caption: "When each level is near bar 3", head: ["Skill level", "Middle of the runs", "Nine in ten", `Runs that are there after ${countOf(facts.seen, "year")}`, "Runs that ever are"], rows: reached },
      { caption: "Training places needed a year, in WTE of those who train", head: ["Route", "places a year", ...RANGE], rows: needed },
      overTime(facts, "Training starts a year, WTE", [...of(paths, "starts", "Started"), ...of(paths, "wanted", "Wanted")]),
      overTime(facts, "Hires wanted for which nobody is found, WTE a year", of(levels, "unfound", "Not found")),
      overTime(facts, "Time, WTE", [{ head: "Supervision", of: facts.supervision, as: "two" }, { head: "Left to supervise", of: facts.free, as: "two" }, ...of(paths, "released", "Away on training", "two")]),
      overTime(facts, "Money a year, at prices of 2017", [{ head: "Staff", of: facts.staffCost, as: "money" }, { head: "Training, beyond pay", of: facts.trainingCost, as: "money" }]),
    ],
  };
}

/** Roles that would fill each level of bar 3, in WTE and, beside it, people. */
export function roles(page) {
  const found = elementsOf(page, "level").map((level) => levelFacts(page, level));
  const rows = found.flatMap(({ label, parts }) => parts.map((part) => [
    label, part.role, part.existing ? "exists" : "new", number(part.wte, "two"), number(part.heads, "one"), number(part.now.wte, "two"), number(part.now.heads, "one"), number(part.more, "one"), number(part.placements, "one"),
  ]));
  const offered = page.roles.map((role) => [role.name, page.words.levels[role.level].label, role.existing ? "exists" : "new", number(role.wtePerHead, "two"), role.source, role.grade]);
  return {
    name: "Roles", title: "Which roles would fill the posts?", lead: [...found.map((facts) => fillStatement(facts).text), ...(Object.keys(page.state.room.roles).length ? [] : ["The room has not chosen roles: those of today stand here."])],
    notes: [...found.map(placementSentence), "People are WTE divided by the WTE of one person of the role; they stand beside WTE and are never added to them."],
    tables: [
      { caption: "Roles", head: ["Skill level", "Role", "New or existing", "WTE", "People", "WTE now", "People now", "People more", "Placements a year"], rows },
      ...(offered.length ? [{ caption: "Roles to choose from", head: ["Role", "Skill level", "New or existing", "WTE a person", "Source of WTE a person", "Evidence"], rows: offered }] : []),
    ],
  };
}

/** Beyond the site: the bars scaled to LLR, work from hospital, the locality team, staff lent by others. */
export function beyond(page) {
  const levels = levelsOf(page);
  const names = levels.map(({ level }) => level);
  const [llr, team] = [llrFacts(page, names), teamFacts(page, names)];
  const scaled = levels.map(({ label }, i) => [label, ...llr.bars.map((bar) => number(bar.levels[i].middle, "whole"))]);
  const people = [["Complex and frail patients who have been found", team.found], ["Patients whom the locality team cares for", team.cared]].map(([label, one]) => [label, ...["middle", "low", "high"].map((key) => number(one[key], "whole"))]);
  const work = levels.map(({ level, label }, i) => [label, number(spread(page, "shift_wte", { level })?.middle, "two"), number(team.lent[i].wte, "two")]);
  return {
    name: "Beyond", title: "What happens beyond our own walls?", lead: [cautionStatement(llr), CAUTION, coverageStatement(team).text, lentSentence(team)],
    notes: ["Work from hospital is at full size and at the best mix; it is not in the bars."],
    tables: [
      { caption: "The bars scaled to LLR, WTE (middle of the runs)", head: ["Skill level", ...llr.bars.map(({ name }) => name)], rows: scaled },
      { caption: "The locality team", head: ["People", "middle of the runs", ...RANGE], rows: people },
      { caption: "Work from hospital, and staff lent by other employers, WTE", head: ["Skill level", "Work from hospital asks", "Lent to this site"], rows: work },
    ],
  };
}
