// The last screen: everything that a room takes with it, each thing with what it is for and the button that saves it.

import { filePart } from "../app/saving.mjs";
import { button, fill, make, say } from "../app/dom.mjs";
import { download, fileName } from "../charts/files.mjs";
import { seenOf } from "../second/beyond/beyond.mjs";
import { settingOf } from "../second/cards.mjs";
import { commandsOf } from "../session/study.mjs";
import { foldersArchive, foldersOf } from "./folders.mjs";
import { picturesArchive } from "./pictures.mjs";
import { readmeOf } from "./readme.mjs";
import { siteTable } from "./sitetable.mjs";
import { fitSheets } from "./summary.mjs";
import { workbookOf } from "./workbook.mjs";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const BEHIND = ["system", "supply"];

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountAway(root, page) {
  const said = make("p", { class: "away-said", role: "status" });
  const waits = make("p", { class: "quiet" });
  const sheets = make("div", { class: "sheets", hidden: true, role: "region", "aria-label": "Summary on two pages", tabIndex: 0 });
  const tell = (text) => (say(said, text), page.announce(text));

  /** Make a file and let the browser save it; say what became of it. */
  async function save(name, type, content) {
    try {
      download(name, await content(), type);
      tell(`${name} was given to the browser to save. If it is not among the downloads, this browser does not let pages save files: print the summary, or open the page in another browser.`);
    } catch (error) {
      tell(`${name} could not be made: ${error.message}`);
    }
  }
  const commands = () => say(lines.firstChild, folders(page).map(({ folder }) => commandsOf(folder).shell).join("\n"));
  const named = (what, kind) => fileNameOf(page, what, kind, new Date());
  const session = filePart({ data: page.data, store: page.store, announce: page.announce }, (kind, content) => save(named(kind, "json"), "application/json", () => content));

  const show = button("Show the two pages", () => preview(sheets.hidden));
  function preview(open) {
    sheets.hidden = !open;
    say(show, open ? "Hide the two pages" : "Show the two pages");
    show.setAttribute("aria-expanded", String(open));
    if (open) fitSheets(sheets, page);
  }
  const needsRuns = [
    show,
    button("Print them", () => window.print()),
    button("Save the workbook", () => save(named("", "xlsx"), XLSX, () => workbookOf(page))),
    button("Save the pictures", () => save(named("pictures", "zip"), "application/zip", () => picturesArchive(page))),
    button("Save the study folders", () => save(named("study", "zip"), "application/zip", () => foldersArchive(folders(page)))),
  ];
  const [showing, printing, book, pictures, study] = needsRuns;
  const table = button("Save the site table", () => save(named("site table", "csv"), "text/csv;charset=utf-8", () => siteTable(page.data, page.state, page.value).text));
  const more = make("details", { class: "away-more control" }, make("summary", { text: "Open a session, start afresh" }), session.element);
  const open = () => ((more.open = true), more.querySelector("input[type=file]").focus());
  const tableSays = make("p");
  const lines = make("pre", { tabIndex: 0 }, make("code"));

  fill(root, waits,
    make("ul", { class: "away-list" },
      item("Summary on two pages", "For the wall and for those who were not there.", showing, printing),
      item("Workbook", "Every number and every reason, a sheet for each topic.", book),
      item("Session", "Goes on tomorrow, or on another laptop, in this same page.", button("Save the session", () => save(named("session", "json"), "application/json", () => page.store.text())), button("Open a session", open)),
      item("Pictures", "The bars and the way of each level, for slides.", pictures),
      item("Site table", tableSays, table),
      item("Study folders", "For an analyst: the same numbers from the command line.", study)),
    said,
    sheets,
    more,
    make("details", { class: "away-more control", on: { toggle: (event) => event.target.open && commands() } }, make("summary", { text: "How an analyst runs the study folders" }),
      make("p", { text: "Unpack the archive, and run each folder:" }), lines));
  printed(page, sheets);

  return {
    show() {
      const ready = readyOf(page);
      for (const one of needsRuns) one.disabled = !ready;
      say(waits, ready ? "" : page.asking.error || (page.fresh && !page.coarse && page.now) ? "These assumptions cannot be run together: undo the last one to have numbers to take away." : "Wait a moment: not all runs are there yet.");
      const { own, illustrative, faults } = siteTable(page.data, page.state, page.value);
      say(tableSays, faults[0] ?? `Opens the next workshop with your numbers: ${own} entered in the room${illustrative ? `, ${illustrative} still illustrative` : ""}.`);
      if (!sheets.hidden && ready) fitSheets(sheets, page);
      session.show();
    },
  };
}

function item(title, text, ...does) {
  return make("li", { class: "away-item" }, make("h2", { text: title }), typeof text === "string" ? make("p", { text }) : text, make("div", { class: "away-does control" }, ...does));
}

/** Whether all runs of the setting of this moment are there, and any of them has numbers. */
function readyOf(page) {
  return page.now !== null && page.fresh && !page.coarse && page.now.ok.some(Boolean);
}

/** The study folders of the session, of the site and of the models that some screens look at. */
function folders(page) {
  const behind = BEHIND.filter((key) => page.data.workshop.behind[key]).map((key) => ({ key, data: page.data.workshop.behind[key], seen: seenOf(page)[key], stateOf: (setting) => page.behind(key).state(setting, page.state) }));
  return foldersOf(page.data, page.state, behind, readmeOf(page), (card) => settingOf(page, card));
}

/**
 * Name of a file: site, what it is, the day, and that it is illustrative, or must stay on this machine, where it is so. The day stands in the name alone, so that the same
 * session gives the same bytes.
 * @param {Object} page
 * @param {string} what
 * @param {string} kind such as "xlsx"
 * @param {Date} now
 */
export function fileNameOf(page, what, kind, now) {
  const { site } = page.data.workshop;
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  return fileName([site.label, "workshop", what, day, site.illustrative ? "illustrative" : "", site.local ? "must stay on this machine" : ""], kind);
}

/** What is printed, from whatever screen, are the two pages, as soon as all runs are there. */
function printed(page, sheets) {
  let home = null;
  addEventListener("beforeprint", () => {
    if (!readyOf(page)) return;
    home = { parent: sheets.parentElement, next: sheets.nextSibling, hidden: sheets.hidden };
    sheets.hidden = false;
    document.body.append(sheets);
    fitSheets(sheets, page);
    document.body.classList.add("printing");
  });
  addEventListener("afterprint", () => {
    if (home === null) return;
    document.body.classList.remove("printing");
    home.parent.insertBefore(sheets, home.next);
    sheets.hidden = home.hidden;
    home = null;
  });
}
