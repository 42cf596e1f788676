// node --test tests/page: what the screen beyond the site says, from facts; each claim with its opposite planted.

import assert from "node:assert/strict";
import test from "node:test";

import { gpsFacts, gpsSettings, gpsStatement, siteSentence, targetSentence } from "../../src/llr_sd/page/js/second/beyond/gps_facts.mjs";
import { cautionStatement, llrChange, llrFacts, llrSentence } from "../../src/llr_sd/page/js/second/beyond/llr_facts.mjs";
import {
  arrivesSentence, asksSentence, choiceOf, choiceSentence, heldOf, million, moneySentence, movedSentence, settingOf, shareWords, shiftFacts, strainSentence,
} from "../../src/llr_sd/page/js/second/beyond/shift_facts.mjs";
import { coverageStatement, lentSentence, teamFacts } from "../../src/llr_sd/page/js/second/beyond/team_facts.mjs";
import { carriedSentence, ranged, startSentence } from "../../src/llr_sd/page/js/second/beyond/words.mjs";

const LEVELS = ["autonomous", "enhanced", "core", "foundation"];
const NEEDS = ["urgent_contacts", "planned_care", "coordination", "prevention", "paperwork"];
const SKILL = { name: "Skill", elements: LEVELS };
const CARE = { name: "Care", elements: ["gp", "ilt"] };

/** An ensemble of some runs: outputs as {name: [axes, [values of run 1], [values of run 2], ...]}. */
function ensemble(outputs) {
  const made = new Map(Object.entries(outputs).map(([name, [axes, ...runs]]) => [name, {
    spec: { name, axes }, times: null, elements: axes.length ? axes.reduce((all, a) => all.flatMap((x) => a.elements.map((e) => `${x} ${e}`)), [""]) : [""], values: Float64Array.from(runs.flat()),
  }]));
  const [[, ...runs]] = Object.values(outputs);
  return { outputs: made, runs: runs.length, central: { outputs: made }, ok: new Uint8Array(runs.length).fill(1), ask: { runs: runs.length }, certain: false };
}

const posts = [40, 10, 50, 20, 60, 30, 70, 40]; // by level, practices and teams in turn
const system = (given = {}) => ensemble({
  moved_then: [[], [0.02]],
  hours_then: [[{ name: "Function", elements: NEEDS }], [30000, 20000, 10000, 2000, 1000]],
  posts_then: [[SKILL, CARE], posts],
  needed_then: [[], [320]],
  created_then: [[], [80]],
  unpaid_then: [[], [12e6]],
  twice_years: [[], [0]],
  twice_cost: [[], [0]],
  ...given,
});
const SITE = { list: 36000, all: 1080000, levels: LEVELS }; // a thirtieth of LLR
const CHOICE = { scenario: "A tenth", money: "some", double: false };

test("a site's part of what moves is a thirtieth where its list is one, worked out by hand", () => {
  const facts = shiftFacts(system(), SITE, CHOICE);
  assert.equal(facts.part, 1 / 30);
  assert.deepEqual(facts.hours.map(({ name, middle }) => [name, Math.round(middle * 1000) / 1000]), [["urgent", 1000], ["planned_ltc", 666.667], ["coordination", 333.333], ["prevention", 66.667], ["admin", 33.333]]);
  assert.equal(Math.round(facts.total.middle), 2100);
  assert.equal(facts.practices.total.middle.toFixed(4), ((40 + 50 + 60 + 70) / 30).toFixed(4));
  assert.equal(facts.teams.total.middle.toFixed(4), ((10 + 20 + 30 + 40) / 30).toFixed(4));
  assert.equal(facts.practices.levels[3].middle.toFixed(4), (70 / 30).toFixed(4));
  assert.deepEqual([facts.made.middle, facts.planned], [0.25, 0.1]);
  const held = heldOf(facts, { start: 0.5, years: 3 });
  assert.deepEqual(held, { shifted_hours_urgent: 1000, shifted_hours_planned_ltc: 667, shifted_hours_coordination: 333, shifted_hours_prevention: 67, shifted_hours_admin: 33, shift_start: 0.5, shift_years: 3, shift_funded: 0.25 });
});

test("the total of a part is the middle of the runs' totals, and posts made are cut to all of them in each run", () => {
  const runs = Array.from({ length: 3 }, (_, i) => NEEDS.map((_need, f) => (f === i ? 3000 : 0)));
  const two = { hours_then: [[{ name: "Function", elements: NEEDS }], ...runs], posts_then: [[SKILL, CARE], posts, posts, posts], moved_then: [[], [0], [0], [0]], needed_then: [[], [100], [100], [0]], created_then: [[], [300], [50], [0]] };
  const others = Object.fromEntries(["unpaid_then", "twice_years", "twice_cost"].map((name) => [name, [[], [0], [0], [0]]]));
  const facts = shiftFacts(ensemble({ ...two, ...others }), SITE, CHOICE);
  assert.equal(facts.total.middle, 100);
  assert.deepEqual(facts.hours.map(({ middle }) => middle), [0, 0, 0, 0, 0]);
  assert.equal(facts.made.middle, 0.75);
});

test("a choice becomes a setting of the system model; what a view kept wrongly is not taken", () => {
  assert.deepEqual(choiceOf({}), CHOICE);
  assert.deepEqual(choiceOf({ shift: { scenario: "All", money: "more", double: "yes" } }), CHOICE);
  assert.equal(choiceSentence(CHOICE), "10 in 100 are meant to move; money that follows: some, as is likely; posts made a year ahead: no.");
  assert.match(choiceSentence({ ...CHOICE, money: "none", double: true }), /money that follows: none; posts made a year ahead: yes/);
  assert.equal(choiceSentence({ ...CHOICE, scenario: "Nothing moves by plan" }), "Nothing is meant to move.");
  assert.deepEqual(settingOf(CHOICE), { scenario: "A tenth", held: { double_running: 0 } });
  assert.deepEqual(settingOf({ scenario: "A fifth", money: "none", double: true }), { scenario: "A fifth", held: { double_running: 1, fund_follow: 0 } });
  assert.deepEqual(settingOf({ scenario: "A fifth", money: "all", double: false }).held.fund_follow, 1);
});

test("how much of what is meant to move has moved", () => {
  const of = (planned, middle) => movedSentence({ planned, moved: { middle, low: middle / 2, high: middle * 1.5 } });
  assert.match(of(0.1, 0.015), /^1\.5% of hospital work has moved after five years \(0\.8 to 2\.3%\), where 10% is meant to: less than half\./);
  assert.match(of(0.1, 0.06), /more than half of what was meant/);
  assert.match(of(0.1, 0.099), /what was meant has come about/);
  assert.match(of(0, 0), /No hospital work is meant to move/);
  assert.equal(arrivesSentence({ planned: 0 }), "So nothing reaches this site by plan.");
});

test("who pays: all, none, a part; and what posts ahead cost", () => {
  const of = (low, middle, high, double = false) => moneySentence({ planned: 0.1, made: { low, middle, high }, twice: { cost: { middle: 3.4e6 } }, choice: { double } });
  assert.deepEqual(of(0.15, 0.39, 0.73), { text: "Posts are made for 39% of it (15 to 73%); the rest comes without a post.", kind: "watch" });
  assert.match(of(0, 0, 0).text, /The money does not follow/);
  assert.deepEqual([of(1, 1, 1).kind, /all of it in at least nine runs in ten/.test(of(1, 1, 1).text)], ["good", true]);
  assert.match(of(0.9, 0.99, 1, true).text, /costs LLR £3\.4 million in five years/);
  assert.match(of(NaN, NaN, NaN).text, /Nothing has moved/);
  assert.equal(moneySentence({ planned: 0, made: {}, twice: {}, choice: {} }).text, "");
  assert.equal(million(340000), "£340 thousand");
});

test("what the work asks of the site, and whether the levels are those of the system model", () => {
  const facts = { planned: 0.1, practices: { levels: LEVELS.map((level) => ({ level, middle: 1 })) } };
  const asked = (values) => LEVELS.map((level, i) => ({ level, label: level, middle: values[i] }));
  const total = { middle: 4 };
  assert.match(asksSentence(facts, asked([1, 1, 1, 1]), total), /asks for 4\.0 WTE, at much the same levels/);
  assert.match(asksSentence(facts, asked([2, 1, 0.5, 0.5]), total), /more of it at the autonomous level/);
  assert.match(asksSentence(facts, asked([0.5, 0.5, 1, 2]), total), /more of it at the foundation level/);
  assert.equal(asksSentence(facts, asked([0, 0, 0, 0]), { middle: 0 }), "");
});

test("the strain of the work with posts and without", () => {
  const of = (...values) => {
    const [without, posts_, bare] = values.map((middle) => ({ middle }));
    return strainSentence({ without, posts: posts_, bare });
  };
  assert.match(of(1, 1, 1.001).text, /too little to be felt/);
  assert.match(of(1.0, 1.08, 1.08).text, /Posts do not lighten it/);
  assert.deepEqual([of(1.0, 1.01, 1.09).kind, of(0.9, 0.91, 0.99).kind], ["watch", "plain"]);
  assert.doesNotMatch(of(1.0, 1.01, 1.09).text, /lighten|felt/);
});

test("coverage: nobody found, no team, a team with room, a team without", () => {
  const facts = (given) => ({ team: 10, caseload: 40, found: { middle: 1000 }, cared: { middle: 400 }, coverage: { middle: 0.4 }, unfound: 500, ...given });
  assert.match(coverageStatement(facts()).text, /^400 of 1,000 patients found are cared for: coverage 40 in 100\. At 40 patients each, 25\.0 WTE would care for all of them\. Another 500 /);
  assert.equal(coverageStatement(facts()).kind, "watch");
  const full = coverageStatement(facts({ cared: { middle: 1000 }, coverage: { middle: 1 }, unfound: 0 }));
  assert.deepEqual([full.kind, /room for all/.test(full.text), /not been found/.test(full.text)], ["good", true, false]);
  assert.equal(coverageStatement(facts({ cared: { middle: 1000 }, coverage: { middle: 1 } })).kind, "plain");
  assert.match(coverageStatement(facts({ team: 0 })).text, /no team is entered/);
  assert.match(coverageStatement(facts({ found: { middle: 0 } })).text, /Nobody has been found/);
  assert.match(lentSentence({ lent: [{ wte: 1.5 }, { wte: 0 }] }), /^1\.5 WTE are lent/);
  assert.match(lentSentence({ lent: [{ wte: 0 }] }), /^No staff are lent/);
  assert.equal(teamFacts({ now: null }, LEVELS), null);
});

const gpPage = { targets: [{ name: "639 GPs", output: "gp_plan", atLeast: 639, atMost: null }, { name: "As many", output: "change_then", atLeast: 0, atMost: null }], outputs: [{ name: "gp_plan", at: 2020.75 }, { name: "change_then", at: null }] };
const gps = (changes) => ensemble({
  gp_start: [[], ...changes.map(() => [541])],
  gp_plan: [[], ...changes.map((c) => [541 + c / 2])],
  gp_then: [[], ...changes.map((c) => [541 + c])],
  change_then: [[], ...changes.map((c) => [c])],
  equivalents_then: [[], ...changes.map(() => [15])],
});

test("GPs: lost, as many, gained; equivalents stand apart", () => {
  const many = (value, width = 4) => Array.from({ length: 100 }, (_, i) => value + (width * (i - 50)) / 50);
  const of = (changes) => gpsStatement(gpsFacts(gps(changes), gpPage));
  assert.match(of(many(-60)).text, /loses GPs in at least nineteen runs of twenty/);
  assert.match(of(many(-28, 60)).text, /more likely to lose GPs than to gain/);
  assert.match(of(many(0)).text, /about as many as now/);
  assert.match(of(many(30)).text, /more likely to gain GPs/);
  const facts = gpsFacts(gps(many(-60)), gpPage);
  assert.match(targetSentence(facts), /639 GPs in September 2020: 0 of 100 runs .*not to be planned on\. Other staff do the work of 15 GPs beside them\. They are not GPs/);
  assert.doesNotMatch(targetSentence(gpsFacts(gps(many(250)), gpPage)), /not to be planned on/);
  assert.equal(facts.then.middle + 60 > 535, true);
});

test("cards that act on the model of GPs can be looked at, others cannot", () => {
  const cards = [{ title: "They leave", behind: { supply: { quit: 0.1 } } }, { title: "Elsewhere", behind: { system: { x: 1 } } }, { title: "Here", behind: {} }];
  assert.deepEqual(gpsSettings({ scenarios: [{ name: "Schemes" }, { name: "None" }] }, cards), [
    { name: "Schemes", setting: { scenario: "Schemes" } }, { name: "None", setting: { scenario: "None" } }, { name: "Card: They leave", setting: { scenario: "Schemes", held: { quit: 0.1 } } },
  ]);
});

test("for a site only the relative change of GPs is taken over", () => {
  const site = { gps: 20, autonomous: 22, wanted: 19 };
  const facts = (middle, low) => ({ change: { middle, low, high: 0 } });
  assert.match(siteSentence(facts(-0.1, -0.1), site).text, /20\.0 GPs went as LLR’s, there would be 18\.0 five years on \(18\.0 to 20\.0\)\. With them and the 2\.0 others .* would be filled\.$/);
  assert.match(siteSentence(facts(-0.1, -0.2), site).text, /would be filled; at the low end it would be 1\.0 short\. GPs cannot be taken for granted\.$/);
  assert.match(siteSentence(facts(-0.3, -0.4), site).text, /would be 3\.0 WTE short: GPs cannot be taken for granted/);
  assert.deepEqual([siteSentence(facts(0, 0), site).kind, siteSentence(facts(-0.1, -0.2), site).kind, siteSentence(facts(-0.3, -0.4), site).kind], ["good", "plain", "watch"]);
  assert.equal(siteSentence(facts(0, 0), { ...site, gps: 0 }).text, "");
});

test("a site that is LLR in small is not told to be unlike it, and one that is not is", () => {
  const bars = (now) => ["b1", "b2", "b3"].map((bar, i) => ({ bar, total: { middle: now + i }, levels: LEVELS.map((level, j) => ({ level, middle: j === 1 ? i * 100 : 5 })) }));
  const of = (now, illustrative = true) => cautionStatement({ bars: bars(now), staff: 2000, list: 36000, all: 1080000, part: 1 / 30, illustrative });
  assert.match(of(2400), /not LLR in small: it has 20 in 100 more staff a patient\. Its numbers are illustrative besides/);
  assert.match(of(1500), /25 in 100 fewer staff/);
  assert.match(cautionStatement({ bars: bars(2400), staff: 2000, list: 20, all: 1114316, part: 20 / 1114316, illustrative: false }), /as 20 are here \(0\.0018% of them\)/);
  assert.doesNotMatch(of(2020), /not LLR in small/);
  assert.doesNotMatch(of(2020, false), /illustrative/);
  const change = llrChange({ bars: bars(2000) });
  assert.deepEqual(change, { level: "enhanced", by: 200 });
  assert.match(llrSentence(change, "enhanced"), /the enhanced level changes most: 200 WTE more/);
  assert.match(llrSentence({ by: -30 }, "core"), /30 WTE fewer/);
  assert.match(llrSentence({ by: 0.2 }, "core"), /as bar 1 at every level/);
  assert.equal(llrFacts({ now: null }, LEVELS), null);
});

test("a site that starts at another date than the model of LLR is told so", () => {
  assert.equal(startSentence(2017.75, 2017.75), "");
  assert.match(startSentence(2025.75, 2017.75), /^This site starts in Oct 2025; this model of LLR starts in Oct 2017/);
});

test("what was carried is said, or that nothing was", () => {
  const words = ({ input, value }) => ({ name: `the ${input}`, title: `The ${input}`, now: String(value) });
  assert.match(carriedSentence({ told: [], left: [] }, words), /Nothing was changed/);
  assert.equal(carriedSentence({ told: [{ input: "ratio", value: 0.1 }], left: [{ input: "cap", value: 9 }] }, words), "This model works with what was changed in this room: the ratio (0.1). The cap (9) is outside what it takes, so it keeps its own.");
  assert.equal(ranged({ middle: 1, low: 1, high: 1 }, String), "1");
  assert.equal(ranged({ middle: 1, low: 0, high: 2 }, String), "1 (0 to 2)");
  assert.deepEqual([0.1, 0.0146, 0.0995, 0.03].map(shareWords), ["10%", "1.5%", "10%", "3%"]);
  assert.deepEqual([0, 0.0002, 0.0006].map(shareWords), ["0%", "less than 0.1%", "0.1%"]);
});
