import { createHash } from 'node:crypto';
import { type Customer } from '../../model/customer.ts';
import { partition } from '../../model/table-keys.ts';
import { type JourneyDefinition } from './journey-definition.ts';

/** Customers fall into this many buckets: shares are exact to a hundredth of a percent. */
export const buckets = 10_000;

/** Which bucket a customer falls into: the same for the same salt, on every visit and in every version, with nothing stored. */
export function bucketOf(salt: string, customer: Customer): number {
  const digest = createHash('sha256')
    .update(`${salt}\n${partition(customer)}`)
    .digest();
  return digest.readUInt32BE(0) % buckets;
}

/** Upper bucket of each path, itself excluded; the last is `buckets`. */
export function thresholds(weights: number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => Math.round(((sum += weight) / total) * buckets));
}

/**
 * The bucket of everything that is drawn on the way, at the moment the customer enters: random splits and experiments by their salt, so
 * that the same customer always falls on the same side; waits of a random length by the step.
 */
export function drawSplits({ id: journey, steps }: JourneyDefinition, customer: Customer): Record<string, number> {
  const splits = Object.entries(steps).flatMap(([id, step]) => {
    if (step.kind === 'randomSplit' || step.kind === 'experiment')
      return [[id, bucketOf(step.salt, customer)] as const];
    return step.kind === 'wait' && step.between ? [[id, bucketOf(`${journey}\n${id}`, customer)] as const] : [];
  });
  return Object.fromEntries(splits);
}
