import assert from "node:assert/strict";
import { test } from "node:test";

import { fillStatement, filledUp, levelFacts, moreSentence, nowWords, people, placementSentence, rolesNow, sumWords } from "../../src/llr_sd/page/js/second/roles_facts.mjs";
import { Store } from "../../src/llr_sd/page/js/session/store.mjs";
import { WORKSHOP } from "../../src/llr_sd/page/js/workshop/moves.mjs";
import { memory, pageData } from "./session_fixture.mjs";

const WORDS = { levels: { high: { label: "High" }, low: { label: "Low" } }, groups: {}, paths: { up: { label: "From low to high", from: "low", to: "high" } } };
const ROLES = [
  { name: "Nurse", level: "high", existing: true, wtePerHead: 0.5 },
  { name: "Paramedic", level: "high", existing: false, wtePerHead: null },
];
const row = (role, wte, heads = null, more = {}) => ({ role, group: "g", level: "high", wte, heads, lent: false, ...more });

/** A page whose bar 3 has 10 WTE at the level high, towards which 1.6 WTE a year are to be trained. */
function page(staff, roles = {}) {
  const skill = { name: "Skill", elements: ["high", "low"] };
  const ways = { name: "Path", elements: ["up"] };
  const output = (name, axis, values) => [name, { spec: { name, axes: [axis] }, times: null, elements: axis.elements, values: Float64Array.from(values) }];
  const outputs = new Map([output("bar_3", skill, [10, 4]), output("places", ways, [1.6])]);
  return { data: { outputs: [...outputs.values()].map(({ spec }) => spec) }, now: { outputs, central: { outputs } }, words: WORDS, roles: ROLES, value: () => 0.8, state: { room: { staff, roles } } };
}

test("roles of today are the rows entered at the level, those of one role together, lent staff apart", () => {
  const rows = [row("Nurse", 1, 2), row("nurse", 0.5, 1), row("GP", 2, null), row("Nurse", 9, 9, { lent: true }), row("Nurse", 9, 9, { level: "low" })];
  assert.deepEqual(rolesNow(rows, "high"), [{ role: "Nurse", wte: 1.5, heads: 3 }, { role: "GP", wte: 2, heads: null }]);
  assert.equal(rolesNow([row("Nurse", 1, 2), row("Nurse", 1)], "high")[0].heads, null);
});

test("a level begins with its roles of today, and what is left is bar 3 less them", () => {
  const facts = levelFacts(page([row("Nurse", 3, 7)]), "high");
  assert.deepEqual(facts.parts.map(({ role, wte, heads, more }) => [role, wte, heads, more]), [["Nurse", 3, 7, 0]]);
  assert.equal(facts.left, 7);
  assert.equal(fillStatement(facts).text, "High: bar 3 has 10.0 WTE; roles have 3.0, so 7.0 WTE are left to give.");
});

test("lent staff are told apart where there are any, and fill no role", () => {
  const lent = row("Nurse", 2, 2, { lent: true });
  const facts = levelFacts(page([row("Nurse", 3, 7), lent]), "high");
  assert.deepEqual([facts.given, facts.left], [3, 7]);
  assert.match(fillStatement(facts).text, /7\.0 WTE are left to give\. Staff lent by others \(2\.0 WTE\) work here too and are not among these roles\.$/);
  assert.ok(!fillStatement(levelFacts(page([row("Nurse", 3, 7), { ...lent, level: "low" }]), "high")).text.includes("lent"));
});

test("people are WTE by the working time of the role, of the level where no source gives it", () => {
  const facts = levelFacts(page([row("Nurse", 3, 7)], { high: [{ role: "Nurse", wte: 6 }, { role: "Paramedic", wte: 4 }] }), "high");
  const [nurse, paramedic] = facts.parts;
  assert.deepEqual([nurse.heads, nurse.more, nurse.sourced], [12, 5, true]);
  assert.deepEqual([paramedic.heads, paramedic.more, paramedic.sourced, paramedic.existing], [5, 5, false, false]);
  assert.equal(moreSentence(facts), "More people: Nurse 5.0 and Paramedic 5.0.");
  assert.deepEqual(fillStatement(facts), { kind: "good", text: "High: bar 3 has 10.0 WTE, and roles add up to it." });
});

test("a role that is given up stays in sight as fewer, and too much is flagged", () => {
  const facts = levelFacts(page([row("Nurse", 3, 7)], { high: [{ role: "Paramedic", wte: 10.2 }] }), "high");
  assert.deepEqual(facts.parts.map(({ role, wte, more }) => [role, wte, more]), [["Paramedic", 10.2, 10.2 / 0.8], ["Nurse", 0, -7]]);
  assert.equal(moreSentence(facts), "More people: Paramedic 13; fewer: Nurse 7.0.");
  assert.deepEqual(fillStatement(facts), { kind: "watch", text: "High: bar 3 has 10.0 WTE, and roles have 10.2: 0.2 WTE too many." });
  assert.equal(filledUp({ left: -0.04 }), true);
  assert.equal(filledUp({ left: 0.06 }), false);
});

test("training places of the level are shared among the roles that grow, and add up to the model's", () => {
  const facts = levelFacts(page([row("Nurse", 3, 7)], { high: [{ role: "Nurse", wte: 4 }, { role: "Paramedic", wte: 3 }] }), "high");
  const [nurse, paramedic] = facts.parts;
  assert.ok(Math.abs(nurse.placements * 0.5 + paramedic.placements * 0.8 - 1.6) < 1e-12);
  assert.ok(Math.abs((nurse.placements * 0.5) / (paramedic.placements * 0.8) - 1 / 3) < 1e-12);
  assert.match(placementSentence(facts), /^Placements to commission: 2\.3 people a year from low to high \(1\.6 WTE\), shared by how much each role grows;/);
  const none = levelFacts(page([row("Nurse", 3, 7)]), "high");
  assert.ok(Math.abs(none.parts[0].placements - 3.2) < 1e-12);
  assert.match(placementSentence(none), /shared by size, since no role grows yet/);
});

test("a level without a route hires, and says so", () => {
  const facts = levelFacts(page([row("Cleaner", 3, 7, { level: "low" })]), "low");
  assert.equal(facts.parts[0].placements, null);
  assert.equal(placementSentence(facts), "No training route leads to the low level here: its staff are hired.");
  assert.deepEqual(sumWords(facts), ["3.0", "7.0", "7.0 (3.0 WTE)", "0.0", "hired"]);
});

test("people who were not counted are told as about so many", () => {
  const facts = levelFacts(page([row("Nurse", 3)]), "high");
  assert.equal(nowWords(facts.parts[0].now), "about 6.0 (3.0 WTE)");
  assert.equal(nowWords({ wte: 0, heads: 0, counted: true }), "0");
  assert.equal(people(9.96), "10");
  assert.equal(people(9.94), "9.9");
});

const data = () => ({ ...pageData(), workshop: { words: WORDS, roles: ROLES } });
const move = (level, parts) => ({ kind: "roles", level, parts, screen: "roles" });

test("roles of a level are kept, taken back and undone, without an entry of the journal", () => {
  const store = new Store(data(), memory(), WORKSHOP);
  const before = store.text();
  store.change(move("high", [{ role: " Nurse ", wte: 2 }]));
  assert.deepEqual({ ...store.state.room.roles }, { high: [{ role: "Nurse", wte: 2 }] });
  assert.equal(store.state.room.journal.length, 0);
  store.change(move("high", null));
  assert.deepEqual({ ...store.state.room.roles }, {});
  store.undo();
  store.undo();
  assert.equal(store.text(), before);
});

test("what is no role is refused by level and role, and nothing changes", () => {
  const store = new Store(data(), memory(), WORKSHOP);
  const bad = (parts, why, level = "high") => assert.throws(() => store.change(move(level, parts)), why);
  bad([], /"middle" is no skill level/, "middle");
  bad("x", /needs a list/);
  bad([{ role: "", wte: 1 }], /High, role 1: write a role/);
  bad([{ role: "a\u0000", wte: 1 }], /control character/);
  bad([{ role: "a", wte: -1 }], /High, a: WTE cannot be less than nought/);
  bad([{ role: "a", wte: "1" }], /"1" is no number of WTE/);
  bad([{ role: "a", wte: 1 }, { role: "A", wte: 1 }], /High: A is there twice/);
  bad([{ role: "a", wte: 1, heads: 2 }], /has no "heads"/);
  bad([{ role: "a", wte: 1e9 }], /more than any site/);
  bad(Array.from({ length: 31 }, (_, i) => ({ role: `r${i}`, wte: 1 })), /31 roles/);
  bad([{ role: "x".repeat(61), wte: 1 }], /at most 60/);
  assert.deepEqual({ ...store.state.room.roles }, {});
});
