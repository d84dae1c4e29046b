import { type Customer } from '../../model/customer.ts';
import { bucketOf, bucketThresholds } from '../../model/customer-bucket.ts';
import { type ExperimentPlan } from './experiment-plan.ts';

/**
 * Returns the arm of a customer: a hash of experiment and customer, cut at the weights. The same on
 * every visit with nothing stored, independent of other experiments, and constant while the weights
 * are.
 */
export function armOf({ id, arms }: Pick<ExperimentPlan, 'id' | 'arms'>, customer: Customer): string {
  const bucket = bucketOf(`experiment ${id}`, customer);
  const place = bucketThresholds(arms.map(({ weight }) => weight)).findIndex((threshold) => bucket < threshold);
  return (arms[place] ?? arms[0])?.id ?? '';
}
