/**
 * A seedable generator of random numbers: xoshiro128** seeded by splitmix32.
 *
 * @see Blackman and Vigna, "Scrambled linear pseudorandom number generators"
 */

/** @returns A function that gives numbers in [0, 1); the same seed gives the same numbers. */
export function seededRandom(seed: number): () => number {
  let mixed = (seed ^ Math.floor(seed / 2 ** 32)) | 0;
  const split = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let t = mixed ^ (mixed >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  let a = split();
  let b = split();
  let c = split();
  let d = split();
  const next = (): number => {
    const rotated = Math.imul(b, 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}
