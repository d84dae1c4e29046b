import { type ProfileChange } from '../../model/profile-change.ts';
import { type ProfileWrite, type VersionedProfile } from '../../profile/profile-store.ts';
import { identitiesOf } from '../../profile/customer-identities.ts';
import { type EntryAdmission } from './admission.ts';
import { entryCounterWrites } from './admission-rules/entry-limits.ts';
import { type OwnedEnrolment } from './enrolment-record.ts';
import { enrolmentEndWrites, enrolmentEntryWrites } from './enrolment-writes.ts';
import { type EntryState } from './entry-state.ts';
import { admitToProfile } from './profile-entry.ts';

/** The stored state that an admission is written over. */
export interface AdmissionBase extends Pick<VersionedProfile, 'profile'> {
  entryState: Pick<EntryState, 'entries'>;
  /** Rows of the enrolments that the entry ends. */
  outrankedRows: readonly OwnedEnrolment[];
}

/**
 * The ends of outranked enrolments as signals. After a crash the relay therefore still stops their
 * executions and closes their tasks.
 */
function exitSignals({ enrolment: { journeyId }, request, outranked, now }: EntryAdmission): ProfileChange[] {
  const cause = { messageId: request.id, name: `journey ${journeyId}`, at: now, properties: {} };
  return outranked.map(({ enrolmentId }) => ({ type: 'exited', enrolmentId, cause }));
}

/**
 * Returns all writes of one entry, to be made in one transaction: the enrolment, its slot, the
 * profile, the counters, and the ends of outranked enrolments.
 */
export function admissionWrites(base: AdmissionBase, admission: EntryAdmission): ProfileWrite {
  const { profile, entryState, outrankedRows } = base;
  const { definition, request, enrolment, counted, now } = admission;
  const [owner] = identitiesOf(profile);
  const open = outrankedRows.filter((row) => row.enrolment.status !== 'ended');
  const counters = request.test ? [] : entryCounterWrites(owner.workspace, definition, { counted, now });
  return {
    profile: admitToProfile(profile, admission),
    signals: exitSignals(admission),
    also: [
      ...enrolmentEntryWrites(owner, enrolment, entryState),
      ...open.flatMap((row) => enrolmentEndWrites(row, { outcome: 'outranked', at: now })),
      ...counters,
    ],
  };
}
