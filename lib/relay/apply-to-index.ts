import { type Customer } from '../model/customer.ts';
import { type MembershipIndex } from '../segment/membership-index.ts';
import { type JourneyCommand } from './change-events.ts';

type IndexChange = Exclude<JourneyCommand, { type: 'woken' | 'exited' }>;
/** Applies a profile's change to the membership index. Idempotent. */
export async function applyToIndex(lists: MembershipIndex, customer: Customer, signal: IndexChange): Promise<void> {
  switch (signal.type) {
    case 'joined':
      return lists.add(customer, signal.segment, signal.zone);
    case 'left':
      return lists.remove(customer, signal.segment);
    case 'moved':
      for (const segment of signal.segments) await lists.add(customer, segment, signal.zone);
      return;
    case 'dated':
      return lists.scheduleDate({ customer, ...signal }, signal.due);
    case 'identified':
      for (const segment of signal.segments ?? [])
        await lists.remove({ ...customer, customer: signal.linked }, segment);
  }
}
