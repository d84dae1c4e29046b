import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'vitest';
import { relayChanges } from '#functions/relay/relay-changes/handler.ts';
import { eventBus } from '#lib/aws/bus.ts';
import { type MembershipIndex } from '#lib/segment/membership-index.ts';
import { type DeadLetter } from '#lib/aws/dead-letters.ts';
import { type StreamLimits } from '#lib/aws/table/stream-limits.ts';
import { type Item } from '#lib/aws/table/dynamo-table.ts';
import { type BusEvent, events } from '#lib/model/bus-events.ts';
import { type JourneySignalHandler } from '#lib/journey/execution/journey-signals.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { type ProfileChange } from '#lib/model/profile-change.ts';
import { profileItem } from '#lib/profile/profile-store.ts';
import { aProfile, days, minutes } from '../../profile/profile-examples.ts';

export const ada = { workspace: 'acme', customer: 'u:ada' };
export const cause = { messageId: 'm1', name: 'Order Completed', at: minutes(1), properties: {} };

let sequence = 100;

export function record(after: Item, before?: Item): DynamoDBRecord {
  const image = (item: Item) => marshall(item, { removeUndefinedValues: true }) as never; // typed apart by two packages
  return {
    eventName: before ? 'MODIFY' : 'INSERT',
    dynamodb: {
      Keys: { pk: { S: after.pk }, sk: { S: after.sk } },
      NewImage: image(after),
      ...(before && { OldImage: image(before) }),
      SequenceNumber: String(++sequence),
    },
  };
}

export const signalled = (...signals: ProfileChange[]) =>
  record(profileItem(aProfile(), 4, signals), profileItem(aProfile(), 3));

/** The relay with a bus that takes what `takes` says. */
export function aRelay({
  takes = () => true,
  fails = false,
  code = 'ThrottlingException',
  rejects,
  limits = {},
}: {
  takes?: (entry: PutEventsRequestEntry, call: number) => boolean;
  /** The name of the error that waking raises. */
  fails?: boolean | string;
  /** What EventBridge says of an entry that it does not take. */
  code?: string;
  /** Calls with this in one of their entries are refused as a whole. */
  rejects?: string;
  limits?: Partial<StreamLimits>;
} = {}) {
  const eventBridge = new EventBridgeClient({ region: 'us-east-1' });
  const client = mockClient(eventBridge);
  const put: BusEvent[] = [];
  let call = 0;
  client.on(PutEventsCommand).callsFake(({ Entries }: { Entries: PutEventsRequestEntry[] }) => {
    call++;
    if (rejects !== undefined && Entries.some(({ Detail }) => Detail!.includes(rejects)))
      throw Object.assign(new Error('refused'), { name: 'ValidationException' });
    expect(Entries.length).toBeLessThanOrEqual(10);
    const taken = Entries.map((entry) => takes(entry, call));
    Entries.forEach((entry, i) => {
      const name = entry.DetailType as BusEvent['name'];
      if (taken[i]) put.push({ name, detail: events[name].parse(JSON.parse(entry.Detail!)) } as BusEvent);
    });
    return { Entries: taken.map((ok) => (ok ? { EventId: 'e' } : { ErrorCode: code })) };
  });
  const steered: unknown[] = [];
  const letters: DeadLetter[] = [];
  const journeys: JourneySignalHandler = {
    completeWait: async (told) => {
      if (fails) {
        const name = fails === true ? 'TimeoutError' : fails;
        throw Object.assign(new Error('Step Functions is away'), { name });
      }
      steered.push(told);
      return 'woken';
    },
    recordSeen: async (told) => {
      steered.push(told);
      return 'seen';
    },
    exitEnrolment: async (told) => {
      steered.push(told);
      return 'left';
    },
  };
  const listed: unknown[][] = [];
  const note =
    (name: string) =>
    async (...told: unknown[]) =>
      void listed.push([name, ...told]);
  const followed = { add: note('add'), remove: note('remove'), scheduleDate: note('scheduleDate') };
  const bus = eventBus(eventBridge, 'bus');
  const tell = relayChanges({
    bus,
    journeys,
    directory: followed as unknown as MembershipIndex, // takes notes of whatever it is asked
    deadLetters: async (letter) => void letters.push(letter),
    limits: { unforeseenAfterMs: Infinity, asideAfterMs: Infinity, ...limits },
    clock: { now: () => days(1) },
  });
  const deliver = async (...Records: DynamoDBRecord[]) =>
    (await tell({ Records })).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  return { deliver, put, steered, listed, letters, calls: () => call };
}

export const enrolment = {
  ...keys.enrolment(ada, 'e1'),
  ...{
    journeyId: 'onboarding',
    version: 1,
    entryKey: '',
    status: 'starting',
    trigger: 'Signed Up',
    startedAt: minutes(1),
  },
};
