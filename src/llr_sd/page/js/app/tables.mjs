// The results as one table: every output of the current setting beside that of its start.

import { fill, make, say } from "./dom.mjs";
import { chanceShort, dateWords, named, shown } from "../charts/numbers.mjs";
import { beside, chanceOf, lastOf, spreadOf, titleAtEnd } from "./specs.mjs";
import { failureWords, fewWords, findingWords, goalWords } from "./words.mjs";

const STATISTICS = Object.freeze([["p05", "5%"], ["p25", "25%"], ["p50", "Median"], ["p75", "75%"], ["p95", "95%"]]);

/**
 * The rows of the table.
 * @param {Object} data
 * @param {{name: string, ensemble: Object}[]} settings
 * @returns {{title: string, rows: {setting: string, cells: string[], runs: number, lost: number}[]}[]} one part an output and element
 */
export function numbersParts(data, settings) {
  return data.outputs.flatMap((spec) => {
    const output = settings[0].ensemble.outputs.get(spec.name);
    if (!output) return [];
    const at = lastOf(output);
    const title = titleAtEnd(data, spec, settings[0].ensemble);
    return output.elements.map((element, i) => ({
      title: `${named(title, spec.percent ? "" : spec.unit)}${output.elements.length > 1 ? `: ${element}` : ""}`,
      rows: settings.map(({ name, ensemble }) => {
        const spread = spreadOf(ensemble, spec.name, at, i);
        return { setting: name, cells: STATISTICS.map(([key]) => shown(spread[key], spec)), runs: spread.runs, lost: spread.lost };
      }),
    }));
  });
}

/**
 * Mount the view.
 * @param {HTMLElement} root
 * @param {Object} page
 */
export function mountTables(root, page) {
  const { data, asking, store } = page;
  const notice = make("p", { class: "warning", hidden: true });
  const numbers = make("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Outputs" });
  const chances = make("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Targets" });
  const note = make("p", { class: "quiet" });
  let seen = false;
  fill(root, notice, numbers, chances, note);

  function cell(text, head, given = {}) {
    return make("td", { "data-head": head, ...given, text });
  }

  function refresh() {
    if (!seen) return;
    const { now, start, same } = asking;
    root.classList.toggle("stale", now !== null && !asking.current);
    if (!now) {
      say(notice, asking.error);
      notice.hidden = asking.error === "";
      fill(numbers);
      fill(chances);
      return;
    }
    const told = [failureWords(now.failures, now.runs, data.model.calendar), findingWords(now.findings, now.runs), asking.coarse ? "" : fewWords(now.runs - now.failures.length, now.runs, now.certain || now.runs === 1)];
    say(notice, told.filter(Boolean).join(" "));
    notice.hidden = notice.textContent === "";
    const settings = [{ name: page.nameOfNow(), ensemble: now }];
    if (start && !same) settings.push({ name: `Start: ${store.state.from}`, ensemble: beside(now, start) });
    fill(numbers, outputsTable(settings));
    fill(chances, data.targets.length ? targetsTable(settings) : []);
    say(note, `Series are read at their last time, ${dateWords(data.model.final, true, data.model.calendar)}. Quantiles and chances are over the runs that have a result.`);
  }

  function outputsTable(settings) {
    const head = ["Setting", ...STATISTICS.map(([, name]) => name), "Runs"];
    return make("table", { class: "numbers spreads" },
      make("caption", { text: "Outputs by setting" }),
      make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col", text })))),
      ...numbersParts(data, settings).map(({ title, rows }) =>
        make("tbody", {},
          make("tr", { class: "of" }, make("th", { scope: "rowgroup", colspan: head.length, text: title })),
          ...rows.map((row) =>
            make("tr", {}, make("th", { scope: "row", text: row.setting }),
              ...row.cells.map((text, i) => cell(text, head[i + 1])),
              cell(row.lost ? `${row.runs} of ${row.runs + row.lost}` : String(row.runs), "Runs"))))));
  }

  function targetsTable(settings) {
    const head = ["Target", ...settings.map((s) => s.name)];
    return make("table", { class: "numbers" },
      make("caption", { text: "The chance of each target, with its 95% interval" }),
      make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col", text })))),
      make("tbody", {},
        ...data.targets.map((target) => {
          const spec = data.outputs.find((o) => o.name === target.output);
          return make("tr", {}, make("th", { scope: "row", text: `${target.name} (${goalWords(target, spec)})` }),
            ...settings.map((s) => cell(chanceShort(chanceOf(s.ensemble, target)), s.name)));
        })));
  }

  page.onResults(refresh);
  return { show() { seen = true; refresh(); }, hide() { seen = false; } };
}
