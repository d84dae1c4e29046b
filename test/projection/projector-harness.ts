import type { DynamoDBRecord } from 'aws-lambda';
import { createProjector } from '../../functions/projection/project-touchpoints/handler.ts';
import { type DeadLetter, type DeadLetters } from '../../lib/aws/dead-letters.ts';
import { type StreamLimits } from '../../lib/aws/table/stream-limits.ts';
import { dynamoTable, type Table } from '../../lib/aws/table/dynamo-table.ts';
import { type CustomerRef } from '../../lib/model/customer.ts';
import { workspaceStore } from '../../lib/ingestion/workspace/workspace-store.ts';
import { type Touchpoint, ownerOf } from '../../lib/model/touchpoint.ts';
import { type JourneyDefinition } from '../../lib/journey/definition/journey-definition.ts';
import { type Key, keys, partition } from '../../lib/model/keys/table-keys.ts';
import { deployedJourneyRecord } from '../../lib/journey/publishing/journey-record.ts';
import { type LiveJourney } from '../../lib/journey/publishing/journey-store.ts';
import { type Segment } from '../../lib/model/segment.ts';
import { type Profile } from '../../lib/model/profile.ts';
import { type ProfileStore, profileStore } from '../../lib/profile/profile-store.ts';
import { anEngine, localClient, theTable } from '../support/engines.ts';
import { acme, days } from '../profile/profile-examples.ts';

const streamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Throughline/stream/2026-03-01T00:00:00.000';

let sequence = 10n ** 20n;

/** The stream's record of a raw item. Every call is a new change of the table, with the next sequence number. */
export function rawRecord({ pk, sk }: Key, doc: string, storedAt: string): DynamoDBRecord {
  const Keys = { pk: { S: pk }, sk: { S: sk } };
  return {
    eventName: 'INSERT',
    eventSourceARN: streamArn,
    dynamodb: {
      Keys,
      NewImage: { ...Keys, doc: { S: doc } },
      SequenceNumber: String(++sequence),
      ApproximateCreationDateTime: Math.floor(Date.parse(storedAt) / 1000),
    },
  };
}

export function record(touchpoint: Touchpoint, storedAt = touchpoint.at): DynamoDBRecord {
  const { messageId, at, ...doc } = touchpoint;
  const key = keys.touchpoint({ workspace: 'acme', customer: ownerOf(touchpoint)! }, at, messageId);
  return rawRecord(key, JSON.stringify(doc), storedAt);
}

export interface World {
  table: Table;
  profiles: ProfileStore;
  letters: DeadLetter[];
  /** Folds one batch; answers the sequence numbers that failed. */
  fold(...records: DynamoDBRecord[]): Promise<string[]>;
  profile(customer: CustomerRef): Promise<Profile | undefined>;
  /** Sort keys of a customer's rows. */
  rows(customer: CustomerRef): Promise<string[]>;
}

export interface WorldOptions {
  journeys?: JourneyDefinition[];
  segments?: Segment[];
  now?: string;
  /** Stands between the projector and the table. */
  around?: (table: Table) => Table;
  refuseLetters?: boolean;
  limits?: StreamLimits;
  /** Stands for the queue; else it keeps them in `letters`. */
  deadLetters?: DeadLetters;
}

/** Records of these tests lie in the past: no age puts them aside. */
export const noLimits: StreamLimits = { unforeseenAfterMs: Infinity, asideAfterMs: Infinity };

/** An error as the SDK raises it. */
export const raised = (name: string, message = name): Error => Object.assign(new Error(message), { name });

/** A journey that takes everybody into this version. */
export const liveAs = (definition: JourneyDefinition): LiveJourney => ({
  journeyId: definition.id,
  record: deployedJourneyRecord(definition),
  versions: [{ version: definition.version, definition, arn: '', weight: 100 }],
});

/** The projector on an embedded engine. */
export async function aWorld({
  journeys = [],
  segments = [],
  now = days(30),
  around = (table) => table,
  refuseLetters,
  limits = noLimits,
  deadLetters,
}: WorldOptions = {}) {
  const engine = await anEngine();
  const table = dynamoTable(localClient(engine.endpoint), theTable.ref);
  await workspaceStore(table).save(acme);
  const letters: DeadLetter[] = [];
  const seen = around(table);
  const project = createProjector({
    table: seen,
    profiles: profileStore(seen),
    workspaces: workspaceStore(seen),
    journeys: { live: async () => journeys.map(liveAs) },
    segments: { remembered: async () => segments },
    clock: { now: () => now },
    limits,
    deadLetters:
      deadLetters ??
      (async (letter) => {
        if (refuseLetters) throw raised('TimeoutError', 'queue is away');
        letters.push(letter);
      }),
  });
  const profiles = profileStore(table);
  const world: World = {
    table,
    profiles,
    letters,
    fold: async (...Records) =>
      (await project({ Records })).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    profile: (customer) => profiles.get({ workspace: 'acme', customer }),
    rows: async (customer) => (await table.query(partition({ workspace: 'acme', customer }))).map(({ sk }) => sk),
  };
  return world;
}

/** A table whose writes are counted and may be answered otherwise: `false` for a lost condition, an error for trouble. */
export function writesThrough(meddle: (write: number) => Promise<'go on' | 'conflict'>): (table: Table) => Table {
  let writes = 0;
  return (table) => ({
    ...table,
    put: async (...args) => ((await meddle(++writes)) === 'conflict' ? false : table.put(...args)),
    transact: async (...args) => ((await meddle(++writes)) === 'conflict' ? false : table.transact(...args)),
    replace: async (...args) =>
      (await meddle(++writes)) === 'conflict' ? { done: false, present: undefined } : table.replace(...args),
  });
}

export const sequenceOf = ({ dynamodb }: DynamoDBRecord): string => dynamodb!.SequenceNumber!;
