import { type Customer } from '../model/customer.ts';
import { type MembershipIndex } from '../segment/membership-index.ts';
import { type JourneyCommand } from './change-events.ts';

/** A command for the membership index. */
type IndexChange = Exclude<JourneyCommand, { type: 'woken' | 'seen' | 'exited' }>;

/** Applies a profile's change to the membership index. Idempotent. */
export async function applyToIndex(index: MembershipIndex, customer: Customer, signal: IndexChange): Promise<void> {
  switch (signal.type) {
    case 'joined':
      return index.add(customer, signal.segment, signal.zone);
    case 'left':
      return index.remove(customer, signal.segment);
    case 'moved':
      for (const segment of signal.segments) await index.add(customer, segment, signal.zone);
      return;
    case 'dated':
      return index.scheduleDate({ customer, ...signal }, signal.due);
    case 'identified':
      for (const segment of signal.segments ?? [])
        await index.remove({ ...customer, customer: signal.linked }, segment);
  }
}
