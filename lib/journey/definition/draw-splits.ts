import { type Customer } from '../../model/customer.ts';
import { type JourneyDefinition } from './journey-definition.ts';
import { bucketOf } from '../../model/customer-bucket.ts';

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
