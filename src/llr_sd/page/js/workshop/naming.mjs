// What the inputs of the site's model are called in the room: plain words made of the words of its levels, segments, functions and ages.

import { dateWords, isCalendar } from "../charts/numbers.mjs";
import { capital, lawWords, valueWithUnit } from "../levers/wording.mjs";

const SHARE = "share";

/** What each constant is called, with {age}, {people}, {function}, {level}, {group}, {path} or {bar} where it has one; SHARE: so many in 100. */
const NAMES = {
  base_date: ["date from which everything is counted"],
  horizon_years: ["years that bar 3 looks ahead"],
  list_size: ["registered patients"],
  site_population: ["patients aged {age}"],
  llr_population: ["people of LLR aged {age}"],
  pop_growth: ["yearly growth of the number of people aged {age}", SHARE],
  demog_scale: ["how fast the population grows and ages, in relation to the forecast"],
  segment_weight: ["{people} among those aged {age}", SHARE],
  segment_need: ["contacts of {people}, in relation to people who are now and then ill"],
  llr_segment_weight: ["{people} among those aged {age} in LLR", SHARE],
  llr_segment_need: ["contacts of {people} in LLR, in relation to people who are now and then ill"],
  segment_growth: ["yearly growth of the part of {people} at every age", SHARE],
  bar_looks_ahead: ["whether {bar} looks ahead (1) or not (0)"],
  contact_rate: ["contacts a year of one person aged {age}"],
  function_weight: ["{function} among the contacts of those aged {age}", SHARE],
  segment_function_weight: ["{function} among the contacts of {people}", SHARE],
  minutes: ["minutes of one contact of {function}"],
  need_growth: ["yearly growth of need per person, beyond ageing", SHARE],
  return_wte: ["staff now: {group}"],
  group_skill_weight: ["{group} who work at {level} level", SHARE],
  skill_return: ["staff now at {level} level, where the site knows it"],
  current_share: ["{function} done at {level} level now", SHARE],
  optimum_share: ["{function} best done at {level} level", SHARE],
  transferable: ["work of the autonomous level that others can take over", SHARE],
  mix_change: ["how much of the way to the best mix is wanted", SHARE],
  bar_takes_optimum: ["whether {bar} takes the best mix (1) or the present one (0)"],
  productive_hours: ["hours with patients a year of one full-time worker at {level} level"],
  time_factor: ["time that {level} staff take for a contact, in relation to autonomous staff"],
  sub_ratio: ["autonomous work taken over by one full-time worker of a lower level"],
  supervision_of_staff: ["autonomous time that supervises one worker at {level} level"],
  fixed_admin_share: ["reception and administration that goes with the number of patients", SHARE],
  llr_list: ["registered patients of LLR"],
  llr_return: ["staff of LLR: {group}"],
  staffing_standard: ["weight of LLR's staff per patient in the bars"],
  cal_low: ["least staff per patient that is believed, in relation to LLR"],
  cal_high: ["most staff per patient that is believed, in relation to LLR"],
  shifted_hours: ["hours a year of {function} that come from hospital"],
  shift_start: ["time until work begins to come from hospital"],
  shift_years: ["time over which work from hospital builds up"],
  shift_funded: ["work from hospital that is paid for", SHARE],
  transition_years: ["time over which posts go from bar 1 to bar 3"],
  target_follows_need: ["whether posts follow the need afterwards (1) or stay (0)"],
  training_share: ["{to} posts that are filled by training our own staff", SHARE],
  duration: ["length of training {path}"],
  completion: ["trainees {path} who finish", SHARE],
  sup_trainee: ["autonomous time that supervises one trainee {path}"],
  sup_cap: ["autonomous time that may go to supervision", SHARE],
  training_productivity: ["work that a trainee still does at the old level", SHARE],
  eligible_share: ["staff who could start training {path}", SHARE],
  max_release: ["staff who could start training {path} and can be released in a year", SHARE],
  plan_time: ["time in which a gap in training is to be made good"],
  intake_time: ["time between intakes of trainees"],
  expectation_time: ["time over which leavers are averaged"],
  training_scale: ["training starts, in relation to those wanted"],
  opening_trainees: ["trainees {path} at the start"],
  quit_u55: ["{level} staff under 55 who leave in a year", SHARE],
  retire_late: ["{level} staff of 55 and over who retire in a year", SHARE],
  late_share: ["{level} staff who are 55 and over", SHARE],
  retention_policy: ["cut in leaving and retiring by keeping staff better", SHARE],
  fill_time: ["time from a vacancy to a start in post"],
  external_supply: ["ready-trained {level} staff that can be hired in a year, in relation to posts", SHARE],
  hiring_scale: ["hiring, in relation to what is wanted and possible"],
  lent_wte: ["{level} staff lent by other employers"],
  perception_delay: ["time for workload to be felt"],
  elast_quit: ["strength with which workload makes staff leave"],
  elast_retire: ["strength with which workload makes staff retire"],
  effect_cap: ["most that workload can do to leaving and retiring"],
  capacity_floor: ["least capacity that is reckoned with", SHARE],
  loop_training: ["whether training answers the gap (1) or leavers alone (0)"],
  loop_supervision: ["whether training needs supervision (1) or not (0)"],
  loop_hiring: ["whether hiring answers the gap (1) or leavers alone (0)"],
  loop_workload_quit: ["whether workload makes staff leave (1) or not (0)"],
  loop_workload_retire: ["whether workload makes staff retire (1) or not (0)"],
  closure_tolerance: ["how near a level must be to bar 3 to count as there", SHARE],
  unit_cost: ["yearly cost of one full-time worker at {level} level"],
  training_place_cost: ["yearly cost of a training place {path}, beyond pay"],
  wte_per_head: ["working time of one person at {level} level, in relation to full time"],
  team_wte: ["staff of the locality team"],
  team_caseload: ["patients whom one full-time member of the locality team cares for"],
  found_share: ["complex and frail patients who have been found", SHARE],
};
const BARS = { b1: "bar 1", b2: "bar 2", b3: "bar 3", kept_mix: "the present mix five years on" };
/** Units that say nothing in a room: the name says what is counted. */
const PLAIN = ["WTE/WTE", "WTE/Head", "Year/Year", "Person", "Person/WTE", "Minute/Contact", "Contact/(Person*Year)", "Hour/(WTE*Year)", "Hour/Year"];

/** Names of those constants that no screen moves: they turn units. */
export const UNMOVED = Object.freeze(["one_year", "minutes_per_hour", "no_flow", "zero_rate", "zero_wte"]);

/**
 * What an input is called in the room, in lower case: "frail people among those aged 85 and over".
 *
 * @param {Object} data of the page
 * @param {string} name of an input of the site's model, or of one of the models behind
 * @returns {string}
 */
export function nameOf(data, name) {
  const input = inputOf(data, name);
  if (!input) return "an assumption of another model";
  const [head, tail = ""] = input.variable.replace(/\]$/, "").split("[");
  const said = Object.hasOwn(NAMES, head) && data.inputs.includes(input) ? NAMES[head] : null;
  if (!said) return plainLabel(input);
  const found = Object.assign({}, ...tail.split(",").filter(Boolean).map((element) => slots(data.workshop.words, element.trim())));
  return said[0].replace(/\{(\w+)\}/g, (_, slot) => found[slot] ?? "");
}

/** The same where it begins a sentence. */
export function titleOf(data, name) {
  const text = nameOf(data, name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A value of an input in words: "45 in 100", "12", "62.3 WTE". */
export function amountOf(data, name, value) {
  const quantity = quantityOf(data, name);
  if (quantity.unit === "Year" && isCalendar(value)) return dateWords(value);
  const size = Math.abs(value) * (quantity.percent ? 100 : 1);
  return valueWithUnit(quantity, size >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));
}

/** Whether an input is staff of a level of a site that gives staff by group alone: its noughts are no numbers of staff. */
export function notEntered(data, { variable }) {
  const headed = (one) => one.variable.startsWith("skill_return[");
  return headed({ variable }) && data.inputs.filter(headed).every(({ value }) => value === 0);
}

/** A range of an input in words: "10 to 35 in 100, most likely 20". */
export function rangeOf(data, name, law) {
  return lawWords(quantityOf(data, name), law);
}

/** An input as its values are told: a share so many in 100, a unit only where people say it. */
export function quantityOf(data, name) {
  const input = inputOf(data, name);
  const head = input.variable.split("[")[0];
  const share = data.inputs.includes(input) && Object.hasOwn(NAMES, head) && NAMES[head][1] === SHARE;
  return { ...input, label: capital(input.label), percent: input.percent || share, unit: PLAIN.includes(input.unit) ? "Dmnl" : input.unit };
}

function inputOf(data, name) {
  const pages = [data, ...Object.values(data.workshop.behind ?? {})];
  return pages.flatMap(({ inputs }) => inputs.filter((input) => input.name === name))[0] ?? null;
}

/** The label of an input as its table gives it; one that is no more than a name of a variable says nothing to a room. */
function plainLabel(input) {
  return /[_[\]]/.test(input.label) ? "an assumption of the model" : input.label;
}

/** What the words of an element fill in. */
function slots(words, element) {
  const at = (kind) => (Object.hasOwn(words[kind], element) ? words[kind][element] : null);
  const [age, segment, work, level, group, path] = ["ages", "segments", "functions", "levels", "groups", "paths"].map(at);
  if (age) return { age: age.label };
  if (segment) return { people: segment.people };
  if (work) return { function: lower(work.label) };
  if (level) return { level: lower(level.label) };
  if (group) return { group: group.label };
  if (path) return { path: lower(path.label), to: lower(words.levels[path.to].label) };
  return { bar: BARS[element] ?? "" };
}

/** A label inside a sentence; one that begins with capitals, as "GPs" does, stays. */
export function lower(label) {
  return /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
}

