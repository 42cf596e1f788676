import assert from "node:assert/strict";
import test from "node:test";

import { Store } from "../../src/llr_sd/page/js/session/store.mjs";
import { markOf, numberOf } from "../../src/llr_sd/page/js/workshop/journal.mjs";
import { WORKSHOP } from "../../src/llr_sd/page/js/workshop/moves.mjs";
import { memory, pageData } from "./session_fixture.mjs";

const hold = (input, value, screen = "people") => ({ kind: "hold", input, value, screen });

test("a change of an assumption enters the journal with its old value, and can be given a reason and a role", () => {
  const store = new Store(pageData(), memory(), WORKSHOP);
  store.change(hold("opening staff", 120));
  assert.deepEqual(store.state.room.journal, [{ n: 1, screen: "people", changes: [{ input: "opening staff", was: 110, now: 120 }], reason: "", who: "" }]);
  store.change({ kind: "because", n: 1, reason: "two nurses joined", who: "Practice manager", screen: "people" });
  assert.equal(store.state.room.journal[0].reason, "two nurses joined");
  assert.equal(store.state.room.journal[0].who, "Practice manager");
  assert.throws(() => store.change({ kind: "because", n: 2, reason: "x", who: "GP" }), /no entry 2/);
});

test("a hand that goes on with the same input makes one entry, until it has a reason; a hand that comes back makes none", () => {
  const store = new Store(pageData(), memory(), WORKSHOP);
  for (const value of [120, 130, 140]) store.change(hold("opening staff", value));
  assert.deepEqual(store.state.room.journal.map(({ changes }) => changes), [[{ input: "opening staff", was: 110, now: 140 }]]);
  store.change({ kind: "because", n: 1, reason: "", who: "GP" });
  store.change(hold("opening staff", 150));
  assert.deepEqual(store.state.room.journal.map(({ changes }) => changes[0].was), [110, 140]);
  store.change(hold("opening staff", 140));
  assert.equal(store.state.room.journal.length, 1);
});

test("a reason stays with its change where a move before it is left out, and goes to no other", () => {
  const moves = [hold("opening staff", 120), hold("gap", 1), hold("opening staff", 130), { kind: "people", people: ["GP"] }];
  const store = new Store(pageData(), memory(), WORKSHOP);
  for (const move of moves) store.change(move);
  const [first, , third] = store.state.room.journal;
  store.change({ kind: "because", n: 3, of: markOf(third), reason: "the third", who: "" });
  assert.equal(store.state.room.journal[2].reason, "the third");
  const session = JSON.parse(store.text());
  session.moves.splice(1, 1, { kind: "hold", input: "gap", value: "many" });
  const again = new Store(pageData(), memory(), WORKSHOP);
  again.open(JSON.stringify(session), { without: true });
  // Without the change between them the two changes of the staff are one, of another mark: the reason is left out, not passed on.
  assert.deepEqual(again.state.room.journal.map(({ changes, reason }) => [changes[0].now, reason]), [[130, ""]]);
  assert.throws(() => store.change({ kind: "because", n: 1, of: "000000000000", reason: "x", who: "" }), /not in the journal/);
  session.moves.splice(0, 2, { kind: "hold", input: "gap", value: "many" }, hold("opening staff", 120));
  const { faults } = again.open(JSON.stringify(session));
  assert.equal(faults.length, 2);
  assert.equal(numberOf([{ ...first, n: 7 }], 1, markOf(first)), 7);
});

test("several values at once are one entry, and so is a range", () => {
  const store = new Store(pageData(), memory(), WORKSHOP);
  store.change({ kind: "hold", values: { "opening staff": 90, gap: 1 }, screen: "staff" });
  assert.equal(store.state.room.journal.length, 1);
  assert.equal(store.state.room.journal[0].changes.length, 2);
  store.change({ kind: "range", input: "quit rate", law: { kind: "pert", low: 0.05, mode: 0.2, high: 0.3 }, screen: "challenge" });
  assert.equal(store.state.room.journal[1].changes[0].was, null);
  assert.equal(store.state.room.journal[1].changes[0].now.mode, 0.2);
});

test("who is in the room are roles, each once; what is no role is refused, and long reasons are cut", () => {
  const store = new Store(pageData(), memory(), WORKSHOP);
  store.change({ kind: "people", people: ["GP", "Nurse", "GP", " "] });
  assert.deepEqual(store.state.room.people, ["GP", "Nurse"]);
  assert.throws(() => store.change({ kind: "people", people: "GP" }), /needs a list/);
  assert.throws(() => store.change({ kind: "people", people: ["G\u0000P"] }), /control character/);
  assert.throws(() => store.change({ kind: "people", people: ["x".repeat(61)] }), /at most 60/);
  store.change(hold("gap", 1));
  store.change({ kind: "because", n: 1, reason: "y".repeat(400), who: "" });
  assert.equal(store.state.room.journal[0].reason.length, 300);
});

test("undo gives the same bytes, and the same moves again the same session", () => {
  const data = pageData();
  const store = new Store(data, memory(), WORKSHOP);
  for (let i = 0; i < 30; i += 1) {
    const before = store.text();
    store.change(i % 3 ? hold(i % 2 ? "gap" : "opening staff", 1 + i) : { kind: "people", people: [`Role ${i}`] });
    const after = store.text();
    store.undo();
    assert.equal(store.text(), before);
    store.redo();
    assert.equal(store.text(), after);
  }
  const again = new Store(data, memory(), WORKSHOP);
  const { faults } = again.open(store.text());
  assert.deepEqual(faults, []);
  assert.equal(again.text(), store.text());
  assert.deepEqual(again.state, store.state);
});

test("a session of the other kind of page is no session of this one, and the two are kept apart", () => {
  const data = pageData();
  const storage = memory();
  const explore = new Store(data, storage);
  explore.change({ kind: "hold", input: "gap", value: 1 });
  const store = new Store(data, storage, WORKSHOP);
  assert.equal(store.canUndo, false);
  assert.throws(() => store.open(explore.text()), /no session of such a page/);
  assert.throws(() => explore.change({ kind: "people", people: [] }), /no move/);
  assert.deepEqual(store.others(), []);
});
