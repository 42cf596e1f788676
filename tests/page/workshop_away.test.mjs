import assert from "node:assert/strict";
import test from "node:test";

import { fileNameOf } from "../../src/llr_sd/page/js/away/away.mjs";
import { notesOf } from "../../src/llr_sd/page/js/away/pictures.mjs";
import { siteTable } from "../../src/llr_sd/page/js/away/sitetable.mjs";
import { BUDGETS, cut } from "../../src/llr_sd/page/js/away/summary.mjs";
import { ILLUSTRATIVE } from "../../src/llr_sd/page/js/charts/figure.mjs";
import { Store } from "../../src/llr_sd/page/js/session/store.mjs";
import { zip } from "../../src/llr_sd/page/js/session/zip.mjs";
import { WORKSHOP } from "../../src/llr_sd/page/js/workshop/moves.mjs";
import { cautionsOf, LOCAL } from "../../src/llr_sd/page/js/workshop/wording.mjs";
import { memory, pageData } from "./session_fixture.mjs";

const row = (parameter, value, more = {}) => ({ parameter, value, unit: "head", source: "a return", note: "", law: {}, ...more });
const tableOf = (rows, held, journal = []) => {
  const data = pageData();
  data.workshop = { table: { rows, shares: [], totals: [] } };
  return siteTable(data, { held, room: { journal } }, (name) => held[name] ?? data.inputs.find((input) => input.name === name).value);
};

test("a file is named after the site, what it is and the day, and says that it is illustrative where it is", () => {
  const page = (illustrative) => ({ data: { workshop: { site: { label: "North West Leicestershire", illustrative } } } });
  const day = new Date(2026, 0, 9);
  assert.equal(fileNameOf(page(true), "site table", "csv", day), "north-west-leicestershire_workshop_site-table_2026-01-09_illustrative.csv");
  assert.equal(fileNameOf(page(false), "", "xlsx", day), "north-west-leicestershire_workshop_2026-01-09.xlsx");
});

test("a text is cut at whole characters, with a mark; one that fits is left alone", () => {
  assert.equal(cut("short", 5), "short");
  assert.equal(cut("longer", 5), "long…");
  assert.equal([...cut("🏥".repeat(9), 4)].length, 4);
  assert.ok(BUDGETS.every(({ rows, letters }, i) => i === 0 || (rows <= BUDGETS[i - 1].rows && letters < BUDGETS[i - 1].letters)));
});

test("a number of which the table is unsure stays so until the room has entered its own", () => {
  const law = { distribution: "pert", low: "90", high: "130" };
  const before = tableOf([row("opening staff", 110, { law })], {});
  assert.match(before.text, /^\ufeffparameter,value,unit,source,note,distribution,low,high,sd\r\nopening staff,110,head,a return,,pert,90,130,\r\n$/);
  const after = tableOf([row("opening staff", 110, { law })], { "opening staff": 120 });
  assert.match(after.text, /^\ufeffparameter,value,unit,source,note\r\nopening staff,120,head,"workshop, entered by the room",before: 110\r\n$/);
});

test("what is of the local part of an import says in its name, and beside its numbers, that it must stay on this machine", () => {
  const page = (local) => ({ data: { workshop: { site: { label: "LC-1", illustrative: true, local } } } });
  const day = new Date(2026, 0, 9);
  assert.equal(fileNameOf(page(true), "session", "json", day), "lc-1_workshop_session_2026-01-09_illustrative_must-stay-on-this-machine.json");
  assert.equal(fileNameOf(page(false), "session", "json", day), "lc-1_workshop_session_2026-01-09_illustrative.json");
  assert.ok(notesOf(page(true)).includes(LOCAL) && notesOf(page(true)).includes(ILLUSTRATIVE));
  assert.ok(!notesOf(page(false)).includes(LOCAL));
  assert.deepEqual(cautionsOf({ illustrative: false, local: false }), []);
});

test("a number of the local part of an import says in its row that it must stay on this machine, once, until the room enters its own", () => {
  const of = (note, held, local = true) => {
    const data = { ...pageData(), workshop: { site: { local }, table: { rows: [row("gap", -3, { note })], shares: [], totals: [] } } };
    return siteTable(data, { held, room: { journal: [] } }, (name) => held[name]).text.split("\r\n")[1];
  };
  assert.match(of("", {}), /,must stay on this machine$/);
  assert.match(of("LC-1", {}), /,LC-1; must stay on this machine$/);
  assert.match(of("LC-1; must stay on this machine", {}), /,LC-1; must stay on this machine$/);
  assert.doesNotMatch(of("LC-1", { gap: 4 }), /stay/);
  assert.doesNotMatch(of("LC-1", {}, false), /stay/);
});

test("a row that is illustrative says so until its own value is entered, whatever the others are", () => {
  const rows = [row("opening staff", 110, { note: "illustrative: mean of LLR" }), row("gap", -3, { note: "Illustrative" })];
  assert.deepEqual([tableOf(rows, {}).illustrative, tableOf(rows, { gap: 4 }).illustrative, tableOf(rows, { gap: 4, "opening staff": 111 }).illustrative], [2, 1, 0]);
});

test("what was entered on a screen of the second workshop is no number of the site", () => {
  const entry = (screen) => [{ n: 1, screen, changes: [{ input: "gap", was: -3, now: 4 }], reason: "", who: "GP" }];
  assert.match(tableOf([], { gap: 4 }, entry("people")).text, /gap,4,Dmnl,"workshop, entered by GP"/);
  assert.doesNotMatch(tableOf([], { gap: 4 }, entry("challenge")).text, /gap/);
});

test("a session of another site is told, and opens", () => {
  const data = pageData();
  const store = new Store({ ...data, what: "city", key: "c".repeat(64) }, memory(), WORKSHOP);
  store.change({ kind: "hold", input: "gap", value: 2, screen: "people" });
  const here = new Store(data, memory(), WORKSHOP);
  const { faults, told } = here.open(store.text());
  assert.deepEqual(faults, []);
  assert.match(told.join(" "), /The session is of "city"; this page is of "small"\./);
  assert.equal(here.state.held.gap, 2);
});

test("what could not be restored is told by the name of the screen that has it", () => {
  const data = pageData();
  const storage = memory();
  storage.setItem(`llr_sd workshop ${data.key}`, "{");
  const store = new Store(data, storage, WORKSHOP);
  assert.match(store.told.join(" "), /the screen Take away has it as a file/);
  assert.equal(store.aside, "{");
});

test("an archive holds bytes as they are, beside texts", () => {
  const bytes = Uint8Array.of(0x89, 0x50, 0, 255);
  const archive = Buffer.from(zip([["a.png", bytes], ["b.txt", "é"]]));
  assert.ok(archive.includes(Buffer.from(bytes)));
  assert.ok(archive.includes(Buffer.from("é")));
});
