import assert from "node:assert/strict";
import test from "node:test";
import { limitFacts, limitWords, moved, passWords, sharesOf, STEPS, stepsOf, typed } from "../../src/llr_sd/page/js/first/shares_facts.mjs";
import { sumOf as sum } from "../../src/llr_sd/page/js/people/wholes.mjs";
import { dividerWords, percentOf, stepsTyped } from "../../src/llr_sd/page/js/first/splitbar.mjs";

/** Numbers that look like chance and are the same each time. */
function* numbers(seed) {
  let at = seed;
  for (;;) yield (at = (at * 48271) % 2147483647) / 2147483647;
}

test("shares become whole steps that add up, and steps become shares whose sum is exactly one", () => {
  const draw = numbers(11);
  for (let n = 0; n < 3000; n += 1) {
    const given = [1, 2, 3, 4].map(() => (draw.next().value < 0.2 ? 0 : draw.next().value));
    const steps = stepsOf(given);
    assert.equal(sum(steps), STEPS);
    assert.ok(steps.every((part) => Number.isInteger(part) && part >= 0));
    const shares = sharesOf(steps);
    assert.equal(sum(shares), 1, JSON.stringify(steps));
    shares.forEach((share, i) => assert.ok(share >= 0 && Math.abs(share - steps[i] / STEPS) < 1e-14));
    assert.deepEqual(stepsOf(shares), steps);
  }
  assert.deepEqual(stepsOf([0.5, 0.19, 0.15, 0.16]), [500, 190, 150, 160]);
  assert.deepEqual(sharesOf([500, 190, 150, 160]), [0.5, 0.19, 0.15, 0.16]);
  assert.notEqual(sum([0.7, 0.1, 0.1, 0.1]), 1, "the case that needs mending");
  assert.equal(sum(sharesOf([700, 100, 100, 100])), 1);
  assert.deepEqual(stepsOf([0, 0, 0, 0]), [STEPS, 0, 0, 0]);
});

test("shares that do not add up are brought to one as the model does", () => {
  assert.deepEqual(stepsOf([1, 1, 1, 1]), [250, 250, 250, 250]);
  assert.deepEqual(stepsOf([1, 1, 1]), [334, 333, 333]);
  assert.deepEqual(stepsOf([0.564, 0.146, 0.132, 0.158], 10), [560, 150, 130, 160]);
});

test("a divider takes from the nearest, then from the next, and never loses anything", () => {
  assert.deepEqual(moved([500, 190, 150, 160], 0, 600), [600, 90, 150, 160]);
  assert.deepEqual(moved([500, 190, 150, 160], 0, 750), [750, 0, 90, 160]);
  assert.deepEqual(moved([500, 190, 150, 160], 0, 5000), [1000, 0, 0, 0]);
  assert.deepEqual(moved([500, 190, 150, 160], 2, 600), [500, 100, 0, 400]);
  assert.deepEqual(moved([500, 190, 150, 160], 2, -3), [0, 0, 0, 1000]);
  assert.deepEqual(moved([200, 0, 20, 780], 1, 100), [100, 0, 120, 780]);
  assert.deepEqual(moved([500, 190, 150, 160], 1, 690), [500, 190, 150, 160]);
  const draw = numbers(5);
  for (let n = 0; n < 2000; n += 1) {
    const parts = stepsOf([1, 2, 3, 4].map(() => draw.next().value));
    const divider = Math.floor(draw.next().value * 3);
    const to = Math.round(draw.next().value * 1200 - 100);
    const made = moved(parts, divider, to);
    assert.equal(sum(made), STEPS);
    assert.ok(made.every((part) => part >= 0 && Number.isInteger(part)));
    assert.equal(sum(made.slice(0, divider + 1)), Math.min(STEPS, Math.max(0, to)));
  }
});

test("what is typed stands, and four shares typed from left to right stand as typed", () => {
  let parts = [720, 40, 90, 150];
  for (const [place, wanted] of [[0, 500], [1, 190], [2, 150], [3, 160]]) {
    parts = typed(parts, place, wanted);
    assert.equal(parts[place], wanted);
    assert.equal(sum(parts), STEPS);
  }
  assert.deepEqual(parts, [500, 190, 150, 160]);
  assert.deepEqual(typed([720, 40, 90, 150], 3, 1000), [0, 0, 0, 1000]);
  assert.deepEqual(typed([720, 40, 90, 150], 3, 0), [720, 40, 240, 0]);
});

test("a share that takes more than is left behind it takes from those before it", () => {
  const made = typed([800, 100, 60, 40], 1, 500);
  assert.equal(made[1], 500);
  assert.deepEqual(made, [500, 500, 0, 0]);
});

test("a percentage is read as people write it, and what is none is refused", () => {
  assert.deepEqual(["19", " 19.5 ", "19,5", "100 %", "0", "19.56"].map(stepsTyped), [190, 195, 195, 1000, 0, 196]);
  assert.deepEqual(["", "-3", "101", "a", "1e2", "19..5", "NaN"].map(stepsTyped), [null, null, null, null, null, null, null]);
  assert.deepEqual([190, 195, 0, 1000].map(percentOf), ["19", "19.5", "0", "100"]);
});

test("a divider says what stands on both sides of it", () => {
  const parts = [{ label: "Autonomous" }, { label: "Enhanced" }, { label: "Core" }];
  assert.equal(dividerWords(parts, [500, 195, 305], 0), "Autonomous 50%, Enhanced 19.5%");
  assert.equal(dividerWords(parts, [500, 195, 305], 1), "Enhanced 19.5%, Core 30.5%");
});

const spread = (middle, low = middle, high = middle) => ({ middle, low, high });
const words = (given) => limitWords(limitFacts({ passes: 1, ...given }), "autonomous");

test("the limit is told where it bites, where it does not, where it does sometimes, and where nothing is freed", () => {
  assert.equal(
    words({ wanted: spread(0.29), through: spread(0.21), limit: spread(0.21), passes: 0.72, bites: 0.92 }),
    "The room's shares would free 29% of the autonomous level's time. The limit lets 21% through: about 72% of every change that the room wants, in all five functions alike. It bites in 92% of the runs.",
  );
  assert.match(words({ wanted: spread(0.29), through: spread(0.21), limit: spread(0.21), bites: 1 }), /alike\.$/);
  assert.equal(
    words({ wanted: spread(0.12), through: spread(0.12), limit: spread(0.21), bites: 0 }),
    "The room's shares would free 12% of the autonomous level's time. The limit is 21%, so all of it goes through.",
  );
  assert.match(words({ wanted: spread(0.18), through: spread(0.17), limit: spread(0.21), bites: 0.2 }), /so most often all of it goes through; in 20% of the runs the limit bites\.$/);
  assert.match(words({ wanted: spread(0.18), through: spread(0.17), limit: spread(0.21), bites: 0.0004 }), /in below 0\.1% of the runs/);
  assert.match(words({ wanted: spread(-0.1), through: spread(-0.1), limit: spread(0.21), bites: 0 }), /free no time of the autonomous level: they ask 10% more of it\. The limit does not matter then\.$/);
  assert.equal(words({ wanted: spread(0), through: spread(0), limit: spread(0.21), bites: 0 }), "The room's shares free no time of the autonomous level. The limit does not matter then.");
});

test("what a room wants of a function is told in minutes, and nothing where it wants nothing else", () => {
  const levels = (now, wanted) => ["Autonomous", "Enhanced", "Core"].map((label, i) => ({ label, now: now[i], wanted: wanted[i] }));
  assert.equal(passWords(levels([720, 40, 240], [500, 190, 310])), "Of 100 minutes of this care: 22 fewer autonomous, 15 more enhanced and 7 more core.");
  assert.equal(passWords(levels([720, 40, 240], [720, 40, 240])), "The room wants it as it is now.");
  assert.equal(passWords(levels([500, 250, 250], [505, 245, 250])), "Of 100 minutes of this care: 0.5 fewer enhanced and 0.5 more autonomous.");
});
