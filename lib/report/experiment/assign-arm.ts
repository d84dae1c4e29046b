import { type Customer } from '../../model/customer.ts';
import { bucketOf, bucketThresholds } from '../../model/customer-bucket.ts';
import { type ExperimentPlan } from './experiment-plan.ts';

/**
 * Arm of a customer: the same on every visit with nothing stored, apart from the arms of other experiments, and kept while the weights are
 * (a hash of experiment and customer, cut at the weights).
 */
export function armOf({ id, arms }: Pick<ExperimentPlan, 'id' | 'arms'>, customer: Customer): string {
  const bucket = bucketOf(`experiment ${id}`, customer);
  const place = bucketThresholds(arms.map(({ weight }) => weight)).findIndex((threshold) => bucket < threshold);
  return (arms[place] ?? arms[0])?.id ?? '';
}
