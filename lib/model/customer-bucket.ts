import { createHash } from 'crypto';
import { type Customer } from './customer.ts';
import { partition } from './table-keys.ts';

/** Customers fall into this many buckets: shares are exact to a hundredth of a percent. */
export const bucketCount = 10000;
/** Which bucket a customer falls into: the same for the same salt, on every visit and in every version, with nothing stored. */
export function bucketOf(salt: string, customer: Customer): number {
  const digest = createHash('sha256')
    .update(`${salt}\n${partition(customer)}`)
    .digest();
  return digest.readUInt32BE(0) % bucketCount;
}

/** Upper bucket of each path, itself excluded; the last is `bucketCount`. */
export function bucketThresholds(weights: number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => Math.round(((sum += weight) / total) * bucketCount));
}
