/** Shares of a whole: one moves and the others give way in proportion, so that together they stay exactly one; and whole numbers of a total. */

const FINEST = 2 ** -54;
const NUDGES = 16;

/** The sum from left to right, as the model adds a row. */
export function sumOf(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/**
 * Shares with one of them at a value: the others keep their proportions, and the sum is exactly 1 in the arithmetic of the page.
 * @param {number[]} shares not negative
 * @param {number} at place of the one that moves
 * @param {number} value from 0 to 1
 * @param {number[]} spare shares whose proportions count where the others are all nought, such as those that the page opened with
 * @returns {number[]}
 */
export function withShare(shares, at, value, spare = shares) {
  const rest = (list) => sumOf(list.filter((_, i) => i !== at));
  const from = rest(shares) > 0 ? shares : spare;
  const sum = rest(from);
  const left = 1 - value;
  const parts = shares.map((_, i) => (i === at ? value : sum > 0 ? (from[i] * left) / sum : left / (shares.length - 1)));
  return exactly(parts, at);
}

/** Shares brought to a sum of exactly 1 in their proportions, as the model brings a row; as they are where they are all nought. */
export function toOne(shares) {
  const sum = sumOf(shares);
  return sum > 0 ? exactly(shares.map((share) => share / sum), -1) : [...shares];
}

/** Move a share but the one at `still`, the largest first, by the last binary digit or two of the sum: what fractions leave over. */
function exactly(parts, still) {
  const places = parts.map((_, i) => i).filter((i) => i !== still && parts[i] > FINEST * NUDGES).sort((a, b) => parts[b] - parts[a] || a - b);
  for (const place of places) {
    const others = [...parts];
    for (let n = 0; n <= 2 * NUDGES; n += 1) {
      others[place] = parts[place] + (n % 2 ? -1 : 1) * Math.ceil(n / 2) * FINEST;
      if (sumOf(others) === 1) return others;
    }
  }
  return parts;
}

/**
 * Split a total in the proportions of some weights into equal steps, so that the parts add up to it: largest remainders first.
 * @param {number[]} weights not negative, not all nought
 * @param {number} total
 * @param {number} steps of one: 1 for whole people, 10 for tenths of a per cent
 * @returns {number[]}
 */
export function apportioned(weights, total, steps = 1) {
  const sum = sumOf(weights);
  const all = Math.round(total * steps);
  const exact = weights.map((weight) => (weight / sum) * all);
  const parts = exact.map((part) => Math.floor(part + 1e-9));
  const order = exact.map((part, i) => [part - parts[i], i]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  const over = all - sumOf(parts);
  for (let i = 0; i < over; i += 1) parts[order[i][1]] += 1;
  return parts.map((part) => part / steps);
}

/** Shares as percentages with one decimal that add up to 100. */
export function percentsOf(shares) {
  return sumOf(shares) > 0 ? apportioned(shares, 100, 10) : shares.map(() => 0);
}
