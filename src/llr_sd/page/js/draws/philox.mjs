/**
 * Streams of random numbers: NumPy's Philox4x64-10 to the last bit (Salmon et al. 2011, doi:10.1145/2063384.2063405).
 *
 * A stream is keyed by what Python derived from the seed and a name; number i depends on the key and on i alone. 64-bit words are
 * pairs of 32-bit halves, low half first, since BigInt is many times slower.
 */

const MULTIPLIERS = [[0xe14c6c93, 0xd2e7470e], [0x95121157, 0xca5a8263]];
const WEYL = [[0x7f4a7c15, 0x9e3779b9], [0x84caa73b, 0xbb67ae85]];
const ROUNDS = 10;
const LEAST = 2 ** -54;

/** Return the high half of the 64-bit product of two 32-bit numbers. */
function high(a, b) {
  const a0 = a & 0xffff, a1 = a >>> 16, b0 = b & 0xffff, b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const other = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(other / 65536)) >>> 0;
}

/** Write the 128-bit product of a multiplier and a word into `into`, lowest 32 bits first. */
function multiply([m0, m1], w0, w1, into) {
  const low1 = high(m0, w0), a0 = Math.imul(m1, w0) >>> 0, b0 = Math.imul(m0, w1) >>> 0, c0 = Math.imul(m1, w1) >>> 0;
  const second = low1 + a0 + b0;
  const third = Math.floor(second / 4294967296) + high(m1, w0) + high(m0, w1) + c0;
  into[0] = Math.imul(m0, w0);
  into[1] = second;
  into[2] = third;
  into[3] = high(m1, w1) + Math.floor(third / 4294967296);
}

/** A stream of whole 64-bit words, of doubles and of permutations, in the order in which NumPy's generator gives them. */
export class Stream {
  /** @param {string} key 32 hexadecimal digits, the 128-bit key. */
  constructor(key) {
    if (!/^[0-9a-f]{32}$/.test(key)) throw new Error(`"${key}" is no key of a stream.`);
    const words = [3, 2, 1, 0].map((i) => parseInt(key.slice(8 * i, 8 * i + 8), 16));
    this.key = Uint32Array.from(words);
    this.counter = 0;
    this.block = new Uint32Array(8);
    this.position = 4;
    this.left = null;
    this.work = [new Uint32Array(4), new Uint32Array(4), new Uint32Array(4)];
  }

  /** Fill the block of four words that belongs to the next counter. */
  fill() {
    const x = this.block, [p, q, key] = this.work;
    this.counter += 1;
    x.fill(0);
    x[0] = this.counter;
    x[1] = Math.floor(this.counter / 4294967296);
    key.set(this.key);
    for (let round = 0; round < ROUNDS; round++) {
      if (round) bump(key);
      multiply(MULTIPLIERS[0], x[0], x[1], p);
      multiply(MULTIPLIERS[1], x[4], x[5], q);
      const first = q[2] ^ x[2] ^ key[0], second = q[3] ^ x[3] ^ key[1];
      const third = p[2] ^ x[6] ^ key[2], fourth = p[3] ^ x[7] ^ key[3];
      x[0] = first; x[1] = second; x[2] = q[0]; x[3] = q[1];
      x[4] = third; x[5] = fourth; x[6] = p[0]; x[7] = p[1];
    }
    this.position = 0;
  }

  /** Move on by one word and return where its low half stands in `block`. */
  next() {
    if (this.position === 4) this.fill();
    return 2 * this.position++;
  }

  /** Return 32 bits: the low half of a word, then its high half. */
  bits() {
    if (this.left !== null) {
      const kept = this.left;
      this.left = null;
      return kept;
    }
    const at = this.next();
    this.left = this.block[at + 1];
    return this.block[at];
  }

  /** Return a double in [0, 1): the upper 53 bits of a word. */
  random() {
    const at = this.next();
    return (this.block[at + 1] * 2097152 + (this.block[at] >>> 11)) * 2 ** -53;
  }

  /**
   * Return NumPy's permutation of the whole numbers below `size`.
   * @param {number} size at most 2^32.
   * @returns {Float64Array}
   */
  permutation(size) {
    const found = Float64Array.from({ length: size }, (_, i) => i);
    for (let i = size - 1; i > 0; i--) {
      const mask = 2 ** (32 - Math.clz32(i)) - 1;
      let j;
      do j = (this.bits() & mask) >>> 0; while (j > i);
      [found[i], found[j]] = [found[j], found[i]];
    }
    return found;
  }
}

/** Add the Weyl constants to both words of a key. */
function bump(key) {
  for (let word = 0; word < 2; word++) {
    const low = key[2 * word] + WEYL[word][0];
    key[2 * word] = low;
    key[2 * word + 1] += WEYL[word][1] + (low > 0xffffffff ? 1 : 0);
  }
}

/**
 * Return uniforms in (0, 1), as `sampling.streams.uniforms` gives them.
 * @param {string} key of the stream.
 * @param {number} runs how many.
 * @returns {Float64Array} shape (runs,)
 */
export function uniforms(key, runs) {
  const stream = new Stream(key), found = new Float64Array(runs);
  // The generator's least value is 0, at which an unbounded quantile would be minus infinity.
  for (let i = 0; i < runs; i++) found[i] = Math.max(stream.random(), LEAST);
  return found;
}

/**
 * Return the shares of a Latin hypercube: one in each of `runs` equal slices, in a keyed order.
 * @param {{value: string, slices: string}} keys of the place inside a slice, and of the order of slices.
 * @param {number} runs how many.
 * @returns {Float64Array} shape (runs,), in (0, 1)
 */
export function sliced(keys, runs) {
  const found = uniforms(keys.value, runs), slices = new Stream(keys.slices).permutation(runs);
  for (let i = 0; i < runs; i++) found[i] = Math.min(Math.max((slices[i] + found[i]) / runs, LEAST), 1 - 2 ** -53);
  return found;
}
