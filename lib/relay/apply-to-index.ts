import { type Customer } from '../model/customer.ts';
import { type Directory } from '../segment/membership-index.ts';
import { type Command } from './change-events.ts';

type Followed = Exclude<Command, { type: 'woken' | 'exited' }>;
/** Makes the directory say what a signal of a profile says. Doing it again changes nothing. */
export async function follow(lists: Directory, customer: Customer, signal: Followed): Promise<void> {
  switch (signal.type) {
    case 'joined':
      return lists.list(customer, signal.segment, signal.zone);
    case 'left':
      return lists.unlist(customer, signal.segment);
    case 'moved':
      for (const segment of signal.segments) await lists.list(customer, segment, signal.zone);
      return;
    case 'dated':
      return lists.date({ customer, ...signal }, signal.due);
    case 'identified':
      for (const segment of signal.segments ?? [])
        await lists.unlist({ ...customer, customer: signal.linked }, segment);
  }
}
