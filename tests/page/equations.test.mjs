// Equations as they are gone through: order, search, links in the text, the way back, circles.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Trail, below, hashOf, hits, linked, matches, nameOf, ordered, searchable, sectioned, shortened, visible } from "../../src/llr_sd/page/js/equations/reading.mjs";

function entry(name, more = {}) {
  return { name, kind: "auxiliary", unit: "", comment: "", section: "", text: [`${name} = 1`], uses: [], usedBy: [], place: 0, ...more };
}

const names = (pieces) => pieces.filter((p) => p.name !== null).map((p) => [p.text, p.name]);

test("an order is the author's, causes first, or by name whatever the capitals", () => {
  const list = [entry("b", { place: 2 }), entry("C", { place: 0 }), entry("a", { place: 1 })];
  assert.deepEqual(ordered(list, "file").map((e) => e.name), ["b", "C", "a"]);
  assert.deepEqual(ordered(list, "causes").map((e) => e.name), ["C", "a", "b"]);
  assert.deepEqual(ordered(list, "name").map((e) => e.name), ["a", "b", "C"]);
});

test("sections stand only in the author's order", () => {
  const list = [entry("a", { section: "Two" }), entry("b", { section: "One" }), entry("c", { section: "Two" })];
  assert.deepEqual(sectioned(list, "file").map((s) => [s.title, s.entries.map((e) => e.name)]), [["Two", ["a", "c"]], ["One", ["b"]]]);
  assert.deepEqual(sectioned(list, "name").map((s) => s.title), [""]);
});

test("a search takes every word, underscores as blanks, and names come first", () => {
  const list = [entry("staff", { comment: "GP retire late share" }), entry("gp_retire_late", { unit: "1/Year" }), entry("other")];
  const texts = new Map(list.map((e) => [e.name, searchable(e)]));
  assert.deepEqual(hits(list, texts, "GP  retire").map((e) => e.name), ["gp_retire_late", "staff"]);
  assert.deepEqual(hits(list, texts, "retire_late 1/year").map((e) => e.name), ["gp_retire_late"]);
  assert.equal(matches(texts.get("other"), "retire"), false);
});

test("names in an equation are found over line ends, in other capitals, and the longest first", () => {
  const lines = ["x = GP * GP count +", "    group", "    unit cost[Loc!] - Group_Unit_Cost[l1] + gps"];
  assert.deepEqual(names(linked(lines, ["gp", "gp count", "group unit cost"])), [
    ["GP", "gp"],
    ["GP count", "gp count"],
    ["group\n    unit cost", "group unit cost"],
    ["Group_Unit_Cost", "group unit cost"],
  ]);
  assert.equal(linked(lines, ["gp"]).map((p) => p.text).join(""), lines.join("\n"));
});

test("a name of signs is found, and the end of a quoted name behind a point is none", () => {
  assert.deepEqual(names(linked(['y = "<!--" - "a.exe" + exe'], ['"<!--"', '"a.exe"'])), [['"<!--"', '"<!--"'], ['"a.exe"', '"a.exe"']]);
});

test("hits stand by how near their name is to the search", () => {
  const list = ["opening gp_wte", "x wte of gp", "GP WTE per 1000", "dynamic GP WTE", "GP WTE"].map((n) => entry(n));
  const texts = new Map(list.map((e) => [e.name, searchable(e)]));
  assert.deepEqual(hits(list, texts, "gp wte").map((e) => e.name), ["GP WTE", "GP WTE per 1000", "opening gp_wte", "dynamic GP WTE", "x wte of gp"]);
});

test("names with signs of patterns, quotes, accents and without their module are found", () => {
  assert.deepEqual(names(linked(['y = "a+b (c)?" * é2 + in * 2'], ["a+b (c)?", "é2", "inner.in"])), [
    ['"a+b (c)?"', "a+b (c)?"],
    ["é2", "é2"],
    ["in", "inner.in"],
  ]);
  assert.deepEqual(names(linked(["y = begin + bé"], ["in", "b"])), []);
  assert.deepEqual(linked(["a"], []), [{ text: "a", name: null }]);
});

test("a name of ten thousand characters is left to the list of causes", () => {
  const name = "a ".repeat(5000).trim();
  assert.deepEqual(linked([`x = ${name} + b`], [name, "b"]).map((p) => p.name), [null, "b"]);
});

test("the end of a name behind a point is no name where it is a number or another's", () => {
  assert.deepEqual(names(linked(["x = PM 2.5 * 5 + a"], ["PM 2.5", "cost p.a", "a"])), [["PM 2.5", "PM 2.5"], ["a", "a"]]);
});

test("an address carries any name there and back", () => {
  for (const name of ["GP WTE", 'a/b?#%&"<script>', "\u202eevil", "é"]) assert.equal(nameOf(hashOf(name)), name);
  assert.equal(nameOf("#pictures"), null);
  assert.equal(nameOf("#eq-%E0%A4%A"), null);
  assert.doesNotThrow(() => hashOf("\ud800"));
});

test("a trail goes back and forward, and forgets what was ahead", () => {
  const trail = new Trail();
  assert.equal(trail.current, null);
  for (const name of ["a", "b", "b", "c"]) trail.visit(name);
  assert.deepEqual([trail.back(), trail.canForward], ["b", true]);
  assert.equal(trail.back(), "a");
  assert.equal(trail.back(), "a");
  assert.equal(trail.forward(), "b");
  trail.visit("d");
  assert.deepEqual([trail.current, trail.canForward, trail.back()], ["d", false, "b"]);
});

test("going by an address to where one came from is going back", () => {
  const trail = new Trail();
  for (const name of ["a", "b", "a"]) trail.visit(name);
  assert.deepEqual([trail.current, trail.canBack, trail.forward()], ["a", false, "b"]);
});

test("a circle is marked where it closes, and not opened again", () => {
  const list = [entry("a", { uses: ["b", "c"] }), entry("b", { uses: ["a"] }), entry("c", { uses: [], kind: "constant" })];
  const byName = new Map(list.map((e) => [e.name, e]));
  assert.deepEqual(below(byName, ["a"], "uses").map((i) => [i.name, i.loop, i.more]), [["b", false, 1], ["c", false, 0]]);
  assert.deepEqual(below(byName, ["a", "b"], "uses").map((i) => [i.name, i.loop, i.more]), [["a", true, 0]]);
});

test("marks that turn writing round are written out", () => {
  assert.equal(visible("a\u202eb\u200b"), "a⟨U+202E⟩b⟨U+200B⟩");
  assert.equal(visible("é · naïve ‘x’"), "é · naïve ‘x’");
});

test("a name of more letters than a list has room for is cut between letters", () => {
  assert.equal(shortened("short"), "short");
  assert.equal(shortened("😀".repeat(200)), `${"😀".repeat(120)}…`);
});
