// The locality team in typed facts and sentences: patients found, patients cared for, and what coverage means.

import { decimals, spread, wte } from "../../workshop/kit.mjs";

/**
 * What the site's runs say of its locality team.
 * @param {Object} page
 * @param {string[]} levels
 * @returns {Object|null} frozen; people as {middle, low, high}, coverage a share; null while there are no runs
 */
export function teamFacts(page, levels) {
  if (!page.now) return null;
  const of = (name) => spread(page, name);
  const [found, cared, coverage] = ["patients_found", "patients_cared_for", "team_coverage"].map(of);
  if (!found || !cared || !coverage) return null;
  const need = ["complex", "frail"].map((segment) => spread(page, "people_segment", { bar: "b1", segment }).middle);
  const lent = levels.map((level) => ({ level, wte: page.value(`lent_wte_${level}`) }));
  return Object.freeze({
    found,
    cared,
    coverage,
    unfound: Math.max(0, need[0] + need[1] - found.middle),
    people: need[0] + need[1],
    team: page.value("team_wte"),
    caseload: page.value("team_caseload"),
    lent,
  });
}

/** What coverage is here. */
export function coverageStatement({ team, found, cared, coverage, caseload, unfound }) {
  const whole = (x) => decimals(x, 0);
  if (found.middle < 0.5) return { text: "Nobody has been found yet, so there is nobody to cover.", kind: "plain" };
  if (!(team > 0)) return { text: `${whole(found.middle)} patients have been found, and no team is entered: nobody cares for them as a team.`, kind: "watch" };
  const said = `${whole(cared.middle)} of ${whole(found.middle)} patients found are cared for: coverage ${whole(100 * coverage.middle)} in 100.`;
  const rest = unfound >= 0.5 ? ` Another ${whole(unfound)} with complex needs or frailty have not been found, and coverage does not count them.` : "";
  if (coverage.middle > 0.995) return { text: `${said} The team has room for all who have been found.${rest}`, kind: rest ? "plain" : "good" };
  return { text: `${said} At ${whole(caseload)} patients each, ${wte(found.middle / caseload)} WTE would care for all of them.${rest}`, kind: "watch" };
}

/** Who lends staff, and what that does. */
export function lentSentence({ lent }) {
  const total = lent.reduce((sum, one) => sum + one.wte, 0);
  if (total === 0) return "No staff are lent by other employers.";
  return `${wte(total)} WTE are lent by other employers. They work here and count towards the posts, but they are not in bar 1, and whoever lends them can take them back.`;
}
