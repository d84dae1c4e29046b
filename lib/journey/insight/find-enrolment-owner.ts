import { type Histories } from '../../aws/step-functions/execution-histories.ts';
import { Customer } from '../../model/customer.ts';
import { mapConcurrent } from '../../shared/concurrency.ts';
import { type JourneyRecord } from '../publishing/journey-record.ts';
import { type JourneyStore } from '../publishing/journey-store.ts';
import { type PublishStore } from '../publishing/version-store.ts';
import { executionArnsOf, type MachineNaming } from './execution-arns.ts';

/** What finding the customer of an enrolment uses. */
export interface OwnerFinder extends MachineNaming {
  journeys: Pick<JourneyStore, 'listRecords'>;
  drafts: Pick<PublishStore, 'versions'>;
  histories: Pick<Histories, 'inputOf'>;
}

/** Concurrent reads of one request. */
const concurrency = 8;

/** Returns the ARNs that an enrolment's first execution would have in any version of a journey. */
async function listPossibleArns(
  deps: OwnerFinder,
  workspace: string,
  { record, enrolmentId }: { record: JourneyRecord; enrolmentId: string },
): Promise<string[]> {
  const { journeyId, routes } = record;
  const rows = await deps.drafts.versions(workspace, journeyId);
  const versions = new Set([...routes, ...rows].map(({ version }) => version));
  return [...versions].flatMap((version) =>
    executionArnsOf(deps, { workspace, journeyId, version, enrolmentId, leg: 0 }),
  );
}

/**
 * Finds the customer of an enrolment. The id names none, but executions are named after it and
 * their input has the customer. Returns undefined if no history of it is left.
 */
export async function findEnrolmentOwner(
  deps: OwnerFinder,
  workspace: string,
  enrolmentId: string,
): Promise<Customer | undefined> {
  const arns: string[] = [];
  await mapConcurrent(await deps.journeys.listRecords(workspace), concurrency, async (record) => {
    arns.push(...(await listPossibleArns(deps, workspace, { record, enrolmentId })));
  });
  let owner: Customer | undefined;
  await mapConcurrent(arns, concurrency, async (arn) => {
    if (owner) return;
    const input = Customer.safeParse(await deps.histories.inputOf(arn));
    if (input.success && input.data.workspace === workspace) owner = input.data;
  });
  return owner;
}
