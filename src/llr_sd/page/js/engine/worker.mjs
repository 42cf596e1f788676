/** A worker of the page: it gets the data and the compiled model once, and then members of settings to simulate. */

import { Machine, compile } from "./engine.mjs";
import { timed } from "./ensemble.mjs";

/**
 * Answer what the page sends: `{data, module}` once, then jobs `{id, of, ask, first, count}`, each with its part, the text of its error, or
 * that it was dropped: `{drop}` names the ask whose jobs, but for one that is being done, are not wanted any more.
 */
export function main() {
  const jobs = [];
  const { port1, port2 } = new MessageChannel();
  let opened = null;
  self.addEventListener("message", ({ data: sent }) => {
    if (sent.data) opened = open(sent);
    else if (sent.ask) jobs.push(sent) === 1 && port2.postMessage(0);
    else for (const job of jobs.filter((j) => j.of === sent.drop)) job.dropped = true;
  });
  // One job a turn, so that what came in meanwhile is heard before the next.
  port1.onmessage = async () => {
    const { id, ask, first, count, dropped } = jobs[0];
    try {
      const { machine, data } = await opened;
      const done = dropped ? { part: null } : timed(machine, data, ask, first, count);
      self.postMessage({ id, ...done }, done.part ? buffers(done.part) : []);
    } catch (error) {
      self.postMessage({ id, error: String(error?.message ?? error) });
    }
    jobs.shift();
    if (jobs.length) port2.postMessage(0);
  };
  self.postMessage({ up: true });
}

async function open({ data, module }) {
  return { machine: new Machine(module ?? (await compile(data.engine)), data.engine), data };
}

/** The memory of a part, which is handed over and not copied. */
function buffers(part) {
  const own = (some) => [...some.outputs.values(), ...some.variables.values(), some.ok];
  const arrays = [...own(part), ...part.drawn.values(), ...(part.central ? own(part.central) : [])];
  return arrays.map((array) => array.buffer);
}
