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

export interface PublisherDependencies extends ValidationContextDependencies {
  journeys: JourneyStore;
  drafts: PublishStore;
  machines: Machines;
  /** ARNs of the step functions. */
  functions: StepFunctions;
  /** What the names of all our machines begin with. */
  stack: string;
  shipped: readonly JourneyDefinition[];
  clock: Clock;
}

interface Place {
  workspace: string;
  journeyId: string;
}

/** What is wrong, where, and what to do about it; an `error` keeps it from being published. */
export interface JourneyWithRecord {
  code: string;
  place: string;
  hint: string;
  severity?: 'error' | 'warning';
}

/** What a publication comes to, before anything is done. */
export interface Publication {
  draft: JourneyDraft;
  /** As it is published, or was before. */
  definition: JourneyDefinition;
  /** Its row: of this very publication, where it was begun or done before. */
  row: VersionRow;
  isNew: boolean;
  faults: JourneyWithRecord[];
  migrations: Migration[];
  /** Every version there is, by number. */
  versions: Map<number, JourneyDefinition>;
}

export const isError = ({ severity }: JourneyWithRecord): boolean => severity !== 'warning';

/** Writers of one head: each makes the other look again. */
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

/** Changes a journey's head over what was read, as often as others come first. `change` may answer the same head: nothing is written. */
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

export interface JourneyPublisher {
  plan(place: Place, request: PublishRequest): Promise<Publication>;
  publish(place: Place, publication: Publication, weight: number): Promise<JourneyRecord>;
}

/**
 * Publishing: a version's number is taken with its definition, its state machine is put in place and published, that is noted, the alias goes
 * over, and last the journey's head lets people in. Each of these can be done again, and says the same for the same draft: so whoever
 * dies anywhere in between publishes again and finishes. What is published is what nobody published last; the same draft again is the same
 * version, with the weight asked for now.
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
    // The same draft is the same version, unless people are to enter it at steps it was not compiled for.
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

  /** Has the version's row name its machine's version, whoever began with it. */
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

  /** The alias takes the shares of versions of our own machine; a shipped version lies on another, and is entered by its own ARN. */
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
