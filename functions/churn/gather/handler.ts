import * as z from 'zod';
import { type Table } from '../../../lib/aws/table.ts';
import { ChurnDefinition } from '../../../lib/churn/definition.ts';
import { beginning, pageOfEverybody, Place } from '../../../lib/churn/training/everybody.ts';
import { boundFor, drawn, type Drawn, drawOf } from '../../../lib/churn/training/sample.ts';
import { type SampleStore } from '../../../lib/churn/training/sample-store.ts';
import { type ProfileStore } from '../../../lib/profile/store.ts';
import { type Clock } from '../../../lib/time.ts';

interface Dependencies {
  table: Table;
  profiles: Pick<ProfileStore, 'getMany'>;
  samples: Pick<SampleStore, 'put'>;
  clock: Clock;
}

/** How far the gathering of one list has come: on whose draw the sample is bounded, how many are in it, in how many parts. */
const Gathering = z.object({
  workspace: z.string(),
  run: z.string(),
  definition: ChurnDefinition,
  list: z.int(),
  place: Place.optional(),
  bound: z.number().default(1),
  kept: z.int().default(0),
  parts: z.int().default(0),
});
export type Gathering = z.infer<typeof Gathering>;

/** A page is read only with this much time left. Milliseconds. */
const spareMs = 60_000;

/** A part is written when it has grown so large: an item takes 400 KB. Characters of JSON. */
const fullPart = 200_000;

/**
 * Gathers a sample of one list of customers, as much as there is time for: it answers where to go on, or without a place that it is through.
 * Reads keys of everybody, and profiles of those below the bound. Made again it writes the same parts again; parts of a try that died
 * lie beyond those it counts, and are never read.
 */
export function gather({ table, profiles, samples, clock }: Dependencies) {
  return async (event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<Gathering> => {
    const { place: begun = beginning, ...gathering } = Gathering.parse(event);
    const { workspace, run, definition, list } = gathering;
    const now = clock.now();
    let { bound, kept, parts } = gathering;
    let part: Drawn[] = [];
    let size = 0;
    let place: Place | undefined = begun;

    const write = async (): Promise<void> => {
      if (part.length === 0) return;
      await samples.put({ workspace, run, list, part: parts }, part, now);
      parts += 1;
      kept += part.length;
      ({ bound, kept } = boundFor(bound, kept));
      part = [];
      size = 0;
    };

    while (place && context.getRemainingTimeInMillis() > spareMs) {
      const page: Awaited<ReturnType<typeof pageOfEverybody>> = await pageOfEverybody(
        table,
        { workspace, list },
        place,
      );
      const below = page.customers.filter((customer) => drawOf(customer) < bound);
      for (const { profile } of (await profiles.getMany(below, { consistent: false })).values()) {
        const one = drawn(profile, definition, now);
        if (!one) continue;
        part.push(one);
        size += JSON.stringify(one).length + 1;
      }
      if (size > fullPart) await write();
      place = page.next;
    }
    await write();
    return { ...gathering, bound, kept, parts, ...(place && { place }) };
  };
}
