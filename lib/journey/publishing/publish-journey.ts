import { type Machines, type Share } from '../../aws/step-functions/state-machines.ts';
import { ThroughlineError, Unavailable } from '../../shared/errors.ts';
import { conflict, retryOnConflict } from '../../shared/retry.ts';
import { type Instant } from '../../shared/time.ts';
import { compileJourney, type StepFunctions } from '../compilation/compile-journey.ts';
import { machineName } from '../compilation/machine-name.ts';
import { applyPublication, type PublishRequest } from './apply-publication.ts';
import { type JourneyPlace, type JourneyRecord, type VersionRoute } from './journey-record.ts';
import { type JourneyStore } from './journey-store.ts';
import { type PlanDependencies, planPublication, type Publication } from './plan-publication.ts';
import { type VersionRow } from './version-store.ts';

/** The stores and services that publishing uses. */
export interface PublisherDependencies extends PlanDependencies {
  journeys: JourneyStore;
  machines: Machines;
  /** ARNs of the Lambda functions of steps. */
  functions: StepFunctions;
  /** Prefix of the names of all state machines. */
  stack: string;
}

/** Plans a publication, which only reads, and carries it out. */
export interface JourneyPublisher {
  plan(place: JourneyPlace, request: PublishRequest): Promise<Publication>;
  publish(place: JourneyPlace, publication: Publication, weight: number): Promise<JourneyRecord>;
}

/** Most tries to write one journey record. Each concurrent write costs one try. */
const maxTries = 10;

/**
 * Changes a journey record, and retries after a concurrent write. `change` may return undefined or
 * the same object to write nothing. Throws `Unavailable('journey.contended')` after ten tries.
 */
export function updateJourneyRecord(
  journeys: Pick<JourneyStore, 'readRecord' | 'saveRecord'>,
  { workspace, journeyId }: JourneyPlace,
  change: (record: JourneyRecord | undefined) => JourneyRecord | undefined,
): Promise<JourneyRecord | undefined> {
  const contended = (): Unavailable => new Unavailable('journey.contended', { journeyId });
  return retryOnConflict({ maxTries, contended }, async () => {
    const record = await journeys.readRecord(workspace, journeyId, { consistent: true });
    const next = change(record);
    if (!next || next === record) return record;
    return (await journeys.saveRecord(workspace, next)) ? { ...next, rev: next.rev + 1 } : conflict;
  });
}

const newRecord = (journeyId: string, now: Instant): JourneyRecord => ({
  journeyId,
  rev: 0,
  state: 'draft',
  since: now,
  routes: [],
  winners: {},
  full: {},
  migrations: [],
});

const isSame = (a: JourneyRecord, b: JourneyRecord): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Stores the ARN of the version's state machine. Does nothing if it is stored, so it is safe to
 * retry. Throws a conflict if another publication claimed the version number.
 */
async function ensureMachineVersion(
  { drafts, machines, functions, stack, clock }: PublisherDependencies,
  { workspace, journeyId }: JourneyPlace,
  { row, isNew }: Publication,
): Promise<void> {
  if (isNew && !(await drafts.claim(workspace, row)))
    throw new ThroughlineError('conflict', 'journey.published-meanwhile', { journeyId, version: row.version });
  if (row.versionArn !== undefined) return;
  const compiled = compileJourney(row.definition, functions, { resumeAt: row.resumeAt });
  const name = machineName(stack, workspace, journeyId);
  const versionArn = await machines.publish(name, compiled, `${journeyId}, version ${row.version}`);
  await drafts.finish(workspace, { ...row, versionArn, publishedAt: clock.now() });
}

/** Writes the publication to the journey record. Writes nothing if the record would not change. */
async function recordPublication(
  { journeys, clock }: PublisherDependencies,
  place: JourneyPlace,
  { publication, weight }: { publication: Publication; weight: number },
): Promise<JourneyRecord> {
  const { migrations, definition } = publication;
  const now = clock.now();
  const written = await updateJourneyRecord(journeys, place, (stored) => {
    const record = stored ?? newRecord(place.journeyId, now);
    const next = applyPublication(record, { version: definition.version, weight, migrations, now });
    return isSame(next, record) ? record : next;
  });
  if (!written) throw new Unavailable('journey.contended', { journeyId: place.journeyId });
  return written;
}

/**
 * Returns the shares of the alias of the workspace's own machine. A deployed version is on another
 * machine, and is started by its own ARN. If it has a share, the alias has the newest version only.
 */
export function aliasShares(routes: readonly VersionRoute[], rows: readonly VersionRow[]): Share[] {
  const arns = new Map(rows.map(({ version, versionArn }) => [version, versionArn]));
  const shares = routes.flatMap(({ version, weight }) => {
    const arn = arns.get(version);
    return arn === undefined ? [] : [{ arn, weight }];
  });
  const isWhole = shares.reduce((sum, { weight }) => sum + weight, 0) === 100;
  return isWhole ? shares : shares.slice(0, 1).map(({ arn }) => ({ arn, weight: 100 }));
}

async function updateAlias(
  { drafts, machines, stack }: PublisherDependencies,
  { workspace, journeyId }: JourneyPlace,
  { routes }: JourneyRecord,
): Promise<void> {
  const shares = aliasShares(routes, await drafts.versions(workspace, journeyId));
  if (shares.length > 0) await machines.route(machineName(stack, workspace, journeyId), shares);
}

async function carryOut(
  deps: PublisherDependencies,
  place: JourneyPlace,
  plan: { publication: Publication; weight: number },
): Promise<JourneyRecord> {
  await ensureMachineVersion(deps, place, plan.publication);
  const record = await recordPublication(deps, place, plan);
  await updateAlias(deps, place, record);
  return record;
}

/**
 * Creates the publisher. Order: claim a version number, publish its state machine, store the ARN,
 * write the journey record, route the alias. Each part is idempotent, so after a crash a retry
 * completes the rest. The draft published last keeps its version, with the new weight.
 */
export function createJourneyPublisher(deps: PublisherDependencies): JourneyPublisher {
  return {
    plan: (place, request) => planPublication(deps, place, request),
    publish: (place, publication, weight) => carryOut(deps, place, { publication, weight }),
  };
}
