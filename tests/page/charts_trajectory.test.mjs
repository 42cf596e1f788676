import assert from "node:assert/strict";
import { test } from "node:test";

import { csvText, fileName } from "../../src/llr_sd/page/js/charts/files.mjs";
import { trajectoryKey, trajectoryReading, trajectoryScene, trajectoryTable, trajectoryWords } from "../../src/llr_sd/page/js/charts/trajectory.mjs";

const spec = () => ({
  title: "GPs", label: "GPs", unit: "WTE", times: [2019.75, 2020.25, 2020.75],
  series: [
    { name: "plan", pen: 0, median: [640, 630.4, 623], low90: [640, 600, 580.2], high90: [640, 650, 660.7] },
    { name: "stay", pen: 1, median: [640, 645, NaN], low90: null, high90: null },
    { name: "away", pen: 2, median: [1, 1, 1], hidden: true },
  ],
  targets: [{ label: "", value: 639, time: 2020.75 }], history: [{ time: 2019.75, value: 641, label: "" }],
});
const place = (width = 900, more = {}) => ({ width, scale: 1, kept: null, row: null, ...more });

/** All nodes of a scene, however deep. */
function flat(nodes) {
  return nodes.flatMap((n) => [n, ...(typeof n.inside === "string" ? [] : flat(n.inside))]);
}

test("what is read at a time is what the lines hold there", () => {
  const last = trajectoryReading(spec(), 2, 0);
  assert.equal(last.head, "End of Sep 2020: median (nine runs in ten)");
  assert.deepEqual(last.lines.map((l) => `${l.name} ${l.words}`), ["plan 623 (580 to 661)", "stay –", "target 639 WTE, end of Sep 2020"]);
  assert.equal(last.spoken, "plan, End of Sep 2020: 623 (580 to 661) WTE");
  const first = trajectoryReading(spec(), 0, null);
  assert.deepEqual(first.lines.map((l) => `${l.name} ${l.words}`), ["plan 640", "stay 640", "target 639 WTE, end of Sep 2020", "observed 641"]);
});

test("the text alternative carries the numbers and leaves out what is hidden", () => {
  assert.equal(
    trajectoryWords(spec()),
    "GPs (WTE) from end of Sep 2019 to end of Sep 2020. End of Sep 2020, median and nine runs in ten: plan 623 (580 to 661) and stay –. target 639 WTE, end of Sep 2020.",
  );
});

test("differences carry their sign and have nought on their axis", () => {
  const signed = { ...spec(), signed: true, targets: [], history: [] };
  assert.equal(trajectoryReading(signed, 2, 0).lines[0].words, "+623 (+580 to +661)");
  assert.equal(trajectoryScene(signed, place()).kept.range.low, 0);
  assert.ok(trajectoryScene(spec(), place()).kept.range.low > 500);
});

test("numbers of a percentage are read as such", () => {
  const share = { ...spec(), percent: true, unit: "Dmnl", targets: [{ value: 0.125 }], history: [], series: [{ name: "plan", pen: 0, median: [0.1, 0.11, 0.025], low90: [0.1, 0.1, 0.004], high90: [0.1, 0.12, 0.031] }] };
  assert.deepEqual(trajectoryReading(share, 2, 0).lines.map((l) => l.words), ["2.5% (0.4 to 3.1%)", "12.5%"]);
  const points = { ...share, signed: true, targets: [] };
  assert.equal(trajectoryReading(points, 2, 0).lines[0].words, "+2.5 points (+0.4 to +3.1 points)");
});

test("the table has every number whole, and its file no formula", () => {
  const table = trajectoryTable(spec());
  assert.deepEqual(table.head, ["Time", "plan: median", "plan: 5% of runs below", "plan: 95% below", "stay"]);
  assert.deepEqual(table.rows[1].map((c) => c.value), [2020.25, 630.4, 600, 650, 645]);
  const hostile = { head: ["Time", "=1+1", ' @"x", y'], rows: [["-danger", { value: -2.5, words: "−3" }, { value: NaN, words: "–" }], ["a\nb", "+1", "\u0000ok"]] };
  assert.equal(csvText(hostile), "\ufeffTime,'=1+1,\"' @\"\"x\"\", y\"\r\n'-danger,-2.5,\r\n\"a\nb\",'+1,ok\r\n");
  assert.equal(csvText(table, "illustrative").split("\r\n")[1].split(",")[0], "illustrative");
});

test("a file is named after study, setting and figure", () => {
  assert.equal(fileName(["gp_plan", "Scenario 2: more!", "GPs (WTE)"], "png"), "gp-plan_scenario-2-more_gps-wte.png");
  assert.equal(fileName(["../..", "", "<x>"], "svg"), "x.svg");
  assert.equal(fileName([], "csv"), "figure.csv");
  assert.ok(fileName(["a".repeat(500)], "csv").length < 130);
});

test("nothing leaves the drawing, and type is never under 12 px", () => {
  for (const width of [240, 320, 390, 700, 1100]) {
    for (const scale of [1, 1.75]) {
      const scene = trajectoryScene(spec(), place(width, { scale }));
      const texts = flat(scene.nodes).filter((n) => n.tag === "text");
      assert.ok(texts.length > 3);
      for (const text of texts) {
        assert.ok(text.attributes["font-size"] >= 12 * scale);
        assert.ok(text.attributes.y <= scene.height && text.attributes.x <= width, text.inside);
      }
      for (const x of scene.grid.xs) assert.ok(x >= 0 && x <= width);
    }
  }
});

test("axes are the same objects while their range holds, so that nothing of them is drawn again", () => {
  const first = trajectoryScene(spec(), place());
  const moved = spec();
  moved.series[0].median[2] = 622;
  const second = trajectoryScene(moved, place(900, { kept: first.kept }));
  assert.equal(second.nodes[0], first.nodes[0]);
  assert.equal(second.nodes[1], first.nodes[1]);
  moved.series[0].high90[2] = 900;
  assert.notEqual(trajectoryScene(moved, place(900, { kept: second.kept })).nodes[0], first.nodes[0]);
  const other = trajectoryScene({ ...spec(), label: "Nurses" }, place(900, { kept: first.kept }));
  assert.notEqual(other.nodes[0], first.nodes[0]);
});

test("a hidden line is not drawn, not read and not stepped to", () => {
  const scene = trajectoryScene(spec(), place());
  assert.deepEqual(scene.grid.rows, [0, 1]);
  assert.equal(scene.grid.point(2, 1), null);
  assert.ok(scene.grid.point(2, 0).y > 0);
});

test("what the marks mean is said of those that are drawn, and of no others", () => {
  const [plan] = spec().series;
  const of = (series, more = {}) => trajectoryKey({ ...spec(), history: [], series, ...more });
  assert.equal(of([{ ...plan, low90: null, high90: null }]), "");
  assert.equal(of([plan]), "Line: median; band: nine runs in ten.");
  assert.equal(of([{ ...plan, low50: [1, 1, 1], high50: [2, 2, 2], central: [1, 1, 1] }]), "Line: median; darker band: half of the runs; paler band: nine runs in ten; dashed black line: central values.");
  assert.equal(of([plan, plan, plan]), "Line: median.");
  assert.equal(trajectoryKey({ ...spec(), series: [{ ...plan, low90: null, high90: null }] }), "Dots: observed.");
});

test("central values are read where they are drawn", () => {
  const central = (number) => ({ ...spec(), targets: [], series: Array.from({ length: number }, (_, i) => ({ name: `s${i}`, pen: i, median: [1, 2, 3], central: [4, 5, 600] })) });
  assert.deepEqual(trajectoryReading(central(1), 2, null).lines.map((l) => `${l.name} ${l.words}`), ["s0 3", "central values 600"]);
  assert.deepEqual(trajectoryReading(central(2), 2, null).lines.map((l) => l.name), ["s0", "s1", "s0, central values", "s1, central values"]);
  assert.equal(trajectoryReading(central(3), 2, null).lines.length, 3);
});

test("times that are no years are not told as dates, even where they could be", () => {
  const days = { ...spec(), times: [1900, 1950, 2000], targets: [{ label: "", value: 639, time: 1950 }], history: [], calendar: false };
  const said = [trajectoryReading(days, 2, 0).head, trajectoryReading(days, 2, 0).lines.at(-1).words, trajectoryWords(days), ...trajectoryTable(days).rows.map((r) => r[0].words)];
  const drawn = flat(trajectoryScene(days, place()).nodes).filter((n) => n.tag === "text").map((n) => n.inside);
  assert.ok(said[0].startsWith("Time 2000"));
  assert.ok(![...said, ...drawn].some((text) => /Jan|Dec|Year/.test(text)), JSON.stringify([...said, ...drawn]));
  assert.ok(trajectoryReading({ ...days, calendar: true }, 2, 0).head.startsWith("End of Dec 1999"));
});

test("shares over time are told as parts of a whole with their interval", () => {
  const spec = { title: "t", label: "Share", unit: "", percent: true, shares: true, times: [2018, 2019], series: [{ name: "leaving", pen: 0, median: [0.2, 1.02], low90: [-0.01, 0.9], high90: [0.35, 1.1], hidden: false }, { name: "pay", pen: 1, median: [0.1, 0.0004], low90: null, high90: null, hidden: false }], targets: [], history: [] };
  const { head, lines } = trajectoryReading(spec, 0, null);
  assert.equal(head, "End of Dec 2017: share (95% interval)");
  assert.deepEqual(lines.map((l) => l.words), ["20% (0 to 35%)", "10%"]);
  assert.deepEqual(trajectoryReading(spec, 1, null).lines.map((l) => l.words), ["100% (90 to 100%)", "below 0.1%"]);
  assert.deepEqual(trajectoryTable(spec).head, ["Time", "leaving: share", "leaving: 95% interval from", "leaving: to", "pay"]);
});
