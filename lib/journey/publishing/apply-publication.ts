import * as z from 'zod';
import { type Instant } from '../../shared/time.ts';
import { type JourneyDefinition, type JourneyDraft } from '../definition/journey-definition.ts';
import { deterministicId } from '../../shared/ids.ts';
import { type JourneyRecord, type Migration, type VersionRoute } from './journey-record.ts';
import { type MigrationMapDiagnostic, resolveMigrationMap } from './migration.ts';
import { StepId } from '../definition/step.ts';

/**
 * Where enrolments of older versions continue: old step → new step. `exit` (also `null`) ends them.
 * A step that is not named stays in its version.
 */
export const MigrationMap = z.record(StepId, StepId.nullable());

/** Body of a request to publish a journey. */
export const PublishRequest = z.strictObject({
  /**
   * Percentage of new entries that the new version gets. The version with the largest share now
   * gets the rest. 0 makes a trial version, which only test people enter, and changes no route.
   */
  weight: z.int().min(0).max(100).default(100),
  migrate: z
    .strictObject({
      map: MigrationMap,
      /** Versions whose enrolments migrate. Defaults to all older ones. */
      from: z.array(z.int().min(1)).optional(),
    })
    .optional(),
  /** Returns the result of publishing and writes nothing. */
  dryRun: z.boolean().default(false),
  /** Expected entries per day, for the forecast of open executions. */
  entriesPerDay: z.int().min(1).default(1_000),
});
export type PublishRequest = z.infer<typeof PublishRequest>;

/** Most migrations that a journey record keeps. The oldest are dropped beyond that. */
const maxMigrations = 50;

/**
 * Returns the route with the largest share, of a live or paused journey, except that of version
 * `besides`.
 */
function currentRoute({ state, routes }: JourneyRecord, besides: number): VersionRoute | undefined {
  if (state !== 'live' && state !== 'paused') return undefined;
  return routes.filter(({ version }) => version !== besides).sort((a, b) => b.weight - a.weight)[0];
}

function addRoute(record: JourneyRecord, version: number, weight: number): VersionRoute[] {
  const base = currentRoute(record, version);
  if (weight === 100 || !base) return [{ version, weight: 100 }];
  return [
    { version, weight },
    { version: base.version, weight: 100 - weight },
  ];
}

const isSame = (a: Migration, b: Migration): boolean =>
  JSON.stringify([a.from, a.to, a.map]) === JSON.stringify([b.from, b.to, b.map]);

/**
 * Adds the migrations of a publication. An equal one that exists keeps its time. Others to the same
 * version are replaced.
 */
function addMigrations({ migrations }: JourneyRecord, version: number, added: Migration[]): Migration[] {
  if (added.length === 0) return migrations;
  const kept = added.map((migration) => migrations.find((known) => isSame(known, migration)) ?? migration);
  return [...migrations.filter(({ to }) => to !== version), ...kept].slice(-maxMigrations);
}

/**
 * Returns the journey record after a publication. A trial version (`weight` 0) changes nothing
 * else, and any other publication ends the trial. A paused journey stays paused, any other becomes
 * live. Publishing the same version again returns an equal record.
 */
export function applyPublication(
  record: JourneyRecord,
  { version, weight, migrations, now }: { version: number; weight: number; migrations: Migration[]; now: Instant },
): JourneyRecord {
  if (weight === 0) return { ...record, trial: version };
  const state = record.state === 'paused' ? 'paused' : 'live';
  const { trial: _, ...rest } = record;
  return {
    ...rest,
    state,
    since: state === record.state && record.rev > 0 ? record.since : now,
    ...(state === 'paused' && { before: 'live' }),
    routes: addRoute(record, version, weight),
    migrations: addMigrations(record, version, migrations),
    latest: version,
  };
}

/** Returns a hash of a draft. Equal drafts have equal hashes. */
export function draftFingerprint(draft: JourneyDraft): string {
  return deterministicId('journey', JSON.stringify(draft));
}

/** Replaces the target `exit` by `null` if the new version has no step of that name. */
function normaliseTargets(map: Record<string, string | null>, to: JourneyDefinition): Record<string, string | null> {
  const entries = Object.entries(map).map(([id, target]) => [
    id,
    target === 'exit' && !Object.hasOwn(to.steps, 'exit') ? null : target,
  ]);
  return Object.fromEntries(entries) as Record<string, string | null>;
}

/**
 * Resolves a publication's map for each older version. A mapped step applies to the versions that
 * have it. A step that no version has is reported in `faults`.
 */
export function planMigration(
  map: Record<string, string | null>,
  { from, to, now }: { from: JourneyDefinition[]; to: JourneyDefinition; now: Instant },
): { migrations: Migration[]; faults: MigrationMapDiagnostic[] } {
  const targets = normaliseTargets(map, to);
  const unknown = Object.keys(targets).filter((id) => !from.some(({ steps }) => Object.hasOwn(steps, id)));
  const faults: MigrationMapDiagnostic[] = unknown.map((id) => ({
    code: 'unknown-step',
    place: `migrate.map.${id}`,
    hint: `no older version has a step "${id}"`,
  }));
  const migrations: Migration[] = [];
  for (const old of from) {
    const own = Object.entries(targets).filter(([id]) => Object.hasOwn(old.steps, id));
    const resolved = resolveMigrationMap(old, to, Object.fromEntries(own));
    faults.push(...resolved.faults);
    if (Object.keys(resolved.map).length > 0)
      migrations.push({ from: [old.version], to: to.version, map: resolved.map, at: now });
  }
  return { migrations, faults };
}

/** Returns the steps at which migrated enrolments enter a version, sorted. */
export const entryStepsFromMigrations = (migrations: Migration[]): string[] =>
  [...new Set(migrations.flatMap(({ map }) => Object.values(map)))].filter((at) => at !== null).sort();
