import { type Machines } from '../../aws/step-functions/state-machines.ts';
import { NotFound, ThroughlineError, Unavailable } from '../../shared/errors.ts';
import { type Clock, type Instant } from '../../shared/time.ts';
import { validateJourney } from '../validation/validate-journey.ts';
import { compileJourney, type StepFunctions } from '../compilation/compile-journey.ts';
import { type JourneyDefinition, type JourneyDraft } from '../definition/journey-definition.ts';
import { type JourneyRecord, type Migration } from './journey-record.ts';
import { type JourneyStore } from './journey-store.ts';
import { machineName } from '../compilation/machine-name.ts';
import {
  entryStepsFromMigrations,
  draftFingerprint,
  planMigration,
  applyPublication,
  type PublishRequest,
} from './apply-publication.ts';
import { type PublishStore, type VersionRow } from './version-store.ts';
import { loadValidationContext, type ValidationContextDependencies } from './load-validation-context.ts';

/** The stores and services that publishing uses. */
export interface PublisherDependencies extends ValidationContextDependencies {
  journeys: JourneyStore;
  drafts: PublishStore;
  machines: Machines;
  /** ARNs of the Lambda functions of steps. */
  functions: StepFunctions;
  /** Prefix of the names of all state machines. */
  stack: string;
  shipped: readonly JourneyDefinition[];
  clock: Clock;
}

interface Place {
  workspace: string;
  journeyId: string;
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

/** Most tries to write one journey record. Each concurrent write costs one try. */
const maxTries = 10;

const newHead = (journeyId: string, now: Instant): JourneyRecord => ({
  journeyId,
  rev: 0,
  state: 'draft',
  since: now,
  routes: [],
  winners: {},
  full: {},
  migrations: [],
});

/**
 * Changes a journey record, and retries after a concurrent write. `change` may return undefined or
 * the same object to write nothing. Throws `Unavailable('journey.contended')` after ten tries.
 */
export async function updateJourneyRecord(
  journeys: JourneyStore,
  { workspace, journeyId }: Place,
  change: (head: JourneyRecord | undefined) => JourneyRecord | undefined,
): Promise<JourneyRecord | undefined> {
  for (let tries = 0; tries < maxTries; tries++) {
    const head = await journeys.readRecord(workspace, journeyId, { consistent: true });
    const next = change(head);
    if (!next || next === head) return head;
    if (await journeys.saveRecord(workspace, next)) return { ...next, rev: next.rev + 1 };
  }
  throw new Unavailable('journey.contended', { journeyId });
}

const isSame = (a: JourneyRecord, b: JourneyRecord): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Plans a publication, which only reads, and carries it out. */
export interface JourneyPublisher {
  plan(place: Place, request: PublishRequest): Promise<Publication>;
  publish(place: Place, publication: Publication, weight: number): Promise<JourneyRecord>;
}

/**
 * Creates the publisher. Order: claim a version number, publish its state machine, store the ARN,
 * write the journey record, route the alias. Each part is idempotent, so after a crash a retry
 * completes the rest. The draft published last keeps its version, with the new weight.
 */
export function createJourneyPublisher(dependencies: PublisherDependencies): JourneyPublisher {
  const { journeys, drafts, machines, functions, stack, shipped, clock } = dependencies;

  async function plan({ workspace, journeyId }: Place, { migrate }: PublishRequest): Promise<Publication> {
    const [stored, rows, surroundings] = await Promise.all([
      drafts.draft(workspace, journeyId),
      drafts.versions(workspace, journeyId),
      loadValidationContext(dependencies, workspace),
    ]);
    if (!stored) throw new NotFound('journey.no-draft', { journeyId, hint: `PUT /v1/journeys/${journeyId} first` });
    const { draft } = stored;
    const deployed = shipped.filter(({ id }) => id === journeyId);
    const versions = new Map(
      [...deployed, ...rows.map(({ definition }) => definition)].map((one) => [one.version, one]),
    );
    const [newest] = rows;

    const migrationTo = (version: number): ReturnType<typeof planMigration> => {
      const to = { ...draft, version };
      const old = [...versions.values()].filter((one) => one.version < version);
      const from = old.filter((one) => migrate?.from?.includes(one.version) ?? true);
      return migrate ? planMigration(migrate.map, { from, to, now: clock.now() }) : { migrations: [], faults: [] };
    };
    const fingerprint = draftFingerprint(draft);
    const again = newest?.fingerprint === fingerprint ? { row: newest, ...migrationTo(newest.version) } : undefined;
    // The same draft keeps its version, unless a migration enters it at steps that it was not
    // compiled for.
    const isAgain = again && entryStepsFromMigrations(again.migrations).every((at) => again.row.resumeAt.includes(at));
    const version = Math.max(0, ...versions.keys()) + 1;
    const { migrations, faults } = isAgain ? again : migrationTo(version);
    const definition = { ...draft, version };
    const row = isAgain
      ? again.row
      : { version, definition, fingerprint, resumeAt: entryStepsFromMigrations(migrations) };
    return {
      draft,
      definition: row.definition,
      row,
      isNew: !isAgain,
      faults: [...validateJourney(row.definition, surroundings), ...faults],
      migrations,
      versions,
    };
  }

  /**
   * Stores the ARN of the version's state machine. Does nothing if it is stored, so it is safe to
   * retry. Throws a conflict if another publication claimed the version number.
   */
  async function make({ workspace, journeyId }: Place, publication: Publication): Promise<void> {
    const { row, isNew } = publication;
    if (isNew && !(await drafts.claim(workspace, row)))
      throw new ThroughlineError('conflict', 'journey.published-meanwhile', { journeyId, version: row.version });
    if (row.versionArn !== undefined) return;
    const compiled = compileJourney(row.definition, functions, { resumeAt: row.resumeAt });
    const name = machineName(stack, workspace, journeyId);
    const versionArn = await machines.publish(name, compiled, `${journeyId}, version ${row.version}`);
    await drafts.finish(workspace, { ...row, versionArn, publishedAt: clock.now() });
  }

  /**
   * Routes the alias between versions of the workspace's own machine. A shipped version is on
   * another machine, and is started by its own ARN.
   */
  async function route({ workspace, journeyId }: Place, { routes }: JourneyRecord): Promise<void> {
    const rows = await drafts.versions(workspace, journeyId);
    const arns = new Map(rows.map(({ version, versionArn }) => [version, versionArn]));
    const shares = routes.flatMap(({ version, weight }) => {
      const arn = arns.get(version);
      return arn === undefined ? [] : [{ arn, weight }];
    });
    const [newest] = shares;
    if (!newest) return;
    const whole = shares.reduce((sum, { weight }) => sum + weight, 0) === 100;
    await machines.route(machineName(stack, workspace, journeyId), whole ? shares : [{ ...newest, weight: 100 }]);
  }

  return {
    plan,

    async publish(place, publication, weight) {
      await make(place, publication);
      const { migrations, definition } = publication;
      const now = clock.now();
      const head = await updateJourneyRecord(journeys, place, (present) => {
        const from = present ?? newHead(place.journeyId, now);
        const next = applyPublication(from, { version: definition.version, weight, migrations, now });
        return isSame(next, from) ? from : next;
      });
      if (!head) throw new Unavailable('journey.contended', { journeyId: place.journeyId });
      await route(place, head);
      return head;
    },
  };
}
