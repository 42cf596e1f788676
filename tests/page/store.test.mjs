import assert from "node:assert/strict";
import test from "node:test";
import { Refusal } from "../../src/llr_sd/page/js/session/checks.mjs";
import { keeping, staleness } from "../../src/llr_sd/page/js/session/settings.mjs";
import { Store } from "../../src/llr_sd/page/js/session/store.mjs";
import { input, memory, pageData } from "./session_fixture.mjs";

const refusal = (text) => (error) => error instanceof Refusal && error.message === text;
const hold = (name, value) => ({ kind: "hold", input: name, value });
const wide = { kind: "uniform", low: 0, high: 0.5 };

/** Thirty moves that use every kind. */
function thirty(data, store) {
  const moves = [hold("quit rate", 0.2), { kind: "range", input: "quit rate", law: wide }, hold("a", 0.7), { kind: "start", scenario: "Keep staff" }];
  for (let i = 0; i < 20; i += 1) moves.push(hold("opening staff", 50 + i));
  moves.push({ kind: "release", input: "quit rate" }, { kind: "unrange", input: "quit rate" }, { kind: "runs", runs: 300 });
  for (const move of moves) store.change(move);
  const kept = keeping(data, { name: "mine", ...store.state }, [{ output: "x", statistic: "p50", time: 2020, value: 1.5 }]);
  const rest = [kept, { kind: "compare", ids: ["now", `saved:${kept.hash.slice(0, 12)}`] }, { kind: "view", tab: "compare" }];
  for (const move of rest) store.change(move);
  return [...moves, ...rest];
}

test("a page opens with its first scenario that answers the question", () => {
  const { state } = new Store(pageData(), memory());
  assert.equal(state.from, "As it goes");
  assert.deepEqual({ ...state.held }, { "opening staff": 110 });
  assert.equal(state.runs, 500);
});

test("undo gives the same bytes back, all the way, and redo all the way forward", () => {
  const data = pageData();
  const store = new Store(data, memory());
  const texts = [store.text()];
  store.subscribe(() => texts.push(store.text()));
  thirty(data, store);
  store.change({ kind: "view", tab: null });
  texts.pop();
  const there = [...new Set(texts)].slice(0, 30); // the last of the thirty is a view, which is no part of what is undone
  const back = [store.text()];
  while (store.undo()) back.push(store.text());
  assert.deepEqual(back.reverse(), there);
  while (store.redo());
  assert.equal(store.text(), there.at(-1));
});

test("thirty recorded moves, made again, give the same session to the byte, and so does its text read back", () => {
  const data = pageData();
  const first = new Store(data, null);
  const moves = thirty(data, first);
  assert.equal(moves.length, 30);
  const again = new Store(data, null);
  for (const move of JSON.parse(JSON.stringify(moves))) again.change(move);
  assert.equal(again.text(), first.text());
  const opened = new Store(data, null);
  assert.deepEqual(opened.open(first.text()), { faults: [], told: [] });
  assert.equal(opened.text(), first.text());
  assert.deepEqual(opened.state, first.state);
});

test("everything in a state is frozen, and a move that was handed over can be changed afterwards without harm", () => {
  const store = new Store(pageData(), null);
  const move = { kind: "range", input: "quit rate", law: { ...wide, values: [] } };
  store.change(move);
  move.law.high = 9;
  assert.equal(store.state.ranges["quit rate"].high, 0.5);
  assert.throws(() => {
    store.state.held["quit rate"] = 1;
  }, TypeError);
  assert.throws(() => store.state.ranges["quit rate"].values.push(1), TypeError);
});

test("a move that changes nothing is none", () => {
  const store = new Store(pageData(), null);
  for (const move of [hold("opening staff", 110), { kind: "release", input: "quit rate" }, { kind: "compare", ids: [] }]) assert.equal(store.change(move), false);
  assert.equal(store.canUndo, false);
});

test("what differs from the start is listed, and each move of the list undoes that alone", () => {
  const store = new Store(pageData(), null);
  store.change({ kind: "start", scenario: "Keep staff" });
  assert.deepEqual(store.differences(), []);
  const moves = [hold("opening staff", 80), hold("gap", 2), { kind: "release", input: "quit rate" }, { kind: "range", input: "gap", law: wide }, { kind: "runs", runs: 200 }];
  for (const move of moves) store.change(move);
  const all = store.differences();
  assert.deepEqual(
    all.map(({ what, input: name, was }) => [what, name, was?.kind ?? was]),
    [["released", "quit rate", 0.06], ["value", "opening staff", 110], ["held", "gap", null], ["range", "gap", null], ["runs", null, 500]],
  );
  // A range of what is held draws nothing; let go of, it does, though the study has no range of it.
  assert.deepEqual(all.map(({ varies }) => varies), [true, false, false, false, false]);
  store.change({ kind: "release", input: "gap" });
  assert.deepEqual(store.differences().filter(({ input: name }) => name === "gap").map(({ what, varies }) => [what, varies]), [["range", true]]);
  store.undo();
  for (const [i, { move }] of all.entries()) {
    store.change(move);
    const left = ({ varies, ...rest }) => rest; // what is let go of may vary again by the range that stays
    assert.deepEqual(store.differences().map(left), all.filter((_, j) => j !== i).map(left));
    store.undo();
  }
});

test("some inputs go back to the start as one move, shares with their whole", () => {
  const data = pageData();
  const store = new Store(data, null);
  const was = store.state.held;
  for (const move of [hold("quit rate", 0.2), hold("gap", 4), hold("a", 0.7), { kind: "range", input: "quit rate", law: wide }]) store.change(move);
  assert.ok(store.change({ kind: "back", inputs: ["quit rate", "b"] }));
  assert.deepEqual({ ...store.state.held }, { ...was, gap: 4 });
  assert.deepEqual({ ...store.state.ranges }, {});
  store.undo();
  assert.equal(store.state.held["quit rate"], 0.2);
  assert.throws(() => store.change({ kind: "back", inputs: "quit rate" }), refusal('The move "back" needs a list "inputs", or one "input".'));
  assert.throws(() => store.change({ kind: "back", inputs: ["x"] }), Refusal);
});

test("back to the start is one move, of all that differs or of one lever, and one undo takes it back", () => {
  const data = pageData();
  const store = new Store(data, memory());
  store.change({ kind: "start", scenario: "Keep staff" });
  const start = store.state;
  const moves = [hold("opening staff", 70), hold("gap", 1), hold("a", 0.6), hold("quit rate", 0.15), { kind: "range", input: "quit rate", law: wide }, { kind: "runs", runs: 300 }];
  for (const move of moves) store.change(move);
  const moved = store.state;

  assert.ok(store.change({ kind: "back", input: "quit rate" }));
  assert.deepEqual([store.state.held["quit rate"], { ...store.state.ranges }], [0.06, {}], "its value and its range at once");
  assert.deepEqual(store.differences().map((d) => d.input), ["opening staff", "gap", "a", "b", "c", null], "and nothing else");
  store.change({ kind: "back", input: "b" });
  assert.ok(!["a", "b", "c"].some((name) => name in store.state.held), "a share with its whole");
  store.undo();
  store.undo();
  assert.deepEqual(store.state, moved);

  const singly = new Store(data, memory());
  singly.open(store.text());
  for (const { move } of singly.differences()) singly.change(move);
  assert.ok(store.change({ kind: "back" }));
  assert.deepEqual(store.differences(), []);
  assert.deepEqual([store.state, store.state], [start, singly.state], "as undoing each difference gives it");
  assert.equal(store.change({ kind: "back" }), false, "there is nothing to go back from");
  const text = store.text();
  const again = new Store(data, null);
  assert.deepEqual(again.open(text), { faults: [], told: [] });
  assert.equal(again.text(), text);
  store.undo();
  assert.deepEqual(store.state, moved);
  store.redo();
  assert.equal(store.text(), text);
  assert.throws(() => store.change({ kind: "back", input: "x" }), Refusal);
});

test("a kept setting is gone back to whole: what it holds, its ranges and its runs", () => {
  const data = pageData();
  const store = new Store(data, null);
  for (const move of [{ kind: "start", scenario: "Keep staff" }, hold("gap", 2), { kind: "range", input: "quit rate", law: wide }, { kind: "runs", runs: 200 }]) store.change(move);
  const { from, held, ranges, runs } = store.state;
  store.change(keeping(data, { name: "mine", ...store.state }, []));
  const [{ id }] = store.state.saved;
  store.change({ kind: "start", scenario: "As it goes" });
  store.change({ kind: "unrange", input: "quit rate" });
  store.change({ kind: "start", saved: id });
  const { state } = store;
  assert.deepEqual([state.from, state.held, state.ranges, state.runs], [from, held, ranges, runs]);
  assert.throws(() => store.change({ kind: "start", saved: "x" }), refusal('No setting with the number "x" is kept.'));
});

test("the shares of a whole move together, keep their proportions and go back as one", () => {
  const store = new Store(pageData(), null);
  store.change(hold("a", 0.75));
  const { a, b, c } = store.state.held;
  assert.equal(a, 0.75);
  assert.ok(Math.abs(b - 0.15) < 1e-15 && Math.abs(c - 0.1) < 1e-15);
  store.change(hold("b", 0));
  assert.deepEqual([store.state.held.b, store.state.held.a + store.state.held.c], [0, 1]);
  assert.equal(store.differences().length, 3);
  store.change(store.differences()[1].move);
  assert.deepEqual(store.differences(), []);
  assert.throws(() => store.change({ kind: "hold", values: { a: 0.5, b: 0.5 } }), refusal("The setting sets the share a but not c: they would not sum to 1. Set all or none."));
  assert.throws(() => store.change({ kind: "hold", values: { a: 0.5, b: 0.5, c: 0.1 } }), refusal("The setting sets the shares a, b, c to a sum of 1.1, not 1."));
  assert.throws(() => store.change({ kind: "range", input: "a", law: wide }), Refusal);
});

test("what does not fit is refused by name, and nothing changes", () => {
  const store = new Store(pageData(), null);
  const { state } = store;
  const bad = [
    [hold("quit rate", 1.5), "quit rate = 1.5 is out of its range, 0 to 1 1/Year."],
    [hold("opening staff", -1), "opening staff = -1: there cannot be fewer than 0 head."],
    [hold("quit rate", NaN), "quit rate is not a finite number."],
    [hold("quit rate", "0.1"), "quit rate is not a finite number."],
    [hold("constructor", 1), 'The model has no input "constructor".'],
    [{ kind: "start", scenario: "None" }, 'The study has no scenario "None".'],
    [{ kind: "toString" }, '"toString" is no move that this page knows.'],
    [null, '"" is no move that this page knows.'],
    [{ kind: "hold", input: "gap", value: 1, why: "x" }, 'The move "hold" has no "why".'],
    [{ kind: "range", input: "gap", law: { kind: "Pert" } }, 'gap: "Pert" is not a distribution.'],
    [{ kind: "range", input: "quit rate", law: { kind: "uniform", low: -1, high: 1 } }, "quit rate = -1 is out of its range, 0 to 1 1/Year."],
    [{ kind: "runs", runs: 801 }, "801 runs: choose a whole number from 100 to 800, which is how many the study has."],
    [{ kind: "forget", id: "x" }, 'No setting with the number "x" is kept.'],
    [{ kind: "compare", ids: ["saved:x"] }, 'There is no setting "saved:x" to compare.'],
  ];
  for (const [move, text] of bad) assert.throws(() => store.change(move), refusal(text), text);
  assert.equal(store.state, state);
  assert.equal(store.canUndo, false);
});

test("what the compiled model has no room for is refused before it runs", () => {
  const store = new Store(pageData({ engine: { limits: { "opening staff": [50, 200] }, whole: [] } }), null);
  store.change(hold("opening staff", 200));
  assert.throws(() => store.change(hold("opening staff", 201)), /was made for 50 to 200 head/);
  assert.throws(() => store.change({ kind: "range", input: "opening staff", law: { kind: "uniform", low: 10, high: 60 } }), /was made for 50 to 200 head/);
});

test("a name that a study's scenario cannot have is refused", () => {
  const data = pageData();
  const store = new Store(data, null);
  const kept = (name) => keeping(data, { name, ...store.state }, []);
  store.change(kept("Mine"));
  for (const name of ["", " x", "a\nb", "a\u202eb", "a\u2028b", "\ud800", "x".repeat(121)]) assert.throws(() => kept(name), Refusal, name);
  for (const name of ["MINE", "ｍｉｎｅ", "keep  STAFF"]) assert.throws(() => store.change(kept(name)), Refusal, name);
});

test("a kept setting whose values, label or numbers were changed by hand is marked", () => {
  const data = pageData();
  const store = new Store(data, null);
  store.change(hold("quit rate", 0.25));
  const kept = keeping(data, { name: "Mine", ...store.state }, [{ output: "x", statistic: "p50", value: 10 }]);
  store.change(kept);
  assert.equal(staleness(data, store.state.saved[0]), "");
  const changed = [{ name: "Yours" }, { runs: 400 }, { held: { "quit rate": 0.3 } }, { numbers: [{ output: "x", statistic: "p50", value: 11 }] }, { seed: "8" }];
  for (const part of changed) {
    const other = new Store(data, null);
    other.change({ ...kept, ...part });
    assert.match(staleness(data, other.state.saved[0]), /do not fit/);
  }
  const twin = new Store(data, null);
  twin.change(kept);
  assert.throws(() => twin.change({ ...kept, name: "Yours" }), refusal('"Yours" has the hash of "Mine": its file was changed by hand.'));
  assert.throws(() => twin.change({ ...kept, name: "Third", from: "None" }), refusal('The study has no scenario "None".'));
  const later = pageData({ key: "l".repeat(64) });
  const other = new Store(later, null);
  other.change(kept);
  assert.match(staleness(later, other.state.saved[0]), /another model, study or version/);
  assert.throws(() => other.change({ ...kept, name: "Three", numbers: [{ output: "x", statistic: "p50", value: "9" }] }), /number 1/);
});

test("the browser keeps each move before it is answered; reopening restores, starting afresh forgets", () => {
  const data = pageData();
  const storage = memory();
  const store = new Store(data, storage);
  for (const value of [0.2, 0.3, 0.4]) {
    store.change(hold("quit rate", value));
    assert.deepEqual(new Store(data, storage).state, store.state);
  }
  const again = new Store(data, storage);
  again.undo();
  assert.equal(again.state.held["quit rate"], 0.3);
  assert.equal(new Store(pageData({ key: "m".repeat(64) }), storage).state.held["quit rate"], undefined);
  again.afresh();
  assert.equal(storage.kept.size, 0);
  assert.equal(again.canUndo, false);
});

test("what an earlier version of the page kept is found and opened; that of another model, and one in which nothing was done, is not", () => {
  const storage = memory();
  const before = new Store(pageData(), storage);
  before.change(hold("quit rate", 0.2));
  before.change({ kind: "view", tab: "save" });
  const elsewhere = pageData({ key: "m".repeat(64) });
  elsewhere.model = { ...elsewhere.model, name: "another" };
  new Store(elsewhere, storage).change(hold("quit rate", 0.3));
  new Store(pageData({ key: "n".repeat(64) }), storage).change({ kind: "view", tab: "save" });
  storage.setItem("llr_sd explore damaged", "{");
  const later = new Store(pageData({ key: "l".repeat(64) }), storage);
  assert.deepEqual(later.others(), [{ key: before.key, what: "small", model: "small", version: "0", moves: 1 }]);
  assert.match(later.open(later.kept(before.key)).told[0], /another version/);
  assert.equal(later.state.held["quit rate"], 0.2);
  assert.deepEqual(new Store(pageData(), null).others(), []);
});

test("a browser that keeps nothing, or is full, is told of; damage is told of and the rest restored", () => {
  const data = pageData();
  assert.match(new Store(data, null).told[0], /Save your work to a file/);
  const storage = memory();
  const store = new Store(data, storage);
  store.change(hold("quit rate", 0.2));
  store.change(hold("opening staff", 70));
  storage.full = true;
  store.change(hold("gap", 1));
  assert.match(store.told[0], /does not keep any more/);
  storage.full = false;
  const again = storage.kept.get(store.key);
  storage.kept.set(store.key, again.replace("0.2", "20"));
  const restored = new Store(data, storage);
  assert.equal(restored.state.held["opening staff"], 70);
  assert.match(restored.told[0], /Move 1: quit rate = 20 is out of its range/);
  const deep = `{"kind":"view","x":${"[".repeat(50000)}${"]".repeat(50000)}}`;
  storage.kept.set(store.key, again.replace('"moves": [', `"moves": [${deep},`));
  assert.match(new Store(data, storage).told[0], /could not be restored/);
  storage.kept.set(store.key, again.slice(0, 50));
  assert.match(new Store(data, storage).told[0], /could not be restored/);
});

test("what the browser kept and cannot be restored whole is put aside before the next move writes over it", () => {
  const data = pageData();
  const storage = memory();
  const store = new Store(data, storage);
  store.change(hold("quit rate", 0.2));
  store.change(hold("opening staff", 70));
  assert.equal(store.aside, null);
  const good = storage.kept.get(store.key);
  for (const damaged of [good.slice(0, 50), good.replace("0.2", "20"), good.replace('"format": 1', '"format": 9')]) {
    storage.kept.set(store.key, damaged);
    const again = new Store(data, storage);
    assert.match(again.told[0], /put aside as it was: the view Save has it as a file/);
    again.change(hold("gap", 1));
    assert.equal(again.aside, damaged, "the latest, to the character");
    const later = new Store(data, storage);
    assert.deepEqual([later.aside, later.told, later.state.held.gap], [damaged, [], 1], "and what was done since is kept too");
    assert.deepEqual(later.others(), [], "it is no page of its own");
  }
  new Store(data, storage).afresh();
  assert.equal(storage.kept.size, 0);
});

test("where there is no room to put it aside, nothing is written over what could not be restored", () => {
  const data = pageData();
  const storage = memory();
  const { key } = new Store(data, storage);
  storage.kept.set(key, "{");
  const narrow = { ...storage, setItem(at, text) { if (at !== key) throw new Error("full"); storage.setItem(at, text); } };
  const store = new Store(data, narrow);
  assert.match(store.told[0], /nothing that you do now is kept/);
  store.change(hold("gap", 1));
  assert.deepEqual([storage.kept.get(key), store.aside, store.state.held.gap], ["{", "{", 1]);
  store.afresh();
  store.change(hold("gap", 2));
  assert.equal(store.aside, null);
  assert.equal(new Store(data, storage).state.held.gap, 2);
  const mute = { ...storage, getItem() { throw new Error("refused"); } };
  const blind = new Store(data, mute);
  blind.change(hold("gap", 3));
  assert.match(blind.told[0], /nothing is written over that/);
  assert.equal(new Store(data, storage).state.held.gap, 2);
});

test("a file of another model or format is refused; faults of an edited one are named and nothing is taken over", () => {
  const data = pageData();
  const store = new Store(data, null);
  store.change(hold("quit rate", 0.2));
  const text = store.text();
  const other = new Store(data, null);
  assert.throws(() => other.open(text.replace('"name":"small"', '"name":"large"')), refusal('The session is of the model "large"; this page is of the model "small".'));
  assert.throws(() => other.open(text.replace('"format": 1', '"format": 2')), /format 2/);
  for (const broken of ["", "[]", "{}", text.slice(0, -4), '{"session": "llr_sd explore", "format": 1}']) assert.throws(() => other.open(broken), Refusal);
  const edited = text.replace("quit rate", "quit rat");
  assert.deepEqual(other.open(edited).faults, ['Move 1: The model has no input "quit rat".']);
  assert.equal(other.canUndo, false);
  const elsewhere = other.open(text.replace(/"page": "./, '"page": "x'));
  assert.match(elsewhere.told[0], /another version/);
  assert.equal(other.state.held["quit rate"], 0.2);
});

test("an input may be called what tables of the language call their own", () => {
  const names = ["__proto__", "constructor", "hasOwnProperty"];
  const data = pageData({ inputs: names.map((name) => input(name, "Dmnl", 1)), scenarios: [{ name: "base", kind: "scenario", note: "", set: {} }] });
  const store = new Store(data, null);
  assert.deepEqual(store.differences(), []);
  for (const name of names) store.change(hold(name, 4));
  for (const name of names) assert.equal(store.state.held[name], 4);
  const again = new Store(data, null);
  assert.deepEqual(again.open(store.text()).faults, []);
  assert.deepEqual(Object.keys(again.state.held), names);
  assert.equal({}.four, undefined);
});
