// What drives a result now: how much of its spread goes with each lever alone, in the runs that are on screen.

import { barsChart } from "../charts/bars.mjs";
import { figure } from "../charts/figure.mjs";
import { countOf, dateWords } from "../charts/numbers.mjs";
import { drivers } from "../draws/drivers.mjs";
import { uniforms } from "../draws/philox.mjs";
import { capital } from "../levers/wording.mjs";
import { button, choice, fill, make, say } from "./dom.mjs";
import { columnAt, headlines, lastOf, outputTitle, titleAtEnd } from "./specs.mjs";
import { driversNotes, driversSentence } from "./words.mjs";

const MOST = 12;

/**
 * What drives one number of an ensemble; see `drivers`.
 * @param {Object} data
 * @param {Object} ensemble
 * @param {string} name of the output
 * @param {number} at position of its time
 * @param {number} element
 */
export function driversOf(data, ensemble, name, at, element) {
  const values = columnAt(ensemble.outputs.get(name), at, element);
  return drivers(ensemble.drawn, values, uniforms(data.draws.dummy, values.length));
}

/** The inputs that move the first number of interest most, most first: those that lie above what chance shows. */
export function movingMost(data, ensemble, most = 10) {
  const [spec] = [...headlines(data, ensemble), ...data.outputs.filter((o) => ensemble.outputs.get(o.name))];
  if (!spec || ensemble.runs === 1) return [];
  const found = driversOf(data, ensemble, spec.name, lastOf(ensemble.outputs.get(spec.name)), 0);
  return found.inputs.filter((i) => i.told).slice(0, most).map((i) => i.name);
}

/**
 * Mount the view.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void, hide: () => void}}
 */
export function mountDrives(root, page) {
  const { data, asking, store } = page;
  const inputs = new Map(data.inputs.map((input) => [input.name, input]));
  const chart = barsChart({});
  const lead = make("p", { class: "lead" });
  const rest = make("div", { class: "quiet drives-notes" });
  const links = make("p", { class: "drives-links" });
  const waits = make("p", { class: "quiet", text: "It is worked out when all runs are there." });
  const drawing = make("section", { class: "picture" }, figure(chart, { name: "what drives it", about: page.about }));
  let seen = false;
  let done = null;
  let name = null;
  const what = choice("Of", [], "", (value) => { name = value; page.change({ kind: "view", output: value }); offer(); refresh(); });
  const when = choice("At", [], "", () => refresh());
  const part = choice("For", [], "", () => refresh());
  fill(root, make("div", { class: "tools" }, what.element, when.element, part.element), lead, waits, drawing, links, rest);

  function offer() {
    const { now } = asking;
    const names = data.outputs.filter((o) => now.outputs.get(o.name)).map((o) => o.name);
    name = names.includes(name) ? name : names.includes(store.state.view.output) ? store.state.view.output : (headlines(data, now)[0]?.name ?? names[0]);
    const specOf = (wanted) => data.outputs.find((o) => o.name === wanted);
    what.offer(names.map((n) => ({ value: n, text: outputTitle(specOf(n), data.model.calendar) })), name);
    const output = now.outputs.get(name);
    const times = output.times ? Array.from(output.times) : [];
    when.offer(times.map((t, i) => ({ value: String(i), text: dateWords(t, true, data.model.calendar) })), String(lastOf(output)));
    when.element.hidden = times.length === 0;
    part.offer(output.elements.map((text, i) => ({ value: String(i), text })), "0");
    part.element.hidden = output.elements.length < 2;
  }

  function refresh() {
    if (!seen) return;
    const { now } = asking;
    const ready = now !== null && asking.current && !asking.coarse;
    waits.hidden = ready || asking.error !== "";
    if (now === null) {
      drawing.hidden = links.hidden = rest.hidden = true;
      done = null;
    }
    root.classList.toggle("stale", !ready);
    if (asking.error) say(lead, asking.error);
    if (!ready) return;
    if (name === null) offer();
    const at = when.element.hidden ? 0 : Number(when.select.value);
    const element = part.element.hidden ? 0 : Number(part.select.value);
    const key = `${asking.nowKey} ${name} ${at} ${element}`;
    if (key === done) return;
    done = key;
    draw(now, at, element);
  }

  function draw(now, at, element) {
    const spec = data.outputs.find((o) => o.name === name);
    const output = now.outputs.get(name);
    const title = output.times ? outputTitle(spec, data.model.calendar, output.times[at]) : titleAtEnd(data, spec, now);
    const found = now.runs > 1 ? driversOf(data, now, name, at, element) : { inputs: [], runs: now.runs, lost: 0, note: "", constant: [], dummy: null, skewed: false };
    const told = found.inputs.filter((i) => i.told).slice(0, MOST);
    const label = (one) => capital(inputs.get(one.name).label);
    const facts = { output: title, runs: found.runs, varying: now.drawn.size, note: found.note };
    say(lead, driversSentence(told.map((one) => ({ label: inputs.get(one.name).label })), facts));
    drawing.hidden = told.length === 0;
    links.hidden = rest.hidden = false;
    chart.update({
      title: `What moves ${title}`,
      sentence: "Share of its spread that goes with each lever alone, with its 95% interval (correlation ratio, from the runs on screen).",
      measure: "share of the spread",
      percent: true,
      limits: [0, 1],
      bars: told.map((one) => ({
        name: label(one), value: one.share[0], low: Math.max(0, one.share[1]), high: Math.min(1, one.share[2]),
        note: one.rankTold ? (one.rank[0] > 0 ? "more with more of it" : "less with more of it") : "",
      })),
    });
    fill(links, told.length > 0 && make("span", { text: "Go to a lever: " }), ...told.map((one) => button(label(one), () => page.reveal(one.name), { class: "link" })));
    const others = found.inputs.filter((i) => !i.told);
    fill(rest, driversNotes(found).map((text) => make("p", { text })));
    if (others.length > 0) rest.append(make("details", {}, make("summary", { text: `${countOf(others.length, "lever")} not told from chance` }), make("p", { text: others.map((one) => inputs.get(one.name).label).join("; ") })));
  }

  page.onResults(refresh);
  return { show() { seen = true; refresh(); }, hide() { seen = false; } };
}
