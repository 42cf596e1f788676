// What must be known of runs though none failed, in the words of `llr_sd.engine.llvm.delays` and `status`.

import { labelAt, range } from "./elements.mjs";

/**
 * A finding for each variable with elements that have no value in some run.
 * @param {object} engine the page's engine
 * @param {object[]} variables those that decide
 * @param {{elements: number[], of: Int32Array}} lacks their elements that lack something, and what each element of all lacks
 * @param {Uint8Array} blank where such an element had no value, shape (run, element that lacks)
 * @param {number} runs
 * @returns {{variable: string, what: string, value: number, limit: number, runs: number, mend: string}[]}
 */
export function missingOutputs(engine, variables, lacks, blank, runs) {
  const many = lacks.elements.length;
  return variables.flatMap((variable) => {
    const inside = (element) => element >= variable.first && element < variable.first + variable.size;
    const some = range(0, many).filter((k) => inside(lacks.elements[k]));
    const count = range(0, runs).filter((run) => some.some((k) => blank[run * many + k])).length;
    if (!count) return [];
    const element = lacks.elements[some[0]], name = labelAt(variable, element - variable.first);
    const source = engine.missing[lacks.of[element]];
    const reads = source === name ? "has no equation" : `reads "${source}", which has no equation`;
    const more = some.length > 1 ? ` (and ${some.length - 1} more elements)` : "";
    const what = `has no value: it ${reads}${more}`;
    return [{ variable: name, what, value: NaN, limit: NaN, runs: count, mend: "Give it one, or leave it out." }];
  });
}

/**
 * A finding for each delay with a stage that lasts less than a step.
 * @param {object} engine the page's engine
 * @param {{label: string, function: string, staged: boolean}[]} watches the delays that count
 * @param {Float64Array} noted the least time of each, shape (run, delay)
 * @param {number} runs
 * @returns {object[]} as `missingOutputs`
 */
export function shortDelays(engine, watches, noted, runs) {
  const { dt, short } = engine.numbers;
  return watches.flatMap((watch, k) => {
    if (!watch.staged) return [];
    const times = range(0, runs).map((run) => noted[run * watches.length + k]).filter((t) => t > 0 && t < short);
    if (!times.length) return [];
    const least = times.reduce((a, b) => Math.min(a, b));
    const averages = watch.function === "TREND" || watch.function === "FORECAST";
    const stages = averages ? "it averages over" : `each stage of its ${watch.function} lasts`;
    const lowered = watch.function.endsWith(" N") ? " (the order is lowered, as Vensim does)" : "";
    const what = `cannot be followed by TIME STEP ${sixDigits(dt)}: ${stages} ${sixDigits(least)}${lowered}`;
    return [{ variable: watch.label, what, value: least, limit: dt, runs: times.length, mend: "Take a TIME STEP below it, or a longer delay time." }];
  });
}

/** A number in at most six digits, as Python's "g" writes it. */
function sixDigits(x) {
  const [digits, exponent] = x.toExponential(5).split("e"), power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(x.toPrecision(6)));
  const sign = power < 0 ? "-" : "+";
  return `${Number(digits)}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}
