/** Arithmetic on single outputs, as `analysis/expressions.py` has it: trees such as ["-", 639, "gp_2020"]. */

import { difference } from "../draws/statistics.mjs";

const OPERATIONS = {
  "+": (a, b) => a + b,
  "-": difference,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": power,
  minus: (a) => -a,
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
};

/**
 * Evaluate an expression run by run.
 * @param {number | string | Array} tree - A number, the name of an output, or an operation and what it works on.
 * @param {Map<string, Float64Array>} values - Single numbers by output name, each of shape (run).
 * @param {number} runs - How many runs.
 * @returns {Float64Array} Shape (run); NaN where the expression is undefined. A difference within rounding is 0.
 */
export function evaluate(tree, values, runs) {
  const found = new Float64Array(runs);
  for (let run = 0; run < runs; run++) {
    const value = valueOf(tree, values, run);
    found[run] = Number.isFinite(value) ? value : NaN;
  }
  return found;
}

function valueOf(tree, values, run) {
  if (typeof tree === "number") return tree;
  if (typeof tree === "string") {
    const array = values.get(tree);
    if (array === undefined) throw new Error(`no single output is called "${tree}".`);
    return array[run];
  }
  const [operation, ...parts] = tree;
  return OPERATIONS[operation](...parts.map((part) => valueOf(part, values, run)));
}

/** A power as NumPy has it, to the last place or the one before: its square is a product, and 1 to any power is 1. */
function power(base, exponent) {
  if (exponent === 2) return base * base;
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return Math.pow(base, exponent);
}
