import * as z from 'zod';
import { type Item } from '../../aws/table/dynamo-table.ts';
import { Instant } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { StepId, type StepOf } from '../definition/step.ts';

/**
 * `draft` until it is published. `live` takes people in. `paused`: nobody enters, and whoever is inside is held before the next effect.
 * `closed`: nobody enters, whoever is inside goes on. `stopped`: nobody enters, and every stay has ended or is about to.
 */
export const JourneyState = z.enum(['draft', 'live', 'paused', 'closed', 'stopped']);
export type JourneyState = z.infer<typeof JourneyState>;

/** A version that takes people in, and its share of them in percent. */
export const VersionRoute = z.object({ version: z.int(), weight: z.number().min(0).max(100) });
export type VersionRoute = z.infer<typeof VersionRoute>;

/** The variant everybody gets from now on. It counts for the experiment it was won in: one with this salt. */
export const Winner = z.object({
  variant: z.string(),
  salt: z.string(),
  by: z.enum(['manual', 'fixed', 'automatic']),
  at: Instant,
});
export type Winner = z.infer<typeof Winner>;

/**
 * Whoever is inside one of the versions `from` and is about to act at a step of the map goes on in version `to` instead, at the step the
 * map leads to; `null`: leaves. Steps that are not named stay. The map is whole: steps that only rest are resolved already.
 */
export const Migration = z.object({
  from: z.array(z.int()),
  to: z.int(),
  map: z.record(StepId, StepId.nullable()),
  at: Instant,
});
export type Migration = z.infer<typeof Migration>;

/** What a journey does at the moment, in one workspace. `rev` counts its changes: every write names the one it builds on. */
export const JourneyRecord = z.object({
  journeyId: z.string(),
  rev: z.int(),
  state: JourneyState,
  /** When the state was last changed. */
  since: Instant,
  /** What `resume` leads back to. */
  before: z.enum(['live', 'closed']).optional(),
  /** Newest first; weights add up to 100. */
  routes: z.array(VersionRoute),
  /** By experiment step. */
  winners: z.record(StepId, Winner).default({}),
  /** When a fixed experiment had the customers it asks for, by step. */
  full: z.record(StepId, z.object({ salt: z.string(), at: Instant })).default({}),
  migrations: z.array(Migration).default([]),
  /** The route that stands for the shipped journey, whatever version of it is deployed. */
  deployed: z.int().optional(),
  /** The version published last in this workspace. */
  latest: z.int().optional(),
  /** A version that test people enter, and nobody else. */
  trial: z.int().optional(),
});
export type JourneyRecord = z.infer<typeof JourneyRecord>;

/** The head of a row; undefined where there is none. */
export function readJourneyRecord(item: Item | undefined): JourneyRecord | undefined {
  if (typeof item?.doc !== 'string') return undefined;
  return JourneyRecord.parse({ ...(JSON.parse(item.doc) as object), rev: Number(item.rev) });
}

/** A shipped journey that nobody has touched in this workspace: live as deployed. No write has been made of it: `rev` is 0. */
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

/** The head with the version of the shipped journey that is deployed now, where one of its routes leads there. */
export function withDeployedVersion(head: JourneyRecord, shipped: JourneyDefinition | undefined): JourneyRecord {
  const { deployed, routes } = head;
  if (!shipped || deployed === undefined || deployed === shipped.version) return head;
  const weights = new Map<number, number>();
  for (const { version, weight } of routes) {
    const now = version === deployed ? shipped.version : version;
    weights.set(now, (weights.get(now) ?? 0) + weight);
  }
  return { ...head, deployed: shipped.version, routes: [...weights].map(([version, weight]) => ({ version, weight })) };
}

/** The winner of this very experiment, if there is one. */
export function winnerOf(
  head: Pick<JourneyRecord, 'winners'> | undefined,
  stepId: string,
  { salt }: Pick<StepOf<'experiment'>, 'salt'>,
): Winner | undefined {
  const winner = head && Object.hasOwn(head.winners, stepId) ? head.winners[stepId] : undefined;
  return winner?.salt === salt ? winner : undefined;
}
