import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Customer } from '../../model/customer.ts';
import { partition } from '../../model/table-keys.ts';
import { type Profile } from '../../model/profile.ts';
import { type Instant } from '../../shared/time.ts';
import { keyEventsOfDays } from '../purchase-model/key-day-history.ts';
import { packKeyDays, unpackKeyDays } from '../../profile/codec/key-days-codec.ts';
import { isEligible } from '../default-model.ts';
import { type ChurnDefinition } from '../../model/churn-definition.ts';
import { Attributes } from '../../statistics/learning/category-encoding.ts';
import { type CustomerHistory } from '../fitted-model/training-windows.ts';
import { attributesOf } from '../trained-model.ts';

/** A customer in a sample: the draw, days with a key event as a profile packs them, and attributes where the definition names any. */
export const SampledCustomer = z.tuple([z.number(), z.string(), Attributes.optional()]);
export type SampledCustomer = z.infer<typeof SampledCustomer>;

/** Shares of an export that are gathered from at once. Each file is in one of them. */
export const sampleShares = 4;

/** Customers that are kept, about: so many are learnt from in minutes, and tell a per cent from chance. */
const mostOfAll = 20_000;

/** Customers of one share that are kept, about, of an export of so many files: where there are fewer files than shares, some hold none. */
export const mostOfShare = (files: number): number => mostOfAll / Math.min(sampleShares, Math.max(files, 1));

/** The draw of a customer, even in 0–1 and always the same: 48 bits of a hash. */
export const drawOf = (customer: Customer): number =>
  createHash('sha256')
    .update(`churn#${partition(customer)}`)
    .digest()
    .readUIntBE(0, 6) /
  2 ** 48;

/** How far a share's sample has come: below which bound draws must be, how many are in it. */
export interface Extent {
  bound: number;
  kept: number;
}

/**
 * Who stays in the sample when nobody knows how many are still to come: whose draw is below a bound that is halved when too many are in
 * (adaptive sampling: Wegman's, in Flajolet 1990). What is below the lowest bound of all shares is an even sample of everybody.
 */
export function sampleBoundFor({ bound, kept }: Extent, most: number): Extent {
  return kept > most ? { bound: bound / 2, kept: Math.round(kept / 2) } : { bound, kept };
}

/** What training needs of a customer; undefined of whom it does not ask, or who had no key event. */
export function drawCustomer(profile: Profile, definition: ChurnDefinition, now: Instant): SampledCustomer | undefined {
  const { keyDays } = profile;
  const anyDays = { ...definition, eligible: { ...definition.eligible, leastDays: 1 } };
  if (!keyDays || !isEligible(anyDays, profile, now)) return undefined;
  const text = packKeyDays(keyDays);
  const draw = drawOf(profile);
  return definition.attributes.length > 0 ? [draw, text, attributesOf(profile, definition)] : [draw, text];
}

/** Customers as training wants them, each once, in the order of their draws. */
export function historiesOf(sample: readonly SampledCustomer[], bound: number): CustomerHistory[] {
  const byDraw = new Map(sample.filter(([draw]) => draw < bound).map((one) => [one[0], one]));
  return [...byDraw.values()]
    .sort(([a], [b]) => a - b)
    .map(([, text, attributes]) => ({
      events: keyEventsOfDays(unpackKeyDays(text)),
      ...(attributes && { attributes }),
    }));
}
