import type { DynamoDBRecord } from 'aws-lambda';
import { type Bus } from '#lib/aws/bus.ts';
import { type DeadLetter, letterId } from '#lib/aws/dead-letters.ts';
import { readRecord, type StreamRecord } from '#lib/aws/table/stream-record.ts';
import { type Item, type Table } from '#lib/aws/table/dynamo-table.ts';
import { Unavailable } from '#lib/shared/errors.ts';
import { type BusEvent, type EventName, events } from '#lib/model/bus-events.ts';
import { type Customer } from '#lib/model/customer.ts';
import { partition, timelineRanges } from '#lib/model/keys/table-keys.ts';
import { parsePartition } from '#lib/model/keys/parse-keys.ts';
import { parseTouchpointRecord } from '#lib/projection/touchpoint-record.ts';
import { isProcessed, isRebuilt } from '#lib/profile/merge/stream-checkpoint.ts';
import { type Profile } from '#lib/model/profile.ts';
import { type RedriveStore } from '#lib/projection/repair/redrive-store.ts';
import { type CommandTargets, executeCommand, RelayWork } from '#lib/relay/execute-command.ts';
import { type JourneyCommand, effectsOfChange } from '#lib/relay/change-events.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { homeZone } from '#lib/profile/facts/home-zone.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '#lib/model/workspace.ts';

export interface Redoing extends CommandTargets {
  table: Table;
  bus: Bus;
  profiles: ProfileStore;
  workspaces: WorkspaceStore;
  redriven: RedriveStore;
}

/**
 * `ambiguous`: later touchpoints of the customer are folded, so the profile does not show whether
 * this one is.
 */
export type Outcome = 'brought-back' | 'already' | 'gone' | 'ambiguous' | 'done-again';

const knownEvents: ReadonlySet<string> = new Set(Object.keys(events));

const isEventName = (name: string): name is EventName => knownEvents.has(name);

async function publish({ bus }: Redoing, all: BusEvent[]): Promise<void> {
  const refused = await bus.put(all);
  if (refused.length > 0) throw new Unavailable('bus.refused', { events: refused.map((place) => all[place]?.name) });
}

/**
 * Sets the customer's entries in segment lists from the current profile, so that a late command
 * undoes no later one.
 */
async function relist({ profiles, workspaces, directory }: Redoing, customer: Customer, segments: string[]) {
  const profile = await profiles.get(customer);
  const settings = await workspaces.settings(customer.workspace);
  const workspace = settings ?? Workspace.parse({ id: customer.workspace, name: customer.workspace });
  for (const segment of segments) {
    const isMember = profile?.customer === customer.customer && Object.hasOwn(profile.segments, segment);
    if (isMember) await directory.add(customer, segment, homeZone(profile, workspace));
    else await directory.remove(customer, segment);
  }
}

/** Runs a command again. Segment lists follow the current profile instead. */
async function carryOut(redoing: Redoing, customer: Customer, command: JourneyCommand): Promise<void> {
  if (command.type === 'joined' || command.type === 'left') return relist(redoing, customer, [command.segment]);
  if (command.type === 'moved') return relist(redoing, customer, command.segments);
  if (command.type === 'identified')
    return relist(redoing, { ...customer, customer: command.linked }, command.segments ?? []);
  await executeCommand(redoing, customer, command);
}

async function tell(redoing: Redoing, change: StreamRecord): Promise<void> {
  const telling = effectsOfChange(change);
  if (!telling) return;
  await publish(redoing, telling.events);
  for (const command of telling.commands) await carryOut(redoing, telling.customer, command);
}

/** Reconstructs a row's change from its current state: an ended enrolment was active before. */
function changeOf(row: Item, { key, sequenceNumber: sequence }: DeadLetter, kind: StreamRecord['kind']): StreamRecord {
  const before = kind === 'MODIFY' && row.status === 'ended' ? { ...row, status: 'active' } : undefined;
  return { kind, key, sequence, after: row, ...(before && { before }) };
}

/** Redoes relay's work on a record under the same ids, so that a second run is harmless. */
export async function redoRelay(redoing: Redoing, letter: DeadLetter): Promise<Outcome> {
  const work = RelayWork.parse(letter.work ?? { kind: 'row', change: 'INSERT' });
  if (work.kind === 'command') await carryOut(redoing, work.customer, work.command);
  else if (work.kind === 'row') {
    const row = await redoing.table.get(letter.key, { consistent: true });
    if (!row) return 'gone';
    await tell(redoing, changeOf(row, letter, work.change));
  } else {
    if (!isEventName(work.name)) throw new Error(`there is no event ${work.name}`);
    // The schema is chosen by the name.
    await publish(redoing, [{ name: work.name, detail: events[work.name].parse(work.detail) } as BusEvent]);
  }
  return 'done-again';
}

/** Brings back a touchpoint by its letter, which proves that it is not folded. */
export async function redoProject({ redriven }: Redoing, letter: DeadLetter): Promise<Outcome> {
  return redriven.bringBack(letter);
}

const isTouchpoint = ({ eventName, dynamodb }: DynamoDBRecord): boolean =>
  dynamodb?.Keys?.sk?.S?.startsWith(timelineRanges.touchpoint) === true &&
  (eventName === 'INSERT' || (eventName === 'MODIFY' && dynamodb.NewImage?.redriven !== undefined));

function statusOf(profile: Profile | undefined, record: DynamoDBRecord): Outcome | undefined {
  const { position } = parseTouchpointRecord(record);
  if (!profile || !isProcessed(profile.folded, position)) return undefined;
  return isRebuilt(profile.folded, position.source, position.sequence) ? 'already' : 'ambiguous';
}

/**
 * Brings back a touchpoint of a dropped stream range. A range does not show what was folded, so the
 * profile decides. Returns undefined for other records.
 */
export async function redoProjectRecord(redoing: Redoing, record: DynamoDBRecord): Promise<Outcome | undefined> {
  if (!isTouchpoint(record)) return undefined;
  const { workspace, position, key } = parseTouchpointRecord(record);
  const profile = workspace === '' ? undefined : await redoing.profiles.get({ workspace, customer: position.source });
  const draft = { function: 'project', key, sequenceNumber: position.sequence, reason: '' };
  return statusOf(profile, record) ?? redoing.redriven.bringBack({ ...draft, id: letterId(draft) });
}

export async function redoRelayRecord(redoing: Redoing, record: DynamoDBRecord): Promise<Outcome> {
  await tell(redoing, readRecord(record));
  return 'done-again';
}

/**
 * Returns the customer of a record or letter in the form that `npm run rebuild` takes: workspace
 * and reference.
 */
export const ownerOf = ({ pk }: { pk: string }): Customer => parsePartition(pk);

export const isOwnedBy = (key: { pk: string }, customer: string): boolean => {
  const owner = ownerOf(key);
  return [owner.customer, owner.customer.slice(2), partition(owner)].includes(customer);
};
