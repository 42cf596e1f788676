/** The pictures that leave a workshop: what each shows, and all of them in one archive, every one saying what its data are. */

import { bandsOf } from "../app/specs.mjs";
import { fileName, pngOf } from "../charts/files.mjs";
import { stackedChart } from "../charts/stacked.mjs";
import { trajectoryChart } from "../charts/trajectory.mjs";
import { barsFacts, barsSpec, pictureSentence } from "../first/bars_facts.mjs";
import { inYears } from "../people/people_facts.mjs";
import { zip } from "../session/zip.mjs";
import { spread } from "../workshop/kit.mjs";
import { cautionsOf } from "../workshop/wording.mjs";
import { levelsOf } from "./facts.mjs";
import { pathSaid } from "./way.mjs";

const NOTE = "Middle of the runs, with the range that holds nine runs in ten.";

/**
 * Return what there is to draw.
 *
 * @param {object} page with the runs of its setting
 * @returns {Array<{name: string, make: Function, spec: object}>} `make` makes the chart that takes the `spec`
 */
export function picturesOf(page) {
  const later = inYears(page.value("horizon_years")).replace(/^./, (letter) => letter.toUpperCase());
  const two = (title, unit, output, all, kind, key) => ({
    title, sentence: "", unit, decimals: 0,
    bars: [["Now", "b1"], [later, "b3"]].map(([name, bar]) => ({ name, note: "", parts: Object.entries(page.words[kind]).map(([element, { label }]) => part(label, spread(page, output, { bar, [key]: element }))), total: part("", spread(page, all, { bar })) })),
  });
  return [
    { name: "bars", make: stackedChart, spec: barsPicture(page) },
    { name: "patients by group", make: stackedChart, spec: two("Patients by group", "Person", "people_segment", "patients", "segments", "segment") },
    { name: "contacts by kind of care", make: stackedChart, spec: two("Contacts a year by kind of care", "Contact/Year", "contacts", "contacts_total", "functions", "function") },
    ...levelsOf(page).map(({ level, label }, i) => ({ name: `path ${label}`, make: trajectoryChart, spec: pathSpec(page, level, label, i) })),
  ];
}

/** The three bars, with what they say. */
export function barsPicture(page) {
  const facts = barsFacts(page);
  return { ...barsSpec(facts), sentence: pictureSentence(facts) };
}

function part(name, found) {
  const { middle = NaN, low = NaN, high = NaN } = found ?? {};
  return { name, value: middle, low: low < high ? low : null, high: low < high ? high : null };
}

/** Staff and posts of a level over time. */
function pathSpec(page, level, label, element) {
  const { times } = page.now.outputs.get("staff");
  const line = (output, name, pen, plain) => {
    const { flat, ...bands } = bandsOf(page.now, page.now.outputs.get(output), element);
    const none = { low50: null, high50: null, low90: null, high90: null };
    return { name, pen, ...bands, ...(flat || plain ? none : {}), central: null, hidden: false };
  };
  const calendar = page.data.model.calendar;
  return {
    title: `Staff and posts: ${label.toLowerCase()}`, sentence: pathSaid(page)[0], unit: "WTE", times: Array.from(times),
    series: [line("staff", "Staff in post", 0, false), line("target", "Posts", -1, true)], targets: [], history: [], calendar,
  };
}

/** What stands under every picture. */
export function notesOf(page) {
  const { site } = page.data.workshop;
  return [`${site.label} workshop`, NOTE, ...cautionsOf(site)];
}

/** Return a picture as the text of an SVG file. */
export function svgOf(page, { make, spec }) {
  const chart = make({});
  chart.update(spec);
  return chart.svg(notesOf(page));
}

/**
 * Return all pictures, each as SVG and as PNG, in one archive.
 *
 * @param {object} page with the runs of its setting
 * @returns {Promise<Uint8Array>}
 */
export async function picturesArchive(page) {
  const files = [];
  for (const [i, picture] of picturesOf(page).entries()) {
    const svg = svgOf(page, picture);
    const png = new Uint8Array(await (await pngOf(svg)).arrayBuffer());
    files.push([fileName([String(i + 1), picture.name], "svg"), svg], [fileName([String(i + 1), picture.name], "png"), png]);
  }
  return zip(files);
}
