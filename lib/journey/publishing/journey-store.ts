import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { ifRevision } from '../../aws/table/conditions.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { type Clock, type Instant, hourMs } from '../../shared/time.ts';
import { JourneyDefinition } from '../definition/journey-definition.ts';
import { currentRecord, currentRecords, type JourneyRecord } from './journey-record.ts';
import { deployedJourneys } from './deployed-journeys.ts';

/** A published version. It never changes. */
export interface JourneyVersion {
  version: number;
  definition: JourneyDefinition;
  /**
   * ARN that executions are started on: the version of a state machine, or the alias of a shipped
   * machine. Empty if the options have no ARN for it.
   */
  arn: string;
  /** Missing for a version that CDK deployed. */
  publishedAt?: Instant;
}

/** A version that accepts entries, with its share of them in percent. */
export interface LiveVersion extends JourneyVersion {
  weight: number;
}

/**
 * A journey that accepts entries: its record, and the versions with a share, newest first.
 * `liveVersionFor` returns the version that a customer enters.
 */
export interface LiveJourney {
  journeyId: string;
  record: JourneyRecord;
  versions: LiveVersion[];
}

/**
 * Longest time that the list of live journeys is cached, in ms, and so the longest delay of a new
 * journey's first entry. An entry also reads the journey record, so a closed journey rejects at
 * once.
 */
const freshMs = 5_000;

/** How long a version is cached, in ms. A version never changes, so this only bounds memory. */
const keptMs = hourMs;

export interface JourneyStoreOptions {
  clock: Clock;
  /** The journeys that CDK deployed. Defaults to `deployedJourneys`. */
  shipped?: readonly JourneyDefinition[];
  /**
   * ARNs of the shipped journeys' aliases, by journey. Only functions that start executions need
   * them.
   */
  arns?: Readonly<Record<string, string>>;
}

/** Reads journeys as they run, and writes journey records. Drafts are in `PublishStore`. */
export interface JourneyStore {
  /**
   * Reads a journey record, and never caches it. A shipped journey without a row is live as
   * deployed. Returns undefined for a journey that was never published. May miss a write of the
   * last milliseconds unless `consistent`.
   */
  readRecord(
    workspace: string,
    journeyId: string,
    options?: { consistent?: boolean },
  ): Promise<JourneyRecord | undefined>;
  /**
   * Returns the journey record of a row that the caller has read. The result equals that of
   * `readRecord`.
   */
  recordOf(journeyId: string, row: Item | undefined): JourneyRecord | undefined;
  /** Lists every journey record of the workspace by id, shipped ones included. One query. */
  listRecords(workspace: string): Promise<JourneyRecord[]>;
  /**
   * Lists the journeys that accept entries, cached for five seconds. A list that is not cached
   * costs one query, and one read for each version that is not cached.
   */
  live(workspace: string): Promise<LiveJourney[]>;
  /**
   * Reads a journey that accepts entries, with its record strongly consistent. Returns undefined if
   * it accepts none. Costs one read, and one for each version that is not cached.
   */
  liveJourney(workspace: string, journeyId: string): Promise<LiveJourney | undefined>;
  /**
   * Returns a published version, cached. Returns undefined if it does not exist or its publication
   * is not finished.
   */
  version(workspace: string, journeyId: string, version: number): Promise<JourneyVersion | undefined>;
  /**
   * Writes a journey record with the next `rev`. Returns false if another write changed the record
   * since it was read.
   */
  saveRecord(workspace: string, record: JourneyRecord): Promise<boolean>;
}

/** Parses the version of a row. Returns undefined if its publication is not finished. */
export function readVersion(item: Item | undefined): JourneyVersion | undefined {
  if (typeof item?.doc !== 'string' || typeof item.versionArn !== 'string') return undefined;
  const definition = JourneyDefinition.parse(JSON.parse(item.doc));
  return { version: definition.version, definition, arn: item.versionArn, publishedAt: String(item.publishedAt) };
}

/** The deployed journeys that a store knows: their definitions and aliases, by journey. */
interface DeployedJourneys {
  definitions: ReadonlyMap<string, JourneyDefinition>;
  arns: Readonly<Record<string, string>>;
}

type ReadVersion = (workspace: string, journeyId: string, version: number) => Promise<JourneyVersion | undefined>;

function deployedVersion({ definitions, arns }: DeployedJourneys, journeyId: string): JourneyVersion | undefined {
  const definition = definitions.get(journeyId);
  return definition && { version: definition.version, definition, arn: arns[journeyId] ?? '' };
}

/** Reads a version from the table, else from the deployed journeys. */
async function fetchVersion(
  table: Table,
  deployed: DeployedJourneys,
  { workspace, journeyId, version }: { workspace: string; journeyId: string; version: number },
): Promise<JourneyVersion | undefined> {
  const stored = readVersion(await table.get(keys.journeyVersion(workspace, journeyId, version)));
  if (stored) return stored;
  const found = deployedVersion(deployed, journeyId);
  return found?.version === version ? found : undefined;
}

/** Returns a cached reader of versions. A version that does not exist is not cached. */
function createVersionReader(table: Table, deployed: DeployedJourneys, clock: Clock): ReadVersion {
  const cached = cacheByKey(clock, keptMs, (key) => {
    const [workspace = '', journeyId = '', version] = key.split('#');
    return fetchVersion(table, deployed, { workspace, journeyId, version: Number(version) });
  });
  return async (workspace, journeyId, version) => {
    const key = `${workspace}#${journeyId}#${version}`;
    const found = await cached(key);
    if (!found) cached.forget(key);
    return found;
  };
}

async function listRecords(
  table: Table,
  { definitions }: DeployedJourneys,
  workspace: string,
): Promise<JourneyRecord[]> {
  const { pk, sk: prefix } = keys.journey(workspace, '');
  return currentRecords(await table.query(pk, { prefix }), definitions);
}

async function readLiveJourney(read: ReadVersion, workspace: string, record: JourneyRecord): Promise<LiveJourney> {
  const { journeyId } = record;
  const routed = record.routes.filter(({ weight }) => weight > 0);
  const found = await Promise.all(routed.map(({ version }) => read(workspace, journeyId, version)));
  const versions = routed.flatMap(({ weight }, i) => (found[i] ? [{ ...found[i], weight }] : []));
  return { journeyId, record, versions };
}

/** Reads the versions of the live journeys among the records. */
async function readLiveJourneys(
  read: ReadVersion,
  workspace: string,
  records: JourneyRecord[],
): Promise<LiveJourney[]> {
  const open = records.filter(({ state }) => state === 'live');
  const journeys = await Promise.all(open.map((record) => readLiveJourney(read, workspace, record)));
  return journeys.filter(({ versions }) => versions.length > 0);
}

function saveRecord(table: Table, workspace: string, { rev, ...record }: JourneyRecord): Promise<boolean> {
  const item = { ...keys.journey(workspace, record.journeyId), rev: rev + 1, doc: JSON.stringify(record) };
  return table.put(item, ifRevision(rev));
}

/** Creates the store of journeys in a table. */
export function journeyStore(table: Table, options: JourneyStoreOptions): JourneyStore {
  const { clock, shipped = deployedJourneys, arns = {} } = options;
  const definitions = new Map(shipped.map((definition) => [definition.id, definition]));
  const deployed = { definitions, arns };
  const version = createVersionReader(table, deployed, clock);
  const list = (workspace: string): Promise<JourneyRecord[]> => listRecords(table, deployed, workspace);
  return {
    version,
    listRecords: list,
    recordOf: (journeyId, row) => currentRecord(row, definitions.get(journeyId)),
    readRecord: async (workspace, journeyId, read = {}) =>
      currentRecord(await table.get(keys.journey(workspace, journeyId), read), definitions.get(journeyId)),
    live: cacheByKey(clock, freshMs, async (workspace) => readLiveJourneys(version, workspace, await list(workspace))),
    liveJourney: async (workspace, journeyId) => {
      const row = await table.get(keys.journey(workspace, journeyId), { consistent: true });
      const record = currentRecord(row, definitions.get(journeyId));
      return record?.state === 'live' ? readLiveJourney(version, workspace, record) : undefined;
    },
    saveRecord: (workspace, record) => saveRecord(table, workspace, record),
  };
}
