import { boundFor, type Drawn, type Extent } from './training-sample.ts';

/** A part is written when it has grown so large: an item takes 400 KB, and what is read between two looks may be 256 KB. Bytes of JSON. */
const fullPart = 100_000;

/** A sample under way. */
export interface Sampling extends Extent {
  /** Parts that are written. */
  parts: number;
}

export interface Sampler {
  sampling(): Sampling;
  add(one: Drawn): void;
  /** Writes what was added, where it is much or `all` is asked for. */
  write(all?: boolean): Promise<void>;
}

/** Goes on with a sample, part by part: the same customers in the same order make the same parts. Of a sample of over `most` half is kept. */
export function sampler(
  begun: Sampling,
  { most, put }: { most: number; put: (part: Drawn[], number: number) => Promise<void> },
): Sampler {
  let { bound, kept, parts } = begun;
  let part: Drawn[] = [];
  let bytes = 0;

  return {
    sampling: () => ({ bound, kept, parts }),

    add(one) {
      part.push(one);
      bytes += Buffer.byteLength(JSON.stringify(one)) + 1;
    },

    async write(all = false) {
      if (part.length === 0 || (bytes < fullPart && !all)) return;
      await put(part, parts);
      ({ bound, kept } = boundFor({ bound, kept: kept + part.length }, most));
      [part, bytes, parts] = [[], 0, parts + 1];
    },
  };
}
