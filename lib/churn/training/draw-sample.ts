import { sampleBoundFor, type SampledCustomer, type Extent } from './training-sample.ts';

/**
 * Bytes of JSON at which a part is written. An item holds 400 KB, and up to 256 KB are read between
 * two calls of `write`.
 */
const fullPart = 100_000;

/** A sample under way. */
export interface SampleTerms extends Extent {
  /** Parts that are written. */
  parts: number;
}

export interface SampleDrawer {
  sampling(): SampleTerms;
  add(one: SampledCustomer): void;
  /** Writes what was added, where it is much or `all` is asked for. */
  write(all?: boolean): Promise<void>;
}

/**
 * Continues a sample part by part. The same customers in the same order make the same parts. Halves
 * a sample of over `most`.
 */
export function createSampleDrawer(
  begun: SampleTerms,
  { most, put }: { most: number; put: (part: SampledCustomer[], number: number) => Promise<void> },
): SampleDrawer {
  let { bound, kept, parts } = begun;
  let part: SampledCustomer[] = [];
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
      ({ bound, kept } = sampleBoundFor({ bound, kept: kept + part.length }, most));
      [part, bytes, parts] = [[], 0, parts + 1];
    },
  };
}
