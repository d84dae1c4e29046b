import { expect, test } from 'vitest';
import { fanOutStore } from '#lib/journey/scheduling/fan-out-store.ts';
import { isKey } from '#lib/aws/table/query.ts';
import { type Item, type Table } from '#lib/aws/table/dynamo-table.ts';
import { decisionStore } from '#lib/decision/choice/decision-store.ts';
import { DecisionRequest } from '#lib/decision/choice/decision.ts';
import { Offer, Placement } from '#lib/decision/placements/placement.ts';
import { CustomerId, WorkspaceId } from '#lib/model/customer.ts';
import { parseMessage } from '#lib/ingestion/message/parse-message.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '#lib/model/workspace.ts';
import { JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { enrolmentEntryWrites } from '#lib/journey/enrolment/enrolment-writes.ts';
import { entryKeyFor } from '#lib/journey/enrolment/entry-request.ts';
import { StepId } from '#lib/journey/definition/step.ts';
import { taskStore } from '#lib/journey/execution/human-task-store.ts';
import type * as module from '#lib/model/keys/table-keys.ts';
import { type Key, keys, type lists } from '#lib/model/keys/table-keys.ts';
import { PlannedMap } from '#lib/map/planned-map.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { newProfile } from '#lib/model/profile.ts';
import { SegmentId } from '#lib/model/segment.ts';
import { profileItem } from '#lib/profile/profile-store.ts';
import { homeZone } from '#lib/profile/facts/home-zone.ts';
import { reportStore } from '#lib/report/report-store.ts';
import { Stage } from '#lib/model/stage.ts';
import { onEachEngine } from '../../support/tables.ts';

const at = '9999-12-31T23:59:59.999Z';

/** 960 bytes of three-byte characters, and as many bytes in ASCII. */
const ids = ['한'.repeat(320), 'x'.repeat(960)];
const shortId = 'a'.repeat(40);
const hash = deterministicId('anything');
/** 765 bytes. */
const messageId = '한'.repeat(255);
const decisionId = '한'.repeat(200);
const stepId = 'S'.repeat(60);
const workspace = 'w'.repeat(32);
const trigger = hash.slice(0, 12);
const number = Number.MAX_SAFE_INTEGER;
/** Journeys' steps name other journeys and placements as they like. */
const anything = 'x'.repeat(5_000);

const door = { entry: { key: 'orderId' } } as JourneyDefinition; // of a definition nothing else is read
const entryKeys = ['한'.repeat(200), 'k'.repeat(201)].map(
  (key) => entryKeyFor(door, { properties: {}, key }) ?? 'no entry key',
);

const track = (fields: object) =>
  parseMessage({ type: 'track', event: 'Signed Up', ...fields }, { index: 0, receivedAt: Date.parse(at) });

test('the parts are the longest that the doors take', () => {
  for (const id of ids) {
    expect(track({ userId: id, messageId })).toHaveProperty('draft');
    expect(track({ userId: `${id}x` })).toEqual({ fault: 'id-too-long' });
    expect(CustomerId.safeParse(id).success).toBe(true);
    expect(CustomerId.safeParse(`${id}x`).success).toBe(false);
  }
  expect(track({ userId: 'ada', messageId: `${messageId}x` })).toEqual({ fault: 'message-id-too-long' });
  const bounds = [
    [JourneyDefinition.shape.id, shortId],
    [SegmentId, shortId],
    [Stage.shape.id, shortId],
    [Placement.shape.id, shortId],
    [Offer.shape.id, shortId],
    [PlannedMap.shape.id, shortId],
    [WorkspaceId, workspace],
    [StepId, stepId],
    [DecisionRequest.shape.decisionId.unwrap(), decisionId],
  ] as const;
  for (const [schema, longest] of bounds) {
    expect(schema.safeParse(longest).success).toBe(true);
    expect(schema.safeParse(`${longest}a`).success).toBe(false);
  }
});

test('no zone has a name of more than 60 bytes', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  expect(Math.max(...zones.map((zone) => Buffer.byteLength(zone)))).toBeLessThanOrEqual(60);
  const traits = { timezone: { value: 'x'.repeat(61), at } };
  expect(homeZone({ traits }, { timezone: 'UTC' })).toBe('UTC');
});

/** Every key of the table, of the longest parts. A key that is new asks for its row here. */
function longestKeys(id: string): Record<keyof typeof keys, Key[]> {
  const customer = { workspace, customer: `u:${id}` };
  const placed = { placement: shortId, shard: 3 };
  return {
    workspace: [keys.workspace(workspace)],
    apiKey: [keys.apiKey(workspace, hash + hash)],
    redriven: [keys.redriven(workspace, hash)],
    webhookSecrets: [keys.webhookSecrets(workspace)],
    placement: [keys.placement(workspace, shortId)],
    offerStats: [keys.offerStats(workspace, { ...placed, stage: shortId })],
    offerSums: [keys.offerSums(workspace, { ...placed, context: hash, offer: shortId })],
    policy: [keys.policy(workspace, shortId)],
    habits: [keys.habits(workspace)],
    journey: [keys.journey(workspace, shortId)],
    journeyDraft: [keys.journeyDraft(workspace, shortId)],
    journeyVersion: [keys.journeyVersion(workspace, shortId, number)],
    held: [keys.held(workspace, { journeyId: shortId, shard: 3, at, enrolmentId: hash, stepId })],
    journeyStats: [keys.journeyStats(workspace, { journeyId: shortId, version: number, shard: 3 })],
    segment: [keys.segment(workspace, shortId)],
    fanOut: [keys.fanOut(workspace, hash)],
    launched: [keys.launched(workspace, shortId, trigger)],
    dateReview: [keys.dateReview(workspace)],
    quota: [keys.quota(workspace, 'simulations')],
    cap: [keys.cap(workspace, shortId, number)],
    throttle: [keys.throttle(workspace, shortId)],
    churnState: [keys.churnState(workspace)],
    churnModel: [keys.churnModel(workspace, number)],
    churnSample: [keys.churnSample(workspace, { run: 'r'.repeat(80), share: number, part: number })],
    map: [keys.map(workspace, shortId)],
    report: [keys.report(workspace, hash)],
    reportResult: [keys.reportResult(workspace, hash)],
    profile: [keys.profile(customer), keys.profile({ workspace, customer: `a:${id}` })],
    link: [keys.link(customer, `a:${id}`), keys.link(customer, `u:${id}`)],
    touchpoint: [keys.touchpoint(customer, at, messageId)],
    clockSkew: [keys.clockSkew(customer, at, messageId)],
    barrier: [keys.barrier(customer)],
    firstSeen: [keys.firstSeen(customer, messageId)],
    stageTransition: [
      keys.stageTransition(customer, at, messageId),
      keys.stageTransition(customer, at, `${messageId}#a:${id}`),
    ],
    decision: [keys.decision(customer, at, decisionId)],
    decided: [keys.decided(customer, decisionId)],
    message: [keys.message(customer, at, hash)],
    inApp: [keys.inApp(customer, hash)],
    send: [keys.send(customer, hash)],
    contacts: [keys.contacts(customer)],
    enrolment: [keys.enrolment(customer, hash)],
    entry: entryKeys.map((key) => keys.entry(customer, shortId, key)),
    refusal: [keys.refusal(customer, shortId), keys.refusal(customer, anything)],
    member: [keys.member(customer, shortId)],
    date: [keys.date(customer, shortId, trigger)],
    counted: [keys.counted(customer, hash)],
    wait: [keys.wait(customer, hash)],
    task: [keys.task(customer, hash)],
  };
}

/** Keys of the index `byDue`. */
type Due = Extract<keyof typeof module, `due${string}` | `open${string}`>;

type IndexName = `list: ${keyof typeof lists}` | `due: ${Due}`;

/** Writes an item of each kind that is listed, as its own store does. A list that is new asks for its row here. */
function listings(id: string): Record<IndexName, (table: Table) => Promise<unknown>> {
  const customer = { workspace, customer: `u:${id}` };
  const profile = { ...newProfile(customer, at), stage: { id: shortId, since: at, rule: shortId }, nextReview: at };
  const writeProfile = (table: Table) => table.put(profileItem(profile, 1));
  const decision = {
    ...{ decisionId, placement: shortId, offer: { id: shortId, content: {} }, stage: shortId, at, propensity: 1 },
    ...{ reasons: [], policyVersion: '1' },
  };
  const enrolment = {
    ...{ enrolmentId: hash, journeyId: shortId, version: 1, entryKey: entryKeys[0]!, status: 'active' as const },
    ...{ trigger: 'API', startedAt: at },
  };
  const task = {
    ...{ enrolmentId: hash, journeyId: shortId, stepId, queue: 'q', title: 't', answers: ['yes'] },
    ...{ openedAt: at, until: at, status: 'open' as const },
  };
  const fanOut = {
    ...{ id: hash, key: hash, journeyId: shortId, trigger, segment: shortId, at, name: 'Scheduled' },
    properties: {},
  };
  const report = {
    ...{ reportId: hash, requestedAt: at, status: 'waiting' as const },
    request: { kind: 'stages' as const, from: at, to: at },
  };
  return {
    'list: stage': writeProfile,
    'list: enrolments': (table) => table.transact(enrolmentEntryWrites(customer, enrolment, { entries: 0 })),
    'list: segment': (table) => createMembershipIndex(table).add(customer, shortId, 'z'.repeat(60)),
    'list: decisions': (table) => decisionStore(table).record({ profile, decision, until: at }, 1),
    'list: tasks': (table) => taskStore(table).open(customer, hash, { task, token: 'token' }),
    'list: reports': (table) => reportStore(table).create(workspace, report),
    'list: workspaces': async (table) => {
      await table.transact([{ delete: keys.workspace(workspace) }]);
      return workspaceStore(table).save(Workspace.parse({ id: workspace, name: 'W' }));
    },
    'due: dueReviews': writeProfile,
    'due: dueDates': (table) =>
      createMembershipIndex(table).scheduleDate({ customer, journeyId: shortId, trigger }, at),
    'due: openFanOuts': (table) => fanOutStore(table).begin(workspace, fanOut),
  };
}

test('what is too long for a key is named by its hash, each by its own, and what fits is as it was', () => {
  const customer = { workspace, customer: 'u:ada' };
  const [fits, long] = [`${messageId}#a:v`, `${messageId}#a:${ids[1]}`];
  expect(keys.stageTransition(customer, at, fits).sk).toBe(`s#${at}#${fits}`);
  const { sk } = keys.stageTransition(customer, at, long);
  expect(sk).toMatch(new RegExp(`^s#${at}#[0-9a-f]{64}$`));
  expect(keys.stageTransition(customer, at, `${long}y`).sk).not.toBe(sk);
  expect(keys.stageTransition(customer, at, long).sk).toBe(sk);
});

const read = (table: Table, { pk, sk }: Key): Promise<Item | undefined> => table.get({ pk, sk }, { consistent: true });

onEachEngine(({ table, kind }) => {
  test.each(Object.keys(longestKeys('')) as (keyof typeof keys)[])(
    'an item lies under the longest key: %s',
    async (name) => {
      for (const key of ids.flatMap((id) => longestKeys(id)[name])) {
        expect(isKey(key)).toBe(true);
        expect(await table().put({ ...key, n: 1 })).toBe(true);
        expect(await read(table(), key)).toMatchObject({ n: 1 });
      }
    },
  );

  test.each(Object.keys(listings('')) as IndexName[])('an item is listed under the longest key: %s', async (name) => {
    for (const id of ids) {
      // Rows that other tests have written would stand in the way of what is written once.
      const fresh = table();
      await clear(fresh, id);
      await fresh.put(profileItem(newProfile({ workspace, customer: `u:${id}` }, at), 1));
      expect(await listings(id)[name](fresh)).not.toBe(false);
    }
  });

  test.runIf(kind === 'dynamodb-local')('an index key that is a byte too long is refused here', async () => {
    const listed = createMembershipIndex(table()).add({ workspace, customer: `u:${ids[1]}` }, shortId, 'z'.repeat(62));
    await expect(listed).rejects.toThrow();
  });
});

/** Takes away what `listings` writes under a condition. */
async function clear(table: Table, id: string): Promise<void> {
  const customer = { workspace, customer: `u:${id}` };
  const written = [
    keys.enrolment(customer, hash),
    keys.entry(customer, shortId, entryKeys[0]!),
    keys.decided(customer, decisionId),
    keys.task(customer, hash),
    keys.report(workspace, hash),
    keys.fanOut(workspace, hash),
  ];
  for (const key of written) await table.transact([{ delete: key }]);
}
