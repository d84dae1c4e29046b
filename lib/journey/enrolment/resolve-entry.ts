import { type Customer } from '../../model/customer.ts';
import { type Approach, type EnrolmentStore } from './enrolment-store.ts';
import { enrolmentIdOf, entryKeyOf, type Knock } from './entry-request.ts';
import { type JourneyHead } from '../publishing/journey-record.ts';
import { entranceOf, routeOf } from '../publishing/rollout.ts';
import { type JourneyStore, type JourneyVersion } from '../publishing/journey-store.ts';
import { counterKeys } from './admission-rules/entry-limits.ts';
import { type Refused } from './admission.ts';
import { keys } from '../../model/table-keys.ts';
import { type Clock } from '../../shared/time.ts';

/** One knock at the door of one version. */
export interface Knocking {
  customer: Customer;
  version: JourneyVersion;
  knock: Knock;
  enrolmentId: string;
  entryKey: string;
}

/** A knock at the version that the journey's head leads to. `closed`: the journey takes nobody in, or not this way. */
export interface Arrival {
  knocking: Knocking;
  closed?: Refused;
  /** The door, where it was read together with the head; its approach is missing for a customer of several identities. */
  ahead?: { approach: Approach | undefined };
}

/** Heads that one environment remembers; past that all are forgotten, and each costs a read of its own once more. */
const mostSeen = 500;

interface Dependencies {
  journeys: Pick<JourneyStore, 'head' | 'headOf' | 'version'>;
  enrolments: Pick<EnrolmentStore, 'approach'>;
  clock: Clock;
}

/**
 * Finds the door of a journey for a knock. The head is read for each knock; where it is still the one this environment saw last, which it
 * nearly always is, it comes in one read with the door it leads to. Of a journey with counters no door is read so early: they come first.
 * It only reads: whoever dies here, or comes twice, has changed nothing, and what is remembered is proven by the read it serves.
 */
export function arriving({ journeys, enrolments, clock }: Dependencies) {
  const seen = new Map<string, JourneyHead>();

  async function leading(head: JourneyHead, customer: Customer, knock: Knock): Promise<Arrival | Refused> {
    const { journeyId, state, since } = head;
    const entrance = entranceOf(head, customer, knock);
    const version = await journeys.version(customer.workspace, journeyId, entrance ?? routeOf(head, customer));
    if (!version) return { reason: 'not-live', because: { state } };
    const entryKey = entryKeyOf(version.definition, knock);
    if (entryKey === undefined) return { reason: 'no-entry-key', because: { key: version.definition.entry.key ?? '' } };
    const enrolmentId = enrolmentIdOf(customer, { journeyId, entryKey, knockId: knock.id });
    const knocking = { customer, version, knock, enrolmentId, entryKey };
    return { knocking, ...(entrance === undefined && { closed: { reason: 'not-live', because: { state, since } } }) };
  }

  /** Head and door in one read; undefined where the head seen last leads to no door that may be read now. */
  async function together(last: JourneyHead, customer: Customer, knock: Knock) {
    const guess = await leading(last, customer, knock);
    if (!('knocking' in guess) || guess.closed) return undefined;
    const { version, enrolmentId, entryKey } = guess.knocking;
    const { workspace } = customer;
    const { journeyId } = last;
    if (counterKeys(workspace, version.definition, clock.now()).length > 0) return undefined;
    const at = { enrolmentId, journeyId, entryKey };
    const { approach, beside } = await enrolments.approach(customer, at, keys.journey(workspace, journeyId));
    return { guess: { ...guess, ahead: { approach } }, head: journeys.headOf(journeyId, beside) };
  }

  return async (journeyId: string, customer: Customer, knock: Knock): Promise<Arrival | Refused> => {
    const name = `${customer.workspace}#${journeyId}`;
    const last = seen.get(name);
    const read = last && (await together(last, customer, knock));
    if (read && read.head?.rev === last.rev) return read.guess;
    const head = read ? read.head : await journeys.head(customer.workspace, journeyId);
    if (!head) return { reason: 'not-live', because: { state: 'unknown' } };
    if (seen.size >= mostSeen) seen.clear();
    seen.set(name, head);
    return leading(head, customer, knock);
  };
}
