import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { faultOf } from '../../../lib/aws/table/write-faults.ts';
import { mapConcurrent } from '../../../lib/shared/concurrency.ts';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { chooseRiskModel } from '../../../lib/churn/choose-risk-model.ts';
import { Workspace } from '../../../lib/model/workspace.ts';
import {
  type TouchpointRecord,
  needsClockCorrection,
  parseTouchpointRecord,
} from '../../../lib/projection/touchpoint-record.ts';
import {
  groupLinkedCustomers,
  type CustomerBatch,
  groupByCustomer,
} from '../../../lib/projection/group-by-customer.ts';
import { type BatchProfileCache, createBatchProfileCache } from '../../../lib/projection/profile-cache.ts';
import { readClockSkews } from '../../../lib/projection/clock-correction.ts';
import { stageModelOf } from '../../../lib/stage/stage-templates.ts';
import { msBetween } from '../../../lib/shared/time.ts';
import { type Batch, type Dependencies, type WorkspaceRules } from './batch.ts';
import { foldLot, sendLetters } from './fold-lot.ts';

/**
 * Customers projected concurrently. Each waits for one write; more would only queue for the
 * client's connections.
 */
const lanes = 16;

/** Memoizes `make` by name. */
function memoize<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (name) => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
}

/** Reads the rules of a workspace. */
async function readRules(
  { workspaces, journeys, segments, models }: Dependencies,
  id: string,
): Promise<WorkspaceRules> {
  const [settings, live, known, trained] = await Promise.all([
    workspaces.settings(id),
    journeys.live(id),
    segments.remembered(id),
    models?.current(id),
  ]);
  // A workspace without settings still has customers; they are folded by the defaults.
  const workspace = settings ?? Workspace.parse({ id, name: id });
  const assessor = chooseRiskModel(workspace, trained);
  return { workspace, model: stageModelOf(workspace), live, segments: known, assessor };
}

function fail({ arrivals }: CustomerBatch, { failed }: Batch): void {
  failed.push(...arrivals.map(({ position }) => position.sequence));
}

/**
 * Projects linked customers in order, and isolates their faults. The stream resumes at the first
 * failed record, and redelivers later ones of other customers, which are duplicates then.
 */
async function foldGroup(group: CustomerBatch[], batch: Batch, dependencies: Dependencies): Promise<void> {
  for (const lot of group) {
    try {
      await foldLot({ ...dependencies, lot, batch, aside: ['poison'] });
    } catch (error) {
      console.error(error);
      if (faultOf(error).kind === 'unforeseen') batch.unforeseen.push(lot);
      else fail(lot, batch);
    }
  }
}

/**
 * Whether an unforeseen fault is the customer's own: the workspace had other successful writes, or
 * the fault has lasted too long.
 */
function isOwnFault(
  { workspace, arrivals }: CustomerBatch,
  { sound }: Batch,
  { clock, limits }: Dependencies,
): boolean {
  const waited = Math.max(...arrivals.map(({ storedAt }) => msBetween(storedAt, clock.now())));
  return sound.has(workspace) || waited >= limits.unforeseenAfterMs;
}

/** Retries the batches that met an unforeseen fault, after all others. */
async function foldUnforeseen(batch: Batch, dependencies: Dependencies): Promise<void> {
  for (const lot of batch.unforeseen) {
    if (!isOwnFault(lot, batch, dependencies)) {
      fail(lot, batch);
      continue;
    }
    try {
      await foldLot({ ...dependencies, lot, batch, aside: ['poison', 'unforeseen'] });
    } catch (error) {
      console.error(error);
      fail(lot, batch);
    }
  }
}

/**
 * Reads the profiles of a batch ahead. A profile that cannot be read fails again in its own batch.
 */
async function prefetch(seen: BatchProfileCache, arrivals: TouchpointRecord[]): Promise<void> {
  const sources = Map.groupBy(arrivals, ({ workspace }) => workspace);
  const reading = [...sources].map(([workspace, mine]) =>
    seen.prefetch(workspace, new Set(mine.map(({ position }) => position.source))),
  );
  await Promise.all(reading).catch((error: unknown) => {
    if (faultOf(error).kind === 'outage') throw error;
    console.error(error);
  });
}

async function prepare(arrivals: TouchpointRecord[], dependencies: Dependencies): Promise<Batch> {
  const { profiles, table } = dependencies;
  const seen = createBatchProfileCache(profiles);
  const far = arrivals.filter(
    (arrival) => 'touchpoint' in arrival && needsClockCorrection(arrival, arrival.touchpoint),
  );
  const farKeys = far.map(({ key }) => key);
  const [skews] = await Promise.all([readClockSkews(table, farKeys), prefetch(seen, arrivals)]);
  const rulesOf = memoize((workspace: string) => readRules(dependencies, workspace));
  return { seen, skews, rulesOf, counts: {}, failed: [], sound: new Set(), unforeseen: [] };
}

/** Sends the letter of a record whose key names no customer. */
async function refuse(arrival: TouchpointRecord, { counts, failed }: Batch, dependencies: Dependencies): Promise<void> {
  try {
    await sendLetters(dependencies, [{ arrival, reason: 'key.invalid' }]);
    counts.deadLettered = (counts.deadLettered ?? 0) + 1;
  } catch (error) {
    console.error(error);
    failed.push(arrival.position.sequence);
  }
}

/**
 * Projects a batch of stream records: one read for all customers, one write for each. Exactly once:
 * the profile holds its stream checkpoint and every write is conditional, so a retry or a crash
 * loses and doubles nothing. A record that can never be written goes to the dead-letter queue. An
 * outage is a batch item failure.
 */
export function createProjector(dependencies: Dependencies) {
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const all = Records.map(parseTouchpointRecord);
    const arrivals = all.filter(({ workspace }) => workspace !== '');
    const batch = await prepare(arrivals, dependencies);
    for (const arrival of all) if (arrival.workspace === '') await refuse(arrival, batch, dependencies);
    const lots = groupByCustomer(arrivals, ({ workspace, position }) => {
      return batch.seen.get(workspace, position.source)?.profile.customer ?? position.source;
    });
    await mapConcurrent(groupLinkedCustomers(lots), lanes, (group) => foldGroup(group, batch, dependencies));
    await foldUnforeseen(batch, dependencies);
    const { counts, failed } = batch;
    const now = Date.parse(dependencies.clock.now());
    writeLine(metricLine('project', { ...counts, failed: failed.length }, { now }));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
