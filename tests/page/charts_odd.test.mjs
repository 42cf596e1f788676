import assert from "node:assert/strict";
import { test } from "node:test";

import { barsScene } from "../../src/llr_sd/page/js/charts/bars.mjs";
import { chanceScene } from "../../src/llr_sd/page/js/charts/chance.mjs";
import { differenceRows } from "../../src/llr_sd/page/js/charts/difference.mjs";
import { distributionReading, distributionScene } from "../../src/llr_sd/page/js/charts/distribution.mjs";
import { axisRange, roundNumbers } from "../../src/llr_sd/page/js/charts/layout.mjs";
import { svgText } from "../../src/llr_sd/page/js/charts/svg.mjs";
import { trajectoryReading, trajectoryScene, trajectoryTable, trajectoryWords } from "../../src/llr_sd/page/js/charts/trajectory.mjs";

const SIZES = [0, 1e-30, 3e-7, 0.5, 1, 639, 1e9, 7e22, 1e300];
const place = (width, scale = 1) => ({ width, scale, kept: null, row: null });

/** Everything that a scene would write, which must hold nothing that no reader of SVG knows. */
function drawn(scene) {
  const text = svgText(scene.nodes, { width: 100, height: scene.height, title: "", description: "" });
  assert.ok(!/NaN|Infinity|undefined|null/.test(text), text.match(/.{40}(NaN|Infinity|undefined|null).{40}/)?.[0]);
  assert.ok(Number.isFinite(scene.height) && scene.height > 0 && scene.height < 5000);
  for (const row of scene.grid.rows) {
    const point = scene.grid.point(scene.grid.start, row);
    assert.ok(point === null || (Number.isFinite(point.x) && Number.isFinite(point.y)));
  }
}

test("numbers of every size, sign and gap are drawn, or left out where there is none", () => {
  for (const size of SIZES) {
    for (const sign of [1, -1]) {
      for (const spread of [0, 1e-12, 0.2]) {
        const of = (share) => sign * size * (1 + share * spread);
        for (const times of [[2020], [2020, 2020.5], [0, 1, 2, 3], [2017.75, 2018.75, 2019.75, 2020.75]]) {
          const line = (share) => times.map((_, i) => (i === 1 ? NaN : of(share)));
          const series = [
            { name: "a", pen: 0, median: line(0), low90: line(-1), high90: line(1), low50: null, high50: null, central: null },
            { name: "b", pen: 1, median: times.map(() => NaN) },
            { name: "c", pen: 2, median: times.map(() => Infinity) },
          ];
          const spec = { title: "", unit: "WTE", times, series, targets: [{ label: "", value: of(0.5), time: null }], history: [] };
          for (const width of [240, 900]) {
            drawn(trajectoryScene(spec, place(width)));
            drawn(trajectoryScene({ ...spec, signed: true, series: series.slice(0, 1) }, place(width)));
          }
          trajectoryReading(spec, 0, 1);
          trajectoryWords(spec);
          trajectoryTable(spec);
        }
        drawn(barsScene({ bars: [{ name: "a", value: of(0), low: of(-1), high: of(1) }, { name: "b", value: NaN, low: null, high: null }] }, place(320)));
        drawn(differenceRows({ unit: "", series: [{ name: "a", pen: 0, median: of(0), low90: of(-1), high90: of(1) }, { name: "b", pen: 1, median: NaN }] }, place(320)));
        const values = Float64Array.from({ length: 90 }, (_, i) => of(i / 90)).sort();
        const spec = { title: "", unit: "", series: [{ name: "a", values, runs: 91 }, { name: "b", values: new Float64Array(0), runs: 3 }], targets: [{ label: "", value: of(0.3), atLeast: true }] };
        drawn(distributionScene(spec, place(320)));
        distributionReading(spec, of(0.3), 1);
      }
    }
  }
});

test("a figure without any series, row or run is drawn empty", () => {
  drawn(trajectoryScene({ times: [2020, 2021], series: [], targets: [], history: [] }, place(400)));
  drawn(trajectoryScene({ times: [2020, 2021], series: [{ name: "a", pen: 0, median: [1, 2], hidden: true }] }, place(400)));
  drawn(barsScene({ bars: [] }, place(400)));
  drawn(chanceScene({ rows: [] }, place(400)));
  drawn(differenceRows({ series: [] }, place(400)));
  drawn(distributionScene({ series: [], targets: [] }, place(400)));
});

test("an axis has a range, and at least one number on it, for values of every size", () => {
  for (const size of SIZES) {
    for (const [low, high] of [[size, size], [-size, size], [size, size * 1.0000001], [-size * 2, -size]]) {
      const range = axisRange(null, low, high);
      assert.ok(range.low < range.high && range.low <= low && range.high >= high, `${low} to ${high}: ${JSON.stringify(range)}`);
      const numbers = roundNumbers(range.low, range.high, 6);
      assert.ok(numbers.length >= 1 && numbers.length <= 9, `${low} to ${high}: ${numbers}`);
      assert.equal(new Set(numbers).size, numbers.length);
    }
  }
});
