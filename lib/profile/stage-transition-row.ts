import { type Write } from '../aws/table/dynamo-table.ts';
import { type Customer } from '../model/customer.ts';
import { keys } from '../model/table-keys.ts';
import { type StageTransition } from '../model/stage.ts';

/**
 * The row of a stage transition, to be written with the profile that moves. Its id is the touchpoint that moved the customer, or
 * `review`: writing it again writes the same row.
 */
export function transitionRow(
  customer: Customer,
  transition: StageTransition,
  id = transition.touchpoint?.messageId ?? 'review',
): Write {
  const { at, ...doc } = transition;
  return { put: { ...keys.stageTransition(customer, at, id), doc: JSON.stringify(doc) } };
}
