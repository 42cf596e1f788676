// The third part: GPs in LLR, at the plan's dates and five years on, and what that says for this site.

import { keyOf } from "../../app/asking.mjs";
import { choice, fill, make, say } from "../../app/dom.mjs";
import { trajectorySpec } from "../../app/specs.mjs";
import { chanceShort, dateWords } from "../../charts/numbers.mjs";
import { figure } from "../../charts/figure.mjs";
import { trajectoryChart } from "../../charts/trajectory.mjs";
import { bigNumber, decimals, spread, statement, table } from "../../workshop/kit.mjs";
import { gpsChosen, gpsFacts, gpsSettings, gpsStatement, siteSentence, targetSentence } from "./gps_facts.mjs";
import { beliefWords, carriedSentence, rangeBelow, runsSentence, startOf, startSentence } from "./words.mjs";

const LOW = 180;
const HIGH = 260;

/**
 * Mount the part.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountGps(root, page) {
  const behind = page.behind("supply");
  const settings = gpsSettings(behind.data, page.cards);
  const chosen = () => gpsChosen(behind.data, page.cards, page.state.view);
  const schemes = choice("What happens", settings.map(({ name }) => ({ value: name, text: name })), "", (gps) => page.change({ kind: "view", gps }));
  const options = { tallest: LOW };
  const chart = trajectoryChart(options);
  const whole = (x) => decimals(x, 0);
  const numbers = {
    start: bigNumber({ label: "October 2017", value: "", unit: "WTE" }),
    plan: bigNumber({ label: "September 2020", value: "", unit: "WTE" }),
    then: bigNumber({ label: "September 2022", value: "", unit: "WTE" }),
  };
  const lines = Object.fromEntries(["gps", "target", "site"].map((name) => [name, statement({ text: "" })]));
  const chances = make("div", { class: "scroll" });
  const carried = make("p", { class: "quiet" });
  const state = make("p", { class: "quiet" });
  const shown = figure(chart, { name: "GPs in LLR", level: 2, about: () => ({ ...page.about(), study: "GPs in LLR", setting: chosen().name, illustrative: false }) });
  const start = statement({ text: startSentence(startOf(page.data), behind.data.model.initial), kind: "watch" });
  fill(root,
    make("div", { class: "beyond-choices control" }, schemes.element),
    start.element,
    make("div", { class: "beyond-split" },
      make("div", {}, make("div", { class: "beyond-numbers" }, numbers.start.element, numbers.plan.element, numbers.then.element), lines.gps.element, lines.site.element),
      shown),
    lines.target.element,
    make("details", { class: "more-numbers" }, make("summary", { text: "All chances, and what this model cannot say" }), chances, carried,
      make("p", { class: "quiet", text: "GPs are counted in WTE of nine sessions a week. It is no forecast made in 2017: ranges were set by someone who had seen later figures. It says nothing of one practice or place. For the site only the change in relation to the start is taken over." })),
    state);
  let supply = null;

  function ask(setting) {
    const key = keyOf(behind.state(setting, page.state));
    if (supply?.key === key) return;
    supply = { key, ensemble: null, whole: false, error: "" };
    const own = supply;
    behind.ask(setting, page.state, (ensemble, all) => {
      Object.assign(own, { ensemble, whole: all });
      if (own === supply) show();
    }, (error) => {
      own.error = error;
      if (own === supply) show();
    }, "gps");
  }

  function show() {
    schemes.select.value = chosen().name;
    ask(chosen().setting);
    say(carried, carriedSentence(behind.carried(page.state), (one) => beliefWords(page.data, one)));
    say(state, supply.error ? "The model of GPs cannot be run with this. Undo the last change." : `${chosen().name}. ${runsSentence(supply.ensemble, supply.whole)}`);
    if (!supply.ensemble) return;
    const facts = gpsFacts(supply.ensemble, behind.data);
    options.tallest = page.presenting ? HIGH : LOW;
    const spec = behind.data.outputs.find(({ name }) => name === "gp");
    chart.update({ ...trajectorySpec(behind.data, spec, { now: supply.ensemble, start: null, same: true, names: { now: "GPs", start: "" } }, 0), title: "GPs in LLR", sentence: "" });
    numbers.start.set({ value: whole(facts.start) });
    for (const name of ["plan", "then"]) numbers[name].set({ value: whole(facts[name].middle), range: rangeBelow(facts[name], whole) });
    lines.gps.set(gpsStatement(facts));
    lines.target.set({ text: targetSentence(facts) });
    const wanted = page.now && spread(page, "bar_3", { level: "autonomous" });
    const now = page.now && spread(page, "bar_1", { level: "autonomous" });
    lines.site.set(wanted ? siteSentence(facts, { gps: page.value("return_wte_gp"), autonomous: now.middle, wanted: wanted.middle }) : { text: "" });
    fill(chances, table({
      caption: "How likely the plan\u2019s targets are",
      head: ["Target", "When", "Runs that reach it"],
      rows: facts.targets.map(({ name, at, chance }) => [name, dateWords(at ?? behind.data.model.final, true), chanceShort(chance)]),
    }));
  }

  return { show };
}
