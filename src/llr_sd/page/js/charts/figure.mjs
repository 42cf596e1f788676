/** The frame of a figure: heading, sentence, the figure itself, and buttons for its table, PNG, SVG and CSV. */

import { csvText, download, fileName, pngOf } from "./files.mjs";
import { node, patch } from "./svg.mjs";
import { showTable } from "./table.mjs";

/** What every page and file of illustrative data says. */
export const ILLUSTRATIVE = "Illustrative data: the numbers describe no real service.";

/**
 * Frame a chart.
 *
 * The heading and the sentence are the chart's own `title` and `sentence`, as of its last update.
 * @param {Object} chart as `makeChart` returns it
 * @param {{name: string, level?: number, about: () => {study: string, setting: string, illustrative: boolean, notes?: string[]}}} options
 *   `name` of the figure, for its files; `level` of the heading; `about` says what the files are of, at the time they are written
 * @returns {HTMLElement}
 */
export function figure(chart, { name, level = 3, about }) {
  const frame = document.createElement("figure");
  frame.className = "figure";
  patch(frame, [node("figcaption", {}, [node(`h${level}`, {}, ""), node("p", { class: "sentence" }, "")])]);
  const [heading, sentence] = frame.firstChild.children;
  const buttons = document.createElement("div");
  const sheet = document.createElement("div");
  const said = document.createElement("p");
  buttons.className = "figure-buttons";
  sheet.className = "figure-table";
  said.className = "figure-said";
  said.setAttribute("role", "status");
  sheet.hidden = true;
  for (const [key, value] of [["role", "region"], ["tabindex", "0"]]) sheet.setAttribute(key, value);
  frame.append(chart.element, buttons, said, sheet);

  const notes = () => {
    const { study, setting, illustrative, notes: more = [] } = about();
    return [[study, setting].filter(Boolean).join(" · "), ...more, illustrative ? ILLUSTRATIVE : ""].filter(Boolean);
  };
  const named = (kind) => {
    const { study, setting, illustrative } = about();
    return fileName([study, setting, name, illustrative ? "illustrative" : ""], kind);
  };
  const acts = {
    Table: () => {
      sheet.hidden = !sheet.hidden;
      table.setAttribute("aria-expanded", String(!sheet.hidden));
      if (!sheet.hidden) showTable(sheet, chart.table());
    },
    PNG: async () => download(named("png"), await pngOf(chart.svg(notes()))),
    SVG: () => download(named("svg"), chart.svg(notes()), "image/svg+xml"),
    CSV: () => download(named("csv"), csvText(chart.table(), about().illustrative ? "illustrative" : ""), "text/csv;charset=utf-8"),
  };
  const made = Object.entries(acts).map(([label, act]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", async () => {
      said.textContent = "";
      try {
        await act();
      } catch (error) {
        said.textContent = error.message || "This browser did not let the file be written.";
      }
    });
    return button;
  });
  const [table] = made;
  table.setAttribute("aria-expanded", "false");
  buttons.append(...made);

  const write = (spec) => {
    const title = spec.title ?? name;
    if (heading.textContent !== title) {
      heading.textContent = title;
      sheet.setAttribute("aria-label", `Table: ${title}`);
      for (const [i, button] of made.entries()) button.setAttribute("aria-label", `${Object.keys(acts)[i]}: ${title}`);
    }
    if (sentence.textContent !== (spec.sentence ?? "")) sentence.textContent = spec.sentence ?? "";
    sentence.hidden = !spec.sentence;
    if (!sheet.hidden) showTable(sheet, chart.table());
  };
  chart.changed(write);
  if (chart.spec()) write(chart.spec());
  return frame;
}
