import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { canonical, sha256 } from "../../src/llr_sd/page/js/session/hash.mjs";

const told = (text) => createHash("sha256").update(text, "utf8").digest("hex");

test("the hash is SHA-256, at every length around the ends of blocks and beyond ASCII", () => {
  assert.equal(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // FIPS 180-4
  for (let length = 0; length < 200; length += 1) {
    const text = "x".repeat(length);
    assert.equal(sha256(text), told(text), `length ${length}`);
  }
  for (const text of ["ärzte – 12 %", "\u{1F3E5}".repeat(1000), "a".repeat(1_000_003)]) assert.equal(sha256(text), told(text));
});

test("JSON has one form, whatever the order of keys", () => {
  assert.equal(canonical({ b: [1, 0.1, null], a: { d: "x\n", c: true } }), '{"a":{"c":true,"d":"x\\n"},"b":[1,0.1,null]}');
  assert.equal(canonical({ b: 1, a: 2 }), canonical({ a: 2, b: 1 }));
  assert.notEqual(canonical([1, 2]), canonical([2, 1]));
});

test("what JSON would quietly turn into null is refused", () => {
  for (const value of [NaN, Infinity, { a: -Infinity }, undefined, { a: undefined }, [() => 1]]) {
    assert.throws(() => canonical(value), TypeError);
  }
});
