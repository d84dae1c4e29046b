import * as z from 'zod';
import { type Item } from '../../aws/table/dynamo-table.ts';
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

/** Returns the winner of a step's experiment. A winner with another salt is ignored. */
export function winnerOf(
  record: Pick<JourneyRecord, 'winners'> | undefined,
  stepId: string,
  { salt }: Pick<StepOf<'experiment'>, 'salt'>,
): Winner | undefined {
  const winner = record && Object.hasOwn(record.winners, stepId) ? record.winners[stepId] : undefined;
  return winner?.salt === salt ? winner : undefined;
}
