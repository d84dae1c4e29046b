/** Returns a random number in [0, 1). */
export type Random = () => number;

/**
 * sfc32 (Doty-Humphrey 2010, PractRand): 32 bits a draw, period above 2^32 and 2^127 on average.
 * The same `seed` (an integer; its low 64 bits count) yields the same numbers on every machine. Not
 * for secrets.
 */
export function seeded(seed: number): Random {
  let [a, b, c, counter] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0x9e3779b9 | 0, 1];
  const next: Random = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 15; i++) next(); // the rounds after which PractRand calls the seed mixed in
  return next;
}

/**
 * Returns a draw from the normal distribution with mean 0 and variance 1 (polar method: Marsaglia
 * and Bray 1964).
 */
export function normal(random: Random): number {
  for (;;) {
    const u = 2 * random() - 1;
    const v = 2 * random() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}

/**
 * Returns a draw from the gamma distribution of `shape` > 0 and rate 1 (Marsaglia and Tsang 2000;
 * below 1 by their section 6).
 */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** Returns a draw from Beta(a, b), a and b > 0: one gamma draw's share of the sum of two. */
export function beta(random: Random, { a, b }: { a: number; b: number }): number {
  const x = gamma(random, a);
  const y = gamma(random, b);
  return x + y > 0 ? x / (x + y) : Number(random() < a / (a + b)); // both so small that they round to nought: all lies at the ends
}

/** Returns a copy in random order (Fisher and Yates 1938, Durstenfeld 1964). */
export function shuffled<T>(all: readonly T[], random: Random): T[] {
  const deck = all.map((one) => ({ one }));
  for (const [i, here] of deck.entries()) {
    const there = deck[i + Math.floor(random() * (deck.length - i))];
    if (there) [here.one, there.one] = [there.one, here.one];
  }
  return deck.map(({ one }) => one);
}

/**
 * Above this number of expected successes a binomial draw is halved before successes are counted.
 */
const countable = 1_000;

/**
 * Returns how many of `n` trials succeed, each with `chance`, by the waiting times between
 * successes (Devroye 1986, ch. X.4.3). For many it first draws the median of n uniform numbers,
 * which leaves half of them (same book, recursive methods). Both are exact.
 */
export function binomial(random: Random, { n, chance }: { n: number; chance: number }): number {
  if (!(chance > 0) || n <= 0) return 0;
  if (chance >= 1) return n;
  if (chance > 0.5) return n - binomial(random, { n, chance: 1 - chance });
  if (n * chance > countable) {
    const middle = Math.ceil(n / 2);
    const split = beta(random, { a: middle, b: n + 1 - middle });
    if (split <= chance) {
      const rest = Math.min(1, (chance - split) / (1 - split));
      return middle + binomial(random, { n: n - middle, chance: rest });
    }
    return binomial(random, { n: middle - 1, chance: Math.min(1, chance / split) });
  }
  const scale = Math.log1p(-chance);
  let successes = -1;
  for (let tries = 0; tries <= n; successes++) tries += 1 + Math.floor(Math.log(1 - random()) / scale);
  return successes;
}

/** Distributes `n` over shares that sum to 1, by one binomial draw after another. */
export function dealt(random: Random, n: number, shares: readonly number[]): number[] {
  let [left, rest] = [n, 1];
  return shares.map((share, i) => {
    const drawn = i === shares.length - 1 ? left : binomial(random, { n: left, chance: Math.min(1, share / rest) });
    left -= drawn;
    rest = Math.max(Number.MIN_VALUE, rest - share);
    return drawn;
  });
}
