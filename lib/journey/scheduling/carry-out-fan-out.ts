import { type Bus } from '../../aws/bus.ts';
import { type BusEvent } from '../../model/bus-events.ts';
import { type Customer } from '../../model/customer.ts';
import { partition } from '../../model/keys/table-keys.ts';
import { type ProfileStore } from '../../profile/profile-store.ts';
import { type ListPlace, type MembershipIndex } from '../../segment/membership-index.ts';
import { Unavailable } from '../../shared/errors.ts';
import { deterministicId } from '../../shared/ids.ts';
import { type Clock } from '../../shared/time.ts';
import { type JourneyStore, type LiveJourney } from '../publishing/journey-store.ts';
import { liveVersionFor } from '../publishing/live-versions.ts';
import { entryRequestForMember, type FanOut, matchesMember, type StoredFanOut } from './fan-out.ts';
import { type FanOutStore } from './fan-out-store.ts';
import { hasTrigger } from './scheduled-entries.ts';

/** The stores and the bus that a fan-out is carried out with. */
export interface FanOutDependencies {
  journeys: Pick<JourneyStore, 'live'>;
  fanOuts: FanOutStore;
  directory: MembershipIndex;
  profiles: ProfileStore;
  bus: Bus;
  clock: Clock;
}

/** Members a page: ten calls of the bus. */
const pageSize = 100;

/** Time that must be left before a page is read, ms. */
const spareMs = 10_000;

/** Publishes events. Throws `Unavailable` if the bus did not accept all of them. */
async function publishAll(bus: Bus, events: BusEvent[]): Promise<void> {
  const refused = await bus.put(events);
  if (refused.length > 0) throw new Unavailable('bus.refused', { refused: refused.length });
}

/** Returns the customers among `members` whose traits match. Reads no profile if all do. */
async function matchingMembers(profiles: ProfileStore, fanOut: FanOut, members: Customer[]): Promise<Customer[]> {
  if (!fanOut.match) return members;
  const stored = await profiles.getMany(members, { consistent: false });
  return members.filter((customer) => {
    const found = stored.get(partition(customer));
    return found !== undefined && matchesMember(fanOut, found.profile);
  });
}

/** The entry requests of one page of members, and the place of the next page. */
interface RequestPage {
  requests: BusEvent[];
  next?: ListPlace | undefined;
}

/** Returns entry requests for the members of a page who match and whose version has the trigger. */
async function readRequests(
  { directory, profiles }: FanOutDependencies,
  { fanOut, place = { list: 0 } }: StoredFanOut,
  { workspace, journey }: { workspace: string; journey: LiveJourney | undefined },
): Promise<RequestPage> {
  if (!journey) return { requests: [] };
  const { segment, zone, trigger } = fanOut;
  const page = await directory.members({ workspace, segment, zone }, { place, limit: pageSize });
  const matching = await matchingMembers(profiles, fanOut, page.members);
  const entering = matching.filter((customer) => {
    const version = liveVersionFor(journey, customer);
    return version !== undefined && hasTrigger(version.definition, trigger);
  });
  return { requests: entering.map((customer) => entryRequestForMember(fanOut, customer)), next: page.next };
}

/** Publishes the event that starts the next run. */
async function continueLater(
  { bus, clock }: FanOutDependencies,
  workspace: string,
  { fanOut, rev }: StoredFanOut,
): Promise<void> {
  const id = deterministicId('fan-out', fanOut.id, rev);
  const detail = { id, workspace, occurredAt: clock.now(), fanOut: fanOut.id };
  await publishAll(bus, [{ name: 'FanOutAdvanced', detail }]);
}

/**
 * Continues a fan-out to its end, until time is up, or until another run continues it. Returns the
 * number of entry requests. Publishes a page of members, then stores the position: after a crash
 * the page is published again under the same ids, and admission is idempotent.
 */
export async function carryOutFanOut(
  dependencies: FanOutDependencies,
  { workspace, id }: { workspace: string; id: string },
  timeLeft: () => number,
): Promise<number> {
  const { journeys, fanOuts, bus } = dependencies;
  let requested = 0;
  for (;;) {
    const stored = await fanOuts.get(workspace, id);
    if (!stored?.place) return requested;
    if (timeLeft() < spareMs) {
      await continueLater(dependencies, workspace, stored);
      return requested;
    }
    const live = await journeys.live(workspace);
    const journey = live.find(({ journeyId }) => journeyId === stored.fanOut.journeyId);
    const { requests, next } = await readRequests(dependencies, stored, { workspace, journey });
    await publishAll(bus, requests);
    requested += requests.length;
    if (!(await fanOuts.advance(workspace, stored, next))) return requested;
  }
}
