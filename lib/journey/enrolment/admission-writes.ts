import { type Write } from '../../aws/table/dynamo-table.ts';
import { addGoals } from '../../profile/facts/open-goals.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileChange } from '../../model/profile-change.ts';
import { type ProfileWrite } from '../../profile/profile-store.ts';
import { addDuration, type Instant } from '../../shared/time.ts';
import { type CompetingEnrolment } from './admission-rules/competition.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Enrolment } from './enrolment-record.ts';
import { enrolmentEndWrites, type EntryState, enrolmentEntryWrites, type OwnedEnrolment } from './enrolment-store.ts';
import { type EntryRequest } from './entry-request.ts';
import { identitiesOf } from '../../profile/customer-identities.ts';
import { omitBy } from '../../shared/records.ts';

/**
 * A customer whose entry was admitted. `outranked` are the competing enrolments that this entry
 * ends, with their rows.
 */
export interface AdmittedEntry {
  definition: JourneyDefinition;
  knock: EntryRequest;
  enrolment: Enrolment;
  door: Pick<EntryState, 'entries'>;
  outranked: { rival: CompetingEnrolment; placed: OwnedEnrolment | undefined }[];
  /** Writes to the counters of caps and throttles. Empty for a journey without either. */
  counting: Write[];
  now: Instant;
}

/**
 * Returns all writes of one entry, to be made in one transaction: the enrolment, its slot, the
 * profile, the counters, and the ends of `outranked` enrolments. Those ends are also published as
 * `exited` signals. After a crash the relay therefore still stops their executions and closes their
 * tasks.
 */
export function admissionChange(
  profile: Profile,
  { definition, knock, enrolment, door, outranked, counting, now }: AdmittedEntry,
): ProfileWrite {
  const { enrolmentId, journeyId, version } = enrolment;
  const { exit, goal, competition } = definition;
  const left = new Set(outranked.map(({ rival }) => rival.enrolmentId));
  // Starts at the trigger's time, by its source's clock, so that an exit that happened after the
  // trigger but arrives late still counts.
  const since = knock.at < now ? knock.at : now;
  const inside = { journeyId, version, since, ...(exit && { exit }), ...(competition && { competes: competition }) };
  const [owner] = identitiesOf(profile);
  const changed: Profile = {
    ...profile,
    journeys: { ...omitBy(profile.journeys, (_, id) => left.has(id)), [enrolmentId]: inside },
    waits: omitBy(profile.waits, (wait) => left.has(wait.enrolmentId)),
  };
  const goals =
    goal && !knock.test
      ? [{ enrolmentId, journeyId, version, on: goal.on, since: now, until: addDuration(now, goal.window) }]
      : [];
  const cause = { messageId: knock.id, name: `journey ${journeyId}`, at: now, properties: {} };
  return {
    profile: addGoals(changed, goals),
    signals: [...left].map((id): ProfileChange => ({ type: 'exited', enrolmentId: id, cause })),
    also: [
      ...enrolmentEntryWrites(owner, enrolment, door),
      ...outranked.flatMap(({ placed }) =>
        placed && placed.enrolment.status !== 'ended'
          ? enrolmentEndWrites(placed, { outcome: 'outranked', at: now })
          : [],
      ),
      ...counting,
    ],
  };
}
