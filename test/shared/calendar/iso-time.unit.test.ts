import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ingestMessages } from '#functions/ingestion/ingest-messages/handler.ts';
import { handleCustomerRoutes } from '#functions/profile/customers-api/handler.ts';
import { createProjector } from '#functions/projection/project-touchpoints/handler.ts';
import { type DeadLetter } from '#lib/aws/dead-letters.ts';
import { readRecord } from '#lib/aws/table/stream-record.ts';
import { events } from '#lib/model/bus-events.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { touchpointStore } from '#lib/ingestion/message/touchpoint-store.ts';
import { TouchpointType } from '#lib/model/touchpoint.ts';
import { type Verdict } from '#lib/ingestion/message/verdict.ts';
import { inAppStore } from '#lib/journey/messaging/channels/in-app-store.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { CustomerView } from '#lib/profile/views/customer-view.ts';
import { Segment } from '#lib/model/segment.ts';
import { profileStore, readProfileItem } from '#lib/profile/profile-store.ts';
import { effectsOfChange } from '#lib/relay/change-events.ts';
import { Timeline } from '#lib/profile/views/timeline.ts';
import { Instant } from '#lib/shared/time.ts';
import { basic, postEvent } from '../../functions/ingestion/ingestion-world.ts';
import { aJourney } from '../../journey/journey-examples.ts';
import { recordOf } from '../../journey/model/stream.ts';
import { type Change, memoryTable } from '../../support/memory-table.ts';
import { acme } from '../../profile/profile-examples.ts';
import { liveAs, noLimits } from '../../projection/projector-harness.ts';

// The lines of metrics.
vi.spyOn(process.stdout, 'write').mockReturnValue(true);

const now = '2026-11-22T12:00:00.000Z';
const clock = { now: () => now };

const long = '9999999d';
const segments = [
  Segment.parse({ id: 'buyers', predicate: { did: 'Order Completed', within: long }, rev: 1 }),
  Segment.parse({ id: 'quiet', predicate: { not: { silentFor: long } }, rev: 1 }),
];
const journey = aJourney({
  id: 'any',
  entry: {
    triggers: [{ touchpoint: { event: 'Order Completed' } }, { date: { trait: 'renewal', offset: '30d' } }],
    reentry: 'always',
  },
});

/** What a batch becomes: collect stores it, project folds each new row, relay reads each row and the routes show it. */
async function pushed(batch: JsonObject[], skewOfOld?: number) {
  const changes: Change[] = [];
  const letters: DeadLetter[] = [];
  const table = memoryTable((change) => changes.push(change));
  const [profiles, workspaces] = [profileStore(table), workspaceStore(table)];
  await workspaces.save(acme);
  const take = ingestMessages({
    ...{ keys: { open: async () => 'acme' }, touchpoints: touchpointStore(table), clock, write: () => undefined },
  });
  const answer = await take(postEvent('batch', { headers: basic('any:'), body: { batch } }), {
    getRemainingTimeInMillis: () => 10_000,
  });
  const stored = changes.filter(({ key }) => key.sk.startsWith('t#'));
  for (const { key } of skewOfOld === undefined ? [] : stored)
    await table.put({ pk: key.pk, sk: key.sk.replace('t#', 'c#'), skew: skewOfOld });
  const project = createProjector({
    ...{ table, profiles, workspaces, clock },
    journeys: { live: async () => [liveAs(journey)] },
    segments: { remembered: async () => segments },
    deadLetters: async (letter) => void letters.push(letter),
    limits: noLimits,
  });
  const Records = stored.map((change) => recordOf(change, Date.parse(now)));
  const { batchItemFailures: failures } = await project({ Records });
  const routes = handleCustomerRoutes({ table, workspaces, profiles, clock, inApp: inAppStore(table) });
  const ask = async (route: string, id: string) =>
    (await routes[route]!({ workspace: 'acme', params: { id }, query: {}, headers: {}, body: () => undefined })).body;
  const verdict = JSON.parse(String(answer.body)) as Verdict;
  return { verdict, table, changes, letters, failures, ask };
}

const instants = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((at) => at.toISOString());
const edges = fc.constantFrom(
  ...['1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2026-11-23T11:59:59.999Z', '2026-11-22T09:00:00.000Z'],
  ...[
    '2026-02-30',
    '2026-11-22T24:30',
    '9999-12-31T23:59:59-12:00',
    '-005946-01-01T00:00:00Z',
    '0001-01-01',
    'soon',
    '',
  ],
);
const numbers = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-1, 0, 1e20),
);
const lately = fc.integer({ min: -8 * 86_400, max: 8 * 86_400 }).map((s) => Date.parse(now) + s * 1_000);
const anyTime = fc.oneof(lately, instants, edges, numbers, fc.constant(null));

const anyId = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('ada', 'bo') },
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('é#%', '#', '한'.repeat(200), 'x'.repeat(1_024)),
);
const anyMessageId = fc.option(fc.oneof(anyId, fc.constant('m'.repeat(255))));

const anyMessage = fc.record(
  {
    type: fc.constantFrom(...TouchpointType.options),
    messageId: anyMessageId,
    userId: anyId,
    anonymousId: anyId,
    groupId: anyId,
    previousId: anyId,
    event: fc.constantFrom('Order Completed', 'Signed Up', 'NPS Answered', '주문'),
    timestamp: anyTime,
    originalTimestamp: anyTime,
    sentAt: anyTime,
    properties: fc.record({ revenue: fc.constantFrom(12, '3.5', null), score: fc.integer({ min: 0, max: 10 }) }),
    traits: fc.record({ renewal: anyTime, email: fc.constantFrom('a@example.com', '메일') }),
  },
  { requiredKeys: ['type', 'userId', 'event', 'timestamp'] },
);

/** Whatever looks as a time in what we wrote: of any year, with any sign. */
const timesIn = (text: string): string[] => text.match(/[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g) ?? [];

const inRange = (at: string): boolean => Instant.safeParse(at).success && at >= '1970' && at < '9999-12-31T24';

/** The times of keys, indexes and packed texts; not those that sources wrote, which lie in `doc` and in traits. */
function ourTimes({ key, after }: Change): string[] {
  const { doc: _doc, profile: _packed, signals: _signals, ...columns }: Record<string, unknown> = after ?? { ...key };
  return timesIn(JSON.stringify(columns));
}

async function isReadable(batch: JsonObject[], skewOfOld?: number): Promise<void> {
  const { verdict, table, changes, letters, failures, ask } = await pushed(batch, skewOfOld);
  expect(verdict.accepted + verdict.rejected.length).toBe(batch.length);
  expect({ letters, failures }).toEqual({ letters: [], failures: [] });
  for (const change of changes) {
    const telling = effectsOfChange(readRecord(recordOf(change, Date.parse(now))));
    for (const { name, detail } of telling?.events ?? []) {
      expect(events[name].safeParse(detail).error).toBeUndefined();
      expect(inRange(detail.occurredAt)).toBe(true);
    }
    expect(ourTimes(change).filter((at) => !inRange(at))).toEqual([]);
  }
  for (const item of table.all().filter(({ sk }) => sk === keys.profile({ workspace: '', customer: '' }).sk)) {
    const profile = readProfileItem(item)?.profile;
    if (!profile) continue; // a pointer to the customer it was linked to
    const { firstSeen, lastSeen, nextReview = lastSeen, counts } = profile;
    const all = [firstSeen, lastSeen, nextReview, ...Object.values(counts).flatMap(({ first, last }) => [first, last])];
    expect(all.filter((at) => !inRange(at))).toEqual([]);
    expect(lastSeen < '2026-11-22T12:00:01').toBe(true);
    const id = profile.customer.slice(2);
    if (!profile.customer.startsWith('u:')) continue;
    expect(CustomerView.safeParse(await ask('GET /v1/customers/{id}', id)).error).toBeUndefined();
    const timeline = Timeline.parse(await ask('GET /v1/customers/{id}/timeline', id));
    expect(timeline.items.filter(({ at }) => !inRange(at))).toEqual([]);
  }
}

test('every row that one function writes of any message another can read, with its times from 1970 to 9999', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyMessage, { minLength: 1, maxLength: 6 }), async (batch) => {
      await isReadable(JSON.parse(JSON.stringify(batch)) as JsonObject[]);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('the same with a correction beside each touchpoint that an older version stored', async () => {
  const skews = fc.oneof(fc.integer({ min: -1e6, max: 1e6 }), fc.integer(), fc.constantFrom(-251_600_000_000, 1e15));
  await fc.assert(
    fc.asyncProperty(fc.array(anyMessage, { minLength: 1, maxLength: 4 }), skews, async (batch, skew) => {
      await isReadable(JSON.parse(JSON.stringify(batch)) as JsonObject[], skew);
    }),
    { numRuns: 150 },
  );
}, 60_000);
