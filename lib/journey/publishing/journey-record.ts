import * as z from 'zod';
import { type Item } from '../../aws/table/dynamo-table.ts';
import { omitBy } from '../../shared/records.ts';
import { Instant } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { StepId, type StepOf } from '../definition/step.ts';

/**
 * `draft` until it is published. `live` accepts entries. The other states accept none. `paused`:
 * steps wait before their next effect. `closed`: active enrolments continue. `stopped`: every
 * enrolment has ended or is about to end.
 */
export const JourneyState = z.enum(['draft', 'live', 'paused', 'closed', 'stopped']);
export type JourneyState = z.infer<typeof JourneyState>;

/** A version that accepts entries, and its share of them in percent. */
export const VersionRoute = z.object({ version: z.int(), weight: z.number().min(0).max(100) });
export type VersionRoute = z.infer<typeof VersionRoute>;

/**
 * The variant that every customer gets from now on. It applies to the experiment with this salt.
 */
export const Winner = z.object({
  variant: z.string(),
  salt: z.string(),
  by: z.enum(['manual', 'fixed', 'automatic']),
  at: Instant,
});
export type Winner = z.infer<typeof Winner>;

/**
 * Moves enrolments of the versions `from` to version `to` before their next effect. `map` has the
 * new step for each old one. `null` ends the enrolment. A step that is not in `map` stays. Waits
 * are resolved already to the steps that follow them.
 */
export const Migration = z.object({
  from: z.array(z.int()),
  to: z.int(),
  map: z.record(StepId, StepId.nullable()),
  at: Instant,
});
export type Migration = z.infer<typeof Migration>;

/**
 * State of a journey in one workspace. `rev` counts its changes. Every write names the `rev` it
 * read.
 */
export const JourneyRecord = z.object({
  journeyId: z.string(),
  rev: z.int(),
  state: JourneyState,
  /** Time of the last change of `state`. */
  since: Instant,
  /** The state that `resume` restores. */
  before: z.enum(['live', 'closed']).optional(),
  /** The versions that accept entries, newest first. Weights add up to 100. */
  routes: z.array(VersionRoute),
  /** The winners of experiments, by step. */
  winners: z.record(StepId, Winner).default({}),
  /** When a fixed experiment reached its sample size, by step. */
  full: z.record(StepId, z.object({ salt: z.string(), at: Instant })).default({}),
  migrations: z.array(Migration).default([]),
  /**
   * The route's version that means the shipped journey. `withDeployedVersion` replaces it by the
   * version that is deployed now.
   */
  deployed: z.int().optional(),
  /** The version that was published last in this workspace, trials excepted. */
  latest: z.int().optional(),
  /** A version that only test people enter. */
  trial: z.int().optional(),
});
export type JourneyRecord = z.infer<typeof JourneyRecord>;

/** Parses the journey record of a row. Returns undefined if there is no row. */
export function readJourneyRecord(item: Item | undefined): JourneyRecord | undefined {
  if (typeof item?.doc !== 'string') return undefined;
  return JourneyRecord.parse({ ...(JSON.parse(item.doc) as object), rev: Number(item.rev) });
}

/**
 * Returns the record of a shipped journey that has no row in this workspace. It is live as
 * deployed. `rev` is 0, because nothing was written.
 */
export function deployedJourneyRecord({ id, version }: JourneyDefinition): JourneyRecord {
  const routes = [{ version, weight: 100 }];
  const since = '1970-01-01T00:00:00.000Z';
  return {
    journeyId: id,
    rev: 0,
    state: 'live',
    since,
    routes,
    winners: {},
    full: {},
    migrations: [],
    deployed: version,
  };
}

/**
 * Returns the record with the route of the shipped journey changed to the version that is deployed
 * now.
 */
export function withDeployedVersion(record: JourneyRecord, shipped: JourneyDefinition | undefined): JourneyRecord {
  const { deployed, routes } = record;
  if (!shipped || deployed === undefined || deployed === shipped.version) return record;
  const weights = new Map<number, number>();
  for (const { version, weight } of routes) {
    const now = version === deployed ? shipped.version : version;
    weights.set(now, (weights.get(now) ?? 0) + weight);
  }
  return {
    ...record,
    deployed: shipped.version,
    routes: [...weights].map(([version, weight]) => ({ version, weight })),
  };
}

/**
 * Returns the record of a journey from its row. `deployed` is the definition that CDK deployed,
 * which is live without a row. Returns undefined for a journey that has neither.
 */
export function currentRecord(
  row: Item | undefined,
  deployed: JourneyDefinition | undefined,
): JourneyRecord | undefined {
  const own = readJourneyRecord(row);
  return own ? withDeployedVersion(own, deployed) : deployed && deployedJourneyRecord(deployed);
}

/** Returns the records of all journeys by id: those with a row, and the deployed ones without. */
export function currentRecords(
  rows: readonly Item[],
  deployed: ReadonlyMap<string, JourneyDefinition>,
): JourneyRecord[] {
  const own = rows.flatMap((row) => readJourneyRecord(row) ?? []);
  const known = new Set(own.map(({ journeyId }) => journeyId));
  const untouched = [...deployed.values()].filter(({ id }) => !known.has(id)).map(deployedJourneyRecord);
  const current = own.map((record) => withDeployedVersion(record, deployed.get(record.journeyId)));
  return [...current, ...untouched].sort((a, b) => (a.journeyId < b.journeyId ? -1 : 1));
}

/** A journey of a workspace. */
export interface JourneyPlace {
  workspace: string;
  journeyId: string;
}

/** Returns the winner of a step's experiment. A winner with another salt is ignored. */
export function winnerOf(
  record: Pick<JourneyRecord, 'winners'> | undefined,
  stepId: string,
  { salt }: Pick<StepOf<'experiment'>, 'salt'>,
): Winner | undefined {
  const winner = record && Object.hasOwn(record.winners, stepId) ? record.winners[stepId] : undefined;
  return winner?.salt === salt ? winner : undefined;
}

/**
 * Returns the journey record with a variant as the winner of a step's experiment. `null` removes
 * the winner. Returns the same object if nothing changes, as on a retry.
 */
export function setWinner(
  record: JourneyRecord,
  { stepId, salt, variant }: { stepId: string; salt: string; variant: string | null },
  now: Instant,
): JourneyRecord {
  const { winners } = record;
  const before = winners[stepId];
  if (variant === null) return before ? { ...record, winners: omitBy(winners, (_, id) => id === stepId) } : record;
  if (before?.variant === variant && before.salt === salt) return record;
  const winner: Winner = { variant, salt, by: 'manual', at: now };
  return { ...record, winners: { ...omitBy(winners, (_, id) => id === stepId), [stepId]: winner } };
}
