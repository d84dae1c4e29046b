import * as z from 'zod';
import { type Instant } from '../../shared/time.ts';
import { type JourneyDefinition, type JourneyDraft } from '../definition/journey-definition.ts';
import { deterministicId } from '../../shared/ids.ts';
import { type JourneyRecord, type Migration, type VersionRoute } from './journey-record.ts';
import { type MigrationMapDiagnostic, resolveMigrationMap } from './migration.ts';
import { StepId } from '../definition/step.ts';

/** Where people inside older versions go on: old step → new step, or `exit` (also `null`), which leads out. Others stay. */
export const MigrationMap = z.record(StepId, StepId.nullable());

export const PublishRequest = z.strictObject({
  /**
   * Share of newcomers who enter the new version, in percent; the others enter the one most enter now. 0: a trial, which only test people
   * enter, and which changes nothing for anybody else.
   */
  weight: z.int().min(0).max(100).default(100),
  migrate: z
    .strictObject({
      map: MigrationMap,
      /** Versions whose people move; all older ones unless told. */
      from: z.array(z.int().min(1)).optional(),
    })
    .optional(),
  /** Says what would come of it, and does nothing. */
  dryRun: z.boolean().default(false),
  /** Entries that are expected: for the executions that will be open. */
  entriesPerDay: z.int().min(1).default(1_000),
});
export type PublishRequest = z.infer<typeof PublishRequest>;

/** Migrations kept: those of older publications that nobody waits for any more make room. */
const maxMigrations = 50;

/** The version most newcomers enter now, of a journey whose door is open or only paused. */
function currentRoute({ state, routes }: JourneyRecord, besides: number): VersionRoute | undefined {
  if (state !== 'live' && state !== 'paused') return undefined;
  return routes.filter(({ version }) => version !== besides).sort((a, b) => b.weight - a.weight)[0];
}

function addRoute(head: JourneyRecord, version: number, weight: number): VersionRoute[] {
  const base = currentRoute(head, version);
  if (weight === 100 || !base) return [{ version, weight: 100 }];
  return [
    { version, weight },
    { version: base.version, weight: 100 - weight },
  ];
}

const isSame = (a: Migration, b: Migration): boolean =>
  JSON.stringify([a.from, a.to, a.map]) === JSON.stringify([b.from, b.to, b.map]);

/** Migrations that are there already keep their time; those to this version that are asked for anew take the place of the old. */
function addMigrations({ migrations }: JourneyRecord, version: number, asked: Migration[]): Migration[] {
  if (asked.length === 0) return migrations;
  const kept = asked.map((migration) => migrations.find((known) => isSame(known, migration)) ?? migration);
  return [...migrations.filter(({ to }) => to !== version), ...kept].slice(-maxMigrations);
}

/**
 * The journey with a version that takes people in, which ends a trial. A paused journey stays paused; any other is live. Published again just so,
 * it is the same but for the time. On trial a version leaves everything else as it is.
 */
export function applyPublication(
  head: JourneyRecord,
  { version, weight, migrations, now }: { version: number; weight: number; migrations: Migration[]; now: Instant },
): JourneyRecord {
  if (weight === 0) return { ...head, trial: version };
  const state = head.state === 'paused' ? 'paused' : 'live';
  const { trial: _, ...rest } = head;
  return {
    ...rest,
    state,
    since: state === head.state && head.rev > 0 ? head.since : now,
    ...(state === 'paused' && { before: 'live' }),
    routes: addRoute(head, version, weight),
    migrations: addMigrations(head, version, migrations),
    latest: version,
  };
}

/** Short name of a definition: the same text, the same name. */
export function draftFingerprint(draft: JourneyDraft): string {
  return deterministicId('journey', JSON.stringify(draft));
}

/** A step `exit` that the new version has not is no step: it leads out. */
function normaliseTargets(map: Record<string, string | null>, to: JourneyDefinition): Record<string, string | null> {
  const entries = Object.entries(map).map(([id, target]) => [
    id,
    target === 'exit' && !Object.hasOwn(to.steps, 'exit') ? null : target,
  ]);
  return Object.fromEntries(entries) as Record<string, string | null>;
}

/** A publication's map, resolved for each version it concerns: a step counts where a version has it. */
export function planMigration(
  map: Record<string, string | null>,
  { from, to, now }: { from: JourneyDefinition[]; to: JourneyDefinition; now: Instant },
): { migrations: Migration[]; faults: MigrationMapDiagnostic[] } {
  const wanted = normaliseTargets(map, to);
  const nowhere = Object.keys(wanted).filter((id) => !from.some(({ steps }) => Object.hasOwn(steps, id)));
  const faults: MigrationMapDiagnostic[] = nowhere.map((id) => ({
    code: 'unknown-step',
    place: `migrate.map.${id}`,
    hint: `no older version has a step "${id}"`,
  }));
  const migrations: Migration[] = [];
  for (const old of from) {
    const mine = Object.entries(wanted).filter(([id]) => Object.hasOwn(old.steps, id));
    const resolved = resolveMigrationMap(old, to, Object.fromEntries(mine));
    faults.push(...resolved.faults);
    if (Object.keys(resolved.map).length > 0)
      migrations.push({ from: [old.version], to: to.version, map: resolved.map, at: now });
  }
  return { migrations, faults };
}

/** The steps a version is entered at by whoever comes from another. */
export const entryStepsFromMigrations = (migrations: Migration[]): string[] =>
  [...new Set(migrations.flatMap(({ map }) => Object.values(map)))].filter((at) => at !== null).sort();
