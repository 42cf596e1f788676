import assert from "node:assert/strict";
import test from "node:test";

import { changeWords, keptWords, sessionWords, statusWords } from "../../src/llr_sd/page/js/workshop/wording.mjs";
import { input, pageData } from "./session_fixture.mjs";

const words = {
  ages: { a85p: { label: "85 and over" } },
  segments: { frail: { label: "Frail", people: "frail people" } },
  functions: { prevention: { label: "Prevention" } },
  levels: { core: { label: "Core" }, autonomous: { label: "Autonomous" } },
  groups: {},
  paths: {},
};
const law = { kind: "pert", low: 10, mode: 12, high: 16, sd: null, values: [], weights: [] };
const data = {
  ...pageData({
    inputs: [
      input("segment_weight_a85p_frail", "Dmnl", 0.35, { variable: "segment_weight[a85p,frail]" }),
      input("minutes_prevention", "Minute/Contact", 12, { variable: "minutes[prevention]", uncertain: true, law, middle: 12.2 }),
      input("current_share_prevention_core", "Dmnl", 0.26, { variable: "current_share[prevention,core]" }),
      input("current_share_prevention_autonomous", "Dmnl", 0.08, { variable: "current_share[prevention,autonomous]" }),
    ],
  }),
  workshop: { words, behind: {} },
};
const change = (input, was, now) => ({ input, was, now });

test("a change is told with its new and its old value", () => {
  assert.equal(changeWords(data, { changes: [change("segment_weight_a85p_frail", 0.35, 0.45)] }), "Frail people among those aged 85 and over: 45 in 100, was 35 in 100.");
  assert.equal(changeWords(data, { changes: [change("segment_weight_a85p_frail", 0.45, 0.35)] }), "Frail people among those aged 85 and over: 35 in 100, was 45 in 100.");
});

test("what was not held is told as it stood; a range by its ends", () => {
  assert.equal(changeWords(data, { changes: [change("minutes_prevention", null, 15)] }), "Minutes of one contact of prevention: 15, was about 12.2.");
  assert.equal(changeWords(data, { changes: [change("segment_weight_a85p_frail", null, 0.4)] }), "Frail people among those aged 85 and over: 40 in 100, was 35 in 100.");
  assert.equal(changeWords(data, { changes: [change("minutes_prevention", null, law)] }), "Minutes of one contact of prevention: 10 to 16, most likely 12, was about 12.2.");
});

test("what was moved comes before what gave way to it, whichever was written first", () => {
  const changes = [change("current_share_prevention_core", 0.26, 0.24), change("segment_weight_a85p_frail", 0.35, 0.5)];
  for (const given of [changes, [...changes].reverse()]) assert.match(changeWords(data, { changes: given }), /^Frail people .*; Prevention done at core level now: 24 in 100, was 26 in 100\.$/);
  assert.match(changeWords(data, { changes: [change("current_share_prevention_core", 0.26, 0.1), change("segment_weight_a85p_frail", 0.35, 0.36)] }), /^Prevention .*; Frail people /);
});

test("staff of a level that no table gives were no nought before; a nought beside a number is one", () => {
  const site = (core) => ({ ...data, inputs: [input("a", "WTE", 0, { variable: "skill_return[autonomous]" }), input("c", "WTE", core, { variable: "skill_return[core]" })] });
  assert.match(changeWords(site(0), { changes: [change("a", null, 21.27)] }), /: 21\.27 WTE, was no entry\.$/);
  assert.match(changeWords(site(5), { changes: [change("a", null, 21.27)] }), /: 21\.27 WTE, was 0 WTE\.$/);
});

test("values that read the same are left out, unless there is nothing else; many are counted", () => {
  const same = change("current_share_prevention_autonomous", 0.08, 0.080001);
  assert.equal(changeWords(data, { changes: [same, change("current_share_prevention_core", 0.26, 0.3)] }), "Prevention done at core level now: 30 in 100, was 26 in 100.");
  assert.match(changeWords(data, { changes: [same] }), /changed a little\.$/);
  const many = [0.1, 0.2, 0.3, 0.4, 0.5].map((now) => change("segment_weight_a85p_frail", 0.35, now));
  assert.match(changeWords(data, { changes: many }), /; and 2 more changes\.$/);
  assert.match(changeWords(data, { changes: many.slice(1) }), /; and 1 more change\.$/);
});

test("how an entry is kept, and where a session stands", () => {
  assert.equal(keptWords({ reason: "", who: "" }), "");
  assert.equal(keptWords({ reason: "more falls", who: "" }), "Kept.");
  assert.equal(keptWords({ reason: "", who: "Nurse" }), "Kept, as said by: Nurse.");
  assert.equal(sessionWords({ changes: 0, reasons: 0, left: "" }), "");
  assert.equal(sessionWords({ changes: 2, reasons: 1, left: "Care" }), "You left off at “Care” and 2 assumptions were changed, 1 with a reason.");
  assert.equal(sessionWords({ changes: 2, reasons: 2, left: "" }), "2 assumptions were changed, each with its reason.");
  assert.equal(sessionWords({ changes: 1, reasons: 1, left: "" }), "1 assumption was changed, with its reason.");
});

test("the status line says how many runs there are, and names no variable", () => {
  const facts = { have: 500, all: 500, failed: 0, busy: false, error: false };
  assert.equal(statusWords(facts), "500 runs");
  assert.equal(statusWords({ ...facts, have: 64, busy: true }), "64 of 500 runs; computing …");
  assert.equal(statusWords({ ...facts, failed: 1 }), "500 runs; 1 of them failed and is left out");
  assert.equal(statusWords({ ...facts, failed: 12 }), "500 runs; 12 of them failed and are left out");
  assert.match(statusWords({ ...facts, error: true }), /undo the last change/);
  assert.equal(statusWords({ ...facts, have: 0 }), "Computing …");
});
