/** Settings simulated beside the page, on as many workers as there are cores; on the page's own thread, in slices, where workers are refused. */

import { problemsOf } from "./asks.mjs";
import { Machine, compile } from "./engine.mjs";
import { drawn, mergeParts, runsOf, timed } from "./ensemble.mjs";

const MOST = 8; // workers
const SLICE = { workers: 25, page: 20 }; // milliseconds that a chunk should take: a newer ask waits no longer
const DEPTH = { workers: 3, page: 1 }; // chunks that a doer has, so that it need not wait while the page draws
const TRY = { workers: 8, page: 2 }; // members of a chunk while it is not known how long one takes
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
  #count = 0; // asks so far

  /**
   * @param {object} data - The page's data.
   * @param {string | null} workerText - The script of a worker; null keeps to the page's own thread.
   * @param {{workers?: number}} options - How many workers; as many as cores, at most eight, where it is not said.
   */
  constructor(data, workerText, { workers = Math.min(globalThis.navigator?.hardwareConcurrency || 2, MOST) } = {}) {
    this.#data = data;
    /** "workers", or "page" while or where everything runs on the page's own thread; null before. */
    this.kind = null;
    /** Resolves once the pool can simulate, or cannot. */
    this.ready = this.#open(workerText, workers).catch((error) => this.#fail(String(error?.message ?? error)));
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
    const id = (this.#count += 1);
    const asked = { id, ask, members, handed: 0, left: [], parts: [], done: 0, began: performance.now(), onEnsemble, onError };
    const { now } = this.#asks.get(channel) ?? {};
    this.#asks.delete(channel); // set anew, it is the last: the newest channel is served first
    const coarse = now && now.handed > 0 && now.members < runsOf(this.#data, now.ask);
    this.#asks.set(channel, coarse ? { now, next: asked } : { now: asked, next: null });
    if (now && !coarse) for (const doer of this.#doers) doer.drop(now.id);
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
    const starting = workerText === null ? [] : startWorkers(workerText, workers);
    const module = await compile(this.#data.engine);
    // The page's own thread gives the first answer while workers start, which takes them longer.
    this.#use("page", [new PageDoer(new Machine(module, this.#data.engine), this.#data)]);
    const started = await starting;
    if (started.length) this.#use("workers", given(started, this.#data, module));
  }

  #use(kind, doers) {
    this.kind = kind;
    this.#doers = doers;
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
    for (let round = 0; round < DEPTH[this.kind]; round++) {
      for (const doer of this.#doers.filter((d) => d.jobs <= round)) {
        const open = [...this.#asks.values()].reverse().find(({ now }) => now.left.length || now.handed < now.members);
        if (!open) return;
        const asked = open.now;
        const chunk = asked.left.pop() ?? { first: asked.handed, count: this.#chunk(asked) };
        asked.handed = Math.max(asked.handed, chunk.first + chunk.count);
        doer.work({ of: asked.id, ask: asked.ask, ...chunk }).then(
          (done) => this.#took(asked, done),
          (error) => this.#lost(doer, asked, chunk, error),
        );
      }
    }
  }

  /** How many members the next chunk has: as many as a slice takes, and an equal share for every doer. */
  #chunk({ members, handed }) {
    const slices = this.#each === null ? Infinity : (members * this.#each) / SLICE[this.kind] / this.#doers.length;
    const share = members / this.#doers.length / Math.max(Math.ceil(slices), 1);
    return Math.min(Math.ceil((this.#each === null ? TRY[this.kind] : share) / LANES) * LANES, members - handed);
  }

  #took(asked, { part, ran }) {
    const entry = [...this.#asks].find(([, { now }]) => now === asked);
    if (part) this.#learn(ran / part.count);
    if (part && entry) {
      asked.parts.push(part);
      asked.done += part.count;
    }
    const whole = entry && asked.done === asked.members;
    if (whole) this.#next(entry[0]);
    this.#hand(); // before the answer is drawn, so that workers do not wait for that
    if (whole) asked.onEnsemble(mergeParts(this.#data, asked.ask, asked.parts, performance.now() - asked.began));
  }

  #learn(each) {
    this.#each = this.#each === null ? each : this.#each + 0.3 * (each - this.#each);
  }

  /** Go on with what waits in a channel. */
  #next(channel) {
    const { next } = this.#asks.get(channel);
    if (next) this.#asks.set(channel, { now: next, next: null });
    else this.#asks.delete(channel);
  }

  /** An error of a job is told; a worker that died is left out, and what it had is done by the others. */
  #lost(doer, asked, chunk, error) {
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
async function startWorkers(text, count) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const tried = await Promise.all(Array.from({ length: count }, () => startWorker(address)));
  URL.revokeObjectURL(address);
  return tried.filter((worker) => worker !== null);
}

/** Hand what runs need to workers: the compiled code, and the data without texts for people. */
function given(workers, data, module) {
  const { engine, draws, inputs, outputs, laws } = data;
  const lean = { engine: { ...engine, wasm: "" }, draws, inputs, outputs, laws };
  return workers.map((worker) => new WorkerDoer(worker, lean, module, engine));
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
  dead = false; // it ended by itself
  #worker;
  #waiting = new Map(); // job -> {resolve, reject}
  #count = 0;

  constructor(worker, data, module, engine) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data: sent }) => this.#got(sent));
    worker.addEventListener("error", () => {
      this.dead = true;
      for (const { reject } of this.#waiting.values()) reject(new Error("a worker ended"));
    });
    try {
      worker.postMessage({ data, module });
    } catch {
      worker.postMessage({ data: { ...data, engine } }); // a browser that does not hand over compiled code
    }
  }

  /** How many jobs it has. */
  get jobs() {
    return this.#waiting.size;
  }

  work(job) {
    const id = (this.#count += 1);
    this.#worker.postMessage({ id, ...job });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Leave out what it has of an ask, but for a job that it is doing. */
  drop(asked) {
    this.#worker.postMessage({ drop: asked });
  }

  #got({ id, error, part, ran }) {
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) resolve({ part, ran });
    else reject(new Error(error));
  }

  close() {
    this.#worker.terminate();
  }
}

/** The page's own thread, which answers hands and eyes between two chunks. */
class PageDoer {
  dead = false;
  jobs = 0;
  #machine;
  #data;

  constructor(machine, data) {
    this.#machine = machine;
    this.#data = data;
  }

  async work({ ask, first, count }) {
    this.jobs = 1;
    try {
      await turn();
      drawn(this.#data, ask);
      await turn();
      return timed(this.#machine, this.#data, ask, first, count);
    } finally {
      this.jobs = 0;
    }
  }

  drop() {}

  close() {}
}

/** Let the browser do what waits: a timer would make it wait four milliseconds more. */
function turn() {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
