import assert from "node:assert/strict";
import { test } from "node:test";
import { apportioned, percentsOf, sumOf, toOne, withShare } from "../../src/llr_sd/page/js/people/wholes.mjs";

/** A fixed row of numbers from 0 to 1. */
function numbers(seed) {
  let at = seed;
  return () => (at = (at * 1103515245 + 12345) % 2147483648) / 2147483648;
}

test("a share that moves is exactly where it was put, and the others keep their proportions", () => {
  const before = [0.03, 0.07, 0.25, 0.3, 0.35];
  const after = withShare(before, 4, 0.5);
  assert.equal(after[4], 0.5);
  for (let i = 0; i < 4; i += 1) assert.ok(Math.abs(after[i] / after[0] - before[i] / before[0]) < 1e-12);
  assert.equal(sumOf(after), 1);
});

test("shares add up to exactly one after any move", () => {
  const next = numbers(20171031);
  for (let row = 0; row < 4000; row += 1) {
    const many = 2 + Math.floor(5 * next());
    let shares = toOne(Array.from({ length: many }, () => (next() < 0.2 ? 0 : next())));
    for (let move = 0; move < 8; move += 1) {
      const [at, value] = [Math.floor(many * next()), Math.round(1000 * next()) / 1000];
      shares = withShare(shares, at, value);
      assert.equal(sumOf(shares), 1);
      assert.equal(shares[at], value);
      assert.ok(shares.every((share) => share >= 0));
      assert.equal(Math.round(10 * sumOf(percentsOf(shares))), 1000);
    }
  }
});

test("a thousand moves to and fro leave the others where they were", () => {
  const before = [0.03, 0.07, 0.25, 0.3, 0.35];
  let after = before;
  for (let i = 0; i < 1000; i += 1) after = withShare(after, 4, (i % 990) / 1000);
  after = withShare(after, 4, 0.35);
  after.forEach((share, i) => assert.ok(Math.abs(share - before[i]) < 1e-13));
});

test("a share that comes back from the whole finds the others as they were at the start", () => {
  const start = [0.03, 0.07, 0.25, 0.3, 0.35];
  const all = withShare(start, 4, 1);
  assert.deepEqual(all, [0, 0, 0, 0, 1]);
  withShare(all, 4, 0.35, start).forEach((share, i) => assert.ok(Math.abs(share - start[i]) < 1e-15));
  assert.deepEqual(withShare([0, 0, 1], 2, 0.5), [0.25, 0.25, 0.5], "alike where nothing says how");
});

test("a row that does not add up to one is brought there, and one of noughts stays", () => {
  assert.equal(sumOf(toOne([0.5, 0.3, 0.23])), 1);
  assert.deepEqual(toOne([0, 0]), [0, 0]);
});

test("parts of a total add up to it, the largest remainders first", () => {
  assert.deepEqual(apportioned([1, 1, 1], 10), [4, 3, 3]);
  assert.deepEqual(apportioned([0.35, 0.65], 100, 10), [35, 65]);
  assert.deepEqual(percentsOf([1 / 3, 1 / 3, 1 / 3]), [33.4, 33.3, 33.3]);
  assert.deepEqual(percentsOf([0, 0]), [0, 0]);
});
