import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { type Clock, type Instant } from '../../shared/time.ts';
import { JourneyDefinition } from '../definition/journey-definition.ts';
import { withDeployedVersion, type JourneyRecord, readJourneyRecord, deployedJourneyRecord } from './journey-record.ts';
import { deployedJourneys } from './deployed-journeys.ts';

/** A published version; it never changes. */
export interface JourneyVersion {
  version: number;
  definition: JourneyDefinition;
  /** What executions are started on: the version of its state machine, or the shipped machine's alias. Empty where nobody told us. */
  arn: string;
  /** Missing for a version that CDK deployed. */
  publishedAt?: Instant;
}

/** A version that takes people in, with its share of them in percent. */
export interface LiveVersion extends JourneyVersion {
  weight: number;
}

/** A journey that takes people in: its versions, newest first. `routeOf(head, customer)` says which one a customer enters. */
export interface LiveJourney {
  journeyId: string;
  record: JourneyRecord;
  versions: LiveVersion[];
}

/**
 * How old the list of live journeys may be, by the clock: a journey that was just published lets people in within so long. Whoever lets
 * somebody in asks `head` as well, so a door that was closed is closed at once.
 */
const freshMs = 5_000;

/** A version that was read once is kept for so long. It never changes; this bounds the memory. */
const keptMs = 3_600_000;

export interface JourneyStoreOptions {
  clock: Clock;
  /** The journeys that CDK deployed. */
  shipped?: readonly JourneyDefinition[];
  /** ARNs of their aliases by journey, for whoever starts executions. */
  arns?: Readonly<Record<string, string>>;
}

export interface JourneyStore {
  /**
   * What the journey does now: one read, never remembered. A shipped journey without a row is live as deployed. Undefined for one that was
   * never published. May lag a write by milliseconds unless `consistent`.
   */
  readRecord(
    workspace: string,
    journeyId: string,
    options?: { consistent?: boolean },
  ): Promise<JourneyRecord | undefined>;
  /** The same of its row, for who has read that, or has found none. */
  recordOf(journeyId: string, row: Item | undefined): JourneyRecord | undefined;
  /** Every head of the workspace, shipped ones included, by id. */
  listRecords(workspace: string): Promise<JourneyRecord[]>;
  /** The journeys that take people in, up to five seconds old: one query per environment and five seconds. */
  live(workspace: string): Promise<LiveJourney[]>;
  /** A published version. Undefined for one that is not there, or not published to its end. */
  version(workspace: string, journeyId: string, version: number): Promise<JourneyVersion | undefined>;
  /** Writes the head over the revision it was read at, and counts up. False when somebody was faster. */
  saveRecord(workspace: string, head: JourneyRecord): Promise<boolean>;
}

/** The version of a row; undefined while it is being published. */
export function readVersion(item: Item | undefined): JourneyVersion | undefined {
  if (typeof item?.doc !== 'string' || typeof item.versionArn !== 'string') return undefined;
  const definition = JourneyDefinition.parse(JSON.parse(item.doc));
  return { version: definition.version, definition, arn: item.versionArn, publishedAt: String(item.publishedAt) };
}

export function journeyStore(table: Table, options: JourneyStoreOptions): JourneyStore {
  const { clock, shipped = deployedJourneys, arns = {} } = options;
  const shippedById = new Map(shipped.map((definition) => [definition.id, definition]));

  function asShipped(journeyId: string): JourneyVersion | undefined {
    const definition = shippedById.get(journeyId);
    return definition && { version: definition.version, definition, arn: arns[journeyId] ?? '' };
  }

  const readOnce = cacheByKey(clock, keptMs, async (key) => {
    const [workspace = '', journeyId = '', version] = key.split('#');
    const found = readVersion(await table.get(keys.journeyVersion(workspace, journeyId, Number(version))));
    if (found) return found;
    const deployed = asShipped(journeyId);
    return deployed?.version === Number(version) ? deployed : undefined;
  });

  async function version(workspace: string, journeyId: string, n: number): Promise<JourneyVersion | undefined> {
    const key = `${workspace}#${journeyId}#${n}`;
    const found = await readOnce(key);
    if (!found) readOnce.forget(key);
    return found;
  }

  async function heads(workspace: string): Promise<JourneyRecord[]> {
    const { pk, sk: prefix } = keys.journey(workspace, '');
    const rows = await table.query(pk, { prefix });
    const own = rows
      .flatMap((item) => readJourneyRecord(item) ?? [])
      .map((head) => withDeployedVersion(head, shippedById.get(head.journeyId)));
    const known = new Set(own.map(({ journeyId }) => journeyId));
    const untouched = shipped.filter(({ id }) => !known.has(id)).map(deployedJourneyRecord);
    return [...own, ...untouched].sort((a, b) => (a.journeyId < b.journeyId ? -1 : 1));
  }

  async function liveJourney(workspace: string, head: JourneyRecord): Promise<LiveJourney> {
    const { journeyId } = head;
    const routed = head.routes.filter(({ weight }) => weight > 0);
    const found = await Promise.all(routed.map((route) => version(workspace, journeyId, route.version)));
    const versions = routed.flatMap(({ weight }, i) => (found[i] ? [{ ...found[i], weight }] : []));
    return { journeyId, record: head, versions };
  }

  function headOf(journeyId: string, row: Item | undefined): JourneyRecord | undefined {
    const own = readJourneyRecord(row);
    const definition = shippedById.get(journeyId);
    return own ? withDeployedVersion(own, definition) : definition && deployedJourneyRecord(definition);
  }

  return {
    version,
    listRecords: heads,
    recordOf: headOf,

    readRecord: async (workspace, journeyId, read = {}) =>
      headOf(journeyId, await table.get(keys.journey(workspace, journeyId), read)),

    live: cacheByKey(clock, freshMs, async (workspace) => {
      const open = (await heads(workspace)).filter(({ state }) => state === 'live');
      const journeys = await Promise.all(open.map((head) => liveJourney(workspace, head)));
      return journeys.filter(({ versions }) => versions.length > 0);
    }),

    saveRecord(workspace, { rev, ...head }) {
      const item = { ...keys.journey(workspace, head.journeyId), rev: rev + 1, doc: JSON.stringify(head) };
      const unchanged = { expression: 'rev = :rev', values: { ':rev': rev } };
      return table.put(item, rev === 0 ? { expression: 'attribute_not_exists(pk)' } : unchanged);
    },
  };
}
