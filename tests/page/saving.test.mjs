import assert from "node:assert/strict";
import { test } from "node:test";

import { numberWords } from "../../src/llr_sd/page/js/app/saving.mjs";

const data = { model: { calendar: true } };
const kept = (p05, p50, p95) => ({
  numbers: Object.entries({ p05, p50, p95 }).map(([statistic, value]) => ({ output: "gps", element: "", time: 2020.75, statistic, value })),
});

test("a kept number has its range once, and none where the runs were too few for it", () => {
  const people = { name: "gps", label: "GPs", unit: "WTE", percent: false, at: 2020.75 };
  const share = { name: "gps", label: "share", unit: "", percent: true, at: 2020.75 };
  assert.deepEqual(numberWords(data, kept(484, 510, 538), people), ["GPs (WTE): 510 (nine in ten 484 to 538)"]);
  assert.deepEqual(numberWords(data, kept(null, 510, null), people), ["GPs (WTE): 510"]);
  assert.deepEqual(numberWords(data, kept(510, 510, 510), people), ["GPs (WTE): 510"]);
  assert.deepEqual(numberWords(data, kept(0.4, 0.45, 0.5), share), ["share: 45% (nine in ten 40 to 50%)"]);
});
