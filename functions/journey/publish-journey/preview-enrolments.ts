import { mapConcurrent } from '../../../lib/shared/concurrency.ts';
import { type Machines } from '../../../lib/aws/step-functions/state-machines.ts';
import { customerId } from '../../../lib/model/customer.ts';
import { type JourneyDefinition } from '../../../lib/journey/definition/journey-definition.ts';
import { type Enrolment, type OwnedEnrolment } from '../../../lib/journey/enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '../../../lib/journey/enrolment/enrolment-store.ts';
import { type Migration } from '../../../lib/journey/publishing/journey-record.ts';
import {
  type MigrationEffect,
  previewEnrolment,
  type EnrolmentPreview,
  type MigrationPreview,
} from '../../../lib/journey/publishing/preview-migration.ts';

/**
 * Maximum enrolments previewed, and rows read to find them. A position is one call of Step
 * Functions, which allows 20 a second.
 */
const most = { people: 200, rows: 2_000 };
const lanes = 8;

type Positions = Pick<Machines, 'position'>;

/** Returns the enrolments that have not ended, newest first, and whether there are more. */
async function isEnrolled(
  enrolments: EnrolmentStore,
  place: { workspace: string; journeyId: string },
): Promise<{ placed: OwnedEnrolment[]; sample: boolean }> {
  const placed: OwnedEnrolment[] = [];
  let cursor: string | undefined;
  for (let rows = 0; rows < most.rows; rows += 100) {
    const page = await enrolments.list(place, { limit: 100, before: cursor });
    placed.push(...page.placed.filter(({ enrolment }) => enrolment.status !== 'ended'));
    cursor = page.next;
    if (cursor === undefined || placed.length > most.people) break;
  }
  return { placed: placed.slice(0, most.people), sample: cursor !== undefined || placed.length > most.people };
}

/**
 * Returns the state an enrolment is in. A suspended one has no execution: its row has the step,
 * also after Step Functions has deleted the history.
 */
async function stateOf({ executionArn, parkedAt }: Enrolment, machines: Positions): Promise<string | undefined> {
  if (parkedAt !== undefined) return `${parkedAt}: parked`;
  return executionArn === undefined ? undefined : machines.position(executionArn);
}

/**
 * Previews which enrolments would move, stay or leave. Read-only. Positions are those at the time
 * of reading.
 */
export async function previewEnrolments(
  { enrolments, machines }: { enrolments: EnrolmentStore; machines: Positions },
  place: { workspace: string; journeyId: string },
  { versions, migrations }: { versions: ReadonlyMap<number, JourneyDefinition>; migrations: Migration[] },
): Promise<MigrationPreview> {
  const { placed, sample } = await isEnrolled(enrolments, place);
  const people: EnrolmentPreview[] = [];
  await mapConcurrent(placed, lanes, async ({ enrolment, owner }) => {
    const { enrolmentId, version, parkedUntil } = enrolment;
    const definition = versions.get(version);
    const state = await stateOf(enrolment, machines);
    const fate = definition ? previewEnrolment(definition, state, migrations) : { fate: 'stays' as const, to: [] };
    const parked = parkedUntil !== undefined && { parkedUntil };
    people.push({ customerId: customerId(owner.customer), enrolmentId, version, ...parked, ...fate });
  });
  people.sort((a, b) => (a.enrolmentId < b.enrolmentId ? -1 : 1));
  const counts: Record<MigrationEffect, number> = { moves: 0, leaves: 0, stays: 0, depends: 0 };
  for (const { fate } of people) counts[fate]++;
  return { people, counts, sample };
}
