import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { type DeadLetters } from '../../../lib/aws/dead-letters.ts';
import { inLanes } from '../../../lib/aws/lanes.ts';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { type Table } from '../../../lib/aws/table.ts';
import { assessorOf } from '../../../lib/churn/assessors.ts';
import { type ModelStore } from '../../../lib/churn/training/model-store.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { type CustomerRef } from '../../../lib/identity/customer.ts';
import { openClaims } from '../../../lib/identity/link.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/store.ts';
import { Workspace } from '../../../lib/ingestion/workspace.ts';
import { doorsFor } from '../../../lib/journey/doors.ts';
import { type JourneyStore, type LiveJourney } from '../../../lib/journey/journey-store.ts';
import { advance, type Advanced } from '../../../lib/profile/advance.ts';
import { type Arrival, correctedTime, isFarOff, readArrival } from '../../../lib/profile/arrival.ts';
import { groupsOf, type Lot, lotsOf } from '../../../lib/profile/lots.ts';
import { type Rules } from '../../../lib/profile/project.ts';
import { readSkews, type Skews } from '../../../lib/profile/skew.ts';
import { type SeenProfiles, seenProfiles } from '../../../lib/profile/seen.ts';
import { type SegmentStore } from '../../../lib/profile/segment-store.ts';
import { type ProfileStore, type Stored } from '../../../lib/profile/store.ts';
import { stageModelOf } from '../../../lib/stage/templates.ts';
import { type Clock } from '../../../lib/time.ts';

export interface Dependencies {
  table: Table;
  profiles: ProfileStore;
  workspaces: WorkspaceStore;
  journeys: Pick<JourneyStore, 'live'>;
  segments: Pick<SegmentStore, 'remembered'>;
  /** Churn models that workspaces go by; the cold start where there are none. */
  models?: Pick<ModelStore, 'current'>;
  deadLetters: DeadLetters;
  clock: Clock;
}

/** Customers folded at the same time. Each waits for one write; more would only queue at the client's connections. */
const lanes = 16;

/** Tries of one customer's write before the batch is given back to the stream. */
const maxConflicts = 8;

/** Full jitter: any time up to 10 ms doubled with each conflict. */
const jitter = (conflicts: number): Promise<void> =>
  new Promise((resume) => setTimeout(resume, Math.random() * 10 * 2 ** conflicts));

const claimsIn = (stored: Stored | undefined, { customer, arrivals }: Lot): CustomerRef[] => {
  const claimant = stored?.profile ?? { customer, linked: [] };
  return arrivals.flatMap((arrival) => ('touchpoint' in arrival ? openClaims(claimant, arrival.touchpoint) : []));
};

/** The rules of a workspace; its journeys become a customer's by the versions that customer would enter. */
interface WorkspaceRules extends Omit<Rules, 'journeys'> {
  live: readonly LiveJourney[];
}

/** Everything the folding of one batch shares. */
interface Batch {
  seen: SeenProfiles;
  skews: Skews;
  rulesOf: (workspace: string) => Promise<WorkspaceRules>;
  counts: Record<string, number>;
  failed: string[];
}

/** `make`, asked once for each name. */
function once<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (name) => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
}

export function projector(dependencies: Dependencies) {
  const { table, profiles, workspaces, journeys, segments, models, deadLetters, clock } = dependencies;

  async function rulesOf(id: string): Promise<WorkspaceRules> {
    const [settings, live, known, trained] = await Promise.all([
      workspaces.settings(id),
      journeys.live(id),
      segments.remembered(id),
      models?.current(id),
    ]);
    // A workspace whose settings are gone still has customers: they are folded by the defaults.
    const workspace = settings ?? Workspace.parse({ id, name: id });
    const assessor = assessorOf(workspace, trained);
    return { workspace, model: stageModelOf(workspace), live, segments: known, assessor };
  }

  async function tell({ letters }: Pick<Advanced, 'letters'>, told: Set<Arrival>): Promise<void> {
    for (const { arrival, reason } of letters) {
      if (told.has(arrival)) continue;
      await deadLetters({ function: 'project', key: arrival.key, sequenceNumber: arrival.position.sequence, reason });
      told.add(arrival);
    }
  }

  /** One customer, read and folded again after each conflict. Arrivals are taken off the lot as they are written. */
  async function foldLot(lot: Lot, batch: Batch): Promise<void> {
    const { workspace, customer } = lot;
    const { seen } = batch;
    const { live, ...common } = await batch.rulesOf(workspace);
    const rules: Rules = { ...common, journeys: doorsFor(live, { workspace, customer }) };
    const told = new Set<Arrival>();
    for (let conflicts = 0; lot.arrivals.length > 0;) {
      await seen.read(workspace, [customer]);
      const stored = seen.get(workspace, customer);
      const claims = claimsIn(stored, lot);
      await seen.read(workspace, claims);
      const advanced = advance(stored, lot.arrivals, {
        rules,
        now: clock.now(),
        timeOf: (arrival, touchpoint) => correctedTime(arrival, touchpoint, batch.skews(arrival.key)),
        found: (ref) => seen.get(workspace, ref),
      });
      await tell(advanced, told);
      const written = !advanced.change || (await profiles.save(advanced.change, stored?.rev ?? 0));
      if (advanced.change) seen.forget(workspace, [customer, ...claims, advanced.change.profile.customer]);
      if (written) {
        lot.arrivals.splice(0, advanced.outcomes.length);
        for (const outcome of advanced.outcomes) batch.counts[outcome] = (batch.counts[outcome] ?? 0) + 1;
        conflicts = 0;
        continue;
      }
      batch.counts.conflict = (batch.counts.conflict ?? 0) + 1;
      if (++conflicts > maxConflicts) throw new Unavailable('profile.contended', { customer, conflicts });
      await jitter(conflicts);
    }
  }

  /**
   * One customer's trouble is nobody else's. The stream starts again at the first arrival that was not folded, and hands out those of
   * others after it once more: they are duplicates then.
   */
  async function foldGroup(group: Lot[], batch: Batch): Promise<void> {
    for (const lot of group) {
      try {
        await foldLot(lot, batch);
      } catch (error) {
        console.error(error);
        batch.failed.push(...lot.arrivals.map(({ position }) => position.sequence));
      }
    }
  }

  async function prepare(arrivals: Arrival[]): Promise<Batch> {
    const seen = seenProfiles(profiles);
    const far = arrivals.filter((arrival) => 'touchpoint' in arrival && isFarOff(arrival, arrival.touchpoint));
    const farKeys = far.map(({ key }) => key);
    const sources = Map.groupBy(arrivals, ({ workspace }) => workspace);
    const [skews] = await Promise.all([
      readSkews(table, farKeys),
      ...[...sources].map(([workspace, mine]) => {
        return seen.prefetch(workspace, new Set(mine.map(({ position }) => position.source)));
      }),
    ]);
    return { seen, skews, rulesOf: once(rulesOf), counts: {}, failed: [] };
  }

  /** A key that names no customer belongs to nobody's lot. */
  async function refuse(arrival: Arrival, { counts, failed }: Batch): Promise<void> {
    try {
      await tell({ letters: [{ arrival, reason: 'key.invalid' }] }, new Set());
      counts.deadLettered = (counts.deadLettered ?? 0) + 1;
    } catch (error) {
      console.error(error);
      failed.push(arrival.position.sequence);
    }
  }

  /**
   * Folds a batch of touchpoints off the table's stream: one read for all its customers, one write for each. Exactly once, as the
   * profile keeps the position it is folded through and every write is conditional on what was read; so a batch may come again in
   * whole or part, and dying at any point loses and doubles nothing. A record nobody can read goes to the dead-letter queue with its
   * key and reason. What fails otherwise is answered as a batch item failure, from the customer's first unfolded record on.
   */
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const all = Records.map(readArrival);
    const arrivals = all.filter(({ workspace }) => workspace !== '');
    const batch = await prepare(arrivals);
    for (const arrival of all) if (arrival.workspace === '') await refuse(arrival, batch);
    const lots = lotsOf(arrivals, ({ workspace, position }) => {
      return batch.seen.get(workspace, position.source)?.profile.customer ?? position.source;
    });
    await inLanes(groupsOf(lots), lanes, (group) => foldGroup(group, batch));
    writeLine(
      metricLine('project', { ...batch.counts, failed: batch.failed.length }, { now: Date.parse(clock.now()) }),
    );
    return { batchItemFailures: batch.failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
