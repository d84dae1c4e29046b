import { type Expression, type Item, type Write } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { ifAbsent } from '../../aws/table/conditions.ts';
import { keys, listShard, lists, listSortKey } from '../../model/keys/table-keys.ts';
import { type Instant } from '../../shared/time.ts';
import { type Enrolment, type OwnedEnrolment } from './enrolment-record.ts';
import { type EntryState } from './entry-state.ts';

/** Condition: the enrolment exists and has not ended. */
export const notEnded: Expression & { values: object } = {
  expression: 'attribute_exists(pk) AND #status <> :ended',
  names: { '#status': 'status' },
  values: { ':ended': 'ended' },
};

/** How an enrolment ends. */
export interface EnrolmentEnding {
  outcome: string;
  at: Instant;
  /** Number of the execution whose end this is. Missing for an end from outside. */
  leg?: number | undefined;
}

/** `listSk` starts with the time, so that the list index sorts by it. */
function enrolmentItem(owner: Customer, { enrolmentId, ...row }: Enrolment): Item {
  return {
    ...keys.enrolment(owner, enrolmentId),
    ...row,
    listPk: lists.enrolments(owner.workspace, row.journeyId, listShard(owner)),
    listSk: listSortKey(row.startedAt, enrolmentId),
  };
}

/**
 * Returns the enrolment's and its slot's writes, for one transaction with the profile. The
 * transaction fails if the enrolment exists or another entry changed the slot since it was read.
 */
export function enrolmentEntryWrites(
  owner: Customer,
  enrolment: Enrolment,
  { entries }: Pick<EntryState, 'entries'>,
): Write[] {
  const { enrolmentId, journeyId, entryKey, startedAt } = enrolment;
  const isUnchanged = {
    expression: 'entries = :entries AND attribute_not_exists(active)',
    values: { ':entries': entries },
  };
  const slot = { active: enrolmentId, lastEntered: startedAt, entries: entries + 1 };
  return [
    { put: enrolmentItem(owner, enrolment), if: ifAbsent },
    { put: { ...keys.entry(owner, journeyId, entryKey), ...slot }, if: entries === 0 ? ifAbsent : isUnchanged },
  ];
}

/** Whether an execution started after those that the enrolment's row has recorded. */
export const isUnrecorded = ({ leg = 0 }: Enrolment, ended: number | undefined): ended is number =>
  ended !== undefined && ended > leg;

/**
 * Returns the writes that end an enrolment, for one transaction. The transaction fails if the
 * enrolment has ended already, so the outcome of the first end stands. A continuation can end
 * before `markContinued`, so its end records its number.
 */
export function enrolmentEndWrites({ owner, enrolment }: OwnedEnrolment, ending: EnrolmentEnding): Write[] {
  const { enrolmentId, journeyId, entryKey } = enrolment;
  const { outcome, at, leg } = ending;
  const end = 'SET #status = :ended, outcome = :outcome, endedAt = :at';
  const values = { ':outcome': outcome, ':at': at };
  return [
    {
      update: keys.enrolment(owner, enrolmentId),
      set: isUnrecorded(enrolment, leg)
        ? { expression: `${end}, leg = :leg REMOVE parkedUntil, parkedAt`, values: { ...values, ':leg': leg } }
        : { expression: end, values },
      if: notEnded,
    },
    { update: keys.entry(owner, journeyId, entryKey), set: { expression: 'REMOVE active' } },
  ];
}
