/** Numbers in words, by the same conventions as the report: dates, amounts, chances and lists. Tested against the Python that writes the report. */

const MINUS = "−";
const NONE = "–";
const WHOLE_UNITS = ["WTE", "Head", "Person", "Contact", "Hour", "GBP"];
const ASTRONOMIC = 1e15;
const FEW_RUNS = 100;
const TINY = 0.001;
const COUNTED = 0.001;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const FIRST_YEAR = 1800;
const LAST_YEAR = 2300;
const COUNTED_UNITS = new Map([
  ["WTE", ["WTE", "WTE"]],
  ["Head", ["person", "people"]],
  ["Person", ["person", "people"]],
  ["Contact", ["contact", "contacts"]],
  ["Hour", ["hour", "hours"]],
  ["Day", ["day", "days"]],
  ["Week", ["week", "weeks"]],
  ["Month", ["month", "months"]],
  ["Year", ["year", "years"]],
  ["GBP", ["£", "£"]],
  ["million GBP", ["£ million", "£ million"]],
]);
const PER_UNITS = new Map([
  ["kPerson", "for 1,000 people"],
  ["Person", "a person"],
  ["Head", "a person"],
  ["WTE", "for each WTE"],
  ["Hour", "an hour"],
  ["Day", "a day"],
  ["Week", "a week"],
  ["Month", "a month"],
  ["Year", "a year"],
  ["Contact", "a contact"],
]);
const UNIT = /^([^/()*]+(?:\*[^/()*]+)*)((?:\/\(?[^/()]+\)?)*)$/;

/** Whole number nearest to a number, a half to the even one, as Python rounds. */
function nearest(value) {
  const low = Math.floor(value);
  return value - low === 0.5 ? low + Math.abs(low % 2) : Math.round(value);
}

/**
 * Digits of a size, rounded on the exact value of the double and a half to even (`toFixed` takes it upwards).
 * @param {number} size finite, not negative
 * @param {(ten: number) => number} figures how many to keep, given the power of ten of the first
 * @returns {{digits: string, ten: number}} without a point; one more where it was rounded up to the next power of ten
 */
function rounded(size, figures) {
  const [mantissa, ten] = size.toExponential(100).split("e");
  const exact = mantissa.replace(".", "");
  const keep = figures(Number(ten));
  if (keep < 0) return { digits: "0", ten: Number(ten) };
  const head = exact.slice(0, keep) || "0";
  const next = exact.charAt(keep);
  const more = /[1-9]/.test(exact.slice(keep + 1));
  const up = next > "5" || (next === "5" && (more || Number(head.at(-1)) % 2 === 1));
  return { digits: (BigInt(head) + (up ? 1n : 0n)).toString(), ten: Number(ten) };
}

/** Write a size with this many decimals, without commas. */
function written(size, decimals) {
  const whole = rounded(size, (ten) => ten + 1 + decimals).digits.padStart(decimals + 1, "0");
  return decimals ? `${whole.slice(0, -decimals)}.${whole.slice(-decimals)}` : whole;
}

/** Digits with a comma after each three of the whole part. */
function grouped(text) {
  const [whole, rest] = text.split(".");
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return rest === undefined ? parted : `${parted}.${rest}`;
}

/**
 * Write a number with so many figures and no noughts behind them; the largest and smallest with their power of ten.
 * @param {number} value
 * @param {number} figures
 * @param {boolean} commas
 * @returns {string}
 */
export function general(value, figures, commas = true) {
  if (!Number.isFinite(value)) return NONE;
  if (value === 0) return "0";
  const { digits, ten } = rounded(Math.abs(value), () => figures);
  const first = digits.length > figures ? ten + 1 : ten;
  const kept = digits.slice(0, figures).replace(/0+$/, "");
  const sign = value < 0 ? MINUS : "";
  if (first < -4 || first >= figures) {
    const mantissa = kept.length > 1 ? `${kept[0]}.${kept.slice(1)}` : kept;
    return `${sign}${mantissa}e${first < 0 ? MINUS : "+"}${String(Math.abs(first)).padStart(2, "0")}`;
  }
  if (first < 0) return `${sign}0.${"0".repeat(-1 - first)}${kept}`;
  const whole = kept.slice(0, first + 1).padEnd(first + 1, "0");
  const rest = kept.slice(first + 1);
  return sign + (commas ? grouped(whole) : whole) + (rest ? `.${rest}` : "");
}

/** A number with this many decimals, commas and a true minus sign; a rounded nought has no sign. */
export function fixed(value, decimals) {
  if (!Number.isFinite(value)) return NONE;
  const text = grouped(written(Math.abs(value), decimals));
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/**
 * Round a value for reading: counts of people or WTE to whole numbers, other things to three figures.
 * @param {number} value in `unit`
 * @param {string} unit as the model writes it
 * @param {number} apartFrom a level that the value must not seem to equal when it does not; NaN for none
 * @returns {string}
 */
export function amount(value, unit = "", apartFrom = NaN) {
  if (!Number.isFinite(value)) return NONE;
  if (unit === "Year" && value > 1900 && value < 2200) return written(value, 1);
  const size = Math.abs(value);
  if (size >= ASTRONOMIC) return general(value, 3, false);
  const whole = WHOLE_UNITS.includes(unit);
  let decimals;
  if ((whole && size >= 10) || size >= 100 || Number.isInteger(value)) decimals = 0;
  else if (whole) decimals = 1;
  else decimals = size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : Math.min(12, 2 - Math.floor(Math.log10(size)));
  let text = fixed(value, decimals);
  while (Number.isFinite(apartFrom) && value !== apartFrom && text === fixed(apartFrom, decimals) && decimals < 6) {
    decimals += 1;
    text = fixed(value, decimals);
  }
  return text;
}

/** A share as a percentage: "2.2%", "38%"; a small one keeps two figures, and none seems to equal a level that it does not. */
export function shareWords(share, apartFrom = NaN) {
  if (!Number.isFinite(share)) return NONE;
  const size = Math.abs(100 * share);
  let decimals = size >= 10 || size === 0 ? 0 : size >= 0.1 ? 1 : Math.min(12, 1 - Math.floor(Math.log10(size)));
  while (share !== apartFrom && decimals < 6 && fixed(100 * share, decimals) === fixed(100 * apartFrom, decimals)) decimals += 1;
  return `${fixed(100 * share, decimals)}%`;
}

/** A number of a figure as it is read: a percentage where the study tells it so, else an amount of its unit, without the unit. */
export function shown(value, quantity, apartFrom = NaN) {
  return quantity.percent ? shareWords(value, apartFrom) : amount(value, quantity.unit ?? "", apartFrom);
}

/** A difference with its sign: "+12", "−3.1 points" for one of two percentages, "0" where there is none. */
export function signed(value, quantity) {
  if (!Number.isFinite(value)) return NONE;
  const text = quantity.percent ? shareWords(value).replace("%", " points") : amount(value, quantity.unit ?? "");
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A range of numbers as `shown`, or as `signed`, what stands behind them once: "504 to 547", "0.4 to 1.9%", "+2 to +5 points". */
export function between(low, high, quantity) {
  if (!Number.isFinite(high - low)) return NONE;
  const [first, last] = [low, high].map((v) => (quantity.signed ? signed(v, quantity) : shown(v, quantity)));
  return `${quantity.percent ? first.replace(/%$| points$/, "") : first} to ${last}`;
}

/** A unit as people say it, of one or of many; empty for a pure number, and as it stands where it is not one of those known. */
export function unitWords(unit, one = false) {
  const text = unit.trim();
  if (text === "" || text === "Dmnl" || text === "1") return "";
  const match = UNIT.exec(text);
  const above = match ? match[1].split("*").map((part) => part.trim()) : [];
  const below = match ? match[2].split(/[/*()]+/).map((part) => part.trim()).filter(Boolean) : [];
  if (!above.length || above.some((a) => a !== "1" && !COUNTED_UNITS.has(a)) || below.some((b) => !PER_UNITS.has(b))) return text;
  const counted = above.slice(0, -1).filter((a) => a !== "1").map((a) => COUNTED_UNITS.get(a)[0]).join("-");
  const last = above.at(-1) === "1" ? "" : COUNTED_UNITS.get(above.at(-1))[one ? 0 : 1];
  return [counted ? `${counted}-${last}` : last, ...below.map((b) => PER_UNITS.get(b))].filter(Boolean).join(" ");
}

/** A written number with its unit in words: "9 years", "1 year", "£37 million a year". */
export function joined(text, unit) {
  const words = unitWords(unit, text === "1");
  if (words.startsWith("£")) {
    return text.startsWith(MINUS) ? `${MINUS}£${text.slice(1)}${words.slice(1)}` : `£${text}${words.slice(1)}`;
  }
  return words ? `${text} ${words}` : text;
}

/** An amount followed by its unit in words; a pure number stands alone. */
export function withUnit(value, unit, apartFrom = NaN) {
  const text = amount(value, unit, apartFrom);
  const dated = unit === "Year" && value > 1900 && value < 2200;
  return dated || text === NONE ? text : joined(text, unit);
}

/** A number as `shown`, with its unit in words behind it. */
export function shownWithUnit(value, quantity, apartFrom = NaN) {
  return quantity.percent ? shareWords(value, apartFrom) : withUnit(value, quantity.unit ?? "", apartFrom);
}

/** Label and unit of a number, each once: "GPs (WTE)". */
export function named(label, unit) {
  const words = unitWords(unit ?? "");
  return !words || label.toLowerCase().includes(words.toLowerCase()) ? label : `${label} (${words})`;
}

/** A share of runs as a percentage that never shows a small chance as none, or a large one as certain. */
export function percent(share) {
  if (!Number.isFinite(share)) return NONE;
  if (share === 0 || share === 1) return `${100 * share}%`;
  if (share < TINY) return "below 0.1%";
  if (share > 1 - TINY) return "above 99.9%";
  return `${written(100 * share, share < 0.0995 || share > 0.9905 ? 1 : 0)}%`;
}

/** A part of a whole as an estimate gives it: told as a chance is, and cut to 0 and 100 %. */
export function partWords(share) {
  return percent(Number.isFinite(share) ? cut(share) : NaN);
}

/** The interval of a part of a whole: "27 to 30%". */
export function partRange(low, high) {
  return percents(cut(low), cut(high));
}

function cut(share) {
  return Number(Math.min(1, Math.max(0, share)).toFixed(6));
}

/** A range of shares, the sign of per cent once: "48 to 52%". */
export function percents(low, high) {
  const first = percent(low);
  return `${/^(below|above)/.test(first) ? first : first.replace(/%$/, "")} to ${percent(high)}`;
}

function atMost(share) {
  return share > 0 && share < TINY ? percent(share) : `at most ${percent(share)}`;
}

function atLeast(share) {
  return share > 1 - TINY && share < 1 ? percent(share) : `at least ${percent(share)}`;
}

/**
 * A chance with its 95 % interval, and its bounds where runs have no result; very few or all runs are given as a count.
 * @param {{probability: number, low: number, high: number, met: number, runs: number, lost: number}|null} chance shares from 0 to 1;
 *   `runs` have a result, `lost` have none
 * @returns {string}
 */
export function chanceWords(chance) {
  if (!chance || chance.runs === 0 || !Number.isFinite(chance.probability)) return NONE;
  const runs = grouped(String(chance.runs));
  let text;
  if (chance.probability < COUNTED) text = `${grouped(String(chance.met))} of ${runs} runs (${atMost(chance.high)})`;
  else if (chance.met === chance.runs) text = `all ${runs} runs (${atLeast(chance.low)})`;
  else text = `${percent(chance.probability)} (${percents(chance.low, chance.high)})`;
  if (!chance.lost) return text;
  return `${text}; ${percents(...outer(chance))} with the ${countOf(chance.lost, "run")} without a result`;
}

/** A chance for a narrow column: "12% (10 to 14%)" or "0 of 512", with its bounds in square brackets where runs have no result. */
export function chanceShort(chance) {
  if (!chance || chance.runs === 0 || !Number.isFinite(chance.probability)) return NONE;
  let text = `${percent(chance.probability)} (${percents(chance.low, chance.high)})`;
  const all = chance.met === chance.runs;
  if (chance.probability < COUNTED || all) {
    text = `${grouped(String(chance.met))} of ${grouped(String(chance.runs))}`;
    if (chance.runs < FEW_RUNS) text += ` (${all ? atLeast(chance.low) : atMost(chance.high)})`;
  }
  return chance.lost ? `${text} [${percents(...outer(chance))}]` : text;
}

/** What a chance can be at least and at most: every run without a result missing the target, or meeting it. */
export function outer(chance) {
  const all = chance.runs + chance.lost;
  return [chance.met / all, (chance.met + chance.lost) / all];
}

/** A target's level as its author wrote it, with the unit where one is given. */
export function levelWords(level, unit = "") {
  return joined(general(level, 9), unit);
}

/** A number on an axis. */
export function tick(value, quantity = {}) {
  if (quantity.percent) return `${general(100 * value, 6, false)}%`;
  return Math.abs(value) >= 1e5 ? fixed(value, 0) : general(value, 6);
}

/**
 * Say a model time in words.
 * @param {number} time in years, to the nearest month: 2017.75 is 1 October 2017
 * @param {boolean} closing false for a start ("Oct 2017"), true for a position reached ("end of Sep 2020" for 2020.75)
 * @param {boolean} calendar false in a model whose times are no years, whatever they are
 * @returns {string} times that cannot be calendar years come back as "time 12"
 */
export function dateWords(time, closing = false, calendar = true) {
  if (!Number.isFinite(time)) return "";
  if (!calendar || !isCalendar(time)) return `time ${general(time, 6, false)}`.replace(MINUS, "-");
  const months = nearest(time * 12) - (closing ? 1 : 0);
  return `${closing ? "end of " : ""}${MONTHS[months % 12]} ${Math.floor(months / 12)}`;
}

/** Whether a time can be a calendar year. */
export function isCalendar(time) {
  return time >= FIRST_YEAR && time < LAST_YEAR;
}

/** Items as a sentence joins them: "a, b and c". */
export function listing(items) {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** "1 run" or "2 runs". */
export function countOf(number, one, many = `${one}s`) {
  return `${grouped(String(number))} ${number === 1 ? one : many}`;
}
