import { type Machines } from '#lib/aws/step-functions/state-machines.ts';
import { type Enrolment, type OwnedEnrolment } from '#lib/journey/enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { type Publication } from '#lib/journey/publishing/plan-publication.ts';
import {
  type EnrolmentPreview,
  type MigrationEffect,
  type MigrationPreview,
  previewEnrolment,
} from '#lib/journey/publishing/preview-migration.ts';
import { type JourneyPlace } from '#lib/journey/publishing/journey-record.ts';
import { customerId } from '#lib/model/customer.ts';
import { mapConcurrent } from '#lib/shared/concurrency.ts';
import { compact } from '#lib/shared/records.ts';

/**
 * Maximum enrolments previewed. A position is one call of Step Functions, which allows 20 a second.
 */
const maxPreviewed = 200;
/** Maximum rows read to find them, and rows of one read. */
const maxRows = 2_000;
const rowsPerRead = 100;
/** Concurrent calls of Step Functions. */
const concurrency = 8;

/** The stores and services that a preview reads. */
interface Dependencies {
  enrolments: Pick<EnrolmentStore, 'list'>;
  machines: Pick<Machines, 'position'>;
}

/** Returns the enrolments that have not ended, newest first, and whether there are more. */
async function listActive(
  { enrolments }: Dependencies,
  place: JourneyPlace,
): Promise<{ placed: OwnedEnrolment[]; sample: boolean }> {
  const placed: OwnedEnrolment[] = [];
  let cursor: string | undefined;
  for (let rows = 0; rows < maxRows; rows += rowsPerRead) {
    const page = await enrolments.list(place, { limit: rowsPerRead, before: cursor });
    placed.push(...page.placed.filter(({ enrolment }) => enrolment.status !== 'ended'));
    cursor = page.next;
    if (cursor === undefined || placed.length > maxPreviewed) break;
  }
  return { placed: placed.slice(0, maxPreviewed), sample: cursor !== undefined || placed.length > maxPreviewed };
}

/**
 * Returns the state an enrolment is in. A suspended one has no execution: its row has the step,
 * also after Step Functions has deleted the history.
 */
async function readState(
  { machines }: Dependencies,
  { executionArn, parkedAt }: Enrolment,
): Promise<string | undefined> {
  if (parkedAt !== undefined) return `${parkedAt}: parked`;
  return executionArn === undefined ? undefined : machines.position(executionArn);
}

async function previewOne(
  deps: Dependencies,
  { enrolment, owner }: OwnedEnrolment,
  { versions, migrations }: Pick<Publication, 'versions' | 'migrations'>,
): Promise<EnrolmentPreview> {
  const { enrolmentId, version, parkedUntil } = enrolment;
  const definition = versions.get(version);
  const state = await readState(deps, enrolment);
  const effect = definition ? previewEnrolment(definition, state, migrations) : { fate: 'stays' as const, to: [] };
  return compact({ customerId: customerId(owner.customer), enrolmentId, version, parkedUntil, ...effect });
}

/**
 * Previews which enrolments would move, stay or leave. Read-only. Positions are those at the time
 * of reading.
 */
export async function previewEnrolments(
  deps: Dependencies,
  place: JourneyPlace,
  publication: Pick<Publication, 'versions' | 'migrations'>,
): Promise<MigrationPreview> {
  const { placed, sample } = await listActive(deps, place);
  const people: EnrolmentPreview[] = [];
  await mapConcurrent(placed, concurrency, async (one) => {
    people.push(await previewOne(deps, one, publication));
  });
  people.sort((a, b) => (a.enrolmentId < b.enrolmentId ? -1 : 1));
  const counts: Record<MigrationEffect, number> = { moves: 0, leaves: 0, stays: 0, depends: 0 };
  for (const { fate } of people) counts[fate]++;
  return { people, counts, sample };
}
