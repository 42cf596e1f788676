import assert from "node:assert/strict";
import { test } from "node:test";
import { problemOf, sourcesWords, standWords } from "../../src/llr_sd/page/js/people/inputs.mjs";
import { pairsScene } from "../../src/llr_sd/page/js/people/pairs.mjs";

const spread = (middle, low = middle, high = middle) => ({ middle, low, high });
const spec = (more = {}) => ({
  title: "People by age", unit: "Person", years: 5,
  rows: [
    { name: "0 to 4", now: spread(2072), later: spread(2031, 2010, 2050) },
    { name: "75 to 84", now: spread(2073), later: spread(2428, 2380, 2480) },
    { name: "85 and over", now: spread(852), later: spread(852) },
  ],
  ...more,
});
const place = { width: 700, scale: 1.667, kept: null, row: null };
const flat = (nodes) => nodes.flatMap((n) => [n, ...(Array.isArray(n.inside) ? flat(n.inside) : [])]);
const textsOf = (scene) => flat(scene.nodes).filter((n) => n.tag === "text").map((n) => n.inside);
const barsOf = (scene) => flat(scene.nodes).filter((n) => n.tag === "rect");

test("each row tells both numbers and the growth, whichever way it goes", () => {
  const texts = textsOf(pairsScene(spec(), place));
  for (const text of ["today", "in five years", "2,072 \u2192 2,031", "\u22122%", "2,073 \u2192 2,428", "+17%", "852 \u2192 852", "\u00b10%"]) assert.ok(texts.includes(text), text);
});

test("bars are as long as their numbers, and each range has its whisker", () => {
  const scene = pairsScene(spec(), place);
  const [, , ...bars] = barsOf(scene); // the first two are the key's
  const wide = bars.map((bar) => bar.attributes.width);
  assert.equal(wide.length, 6);
  assert.ok(Math.abs(wide[3] / wide[2] - 2428 / 2073) < 0.01);
  assert.equal(wide[4], wide[5]);
  const whiskers = flat(scene.nodes).filter((n) => n.tag === "path" && n.attributes.stroke !== "#fff");
  assert.equal(whiskers.length, 2, "of the two rows whose later number has a range");
});

test("without years ahead there is one bar a row and no growth", () => {
  const scene = pairsScene(spec({ years: 0 }), place);
  assert.equal(barsOf(scene).length, 3);
  assert.ok(textsOf(scene).includes("2,072"));
  assert.ok(!textsOf(scene).some((text) => /\u2192|%|today/.test(text)));
});

test("text is of the size that the place asks for, and nothing stands outside it, wide or narrow", () => {
  for (const [width, scale] of [[700, 1.667], [340, 1.25], [280, 1.25]]) {
    const scene = pairsScene(spec(), { ...place, width, scale });
    for (const { attributes } of flat(scene.nodes).filter((n) => n.tag === "text")) {
      assert.ok(Math.abs(attributes["font-size"] - 12 * scale) < 0.1);
      assert.ok(attributes.y <= scene.height && attributes.x <= width);
    }
    for (const { attributes } of barsOf(scene)) assert.ok(attributes.x + attributes.width <= width && attributes.y + attributes.height <= scene.height);
  }
});

test("what cannot be set is said with its ends", () => {
  const bounded = { minimum: 0, maximum: 0.5 };
  assert.equal(problemOf(bounded, 0.2), "");
  assert.equal(problemOf(bounded, -1), "Write a number from 0 to 0.5.");
  assert.equal(problemOf(bounded, 0.6, { scale: 100, unit: "%" }), "Write a number from 0% to 50%.");
  assert.equal(problemOf(bounded, 1e99), "Write a number from 0 to 0.5.");
  assert.equal(problemOf(bounded, NaN), "Write a number.");
  assert.equal(problemOf({ minimum: 1, maximum: null }, 0), "Write 1 or more.");
  assert.equal(problemOf({ minimum: null, maximum: 1 }, 2), "Write 1 or less.");
});

test("how good a number is follows what the room does with it", () => {
  const inputs = {
    list: { name: "list", grade: "A", value: 9, uncertain: false, source: "the plan" },
    rate: { name: "rate", grade: "C", value: 4, uncertain: false, source: "judgement" },
    scale: { name: "scale", grade: "B", value: 1, uncertain: true, source: "ONS" },
    lever: { name: "lever", grade: "C", value: 0, uncertain: false, source: "lever, neutral at 0" },
  };
  const page = (held, more = {}) => ({
    data: { scenarios: [{ set: { list: 13 } }], workshop: { site: { illustrative: true, label: "City", ...more } } },
    state: { held: { list: 13, ...held }, ranges: more.ranges ?? {} }, input: (name) => inputs[name],
  });
  assert.equal(standWords(page({}), ["list"]), "illustrative", "its source is not that of the model's own number");
  assert.equal(standWords(page({}, { illustrative: false }), ["list"]), "from the site's own table");
  assert.equal(standWords(page({ list: 14 }), ["list"]), "set in the room");
  assert.equal(standWords(page({}), ["rate"]), "judgement");
  assert.equal(standWords(page({ rate: 4 }), ["rate"]), "judgement");
  assert.equal(standWords(page({ scale: 1 }), ["scale"]), "set in the room", "what varied is held");
  assert.equal(standWords(page({}, { ranges: { rate: {} } }), ["rate"]), "a range from the room");
  assert.equal(standWords(page({}), ["rate", "scale", "rate"]), "judgement and published elsewhere");
  assert.equal(sourcesWords(page({}), ["list", "rate", "scale", "lever"]), "Where these come from: the table of City; ONS.");
  assert.equal(sourcesWords(page({}), ["lever"]), "");
});
