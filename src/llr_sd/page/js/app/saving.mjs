// Keeping a setting with its numbers, a session as a file, and everything as a study that the command line runs.

import { download, fileName } from "../charts/files.mjs";
import { between, chanceWords, countOf, dateWords, named, shown } from "../charts/numbers.mjs";
import { differencesOf } from "../session/moves.mjs";
import { keeping, staleness } from "../session/settings.mjs";
import { numbersOf } from "../session/kept.mjs";
import { commandsOf, studiesOf, studyArchive } from "../session/study.mjs";
import { keyOf } from "./asking.mjs";
import { button, fill, make, say } from "./dom.mjs";

/**
 * Mount the view.
 * @param {HTMLElement} root
 * @param {Object} page with `data`, `store`, `asking`, `change(move)`, `announce(text)`, `onResults(fn)`
 * @returns {{show: () => void, hide: () => void}}
 */
export function mountSaving(root, page) {
  const { store } = page;
  const parts = [keepPart(page), keptPart(page), filePart(page), studyPart(page)];
  let seen = false;
  fill(root, ...parts.map(({ element }) => element));
  const show = () => seen && parts.forEach((part) => part.show());
  store.subscribe(show);
  page.onResults(show);
  return { show() { seen = true; show(); }, hide() { seen = false; } };
}

function part(title, ...children) {
  return make("section", { class: "save-part" }, make("h2", { text: title }), ...children);
}

/** A name, and the button that keeps the setting of the screen under it as soon as all its runs are there. */
function keepPart({ data, store, asking, change, announce }) {
  const name = make("input", { type: "text", id: "setting-name", maxlength: 120, autocomplete: "off" });
  const said = make("p", { class: "quiet", role: "status" });
  let wanted = null;

  function ask() {
    asking.settle();
    wanted = { name: name.value.trim(), key: keyOf(store.state) };
    show();
  }

  function show() {
    if (wanted === null) return;
    if (wanted.key !== keyOf(store.state)) return told("The setting was changed before all its runs were there: it was not kept.");
    if (asking.error) return told(`It cannot be kept: ${asking.error}`);
    if (!asking.current || asking.coarse) return say(said, "It is kept when all its runs are there …");
    const { name: called } = wanted;
    wanted = null;
    try {
      const { held, ranges, runs } = asking.now.ask;
      const move = keeping(data, { name: called, from: store.state.from, held, ranges, runs }, numbersOf(data, asking.now));
      const refused = change(move);
      if (!refused) name.value = "";
      told(refused || `Kept as "${called}".`);
    } catch (error) {
      told(error.message);
    }
    return undefined;
  }

  function told(text) {
    wanted = null;
    say(said, text);
    announce(text);
  }

  const form = make("form", { class: "row", on: { submit: (event) => (event.preventDefault(), ask()) } },
    make("label", { for: "setting-name", text: "Name" }), name, make("button", { type: "submit", text: "Keep this setting" }));
  return { element: part("Keep what is on screen", make("p", { text: "Values, ranges and numbers are kept together, so that you can come back to them and compare." }), form, said), show };
}

/** The kept settings, each with its own numbers. */
function keptPart({ data, store, change }) {
  const list = make("div", { class: "kept", tabIndex: -1 });
  let shownSettings = null;
  const headline = data.outputs.filter((o) => o.headline);
  const outputs = (headline.length ? headline : data.outputs).slice(0, 4);

  function entry(setting) {
    const stale = staleness(data, setting);
    const numbers = outputs.flatMap((spec) => numberWords(data, setting, spec));
    const chances = data.targets.flatMap((target) => chanceLine(setting, target));
    const changed = differencesOf(data, setting).length;
    return make("article", { class: "kept-setting" },
      make("h3", { text: setting.name }),
      make("p", { class: "quiet", text: `From "${setting.from}", ${changed ? `${countOf(changed, "change")}` : "unchanged"}; ${countOf(setting.runs, "run")}, seed ${setting.seed}; hash ${setting.id}` }),
      stale ? make("p", { class: "warning", text: `${stale} They are not shown. Go back to the setting and keep it again for its numbers here.` }) : make("ul", {}, ...[...numbers, ...chances].map((text) => make("li", { text }))),
      make("p", { class: "row" },
        button("Go back to it", () => change({ kind: "start", saved: setting.id }), { "aria-label": `Go back to it: ${setting.name}` }),
        button("Forget", () => forget(setting.id), { "aria-label": `Forget: ${setting.name}` })));
  }

  function forget(id) {
    change({ kind: "forget", id });
    list.focus();
  }

  function show() {
    const { saved } = store.state;
    if (saved === shownSettings) return;
    shownSettings = saved;
    fill(list, saved.length ? saved.map(entry) : make("p", { class: "quiet", text: "No setting is kept yet." }));
  }
  return { element: part("Kept settings", list), show };
}

/** The kept numbers of an output in words, one text an element. */
export function numberWords(data, setting, spec) {
  const own = setting.numbers.filter(({ output }) => output === spec.name);
  return own.filter(({ statistic }) => statistic === "p50").map(({ element, time, value }) => {
    const at = (statistic) => own.find((row) => row.statistic === statistic && row.element === element && row.time === time)?.value ?? NaN;
    const title = `${named(spec.label, spec.percent ? "" : spec.unit)}${element ? `: ${element}` : ""}${spec.at === null && time !== null ? `, ${dateWords(time, true, data.model.calendar)}` : ""}`;
    const middle = shown(value ?? NaN, spec);
    const [low, high] = [at("p05"), at("p95")];
    return Number.isFinite(high - low) && low !== high ? `${title}: ${middle} (nine in ten ${between(low, high, spec)})` : `${title}: ${middle}`;
  });
}

function chanceLine(setting, target) {
  const row = setting.numbers.find(({ output, statistic }) => output === target.output && statistic === `chance of ${target.name}`);
  return row && row.value !== null ? [`${target.name}: ${chanceWords({ ...row, probability: row.value })}`] : [];
}

let fileParts = 0; // a page can have several

/**
 * The session as a file, out and in, and a fresh start.
 * @param {Object} page with `data`, `store`, `announce(text)`
 * @param {(kind: string, content: string) => void} [save] writes a file of this kind: "session" or "not restored"
 */
export function filePart({ data, store, announce }, save = (kind, content) => download(fileName([data.study.name, kind], "json"), content, "application/json")) {
  fileParts += 1;
  const id = `session-file${fileParts > 1 ? `-${fileParts}` : ""}`;
  const said = make("div", { role: "status" });
  const input = make("input", { type: "file", id, accept: ".json,application/json", on: { change: read } });
  const again = button("Start afresh", afresh);

  async function read() {
    const [file] = input.files;
    if (!file) return;
    const text = await file.text();
    input.value = "";
    take(text, false);
  }

  function take(text, without) {
    try {
      const { faults, told } = store.open(text, { without });
      const open = faults.length > 0 && !without;
      fill(said,
        open && make("p", { class: "warning", text: `Nothing was opened yet: ${countOf(faults.length, "move")} of the session ${faults.length === 1 ? "does" : "do"} not fit this page.` }),
        open && make("ul", {}, ...faults.slice(0, 20).map((fault) => make("li", { text: fault })), faults.length > 20 && make("li", { text: `and ${faults.length - 20} more` })),
        open && button("Open it without these", () => take(text, true)),
        !open && make("p", { text: `The session is open${without && faults.length ? `, without ${countOf(faults.length, "move")}` : ""}.` }),
        ...told.map((sentence) => make("p", { class: "warning", text: sentence })));
      announce(said.textContent);
    } catch (error) {
      fill(said, make("p", { class: "warning", text: error.message }));
    }
  }

  function afresh() {
    const also = store.aside === null ? "" : ", and what could not be restored";
    const all = make("span", { text: `Everything that was changed or kept here${also} will be forgotten. ` });
    fill(said, make("p", { class: "warning" }, all,
      button("Forget everything", () => { store.afresh(); show(); fill(said, make("p", { text: "The page is as it opened the first time." })); again.focus(); }), " ",
      button("Leave it", () => { fill(said); again.focus(); })));
    said.querySelector("button").focus();
  }

  const out = button("Save the session to a file", () => save("session", store.text()));
  const others = make("ul");
  const offer = make("div", { hidden: true }, make("p", { text: "This browser also keeps what was done in other pages of this model:" }), others);

  const lost = make("p", { class: "row" }, make("span", { text: "What this browser kept here and could not restore whole, as it was (the latest such text alone):" }),
    button("Save it to a file", () => save("not restored", store.aside), { "aria-label": "Save it to a file: what could not be restored" }));

  function show() {
    lost.hidden = store.aside === null;
    const found = store.others();
    offer.hidden = found.length === 0;
    fill(others, found.map(({ key, what, version, moves }) =>
      make("li", {}, `"${what}", llr_sd ${version}, ${countOf(moves, "move")} `, button("Open it here", () => take(store.kept(key), false), { class: "link", "aria-label": `Open it here: ${what}, ${countOf(moves, "move")}` }))));
  }

  const element = part("Your session",
    make("p", { text: "This browser keeps what you do here as you go. A file takes it to another computer, where the same page opens it." }),
    make("p", { class: "row" }, out, again),
    make("p", { class: "row" }, make("label", { for: id, text: "Open a session from a file" }), input),
    lost,
    offer,
    said);
  let looked = false;
  return { element, show: () => looked || ((looked = true), show()) };
}

/** Everything as a study: an archive, and the lines that run it. */
function studyPart({ data, store }) {
  const what = make("p");
  const lines = make("div");
  const save = button("Save as a study", () => {
    download(`${studiesOf(data, store.state)[0].folder}.zip`, studyArchive(data, store.state), "application/zip");
  });

  function show() {
    const studies = studiesOf(data, store.state);
    say(what, studies.length === 1
      ? `A folder with ${countOf(studies[0].names.length, "scenario")}: ${studies[0].names.join(", ")}.`
      : `${studies.length} folders, since settings of other ranges or runs are other studies: ${studies.map(({ folder, names }) => `${folder} (${names.join(", ")})`).join("; ")}.`);
    const commands = studies.map(({ folder }) => commandsOf(folder));
    fill(lines,
      make("p", { text: "Unpack it, and run it with the same seed for the same numbers:" }),
      make("pre", { tabIndex: 0 }, make("code", { text: commands.map(({ shell }) => shell).join("\n") })),
      make("p", { text: "or in Python:" }),
      make("pre", { tabIndex: 0 }, make("code", { text: commands[0].python })));
  }
  const note = make("p", { class: "quiet", text: "It holds kept settings and the one on screen as scenarios, changed ranges, and the page's seed, runs and design. Other analyses of the study stay behind." });
  return { element: part("A study for the command line", what, make("p", {}, save), lines, note), show };
}
