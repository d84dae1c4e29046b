import { createHash } from 'node:crypto';

/** Random numbers that are equal for equal words. */
export interface Chance {
  /** 0 to 1. */
  next(): number;
  /** A whole number from `low` to `high`, both possible. */
  whole(low: number, high: number): number;
  happens(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** Waiting times of events that come `mean` apart. */
  exponential(mean: number): number;
}

/** Mulberry32, seeded with a hash of the words. */
export function chance(...words: (string | number)[]): Chance {
  let state = createHash('sha256').update(words.join('\0')).digest().readUInt32BE();
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    happens: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)] ?? from[0],
    exponential: (mean) => -mean * Math.log(1 - next()),
  };
}
