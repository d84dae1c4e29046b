import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type BusEvent } from '../../model/bus-events.ts';
import { type Customer } from '../../model/customer.ts';
import { bareRecord } from '../../shared/json.ts';
import { ifAbsent } from '../../aws/table/conditions.ts';
import { parseStatsVersion } from '../../model/keys/parse-keys.ts';
import { keys, listShard } from '../../model/keys/table-keys.ts';
import { daySeconds, ttlAfter } from '../../shared/time.ts';

/** Counts of one variant. */
export interface VariantStats {
  assigned: number;
  goal: number;
  /** Occurrences of each guardrail event, by the guardrail's name. */
  guardrails: Record<string, number>;
}

/** Counts of one version. */
export interface VersionStats {
  version: number;
  entered: number;
  ended: Record<string, number>;
  goal: number;
  /** By experiment step and variant. */
  experiments: Record<string, Record<string, VariantStats>>;
}

/** Bus events that are counted. */
export type StatsIncrement = Extract<
  BusEvent,
  { name: 'EnrolmentStarted' | 'EnrolmentEnded' | 'GoalReached' | 'VariantAssigned' }
>;

/**
 * How long a counted event's id is kept, s. EventBridge retries for a day. A replay of the archive
 * must come within this time.
 */
const retentionSeconds = 30 * daySeconds;

/** Returns the counter's attribute name. The part that may hold a `#` comes last. */
function counterOf({ name, detail }: StatsIncrement): string {
  if (name === 'EnrolmentStarted') return 'entered';
  if (name === 'EnrolmentEnded') return `ended#${detail.outcome}`;
  if (name === 'VariantAssigned') return `step#${detail.stepId}#${detail.variant}#assigned`;
  if (detail.stepId === undefined) return 'goal';
  const of = `step#${detail.stepId}#${detail.variant ?? ''}`;
  return detail.guardrail === undefined ? `${of}#goal` : `${of}#guardrail#${detail.guardrail}`;
}

/** Counters of journeys, by version. */
export interface StatsStore {
  /**
   * Counts an event once, also if it is delivered again. The event's mark and the counter are one
   * transaction.
   */
  count(event: StatsIncrement): Promise<'counted' | 'again'>;
  /**
   * Returns the counts of each version with an entry, newest first. One eventually consistent
   * query.
   */
  read(workspace: string, journeyId: string): Promise<VersionStats[]>;
}

function newStats(version: number): VersionStats {
  return { version, entered: 0, ended: bareRecord(), goal: 0, experiments: bareRecord() };
}

function addStep(stats: VersionStats, [stepId = '', variant = '', what, ...name]: string[], n: number): void {
  const variants = (stats.experiments[stepId] ??= bareRecord());
  const counts = (variants[variant] ??= { assigned: 0, goal: 0, guardrails: bareRecord() });
  if (what === 'assigned' || what === 'goal') counts[what] += n;
  else counts.guardrails[name.join('#')] = (counts.guardrails[name.join('#')] ?? 0) + n;
}

/** Adds the counters of one shard of a version. */
function add(stats: VersionStats, row: Item): void {
  for (const [counter, value] of Object.entries(row)) {
    const [what, ...rest] = counter.split('#');
    const n = Number(value);
    if (counter === 'entered' || counter === 'goal') stats[counter] += n;
    if (what === 'ended') stats.ended[rest.join('#')] = (stats.ended[rest.join('#')] ?? 0) + n;
    if (what === 'step') addStep(stats, rest, n);
  }
}

/** Counts an event: its mark and the counter in one transaction. */
async function countEvent(table: Table, event: StatsIncrement): Promise<'counted' | 'again'> {
  const { id, workspace, customer, journeyId, version, occurredAt } = event.detail;
  const owner: Customer = { workspace, customer };
  const isCounted = await table.transact([
    { put: { ...keys.counted(owner, id), ttl: ttlAfter(occurredAt, retentionSeconds) }, if: ifAbsent },
    {
      update: keys.journeyStats(workspace, { journeyId, version, shard: listShard(owner) }),
      set: { expression: 'ADD #counter :one', names: { '#counter': counterOf(event) }, values: { ':one': 1 } },
    },
  ]);
  return isCounted ? 'counted' : 'again';
}

/** Reads the counters of a journey, and adds up the shards of each version. */
async function readStats(table: Table, workspace: string, journeyId: string): Promise<VersionStats[]> {
  const { pk } = keys.journeyStats(workspace, { journeyId, version: 0, shard: 0 });
  const versions = new Map<number, VersionStats>();
  for (const row of await table.query(pk)) {
    const version = parseStatsVersion(row.sk);
    const stats = versions.get(version) ?? newStats(version);
    add(stats, row);
    versions.set(version, stats);
  }
  return [...versions.values()].sort((a, b) => b.version - a.version);
}

/** Creates the counters in the table. */
export function statsStore(table: Table): StatsStore {
  return {
    count: (event) => countEvent(table, event),
    read: (workspace, journeyId) => readStats(table, workspace, journeyId),
  };
}
