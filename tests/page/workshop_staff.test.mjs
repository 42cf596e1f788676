import assert from "node:assert/strict";
import test from "node:test";
import { Refusal } from "../../src/llr_sd/page/js/session/checks.mjs";
import { fitWords, headsWords, levelFacts, oddRows, oddWords, openingWords, severalWords, sound, staffFacts, sumWords, unsureWords } from "../../src/llr_sd/page/js/first/staff_facts.mjs";
import { byLevel, openingRows, STAFF_MOVES, standing, total } from "../../src/llr_sd/page/js/first/staff_moves.mjs";
import { input, pageData } from "./session_fixture.mjs";

const LEVELS = ["autonomous", "enhanced", "core", "foundation"];
const LABELS = { autonomous: "Autonomous", enhanced: "Enhanced", core: "Core", foundation: "Foundation" };
const GROUPS = { gp: "GPs", nurse: "Nurses", other_clinical: "Other clinical staff", admin_staff: "Reception and administration" };
const RETURNED = { gp: 19.26, nurse: 10.07, other_clinical: 11.71, admin_staff: 55.26 };
const WEIGHTS = { gp: [1, 0, 0, 0], nurse: [0.2, 0.15, 0.65, 0], other_clinical: [0, 0.15, 0.25, 0.6], admin_staff: [0, 0, 0, 1] };
const ROLES = [
  ["GP", "gp", "autonomous", true], ["Advanced nurse practitioner", "nurse", "autonomous", true], ["Nurse specialist", "nurse", "enhanced", true],
  ["Practice nurse", "nurse", "core", true], ["Physician associate", "other_clinical", "enhanced", false], ["Pharmacist", "other_clinical", "enhanced", true],
  ["Nursing associate", "other_clinical", "core", false], ["Healthcare assistant", "other_clinical", "foundation", true], ["Receptionist", "admin_staff", "foundation", true],
].map(([name, group, level, existing]) => ({ name, group, level, existing }));

/** A site's page, as far as staff are concerned. */
function siteData({ levels = [0, 0, 0, 0], lent = false, staff = [] } = {}) {
  const labelled = (labels) => Object.fromEntries(Object.entries(labels).map(([key, label]) => [key, { label }]));
  const inputs = [
    ...Object.entries(RETURNED).map(([group, wte]) => input(`return_wte_${group}`, "WTE", wte, { minimum: 0, maximum: 100000 })),
    ...Object.entries(WEIGHTS).flatMap(([group, row]) => row.map((weight, k) => input(`group_skill_weight_${group}_${LEVELS[k]}`, "Dmnl", weight))),
    ...LEVELS.map((level, k) => input(`skill_return_${level}`, "WTE", levels[k], { minimum: 0, maximum: 100000 })),
    ...(lent ? LEVELS.map((level) => input(`lent_wte_${level}`, "WTE", 0, { minimum: 0, maximum: 100000 })) : []),
    input("other", "Dmnl", 1),
  ];
  const scenarios = [{ name: "As entered", kind: "scenario", note: "", set: {} }];
  return pageData({ inputs, scenarios, workshop: { site: { name: "rutland", staff }, words: { levels: labelled(LABELS), groups: labelled(GROUPS) }, roles: ROLES } });
}

const opened = (data) => openingRows(data, (name) => data.inputs.find((one) => one.name === name).value);
const blank = { held: {}, ranges: {}, from: "As entered", room: { staff: null, journal: [] } };
const staffed = (data, rows, state = blank) => STAFF_MOVES.staff[1](data, state, { rows });
const row = (more = {}) => ({ role: "Practice nurse", group: "nurse", level: "core", wte: 2, heads: 3, lent: false, ...more });

test("a site's table opens as rows: its groups split as the model splits them, so that bar 1 is the model's", () => {
  const data = siteData();
  const rows = opened(data);
  assert.deepEqual(rows.map(({ role, level, wte }) => [role, level, wte]), [
    ["GP", "autonomous", 19.26], ["Advanced nurse practitioner", "autonomous", 2.014], ["Nurse specialist", "enhanced", 1.5105], ["Practice nurse", "core", 6.5455],
    ["Pharmacist", "enhanced", 1.7565], ["Nursing associate", "core", 2.9275], ["Healthcare assistant", "foundation", 7.026], ["Receptionist", "foundation", 55.26],
  ]);
  assert.deepEqual(Object.values(byLevel(LEVELS, rows)).map((wte) => wte.toFixed(2)), ["21.27", "3.27", "9.47", "62.29"]);
  assert.ok(rows.every(({ heads, lent }) => heads === null && lent === false));
});

test("a table that knows levels apart from groups opens with rows of which both sums hold", () => {
  const levels = [22.5, 4.1, 8.4, 61.3];
  const rows = opened(siteData({ levels }));
  assert.deepEqual(Object.values(byLevel(LEVELS, rows)), levels);
  for (const [group, wte] of Object.entries(RETURNED)) assert.equal(total(rows.filter((r) => r.group === group).map((r) => r.wte)), wte);
});

test("an import that knows staff by group and level opens with these, and with what is left of its groups and levels", () => {
  const levels = [22.5, 4.1, 8.4, 61.3];
  const staff = [{ group: "nurse", level: "core", wte: 8.4, heads: 12 }, { group: "admin_staff", level: "foundation", wte: 55.26, heads: null }];
  const rows = opened(siteData({ levels, staff }));
  assert.deepEqual(Object.values(byLevel(LEVELS, rows)), levels);
  assert.deepEqual(rows.map(({ role, wte, heads }) => [role, wte, heads]), [
    ["GP", 19.26, null], ["Advanced nurse practitioner", 1.67, null], ["Practice nurse", 8.4, 12], ["Other clinical staff, autonomous", 1.57, null],
    ["Pharmacist", 4.1, null], ["Healthcare assistant", 6.04, null], ["Receptionist", 55.26, null],
  ]);
});

test("cells that are more than a table holds are of another date, and are left", () => {
  const levels = [22.5, 4.1, 8.4, 61.3];
  const staff = [{ group: "nurse", level: "core", wte: 11, heads: 12 }];
  assert.deepEqual(opened(siteData({ levels, staff })), opened(siteData({ levels })));
});

test("a role that is typed finds its group and level, by its other names too", () => {
  const roleTable = [{ name: "Healthcare assistant", group: "other_clinical", level: "foundation", also: ["HCA", "Senior HCA"] }];
  const data = { workshop: { roles: ROLES, roleTable } };
  assert.deepEqual(standing(data, " practice NURSE "), { group: "nurse", level: "core" });
  assert.deepEqual(standing(data, "hca"), { group: "other_clinical", level: "foundation" });
  assert.deepEqual(standing(data, "astronaut"), {});
});

test("it is said what the first rows rest on", () => {
  assert.match(openingWords({ levels: false, cells: false }), /^The site's table says staff groups, not roles: each role above/);
  assert.match(openingWords({ levels: true, cells: false }), /each by itself: the rows fit both, and others would too/);
  assert.match(openingWords({ levels: true, cells: true }), /^The import says staff by group and level; .* hides small counts/);
});

test("the model is told sums by group and by level, to the last digit of what was entered, and nothing else", () => {
  const data = siteData();
  const rows = [row({ wte: 0.1 }), row({ wte: 0.2 }), row({ role: "GP", group: "gp", level: "autonomous", wte: 3.3333 })];
  const { held, room } = staffed(data, rows, { ...blank, held: { other: 1, return_wte_gp: 5 } });
  assert.deepEqual({ ...held }, {
    other: 1, return_wte_gp: 3.3333, return_wte_nurse: 0.3, return_wte_other_clinical: 0, return_wte_admin_staff: 0,
    skill_return_autonomous: 3.3333, skill_return_enhanced: 0, skill_return_core: 0.3, skill_return_foundation: 0,
  });
  assert.deepEqual(room, { staff: rows, journal: [] });
  assert.ok(!Object.keys(held).some((name) => name.startsWith("group_skill_weight")), "which split LLR's staff too");
});

test("staff that others lend are told apart and stay out of bar 1; what another screen says of them stays; a model without them refuses", () => {
  const data = siteData({ lent: true });
  const paramedic = row({ role: "Paramedic", group: "other_clinical", level: "enhanced", wte: 1.2, lent: true });
  const first = staffed(data, [row(), paramedic], { ...blank, held: { lent_wte_enhanced: 2, lent_wte_core: 3 } });
  assert.equal(first.held.skill_return_enhanced, 0);
  assert.equal(first.held.return_wte_other_clinical, 0);
  assert.equal(first.held.lent_wte_enhanced, 3.2);
  assert.equal(first.held.lent_wte_core, 3);
  const more = staffed(data, [row({ wte: 9 }), { ...paramedic, wte: 1.5 }], { ...blank, ...first });
  assert.equal(more.held.lent_wte_enhanced, 3.5);
  const none = staffed(data, null, { ...blank, ...more });
  assert.deepEqual({ ...none.held }, { lent_wte_enhanced: 2, lent_wte_core: 3 });
  assert.ok(!("lent_wte_core" in staffed(data, [row()]).held), "who lends nobody is told nothing");
  assert.throws(() => staffed(siteData(), [paramedic]), /lent staff/);
});

test("rows go back to what the site's table says", () => {
  const data = siteData();
  const { held } = staffed(data, [row()], { ...blank, held: { other: 1 } });
  const back = staffed(data, null, { ...blank, held, room: { staff: [row()], journal: [] } });
  assert.deepEqual({ ...back.held }, { other: 1 });
  assert.equal(back.room.staff, null);
});

test("what cannot be kept is refused in a sentence that names the row", () => {
  const data = siteData();
  const refused = (rows, pattern) => assert.throws(() => staffed(data, rows), (error) => error instanceof Refusal && pattern.test(error.message), String(pattern));
  refused("x", /needs a list/);
  refused([7], /Row 1 of staff: 7 is no row/);
  refused([row(), { ...row(), age: 3 }], /Row 2 of staff has no "age"/);
  refused([row({ role: "  " })], /Row 1 of staff: write a role/);
  refused([row({ role: "a\u0007b" })], /control character/);
  refused([row({ role: "a".repeat(61) })], /at most 60/);
  refused([row({ group: "porters" })], /Practice nurse \(row 1 of staff\): "porters" is no staff group/);
  refused([row({ level: "toString" })], /is no skill level/);
  refused([row({ wte: null })], /null is no number of WTE/);
  refused([row({ wte: "3" })], /is no number of WTE/);
  refused([row({ wte: -1 })], /cannot be less than nought/);
  refused([row({ wte: 1e9 })], /more than any site has/);
  refused([row({ heads: 0 })], /2 WTE of no heads/);
  refused([row({ heads: NaN })], /is no number of heads/);
  refused([row({ lent: 1 })], /true or false/);
  refused(Array.from({ length: 81 }, () => row()), /takes 80/);
});

test("heads are added only where every row with staff gives them, and never to WTE", () => {
  const facts = staffFacts(LEVELS, [row(), row({ wte: 1, heads: null }), row({ level: "enhanced", wte: 1.5, heads: 2 }), row({ wte: 4, heads: 5, lent: true })]);
  assert.equal(facts.wte, 4.5);
  assert.equal(facts.lent, 4);
  assert.equal(facts.heads, null);
  assert.deepEqual(facts.levels.map(({ level, wte, heads }) => [level, wte, heads]), [["autonomous", 0, null], ["enhanced", 1.5, 2], ["core", 3, null], ["foundation", 0, null]]);
  assert.equal(headsWords(facts), "People are entered for 2 of 3 rows, so there is no sum of them.");
  assert.equal(headsWords(staffFacts(LEVELS, [row(), row({ wte: 1, heads: 1 })])), "4 people in all, beside WTE: the two are never added.");
  assert.equal(headsWords(staffFacts(LEVELS, [row({ heads: null })])), "People are not entered yet: WTE say time, not people.");
  assert.equal(headsWords(staffFacts(LEVELS, [])), "No staff are entered.");
});

test("lent staff stand beside bar 1, wherever they were said", () => {
  assert.equal(sumWords({ wte: 96.3, lent: 0 }, 0), "Bar 1, in all: 96.30 WTE");
  assert.equal(sumWords({ wte: 96.3, lent: 1.2 }, 1.2), "Bar 1, in all: 96.30 WTE; beside it 1.20 WTE lent by others");
  assert.equal(sumWords({ wte: 96.3, lent: 1.2 }, 3), "Bar 1, in all: 96.30 WTE; beside it 3.00 WTE lent by others, 1.20 of them in the rows");
  assert.match(sumWords({ wte: 96.3, lent: 1.2 }, 0), /beside it 0\.00 WTE lent by others, 1\.20 of them in the rows$/);
});

test("WTE and heads in each other's place are noticed", () => {
  const odd = row({ wte: 12, heads: 4 });
  assert.deepEqual(oddRows([row(), odd, row({ heads: null, wte: 9 })]), [odd]);
  assert.equal(oddWords(odd), "Practice nurse: 12.00 WTE for 4 people. Are the two in each other's place?");
});

const fact = (more = {}) => levelFacts({ level: "enhanced", staff: 3, ratio: 1.1, fault: 0, fits: 0, low: 0.7, high: 1.4, ...more });

test("a site unlike LLR is told so at its level, and one that fits is told that it does", () => {
  assert.deepEqual(fitWords([fact({ ratio: 1.62, fault: 1 })], LABELS), ["This site has 1.6 times LLR's enhanced staff per patient: check the entry or the mapping before reading the bars."]);
  assert.match(fitWords([fact({ ratio: 0.3, fault: 1 })], LABELS)[0], /^This site has 0\.3 times/);
  assert.match(fitWords([fact({ ratio: 0, staff: 0, fault: 1 })], LABELS)[0], /^Nobody is entered at the enhanced level/);
  assert.match(fitWords([fact({ level: "foundation", ratio: 1, fault: 1 })], LABELS)[0], /fewer staff are entered than the site's office work takes/);
  assert.match(fitWords([fact({ fits: 1 }), fact({ level: "core", fits: 0.7 })], LABELS)[0], /do not explain the staff of all LLR's practices at the enhanced and core levels/);
  const well = [fact(), fact({ level: "core", ratio: 1.3 })];
  assert.deepEqual(fitWords(well, LABELS), ["At every level this site has between 1.1 and 1.3 times LLR's staff per patient: the bars can be read."]);
  assert.deepEqual(fitWords([fact(), fact()], LABELS), ["At every level this site has 1.1 times LLR's staff per patient: the bars can be read."]);
  assert.ok(sound(well));
  assert.ok(!sound([fact(), fact({ fits: 0.6 })]));
  assert.ok(!sound([fact({ fault: 1, ratio: 2 })]));
});

test("levels that are flagged in some runs only are told with their share of the runs", () => {
  assert.equal(unsureWords([fact({ fits: 0.12 }), fact({ level: "core" })], LABELS), "Runs in which the minutes drawn do not explain LLR's own staff: 12% (enhanced).");
  assert.equal(unsureWords([fact(), fact({ fits: 0.9 })], LABELS), "");
});

test("one profession at several levels is read from the list of roles", () => {
  assert.equal(
    severalWords(ROLES, LEVELS, LABELS, "nurse", "nurses"),
    "A skill level says what somebody knows and can do alone; it is neither a profession nor a pay band. So nurses stand at 3 levels: advanced nurse practitioner (autonomous), nurse specialist (enhanced) and practice nurse (core).",
  );
  assert.equal(severalWords(ROLES, LEVELS, LABELS, "gp", "GPs"), "");
});
