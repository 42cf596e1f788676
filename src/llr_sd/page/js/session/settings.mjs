/** A kept setting: what is held, the ranges, the runs, and the numbers that these gave, under one hash, so that a label cannot be wrong. */

import { checkAsk, checkName, checkRuns, frozen, inputOf, isTable, lawOf, Refusal, scenarioOf, shown, table } from "./checks.mjs";
import { canonical, sha256 } from "./hash.mjs";

const KEYS = ["name", "from", "held", "ranges", "runs", "seed", "design", "model", "page", "numbers"];
const SAID = ["output", "time", "element", "statistic", "value", "low", "high", "met", "runs", "lost"]; // of each number

/**
 * Return the move that keeps a setting with the numbers that it gave.
 *
 * @param {object} data of the page
 * @param {object} setting {name, from, held, ranges, runs}: those that the ensemble was asked for, never those of the moment
 * @param {Array<object>} numbers [{output, time, element, statistic, value, low, high}], null where there is no number
 * @returns {object} a move "keep"
 * @throws {Refusal}
 */
export function keeping(data, { name, from, held, ranges, runs }, numbers) {
  const { seed, design } = data.study;
  const said = { name, from, held, ranges, runs, seed: String(seed), design, model: data.model.sha256, page: data.key, numbers };
  const checked = contents(data, said);
  return { kind: "keep", ...checked, hash: hashOf(checked) };
}

/**
 * Return a kept setting as the state has it, with its number; refuse one that this page cannot have.
 *
 * @param {object} data of the page
 * @param {object} given as `keeping` makes it, perhaps read from a file
 * @returns {object} frozen; a hash that does not fit is not refused here but told by `staleness`
 * @throws {Refusal}
 */
export function checkSetting(data, given) {
  const alien = Object.keys(given).find((key) => ![...KEYS, "hash"].includes(key));
  if (alien !== undefined) throw new Refusal(`A setting has no "${alien}".`);
  if (typeof given.hash !== "string" || !/^[0-9a-f]{64}$/.test(given.hash)) throw new Refusal(`The setting ${shown(given.name)} has no hash.`);
  return frozen({ id: given.hash.slice(0, 12), ...contents(data, given), hash: given.hash });
}

/**
 * Return why the numbers kept with a setting are not to be shown; empty where they are its own.
 *
 * @param {object} data of the page
 * @param {object} setting as the state has it
 * @returns {string}
 */
export function staleness(data, setting) {
  const { id, hash, ...rest } = setting;
  if (hashOf(rest) !== hash) return `The numbers kept with "${setting.name}" do not fit its settings: its file was changed by hand.`;
  if (setting.page !== data.key) return `The numbers kept with "${setting.name}" come from a page of another model, study or version.`;
  return "";
}

function hashOf(contents) {
  return sha256(canonical(contents));
}

function contents(data, given) {
  const where = shown(given.name);
  for (const key of ["from", "seed", "design", "model", "page"]) {
    if (typeof given[key] !== "string") throw new Refusal(`The setting ${where} has no text "${key}".`);
  }
  for (const key of ["held", "ranges"]) if (!isTable(given[key])) throw new Refusal(`The setting ${where} has no table "${key}".`);
  const held = table(Object.entries(given.held));
  const ranges = table(Object.entries(given.ranges).map(([name, law]) => [name, lawOf(data, inputOf(data, name), law)]));
  checkAsk(data, held, ranges);
  const { from, seed, design, model, page } = given;
  scenarioOf(data, from);
  const runs = checkRuns(data, given.runs);
  return { name: checkName(given.name), from, held, ranges, runs, seed, design, model, page, numbers: checkNumbers(where, given.numbers) };
}

function checkNumbers(where, numbers) {
  if (!Array.isArray(numbers)) throw new Refusal(`The setting ${where} has no list "numbers".`);
  for (const [i, row] of numbers.entries()) {
    const fits =
      isTable(row) && Object.keys(row).every((key) => SAID.includes(key)) && typeof row.output === "string" && typeof row.statistic === "string";
    const measured = ["time", "value", "low", "high", "met", "runs", "lost"].every((key) => row?.[key] === undefined || row[key] === null || Number.isFinite(row[key]));
    if (!fits || !measured) throw new Refusal(`The setting ${where}: its number ${i + 1}, ${shown(row)}, cannot be read.`);
  }
  return numbers;
}
