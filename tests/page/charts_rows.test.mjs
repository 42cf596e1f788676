import assert from "node:assert/strict";
import { test } from "node:test";

import { barsReading, barsScene, roomyNumbers } from "../../src/llr_sd/page/js/charts/bars.mjs";
import { chanceReading, chanceScene } from "../../src/llr_sd/page/js/charts/chance.mjs";
import { differenceRows } from "../../src/llr_sd/page/js/charts/difference.mjs";
import { textWidth } from "../../src/llr_sd/page/js/charts/layout.mjs";

const place = (width = 900, scale = 1, kept = null) => ({ width, scale, kept, row: null });
const LONG = "share of trainees who stay in the area after they have qualified as a general practitioner";
const bars = () => ({
  measure: "Rank correlation", limits: [-1, 1], decimals: 2, signed: true,
  bars: [{ name: "leaving", value: -0.72, low: -0.76, high: -0.67 }, { name: LONG, value: 0.184, low: 0.09, high: 0.26, note: "weak" }, { name: "none", value: NaN, low: null, high: null }],
});
const chances = () => ({
  rows: [
    { target: "GPs", asks: "at least 639 WTE", setting: "plan", pen: 0, probability: 0.124, low: 0.098, high: 0.156, met: 62, runs: 500, lost: 0 },
    { target: "GPs", asks: "at least 639 WTE", setting: LONG, pen: 1, probability: 310 / 480, low: 0.602, high: 0.687, met: 310, runs: 480, lost: 20 },
    { target: "Turnover", asks: "at most 8%", setting: "plan", pen: 0, probability: NaN, low: NaN, high: NaN, met: 0, runs: 0, lost: 500 },
  ],
});

function flat(nodes) {
  return nodes.flatMap((n) => [n, ...(typeof n.inside === "string" ? [] : flat(n.inside))]);
}

function texts(scene) {
  return flat(scene.nodes).filter((n) => n.tag === "text");
}

/** The ends of a text along the drawing, by the widest of the usual faces. */
function ends({ attributes, inside }) {
  const width = textWidth(inside, attributes["font-size"], attributes["font-weight"] === "600");
  const back = { end: 1, middle: 0.5 }[attributes["text-anchor"]] ?? 0;
  return [attributes.x - back * width, attributes.x + (1 - back) * width];
}

for (const [name, scene] of [["bars", (p) => barsScene(bars(), p)], ["chances", (p) => chanceScene(chances(), p)]]) {
  test(`${name} keep their text within the drawing and apart, at every width and size of type`, () => {
    for (const width of [240, 320, 390, 620, 1100]) {
      for (const scale of [1, 1.75]) {
        const made = scene(place(width, scale));
        const boxes = texts(made).map((t) => [...ends(t), t.attributes.y, t.inside]);
        for (const [from, to, y, text] of boxes) {
          assert.ok(from >= -1 && to <= width + 1 && y <= made.height, `${text} at ${width} px, ${scale}`);
        }
        for (const [i, a] of boxes.entries()) {
          for (const b of boxes.slice(i + 1)) {
            const apart = a[1] <= b[0] || b[1] <= a[0] || Math.abs(a[2] - b[2]) >= 12 * scale;
            assert.ok(apart, `${a[3]} | ${b[3]} at ${width} px, ${scale}`);
          }
        }
      }
    }
  });
}

test("a bar goes from nought to its value, to its own side", () => {
  const scene = barsScene(bars(), place());
  const [down, up] = flat(scene.nodes).filter((n) => n.tag === "rect").map((n) => n.attributes);
  const zero = up.x;
  assert.ok(Math.abs(down.x + down.width - zero) < 0.2);
  assert.ok(Math.abs(down.width / up.width - 0.72 / 0.184) < 0.02);
  assert.equal(scene.grid.point(0, 2), null);
});

test("bars and chances are read with their intervals, counts and notes", () => {
  assert.equal(barsReading(bars(), 0, 1).spoken, `${LONG}: +0.18 (+0.09 to +0.26), weak`);
  assert.equal(barsReading(bars(), 0, 2).lines[0].words, "–");
  assert.equal(chanceReading(chances(), 0, 0).spoken, "plan, GPs: at least 639 WTE: 12% (9.8 to 16%)");
  assert.equal(chanceReading(chances(), 0, 1).lines[0].words, "65% (60 to 69%); 62 to 66% with the 20 runs without a result");
  assert.equal(chanceReading(chances(), 0, 2).lines[0].words, "–");
});

test("the sign of per cent stands once behind a range of shares", () => {
  const share = (more) => barsReading({ percent: true, bars: [{ name: "a", value: 0.35, low: 0.28, high: 0.41 }], ...more }, 0, 0).lines[0].words;
  assert.equal(share({}), "35% (28 to 41%)");
  assert.equal(share({ percent: false, shares: true }), "35% (28 to 41%)");
  assert.equal(share({ signed: true }), "+35 points (+28 to +41 points)");
});

test("a chance stands at its share of the axis, and one without runs nowhere", () => {
  const { grid, box } = chanceScene(chances(), place());
  assert.ok(Math.abs((grid.point(0, 0).x - box.left) / (box.right - box.left) - 0.124) < 1e-9);
  assert.equal(grid.point(0, 2), null);
  assert.deepEqual(grid.rows, [0, 1, 2]);
});

test("a target is named once above its settings", () => {
  const bold = texts(chanceScene(chances(), place())).filter((t) => t.attributes["font-weight"]);
  assert.deepEqual(bold.map((t) => t.inside), ["GPs: at least 639 WTE", "Turnover: at most 8%"]);
});

test("the axis of differences has nought on it and keeps still", () => {
  const spec = (by) => ({ unit: "WTE", series: [{ name: "more", pen: 1, median: 42, low90: 12, high90: 78 * by }] });
  const first = differenceRows(spec(1), place());
  assert.equal(first.kept.range.low, 0);
  assert.equal(differenceRows(spec(1.01), place(900, 1, first.kept)).kept.range, first.kept.range);
  assert.notEqual(differenceRows(spec(2), place(900, 1, first.kept)).kept.range, first.kept.range);
  assert.ok(texts(first).some((t) => t.inside === "+42 (+12 to +78)"));
});

test("numbers under an axis stay apart", () => {
  for (const length of [100, 200, 400]) {
    const ticks = (v) => v.toFixed(3);
    const numbers = roomyNumbers({ low: -1, high: 1 }, length, 12, ticks);
    assert.ok(numbers.length >= 1);
    const step = (length * (numbers[1] - numbers[0])) / 2;
    if (numbers.length > 1) assert.ok(step >= textWidth("−0.250", 12), String(length));
  }
});

test("rows of differences say what they show, and no more", () => {
  const told = (series) => JSON.stringify(differenceRows({ unit: "", series: [{ name: "a", pen: 0, ...series }] }, place()).nodes);
  assert.match(told({ median: 1, low90: 0, high90: 2, low50: 0.5, high50: 1.5 }), /half of the runs \(thick\)/);
  assert.match(told({ median: 1, low90: 0, high90: 2 }), /with nine runs in ten"/);
  assert.match(told({ median: 1 }), /Median difference"/);
});

test("bars of a group stand under its name, and given words are said in place of numbers", () => {
  const spec = { measure: "share", percent: true, bars: [{ group: "R1 posts", name: "pay", value: 0.4, low: 0.3, high: 1.1, words: "40% (30 to 110%)" }, { group: "R2 age", name: "pay", value: NaN, low: NaN, high: NaN, words: "–" }] };
  const bold = texts(barsScene(spec, place())).filter((t) => t.attributes["font-weight"]).map((t) => t.inside);
  assert.deepEqual(bold, ["R1 posts", "R2 age"]);
  assert.deepEqual(barsReading(spec, 0, 0), { head: "R1 posts", lines: [{ name: "pay", pen: null, words: "40% (30 to 110%)", row: 0 }], spoken: "R1 posts, pay: 40% (30 to 110%)" });
});
