// The second part: the locality team, and staff lent by other employers.

import { fill, make, say } from "../../app/dom.mjs";
import { bigNumber, decimals, numberField, shareField, statement } from "../../workshop/kit.mjs";
import { titleOf } from "../../workshop/naming.mjs";
import { coverageStatement, lentSentence, teamFacts } from "./team_facts.mjs";
import { rangeBelow } from "./words.mjs";

/**
 * Mount the part.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountTeam(root, page) {
  const levels = Object.keys(page.words.levels);
  const whole = (x) => decimals(x, 0);
  const field = (name, make_, label = titleOf(page.data, name)) => {
    const { minimum, maximum } = page.input(name);
    const change = (value) => page.change({ kind: "hold", input: name, value });
    return [name, make_({ label, value: page.value(name), min: minimum ?? undefined, max: maximum ?? undefined, step: make_ === shareField ? 0.05 : 0.5, change, unit: make_ === shareField ? "%" : unitOf(name) })];
  };
  const fields = new Map([field("team_wte", numberField), field("team_caseload", numberField), field("found_share", shareField)]);
  const lent = new Map(levels.map((level) => field(`lent_wte_${level}`, numberField, page.words.levels[level].label)));
  const numbers = {
    found: bigNumber({ label: "Patients found", value: "", unit: "people" }),
    cared: bigNumber({ label: "Patients cared for", value: "", unit: "people" }),
    coverage: bigNumber({ label: "Coverage", value: "", unit: "in 100" }),
  };
  const lines = { coverage: statement({ text: "" }), lent: statement({ text: "" }) };
  const waiting = make("p", { class: "lead", text: "Computing \u2026" });
  fill(root,
    make("div", { class: "beyond-numbers" }, numbers.found.element, numbers.cared.element, numbers.coverage.element),
    waiting,
    lines.coverage.element,
    make("div", { class: "beyond-choices control" }, ...[...fields.values()].map(({ element }) => element)),
    lines.lent.element,
    make("fieldset", { class: "control beyond-lent" }, make("legend", { text: "Staff lent by other employers, WTE" }), make("div", { class: "beyond-choices" }, ...[...lent.values()].map(({ element }) => element))),
    make("p", { class: "quiet", text: "Coverage is the plan's own measure: patients cared for by the team, over patients found. It can rise by finding fewer, so read it beside the number found. How many have been found is judgement; how many one member cares for is known of other teams only. Lent staff are entered by the level at which they work here." }));

  function show() {
    for (const [name, one] of [...fields, ...lent]) one.set(page.value(name));
    const facts = teamFacts(page, levels);
    waiting.hidden = facts !== null;
    say(waiting, page.asking.error ? "These assumptions cannot be run. Undo the last change." : "Computing \u2026");
    if (!facts) return;
    const hundred = (x) => whole(100 * x);
    for (const [name, write] of [["found", whole], ["cared", whole], ["coverage", hundred]]) {
      numbers[name].set({ value: write(facts[name].middle), range: rangeBelow(facts[name], write) });
    }
    lines.coverage.set(coverageStatement(facts));
    lines.lent.set({ text: lentSentence(facts) });
  }

  return { show };
}

function unitOf(name) {
  return name === "team_caseload" ? "people" : "WTE";
}
