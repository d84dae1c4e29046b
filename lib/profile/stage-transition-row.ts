import { type Write } from '../aws/table/dynamo-table.ts';
import { type Customer } from '../model/customer.ts';
import { keys } from '../model/keys/table-keys.ts';
import { type StageTransition } from '../model/stage.ts';

/**
 * Returns the write of a transition's row, to be written with the profile. Its id is the
 * touchpoint's message id, or `review`, so a retry writes the same row.
 */
export function transitionRow(
  customer: Customer,
  transition: StageTransition,
  id = transition.touchpoint?.messageId ?? 'review',
): Write {
  const { at, ...doc } = transition;
  return { put: { ...keys.stageTransition(customer, at, id), doc: JSON.stringify(doc) } };
}
