import { type Write } from '../../aws/table/dynamo-table.ts';
import { withGoals } from '../../profile/facts/open-goals.ts';
import { type Profile } from '../../model/profile.ts';
import { type Signal } from '../../model/profile-change.ts';
import { type Change } from '../../profile/profile-store.ts';
import { after, type Instant } from '../../shared/time.ts';
import { type Rival } from './admission-rules/competition.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Enrolment } from './enrolment-record.ts';
import { endWrites, type Door, entryWrites, type Placed } from './enrolment-store.ts';
import { type Knock } from './entry-request.ts';
import { ownersOf } from '../../profile/customer-identities.ts';

/** Somebody about to enter. `outranked` are the stays that give way, with their rows. */
export interface Entering {
  definition: JourneyDefinition;
  knock: Knock;
  enrolment: Enrolment;
  door: Pick<Door, 'entries'>;
  outranked: { rival: Rival; placed: Placed | undefined }[];
  /** What counts the entry, where it is counted. */
  counting: Write[];
  now: Instant;
}

const without = <T>(map: Record<string, T>, leaves: (id: string, entry: T) => boolean): Record<string, T> =>
  Object.fromEntries(Object.entries(map).filter(([id, entry]) => !leaves(id, entry)));

/**
 * Everything an entry changes, in one transaction: the enrolment and its slot, the profile, which holds the stay and its goal from now on,
 * the counters, and the ends of stays that give way. Those are told as exits, so that their executions are stopped and tasks closed though
 * whoever wrote this dies.
 */
export function entryChange(
  profile: Profile,
  { definition, knock, enrolment, door, outranked, counting, now }: Entering,
): Change {
  const { enrolmentId, journeyId, version } = enrolment;
  const { exit, goal, competition } = definition;
  const left = new Set(outranked.map(({ rival }) => rival.enrolmentId));
  // From the trigger on, by its source's clock: an exit that happened after it and comes late still counts.
  const since = knock.at < now ? knock.at : now;
  const inside = { journeyId, version, since, ...(exit && { exit }), ...(competition && { competes: competition }) };
  const [owner] = ownersOf(profile);
  const changed: Profile = {
    ...profile,
    journeys: { ...without(profile.journeys, (id) => left.has(id)), [enrolmentId]: inside },
    waits: without(profile.waits, (_, wait) => left.has(wait.enrolmentId)),
  };
  const goals =
    goal && !knock.test
      ? [{ enrolmentId, journeyId, version, on: goal.on, since: now, until: after(now, goal.window) }]
      : [];
  const cause = { messageId: knock.id, name: `journey ${journeyId}`, at: now, properties: {} };
  return {
    profile: withGoals(changed, goals),
    signals: [...left].map((id): Signal => ({ type: 'exited', enrolmentId: id, cause })),
    also: [
      ...entryWrites(owner, enrolment, door),
      ...outranked.flatMap(({ placed }) =>
        placed && placed.enrolment.status !== 'ended' ? endWrites(placed, 'outranked', now) : [],
      ),
      ...counting,
    ],
  };
}
