import { createHash } from 'node:crypto';

/** Mulberry32, a small generator. Returns the same numbers in 0–1 for one seed on every machine. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Random values of one visit of a state. A repetition after a crash draws the same. */
export interface Draw {
  random(): number;
  uuid(): string;
}

/** Returns random values by `key`. Computes nothing before the first draw. */
export function seededDraw(key: string): Draw {
  let random: (() => number) | undefined;
  let drawn = 0;
  const digest = (name: string) => createHash('sha256').update(`${name}:${key}`).digest();
  return {
    random: () => (random ??= generator(digest('random').readUInt32LE()))(),
    uuid() {
      const bytes = digest(`uuid${drawn++}`).subarray(0, 16);
      bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
  };
}
