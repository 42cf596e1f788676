import assert from "node:assert/strict";
import { test } from "node:test";

import { axisRange, nearestIndex, quietest, roundNumbers, spreadLabels, textWidth, timeTicks, wrapped } from "../../src/llr_sd/page/js/charts/layout.mjs";
import { bandPath, linePath, node, pen, svgText, words } from "../../src/llr_sd/page/js/charts/svg.mjs";

test("labels keep their distance, their order and their bounds, and move no more than they must", () => {
  assert.deepEqual(spreadLabels([10, 50], 12, 0, 100), [10, 50]);
  assert.deepEqual(spreadLabels([50, 50, 50], 12, 0, 100), [38, 50, 62]);
  assert.deepEqual(spreadLabels([98, 99], 12, 0, 100), [88, 100]);
  assert.deepEqual(spreadLabels([60, 10, 61], 12, 0, 100), [54.5, 10, 66.5]);
  const crowded = spreadLabels([5, 5, 5, 5, 5, 5], 40, 0, 100);
  assert.deepEqual(crowded, [0, 20, 40, 60, 80, 100]);
});

test("round numbers are multiples of one, two, two and a half or five, written without binary dust", () => {
  assert.deepEqual(roundNumbers(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(roundNumbers(-3, 12, 4), [0, 5, 10]);
  assert.deepEqual(roundNumbers(0.1, 0.7, 7), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  assert.deepEqual(roundNumbers(5, 5, 4), [5]);
});

test("an axis keeps still while values move within it, widens when one leaves, and follows when they shrink a lot", () => {
  const first = axisRange(null, 500, 700);
  assert.ok(first.low <= 500 && first.high >= 700 && first.high - first.low < 400);
  assert.equal(axisRange(first, 510, 690), first);
  assert.notEqual(axisRange(first, 510, first.high + 1), first);
  const close = axisRange(first, 600, 610);
  assert.ok(close.high - close.low < 40);
});

test("an axis of amounts does not go below nought for room, and takes nought in where it is asked to", () => {
  assert.equal(axisRange(null, 0.5, 40).low, 0);
  assert.equal(axisRange(null, -40, -0.5).high, 0);
  assert.ok(axisRange(null, -3, 40).low < -3);
  assert.equal(axisRange(null, 20, 40, { zero: true }).low, 0);
  const flat = axisRange(null, 7, 7);
  assert.ok(flat.low < 7 && flat.high > 7);
  for (const value of [0, 1e-9, -4, 3e8]) {
    const range = axisRange(null, value, value);
    assert.ok(range.low < range.high && range.low <= value && range.high >= value, String(value));
  }
  assert.equal(axisRange(null, 0, 0).low, 0);
  assert.deepEqual(axisRange(null, NaN, NaN), { low: 0, high: 1 });
});

test("an axis of shares ends at one whole and at nought unless a value does not, and reads where all are nought", () => {
  const shares = (low, high, kept = null) => axisRange(kept, low, high, { share: true });
  assert.deepEqual(shares(0.02, 0.98), { low: 0, high: 1 });
  assert.deepEqual([shares(0.5, 1).high, shares(1, 1).high, shares(0.7, 0.99).high], [1, 1, 1]);
  assert.ok(shares(1, 1).low < 1 && shares(1, 1).low >= 0);
  assert.ok(axisRange(null, 0.02, 0.98).high > 1, "other numbers have room above them");
  assert.ok(shares(0.2, 1.01).high > 1.01 && shares(-0.3, 0.5).low < -0.3, "what does go beyond is shown");
  const flat = shares(0, 0);
  assert.ok(flat.low === 0 && flat.high > 0 && flat.high <= 0.2, JSON.stringify(flat));
  const wide = shares(0.2, 1.3);
  assert.equal(shares(0.25, 1.2, wide), wide);
  assert.equal(shares(0.2, 0.95, wide).high, 1, "and is left once no value is there");
  assert.equal(shares(0, 0.8, shares(-0.1, 0.9)).low, 0);
  assert.equal(shares(0, 0.5, { low: 0, high: 1 }).high, 1, "it keeps still otherwise");
});

test("years are marked at 1 January, at most as many as have room; short spans have months, other times plain numbers", () => {
  assert.deepEqual(timeTicks(2017.75, 2021.5, 8).map((t) => t.text), ["2018", "2019", "2020", "2021"]);
  assert.deepEqual(timeTicks(2017.75, 2045, 6).map((t) => t.at), [2020, 2025, 2030, 2035, 2040, 2045]);
  assert.deepEqual(timeTicks(2025, 2026, 8).map((t) => t.text), ["Jan 2025", "Apr 2025", "Jul 2025", "Oct 2025", "Jan 2026"]);
  assert.deepEqual(timeTicks(0, 120, 5).map((t) => t.text), ["0", "25", "50", "75", "100"]);
});

test("text is broken between words, a word that is too wide within, and what is left over shows that it is cut", () => {
  const lines = wrapped("more international recruits than planned", 90, 12, 5);
  assert.equal(lines.join(" "), "more international recruits than planned");
  for (const line of lines) assert.ok(textWidth(line, 12) <= 90);
  for (const line of wrapped("x".repeat(80), 90, 12)) assert.ok(textWidth(line, 12) <= 90);
  const cut = wrapped("one two three four five six seven eight nine", 60, 12, 2);
  assert.equal(cut.length, 2);
  assert.ok(cut[1].endsWith("…") && textWidth(cut[1], 12) <= 60);
  assert.deepEqual(wrapped("", 60, 12), []);
});

test("a label is put where least is in its way", () => {
  const places = [{ left: 0, base: 20, width: 50, size: 12 }, { left: 0, base: 60, width: 50, size: 12 }];
  assert.equal(quietest(places, [{ x: 10, y: 15 }], { top: 0, bottom: 100 }), places[1]);
  assert.equal(quietest(places, [], { top: 0, bottom: 100 }), places[0]);
});

test("the nearest value is found among undefined ones", () => {
  assert.equal(nearestIndex([NaN, 1, 5, NaN], 4), 2);
  assert.equal(nearestIndex([NaN], 4), -1);
});

test("lines and bands are broken where a number is missing, not joined across", () => {
  const y = (v) => v;
  assert.equal(linePath([0, 1, 2, 3], [1, NaN, 3, 4], y), "M0 1M2 3L3 4");
  assert.equal(bandPath([0, 1, 2, 3], [1, 1, NaN, 1], [2, 2, 2, 2], y), "M0 2L1 2L1 1L0 1ZM3 2L3 1Z");
});

test("twelve lines are told apart without colour", () => {
  const looks = new Set(Array.from({ length: 12 }, (_, i) => `${pen(i).dash} ${pen(i).marker}`));
  assert.equal(looks.size, 12);
});

/** Contrast of two colours as WCAG 2 defines it. */
function contrast(a, b) {
  const light = (colour) => {
    const [r, g, blue] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high, low] = [light(a), light(b)].sort((p, q) => q - p);
  return (high + 0.05) / (low + 0.05);
}

test("every pen stands out from white at least three to one", () => {
  for (let i = -1; i < 6; i += 1) assert.ok(contrast(pen(i).colour, "#ffffff") >= 3, pen(i).colour);
  assert.ok(Math.abs(contrast("#000000", "#ffffff") - 21) < 1e-9);
});

test("a file of a picture holds any text as text, and no look that it would need a page for", () => {
  const text = svgText([node("g", { class: "x", opacity: null }, [words(1, 2, '<script>alert("1")</script> & \u0000\u0008', { size: 12 })])], {
    width: 10, height: 20, title: "<b>", description: "a & b",
  });
  assert.ok(text.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20"'));
  assert.ok(text.includes('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; </text>'));
  assert.ok(text.includes("<title>&lt;b&gt;</title><desc>a &amp; b</desc>"));
  assert.ok(!/class=|style=|opacity|\u0000/.test(text));
});
