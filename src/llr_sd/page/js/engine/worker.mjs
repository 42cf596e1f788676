/** A worker of the page: it gets the data and the compiled model once, and then members of settings to simulate. */

import { Machine, compile } from "./engine.mjs";
import { timed } from "./ensemble.mjs";

/** Answer what the page sends: `{data, module}` once, then jobs `{id, ask, first, count}`, each with its part or the text of its error. */
export function main() {
  let opened = null;
  self.addEventListener("message", async ({ data: sent }) => {
    if (sent.data) {
      opened = open(sent);
      return;
    }
    const { id, ask, first, count } = sent;
    try {
      const { machine, data } = await opened;
      const done = timed(machine, data, ask, first, count);
      self.postMessage({ id, ...done }, buffers(done.part));
    } catch (error) {
      self.postMessage({ id, error: String(error?.message ?? error) });
    }
  });
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
