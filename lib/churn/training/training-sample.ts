import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Customer } from '../../model/customer.ts';
import { partition } from '../../model/keys/table-keys.ts';
import { type Profile } from '../../model/profile.ts';
import { type Instant } from '../../shared/time.ts';
import { keyEventsOfDays } from '../purchase-model/key-day-history.ts';
import { packKeyDays, unpackKeyDays } from '../../profile/codec/key-days-codec.ts';
import { isEligible } from '../default-model.ts';
import { type ChurnDefinition } from '../../model/churn-definition.ts';
import { Attributes } from '../../statistics/learning/category-encoding.ts';
import { type CustomerHistory } from '../fitted-model/training-windows.ts';
import { attributesOf } from '../trained-model.ts';

/**
 * A sampled customer: the draw, key days as a profile packs them, and the definition's attributes.
 */
export const SampledCustomer = z.tuple([z.number(), z.string(), Attributes.optional()]);
export type SampledCustomer = z.infer<typeof SampledCustomer>;

/** Number of shares of an export that are read in parallel. Each file is in one of them. */
export const sampleShares = 4;

/**
 * Approximate limit of sampled customers: enough to detect a per cent, and trained on in minutes.
 */
const mostOfAll = 20_000;

/**
 * Approximate limit of a share's sample, for an export of `files` files. With fewer files than
 * shares, some shares are empty.
 */
export const mostOfShare = (files: number): number => mostOfAll / Math.min(sampleShares, Math.max(files, 1));

/** Keeps these draws apart from other draws by customer. */
const salt = 'churn';

/** Returns the draw of a customer, uniform in 0–1 and deterministic: 48 bits of a hash. */
export const drawOf = (customer: Customer): number =>
  createHash('sha256')
    .update(`${salt}#${partition(customer)}`)
    .digest()
    .readUIntBE(0, 6) /
  2 ** 48;

/** Progress of a share's sample: the bound of draws, and the number of customers kept. */
export interface Extent {
  bound: number;
  kept: number;
}

/**
 * Halves the bound of draws if a sample exceeds `most`, because the total is unknown in advance
 * (adaptive sampling: Wegman's, in Flajolet 1990). Draws below the lowest bound of all shares are a
 * uniform sample of all customers.
 */
export function sampleBoundFor({ bound, kept }: Extent, most: number): Extent {
  return kept > most ? { bound: bound / 2, kept: Math.round(kept / 2) } : { bound, kept };
}

/**
 * Returns a customer's entry in the sample, whatever `leastDays`. Undefined if the customer is not
 * eligible or has no key event.
 */
export function drawCustomer(profile: Profile, definition: ChurnDefinition, now: Instant): SampledCustomer | undefined {
  const { keyDays } = profile;
  const anyDays = { ...definition, eligible: { ...definition.eligible, leastDays: 1 } };
  if (!keyDays || !isEligible(anyDays, profile, now)) return undefined;
  const text = packKeyDays(keyDays);
  const draw = drawOf(profile);
  return definition.attributes.length > 0 ? [draw, text, attributesOf(profile, definition)] : [draw, text];
}

/** Returns the histories of a sample below a bound, without duplicates, ordered by draw. */
export function historiesOf(sample: readonly SampledCustomer[], bound: number): CustomerHistory[] {
  const byDraw = new Map(sample.filter(([draw]) => draw < bound).map((one) => [one[0], one]));
  return [...byDraw.values()]
    .sort(([a], [b]) => a - b)
    .map(([, text, attributes]) => ({
      events: keyEventsOfDays(unpackKeyDays(text)),
      ...(attributes && { attributes }),
    }));
}
