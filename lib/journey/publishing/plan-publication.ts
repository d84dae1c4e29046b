import { NotFound } from '../../shared/errors.ts';
import { type Clock, type Instant } from '../../shared/time.ts';
import { type JourneyDefinition, type JourneyDraft } from '../definition/journey-definition.ts';
import { validateJourney } from '../validation/validate-journey.ts';
import { draftFingerprint, entryStepsFromMigrations, planMigration, type PublishRequest } from './apply-publication.ts';
import { type JourneyPlace, type Migration } from './journey-record.ts';
import { loadValidationContext, type ValidationContextDependencies } from './load-validation-context.ts';
import { type PublishStore, type VersionRow } from './version-store.ts';

/** What planning a publication reads. */
export interface PlanDependencies extends ValidationContextDependencies {
  drafts: PublishStore;
  /** The journeys that CDK deployed. */
  shipped: readonly JourneyDefinition[];
  clock: Clock;
}

/**
 * A problem of a journey: its code, its place, and how to correct it. An `error` prevents
 * publishing.
 */
export interface PublicationDiagnostic {
  code: string;
  place: string;
  hint: string;
  severity?: 'error' | 'warning';
}

/** The plan of a publication, made before any write. */
export interface Publication {
  draft: JourneyDraft;
  /** The definition with its version number. */
  definition: JourneyDefinition;
  /** The version's row. On a retry, the row that the earlier try wrote. */
  row: VersionRow;
  isNew: boolean;
  faults: PublicationDiagnostic[];
  migrations: Migration[];
  /** Every existing version, by number. */
  versions: Map<number, JourneyDefinition>;
}

/** Whether a problem prevents publishing. Missing severity counts as `error`. */
export const isError = ({ severity }: PublicationDiagnostic): boolean => severity !== 'warning';

/** What the version of a publication is decided on. `rows` are newest first. */
interface VersionInput {
  draft: JourneyDraft;
  rows: readonly VersionRow[];
  versions: ReadonlyMap<number, JourneyDefinition>;
  migrate: PublishRequest['migrate'];
  now: Instant;
}

/** The version that a publication makes, and how enrolments of older ones migrate to it. */
interface PlannedVersion extends ReturnType<typeof planMigration> {
  row: VersionRow;
  isNew: boolean;
}

/** Resolves the request's map for the draft as that version. */
function planMigrationTo(
  { draft, versions, migrate, now }: VersionInput,
  version: number,
): ReturnType<typeof planMigration> {
  if (!migrate) return { migrations: [], faults: [] };
  const older = [...versions.values()].filter((one) => one.version < version);
  const from = older.filter((one) => migrate.from?.includes(one.version) ?? true);
  return planMigration(migrate.map, { from, to: { ...draft, version }, now });
}

/**
 * Returns the newest version if its draft is the same. Undefined if a migration enters it at steps
 * that it was not compiled for.
 */
function reuseVersion(input: VersionInput, fingerprint: string): PlannedVersion | undefined {
  const [newest] = input.rows;
  if (newest?.fingerprint !== fingerprint) return undefined;
  const migration = planMigrationTo(input, newest.version);
  const isCompiledFor = entryStepsFromMigrations(migration.migrations).every((at) => newest.resumeAt.includes(at));
  return isCompiledFor ? { ...migration, row: newest, isNew: false } : undefined;
}

function nextVersion(input: VersionInput, fingerprint: string): PlannedVersion {
  const version = Math.max(0, ...input.versions.keys()) + 1;
  const migration = planMigrationTo(input, version);
  const resumeAt = entryStepsFromMigrations(migration.migrations);
  return {
    ...migration,
    row: { version, definition: { ...input.draft, version }, fingerprint, resumeAt },
    isNew: true,
  };
}

/** Decides the version of a publication. The same draft keeps its version. */
export function planVersion(input: VersionInput): PlannedVersion {
  const fingerprint = draftFingerprint(input.draft);
  return reuseVersion(input, fingerprint) ?? nextVersion(input, fingerprint);
}

/**
 * Plans the publication of a draft. Read-only. Throws `journey.no-draft`. Problems of the draft and
 * of the migration map are in `faults`.
 */
export async function planPublication(
  deps: PlanDependencies,
  { workspace, journeyId }: JourneyPlace,
  { migrate }: PublishRequest,
): Promise<Publication> {
  const [stored, rows, context] = await Promise.all([
    deps.drafts.draft(workspace, journeyId),
    deps.drafts.versions(workspace, journeyId),
    loadValidationContext(deps, workspace),
  ]);
  if (!stored) throw new NotFound('journey.no-draft', { journeyId, hint: `PUT /v1/journeys/${journeyId} first` });
  const { draft } = stored;
  const deployed = deps.shipped.filter(({ id }) => id === journeyId);
  const definitions = [...deployed, ...rows.map(({ definition }) => definition)];
  const versions = new Map(definitions.map((one) => [one.version, one]));
  const { row, isNew, migrations, faults } = planVersion({ draft, rows, versions, migrate, now: deps.clock.now() });
  const { definition } = row;
  return {
    draft,
    definition,
    row,
    isNew,
    faults: [...validateJourney(definition, context), ...faults],
    migrations,
    versions,
  };
}
