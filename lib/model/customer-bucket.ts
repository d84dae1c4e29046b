import { createHash } from 'crypto';
import { type Customer } from './customer.ts';
import { partition } from './keys/table-keys.ts';

/** Number of buckets. Shares are exact to a hundredth of a per cent. */
export const bucketCount = 10000;
/** Returns the bucket of a customer. It depends on salt and customer only, so nothing is stored. */
export function bucketOf(salt: string, customer: Customer): number {
  const digest = createHash('sha256')
    .update(`${salt}\n${partition(customer)}`)
    .digest();
  return digest.readUInt32BE(0) % bucketCount;
}

/** Returns the exclusive upper bucket of each path. The last is `bucketCount`. */
export function bucketThresholds(weights: number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => Math.round(((sum += weight) / total) * bucketCount));
}
