import { type Customer } from '../../model/customer.ts';
import { type JourneyDefinition } from './journey-definition.ts';
import { bucketOf } from '../../model/customer-bucket.ts';

/**
 * Draws the buckets of an enrolment at entry, by step. Random splits and experiments are drawn by
 * their salt, so that a customer is always on the same side. Random waits are drawn by the step.
 */
export function drawSplits({ id: journey, steps }: JourneyDefinition, customer: Customer): Record<string, number> {
  const splits = Object.entries(steps).flatMap(([id, step]) => {
    if (step.kind === 'randomSplit' || step.kind === 'experiment')
      return [[id, bucketOf(step.salt, customer)] as const];
    return step.kind === 'wait' && step.between ? [[id, bucketOf(`${journey}\n${id}`, customer)] as const] : [];
  });
  return Object.fromEntries(splits);
}
