// node expressions.mjs FILE.json: the values of trees. Run by tests/unit/test_page_runs.py.

import fs from "node:fs";

import { evaluate } from "../../src/llr_sd/page/js/engine/expressions.mjs";

const { trees, values } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const arrays = new Map(Object.entries(values).map(([name, array]) => [name, Float64Array.from(array, (x) => x ?? NaN)]));
const runs = arrays.get("a").length;
process.stdout.write(JSON.stringify(trees.map((tree) => Array.from(evaluate(tree, arrays, runs), (x) => (Number.isNaN(x) ? null : x)))));
