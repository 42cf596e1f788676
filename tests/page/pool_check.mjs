// node pool_check.mjs DATA.json: the pool with a page's own data, on threads and on one thread alone. Run by tests/unit/test_page_runs.py.

import assert from "node:assert/strict";
import fs from "node:fs";
import { Worker as Thread } from "node:worker_threads";

import { simulate } from "../../src/llr_sd/page/js/engine/ensemble.mjs";
import { Machine, compile } from "../../src/llr_sd/page/js/engine/engine.mjs";
import { Pool } from "../../src/llr_sd/page/js/engine/pool.mjs";

const data = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const machine = new Machine(await compile(data.engine), data.engine);
const [first, second] = data.inputs.filter((i) => i.uncertain).map((i) => i.name);
const ask = (given = {}) => ({ held: {}, ranges: {}, runs: 60, ...given });
const started = [];

class ThreadWorker {
  constructor() {
    this.thread = new Thread(new URL("pool_worker.mjs", import.meta.url));
    started.push(this);
  }

  addEventListener(kind, heard) {
    this.thread.on(kind === "error" ? "exit" : kind, (data) => heard({ data, preventDefault() {} }));
  }

  postMessage(sent) {
    this.thread.postMessage(sent);
  }

  terminate() {
    return this.thread.terminate();
  }
}

const answer = (pool, channel, asked) => new Promise((resolve, reject) => pool.latest(channel, asked, resolve, (text) => reject(new Error(text))));

/** The runs of an ensemble are those of the method itself. */
function same(ensemble, asked, members) {
  const whole = simulate(machine, data, asked, 0, members);
  assert.equal(ensemble.runs, members);
  for (const [name, array] of whole.outputs) assert.deepEqual(ensemble.outputs.get(name).values, array, name);
  for (const [name, array] of whole.central.outputs) assert.deepEqual(ensemble.central.outputs.get(name).values, array, name);
  assert.deepEqual(ensemble.failures, whole.failures);
}

async function everywhere(pool) {
  const [full, coarse] = await Promise.all([answer(pool, "a", ask()), answer(pool, "b", ask({ members: 11, held: { [first]: 0.1 } }))]);
  same(full, ask(), 60);
  same(coarse, ask({ held: { [first]: 0.1 } }), 11);

  // A full ask is given up for a newer one; of those that come at once only the last is answered.
  const heard = [];
  for (const value of [0.1, 0.2, 0.3]) pool.latest("a", ask({ held: { [first]: value } }), (e) => heard.push(e.ask.held[first]), assert.fail);
  same(await answer(pool, "a", ask({ held: { [first]: 0.4 } })), ask({ held: { [first]: 0.4 } }), 60);
  assert.deepEqual(heard, []);

  // A coarse ask that has begun is ended, so that a moving hand sees something; the newest follows it.
  for (const value of [0.1, 0.2, 0.3]) {
    pool.latest("a", ask({ members: 12, held: { [first]: value } }), (e) => heard.push(e.ask.held[first]), assert.fail);
  }
  await answer(pool, "a", ask({ members: 12, held: { [first]: 0.4 } }));
  assert.deepEqual(heard, [0.1]);

  // An error reaches the one who asked, and the pool goes on.
  await assert.rejects(answer(pool, "a", ask({ variables: ["no such"] })), /no such/);
  same(await answer(pool, "a", ask({ held: { [second]: 0.2 } })), ask({ held: { [second]: 0.2 } }), 60);
}

const alone = new Pool(data, null);
await everywhere(alone);
assert.equal(alone.kind, "page");
alone.close();

globalThis.Worker = ThreadWorker;
const threads = new Pool(data, "ignored: the threads of node have their own entry", { workers: 2 });
same(await answer(threads, "a", ask({ members: 8 })), ask(), 8); // before the threads are there
await threads.ready;
await everywhere(threads);
assert.equal(threads.kind, "workers");
assert.equal(started.length, 2);

// What a worker had when it died is done by the other; without any worker that is said.
const waiting = answer(threads, "a", ask());
started[0].terminate();
same(await waiting, ask(), 60);
await started[1].terminate();
await assert.rejects(answer(threads, "a", ask()), /the browser ended its workers/);
threads.close();

globalThis.Worker = class {
  constructor() {
    throw new Error("refused");
  }
};
const refused = new Pool(data, "", { workers: 2 });
same(await answer(refused, "a", ask()), ask(), 60);
assert.equal(refused.kind, "page");
refused.close();

const broken = new Pool({ ...data, engine: { ...data.engine, wasm: "AAAA" } }, null);
await assert.rejects(answer(broken, "a", ask()), /cannot run the model/);
console.log("the pool holds");
