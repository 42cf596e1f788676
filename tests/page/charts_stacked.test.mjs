import assert from "node:assert/strict";
import { test } from "node:test";

import { textWidth } from "../../src/llr_sd/page/js/charts/layout.mjs";
import { stackedReading, stackedScene } from "../../src/llr_sd/page/js/charts/stacked.mjs";

const LEVELS = ["Autonomous", "Enhanced", "Core", "Foundation"];
const bar = (name, values, more = {}) => ({ name, note: "", parts: values.map((value, i) => ({ name: LEVELS[i], value, low: null, high: null })), ...more });
const spec = (...bars) => ({ title: "Staff", unit: "WTE", decimals: 1, bars });
const place = (width = 1200, scale = 1, more = {}) => ({ width, scale, kept: null, row: null, ...more });
const two = () => spec(bar("now", [21.27, 3.27, 9.47, 62.29]), bar("then", [18, 11, 13, 66]));

function flat(nodes) {
  return nodes.flatMap((n) => [n, ...(typeof n.inside === "string" ? [] : flat(n.inside))]);
}

function parts(scene) {
  return flat(scene.nodes).filter((n) => n.attributes.class === "c-part").map((n) => n.attributes);
}

function texts(scene) {
  return flat(scene.nodes).filter((n) => n.tag === "text");
}

test("heights are in the proportion of the numbers, from one foot, and parts lie on each other in their order", () => {
  const made = parts(stackedScene(two(), place()));
  assert.equal(made.length, 8);
  const per = made[3].height / 62.29;
  [21.27, 3.27, 9.47, 62.29, 18, 11, 13, 66].forEach((value, i) => assert.ok(Math.abs(made[i].height - value * per) < 0.2, String(i)));
  assert.ok(Math.abs(made[3].y + made[3].height - (made[7].y + made[7].height)) < 0.2);
  for (const i of [0, 1, 2, 4, 5, 6]) assert.ok(Math.abs(made[i].y + made[i].height - made[i + 1].y) < 0.3, String(i));
});

test("where the drawing is narrow the first part is leftmost, and lengths keep their proportion", () => {
  const scene = stackedScene(two(), place(320));
  const drawn = parts(scene).filter((p) => p.height === 30);
  assert.equal(drawn.length, 8);
  assert.ok(drawn[0].x < drawn[1].x && drawn[1].x < drawn[2].x && drawn[2].x < drawn[3].x);
  assert.ok(Math.abs(drawn[0].width / drawn[3].width - 21.27 / 62.29) < 0.01);
  assert.ok(texts(scene).some((t) => t.inside === "Enhanced: 3.3"));
});

test("no two neighbours have the same fill, and four parts have four looks", () => {
  const fills = parts(stackedScene(two(), place())).slice(0, 4).map((p) => p.fill);
  assert.equal(new Set(fills).size, 4);
});

test("every number and name is written, inside the drawing and apart", () => {
  const ranged = two();
  ranged.bars[1].parts.forEach((p) => Object.assign(p, { low: 0.9 * p.value, high: 1.1 * p.value }));
  ranged.bars[1].total = { value: 108, low: 99, high: 117 };
  for (const width of [240, 320, 390, 620, 1100, 1240]) {
    for (const scale of [1, 1.75]) {
      const scene = stackedScene(ranged, place(width, scale));
      const boxes = texts(scene).map(({ attributes, inside }) => {
        const long = textWidth(inside, attributes["font-size"], attributes["font-weight"] === "600");
        const from = attributes.x - (attributes["text-anchor"] === "end" ? long : 0);
        return [from, from + long, attributes.y, inside, attributes["font-size"]];
      });
      const said = boxes.map((b) => b[3]).join(" ");
      for (const wanted of ["21.3", "3.3", "62.3", "18.0", "Autonomous", "Foundation", "96.3 WTE", "108.0 WTE", "9.9 to 12.1"]) assert.ok(said.includes(wanted), `${wanted} at ${width}: ${said}`);
      for (const [i, a] of boxes.entries()) {
        assert.ok(a[0] >= -1 && a[1] <= width + 1 && a[2] <= scene.height, `${a[3]} at ${width} px, ${scale}`);
        for (const b of boxes.slice(i + 1)) assert.ok(a[1] <= b[0] || b[1] <= a[0] || Math.abs(a[2] - b[2]) >= 0.9 * Math.min(a[4], b[4]), `${a[3]} | ${b[3]} at ${width} px, ${scale}`);
      }
    }
  }
});

test("parts with ranges are not added: their middles make no whole", () => {
  const ranged = spec(bar("now", [1, 2, 3, 4]));
  assert.ok(texts(stackedScene(ranged, place())).some((t) => t.inside === "10.0 WTE"));
  ranged.bars[0].parts[0] = { name: "Autonomous", value: 1, low: 0.5, high: 2 };
  assert.ok(!texts(stackedScene(ranged, place())).some((t) => t.inside.includes("WTE")));
});

test("a number that is missing leaves its place empty and takes no height", () => {
  const scene = stackedScene(spec(bar("now", [5, NaN, 0, 5])), place());
  assert.equal(parts(scene).length, 2);
  assert.equal(scene.grid.point(0, 1), null);
  assert.ok(!texts(scene).some((t) => t.inside === "Enhanced" || t.inside.includes("WTE")));
});

test("the pointer takes the part that it is in, however near the middle of another is", () => {
  const scene = stackedScene(two(), place());
  const thin = parts(scene)[1];
  assert.deepEqual(scene.grid.hit(10, thin.y + 1), { column: 0, row: 1 });
  assert.deepEqual(scene.grid.hit(10, thin.y - 1), { column: 0, row: 0 });
  assert.deepEqual(scene.grid.hit(700, 1e4), { column: 1, row: 3 });
});

test("a part is read beside the same part of the other bars, upright and lying", () => {
  for (const [width, column, row] of [[1200, 1, 1], [320, 0, 5]]) {
    const { grid } = stackedScene(two(), place(width));
    const told = stackedReading(two(), column, row, grid);
    assert.equal(told.spoken, "then, Enhanced: 11.0");
    assert.equal(told.head, "Enhanced (WTE)");
    assert.deepEqual(told.lines.map((l) => [l.name, l.words, l.row !== null]), [["now", "3.3", false], ["then", "11.0", true]]);
  }
});

test("hatching stays inside its part", () => {
  const scene = stackedScene(two(), place());
  const boxes = flat(scene.nodes).filter((n) => ["c-part", "c-hatch"].includes(n.attributes.class));
  for (const [i, n] of boxes.entries()) {
    if (n.attributes.class !== "c-hatch") continue;
    const { x, y, width, height } = boxes[i - 1].attributes;
    for (const [, a, b] of n.attributes.d.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)) assert.ok(a >= x - 0.2 && a <= x + width + 0.2 && b >= y - 0.2 && b <= y + height + 0.2, `${a} ${b}`);
  }
});

test("nothing but numbers and no bars at all are drawn without a fault", () => {
  assert.doesNotThrow(() => stackedScene(spec(bar("none", [0, 0, 0, 0])), place()));
  assert.equal(stackedScene({ bars: [] }, place()).grid.rows.length, 0);
});
