import assert from "node:assert/strict";
import test from "node:test";
import { Asking, COARSE, REST, keyOf } from "../../src/llr_sd/page/js/app/asking.mjs";
import { Store } from "../../src/llr_sd/page/js/session/store.mjs";
import { memory, pageData } from "./session_fixture.mjs";

/** A page without a browser: frames and timers that come when they are told to, and a pool whose answers wait. */
function bench(data = pageData({ engine: { limits: {}, whole: [] } })) {
  const store = new Store(data, memory());
  const frames = [];
  const timers = new Map();
  const asks = [];
  const pool = { latest: (channel, ask, answer, fail) => asks.push({ channel, ask, answer, fail }) };
  let id = 0;
  const clock = {
    frame: (act) => frames.push(act),
    after: (ms, act) => (timers.set((id += 1), { ms, act }), id),
    cancel: (which) => timers.delete(which),
  };
  const asking = new Asking(data, store, pool, clock);
  const frame = () => { while (frames.length) frames.shift()(); };
  const rest = () => { for (const [which, { act }] of [...timers]) { timers.delete(which); act(); } };
  const answer = (last = asks.at(-1)) => {
    const runs = Math.min(last.ask.members ?? Infinity, Object.keys(last.ask.held).length > 5 ? 1 : last.ask.runs);
    const ensemble = { runs, failures: [], of: last.ask };
    last.answer(ensemble);
    frame();
    return ensemble;
  };
  return { store, asking, asks, timers, frame, rest, answer };
}

/** All runs of the setting a page opens with are there. */
function opened() {
  const page = bench();
  page.asking.begin();
  page.frame();
  page.answer();
  page.answer();
  return page;
}

test("a page first asks for a few members, then for all of them, and takes them for its start too", () => {
  const page = bench();
  page.asking.begin();
  page.frame();
  assert.deepEqual(page.asks.map((a) => [a.channel, a.ask.members]), [["now", COARSE]]);
  page.answer();
  assert.ok(page.asking.coarse && page.asking.busy);
  assert.deepEqual(page.asks.map((a) => a.ask.members), [COARSE, 500]);
  const all = page.answer();
  assert.ok(!page.asking.coarse && !page.asking.busy && page.asking.same && page.asking.current);
  assert.equal(page.asking.now, all);
  assert.equal(page.asking.start, all);
  assert.equal(page.asks.length, 2);
});

test("while a hand moves, few members are asked for, one ask at a time, and the newest value is not lost", () => {
  const page = opened();
  page.asking.drag({ "gap": 1 });
  page.frame();
  page.asking.drag({ "gap": 2 });
  page.asking.drag({ "gap": 3 });
  page.frame();
  assert.deepEqual(page.asks.slice(2).map((a) => [a.ask.members, a.ask.held.gap]), [[COARSE, 1]]);
  page.answer();
  assert.deepEqual(page.asks.slice(3).map((a) => [a.ask.members, a.ask.held.gap]), [[COARSE, 3]]);
  assert.ok(!page.asking.current);
  page.answer();
  assert.ok(page.asking.current && page.asking.coarse && !page.asking.same);
  assert.equal(page.asks.length, 4);
  assert.equal(page.store.canUndo, false);
  assert.deepEqual([...page.timers.values()].map((t) => t.ms), [REST]);
});

test("when the hand rests all runs follow, and when it lets go it has made one move", () => {
  const page = opened();
  for (const value of [1, 2, 3]) page.asking.drag({ "gap": value });
  page.frame();
  page.answer();
  page.rest();
  page.frame();
  assert.deepEqual([page.asks.at(-1).ask.members, page.asks.at(-1).ask.held.gap], [500, 3]);
  page.answer();
  page.asking.settle();
  page.frame();
  assert.equal(page.asks.length, 4);
  assert.equal(page.store.state.held.gap, 3);
  page.store.undo();
  assert.equal(page.store.state.held.gap, undefined);
  page.frame();
  assert.ok(page.asking.same && !page.asking.coarse);
  assert.equal(page.asks.length, 4, "the start is known and not run again");
});

test("an answer of a setting that was left is not shown as the one that is there now", () => {
  const page = opened();
  page.store.change({ kind: "hold", input: "gap", value: 9 });
  page.frame();
  const late = page.asks.at(-1);
  page.store.undo();
  page.frame();
  const shown = page.asking.now;
  late.answer({ runs: COARSE, failures: [], of: late.ask });
  page.frame();
  assert.equal(page.asking.now, shown);
  assert.ok(page.asking.current);
});

test("what cannot be run shows no numbers of another setting, and says why", () => {
  const page = opened();
  page.store.change({ kind: "hold", input: "gap", value: 9 });
  page.frame();
  page.asks.at(-1).fail("there is no such law.");
  assert.equal(page.asking.now, null);
  assert.equal(page.asking.error, "there is no such law.");
  page.store.undo();
  page.frame();
  assert.ok(page.asking.now && page.asking.error === "");
});

test("a move that is refused moves nothing", () => {
  const page = opened();
  assert.throws(() => page.asking.drag({ "quit rate": 7 }));
  assert.throws(() => page.asking.drag({ "nobody": 1 }));
  page.asking.settle();
  assert.equal(page.store.canUndo, false);
});

test("another start is asked for once its setting is whole, and what is known is not asked again", () => {
  const page = opened();
  page.store.change({ kind: "start", scenario: "Keep staff" });
  page.store.change({ kind: "hold", input: "gap", value: 2 });
  page.frame();
  page.answer();
  page.answer();
  assert.deepEqual([page.asks.at(-1).channel, page.asks.at(-1).ask.held.gap], ["start", undefined]);
  page.answer();
  assert.equal(page.asking.start.of.held["quit rate"], 0.06);
  page.store.change({ kind: "release", input: "gap" });
  page.frame();
  assert.equal(page.asking.now, page.asking.start);
});

test("a setting has one key, whatever the order in which it was made", () => {
  const ask = (held) => ({ held, ranges: {}, runs: 5 });
  assert.equal(keyOf(ask({ a: 1, b: 2 })), keyOf(ask({ b: 2, a: 1 })));
  assert.notEqual(keyOf(ask({ a: 1 })), keyOf(ask({ a: 2 })));
});
