// Runs the cases of a folder in the page's machine: reads N.json and N.design, writes N.values and results.json.
import fs from "node:fs";
import path from "node:path";
import { compile, Machine } from "../../src/llr_sd/page/js/engine/engine.mjs";

const folder = process.argv[2], results = [];
for (const name of JSON.parse(fs.readFileSync(path.join(folder, "cases.json"), "utf8"))) {
  const read = (end) => fs.readFileSync(path.join(folder, `${name}.${end}`));
  const { engine, runs, wanted, at, judged } = JSON.parse(read("json"));
  const bytes = read("design"), design = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  try {
    const machine = new Machine(await compile(engine), engine), begun = performance.now();
    const { values, status, findings } = machine.run(design, runs, wanted, at, judged);
    fs.writeFileSync(path.join(folder, `${name}.values`), new Uint8Array(values.buffer));
    results.push({ status, findings, ms: performance.now() - begun });
  } catch (error) {
    results.push({ refused: `${error.name}: ${error.message}` });
  }
}
fs.writeFileSync(path.join(folder, "results.json"), JSON.stringify(results));
