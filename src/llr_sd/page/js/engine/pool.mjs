/** Settings simulated beside the page, on as many workers as there are cores; on the page's own thread, in slices, where workers are refused. */

import { problemsOf } from "./asks.mjs";
import { Machine, compile } from "./engine.mjs";
import { mergeParts, runsOf, timed } from "./ensemble.mjs";

const MOST = 8; // workers
const SLICE = { workers: 40, page: 20 }; // milliseconds that a chunk should take: a newer ask waits no longer
const TRY = 8; // members of a chunk while it is not known how long one takes
const LANES = 2; // members that the engine runs at once
const PATIENCE = 4000; // milliseconds in which a worker must say that it is there

/** Simulates settings; the latest ask of a channel wins. */
export class Pool {
  #data;
  #doers = [];
  #asks = new Map(); // channel -> {now, next}: what is being answered, and the newest ask that waits for it
  #each = null; // milliseconds a member takes on one doer
  #failed = null; // why nothing can be simulated
  #closed = false;

  /**
   * @param {object} data - The page's data.
   * @param {string | null} workerText - The script of a worker; null keeps to the page's own thread.
   * @param {{workers?: number}} options - How many workers; as many as cores, at most eight, where it is not said.
   */
  constructor(data, workerText, { workers = Math.min(globalThis.navigator?.hardwareConcurrency || 2, MOST) } = {}) {
    this.#data = data;
    /** "workers", or "page" where everything runs on the page's own thread; null until that is known. */
    this.kind = null;
    /** Resolves once the pool can simulate, or cannot. */
    this.ready = this.#open(workerText, workers).catch((error) => this.#fail(String(error?.message ?? error)));
  }

  /** How many members of a setting are simulated in some milliseconds by all workers together; null while nothing has run. */
  membersIn(milliseconds) {
    return this.#each === null ? null : Math.floor(milliseconds / this.#each) * this.#doers.length;
  }

  /**
   * Ask for a setting. A full ask of the channel that is being answered is given up; a coarse one, which has fewer `members` than
   * `runs`, is first ended, so that a moving hand sees answers; of those that wait only the newest stays.
   * @param {string} channel
   * @param {{held: object, ranges: object, runs: number, members?: number, variables?: string[]}} ask - As `simulate` takes it; `members`
   *   are the first so many of its runs.
   * @param {(ensemble: object) => void} onEnsemble - Gets what `mergeParts` gives.
   * @param {(text: string) => void} onError - Gets what went wrong.
   */
  latest(channel, ask, onEnsemble, onError) {
    const problem = this.#failed ?? problemsOf(this.#data, ask)[0]?.what;
    if (problem) {
      this.#asks.delete(channel);
      onError(problem);
      return;
    }
    const members = Math.min(ask.members ?? Infinity, runsOf(this.#data, ask));
    const asked = { ask, members, handed: 0, left: [], parts: [], done: 0, began: performance.now(), onEnsemble, onError };
    const { now } = this.#asks.get(channel) ?? {};
    this.#asks.delete(channel); // set anew, it is the last: the newest channel is served first
    const coarse = now && now.handed > 0 && now.members < runsOf(this.#data, now.ask);
    this.#asks.set(channel, coarse ? { now, next: asked } : { now: asked, next: null });
    this.#hand();
  }

  /** End the workers; nothing is answered any more. */
  close() {
    this.#closed = true;
    this.#asks.clear();
    for (const doer of this.#doers) doer.close();
    this.#doers = [];
    this.kind = null;
  }

  async #open(workerText, workers) {
    const module = await compile(this.#data.engine);
    const machine = new Machine(module, this.#data.engine);
    const started = workerText === null ? [] : await startWorkers(workerText, workers, this.#data, module);
    this.kind = started.length ? "workers" : "page";
    this.#doers = started.length ? started : [new PageDoer(machine, this.#data)];
    if (this.#closed) this.close();
    this.#hand();
  }

  #fail(text) {
    this.#failed = text;
    for (const { now, next } of this.#asks.values()) (next ?? now).onError(text);
    this.#asks.clear();
  }

  /** Give every doer that is free a chunk of the newest ask that has any left. */
  #hand() {
    this.#doers = this.#doers.filter((doer) => !doer.dead);
    if (this.kind && !this.#doers.length) this.#fail("the simulation stopped: the browser ended its workers. Reload the page.");
    for (const doer of this.#doers.filter((d) => !d.busy)) {
      const open = [...this.#asks.values()].reverse().find(({ now }) => now.left.length || now.handed < now.members);
      if (!open) return;
      const asked = open.now;
      const chunk = asked.left.pop() ?? { first: asked.handed, count: this.#chunk(asked) };
      asked.handed = Math.max(asked.handed, chunk.first + chunk.count);
      doer.busy = true;
      doer.work({ ask: asked.ask, ...chunk }).then(
        (done) => this.#took(doer, asked, done),
        (error) => this.#lost(doer, asked, chunk, error),
      );
    }
  }

  /** How many members a chunk has: those of a slice, and no more than leave something for every doer. */
  #chunk({ members, handed }) {
    const fits = this.#each === null ? TRY : SLICE[this.kind] / this.#each;
    const share = Math.ceil((members - handed) / this.#doers.length);
    const whole = (n) => Math.max(Math.floor(n / LANES), 1) * LANES;
    return Math.min(whole(Math.min(fits, share + LANES - 1)), members - handed);
  }

  #took(doer, asked, { part, ran }) {
    doer.busy = false;
    const each = ran / part.count;
    this.#each = this.#each === null ? each : this.#each + 0.3 * (each - this.#each);
    const entry = [...this.#asks].find(([, { now }]) => now === asked);
    if (entry) {
      asked.parts.push(part);
      asked.done += part.count;
      if (asked.done === asked.members) this.#answer(entry[0], asked);
    }
    this.#hand();
  }

  #answer(channel, asked) {
    this.#next(channel);
    const took = performance.now() - asked.began;
    asked.onEnsemble(mergeParts(this.#data, asked.ask, asked.parts, took));
  }

  /** Go on with what waits in a channel. */
  #next(channel) {
    const { next } = this.#asks.get(channel);
    if (next) this.#asks.set(channel, { now: next, next: null });
    else this.#asks.delete(channel);
  }

  /** An error of a job is told; a worker that died is left out, and what it had is done by the others. */
  #lost(doer, asked, chunk, error) {
    doer.busy = false;
    const entry = [...this.#asks].find(([, { now }]) => now === asked);
    if (doer.dead) {
      asked.left.push(chunk);
    } else if (entry) {
      this.#next(entry[0]);
      asked.onError(error.message);
    }
    this.#hand();
  }
}

/** Start workers and keep those that answer. */
async function startWorkers(text, count, data, module) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const tried = await Promise.all(Array.from({ length: count }, () => startWorker(address)));
  URL.revokeObjectURL(address);
  const { engine, draws, inputs, outputs, laws } = data;
  const lean = { engine: { ...engine, wasm: "" }, draws, inputs, outputs, laws };
  return tried.filter((worker) => worker !== null).map((worker) => new WorkerDoer(worker, lean, module, engine));
}

function startWorker(address) {
  return new Promise((resolve) => {
    let worker = null;
    try {
      worker = new Worker(address);
    } catch {
      resolve(null);
      return;
    }
    const end = (found) => {
      clearTimeout(late);
      if (!found) worker.terminate();
      resolve(found);
    };
    const late = setTimeout(() => end(null), PATIENCE);
    worker.addEventListener("message", () => end(worker), { once: true });
    worker.addEventListener("error", (event) => (event.preventDefault(), end(null)), { once: true });
  });
}

class WorkerDoer {
  busy = false;
  dead = false; // it ended by itself
  #worker;
  #waiting = null;
  #id = 0;

  constructor(worker, data, module, engine) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data: sent }) => this.#got(sent));
    worker.addEventListener("error", () => {
      this.dead = true;
      this.#waiting?.reject(new Error("a worker ended"));
    });
    try {
      worker.postMessage({ data, module });
    } catch {
      worker.postMessage({ data: { ...data, engine } }); // a browser that does not hand over compiled code
    }
  }

  work(job) {
    this.#id += 1;
    this.#worker.postMessage({ id: this.#id, ...job });
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  #got({ id, error, part, ran }) {
    if (id !== this.#id) return;
    if (error === undefined) this.#waiting.resolve({ part, ran });
    else this.#waiting.reject(new Error(error));
  }

  close() {
    this.#worker.terminate();
  }
}

/** The page's own thread, which answers hands and eyes between two chunks. */
class PageDoer {
  busy = false;
  #machine;
  #data;

  constructor(machine, data) {
    this.#machine = machine;
    this.#data = data;
  }

  work({ ask, first, count }) {
    return new Promise((resolve, reject) => {
      setTimeout(() => {
        try {
          resolve(timed(this.#machine, this.#data, ask, first, count));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  close() {}
}
