import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ownerOf } from '../../infra/tools/dead-letters/redo-letter.ts';
import { redrive, type Redriving } from '../../infra/tools/dead-letters/redrive-letters.ts';
import { installedEngines } from '../../infra/local/engines/start-engine.ts';
import { localAccess } from '../../infra/local/engines/create-tables.ts';
import { rebuilding } from '../../infra/tools/rebuild.ts';
import { redriving } from '../../infra/tools/redrive.ts';
import { DeadLetter } from '../../lib/aws/dead-letters.ts';
import { dynamoTable, type Item, type Table } from '../../lib/aws/table/dynamo-table.ts';
import { touchpointItem } from '../../lib/ingestion/message/touchpoint-store.ts';
import { Touchpoint } from '../../lib/model/touchpoint.ts';
import { type Key, keys } from '../../lib/model/keys/table-keys.ts';
import { newProfile } from '../../lib/model/profile.ts';
import { rebuildCustomer } from '../../lib/projection/repair/rebuild-profile.ts';
import { profileItem, profileStore } from '../../lib/profile/profile-store.ts';
import { addMs } from '../../lib/shared/time.ts';
import { startWorld, type World, worldBegins } from '../support/world.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** One in a hundred is poison. `FULL=1` sends as many as the promise is about. */
const messages = process.env.FULL === '1' ? 10_000 : 1_000;
const customers = 37;

const begun = new Date(worldBegins).toISOString();
const at = (i: number): string => addMs(begun, -60_000 + i);

const good = (i: number, userId = `c${i % customers}`): Touchpoint =>
  Touchpoint.parse({ messageId: `m${i}`, at: at(i), type: 'track', name: 'Seen', channel: 'web', userId });

/** Documents that are no touchpoint, as the tests of garbage have them. */
const docs = [
  ...['', 'nonsense', 'null', '[]', '"x"', '7', '{}', '{"__proto__":{"kind":"track"}}', '['.repeat(5_000)],
  ...['{"type":"track"}', '{"type":"track","name":7,"channel":"web"}', '{"type":"constructor","name":"","channel":""}'],
];

/** Rows whose document is broken, in the place of good ones. */
const broken = (i: number): Item => ({ ...touchpointItem('local', good(i)), doc: docs[(i / 100) % docs.length]! });

/** Keys that name no customer or no time. They stay poison. */
const misnamed: Item[] = [
  { pk: 'local#somebody', sk: `t#${at(0)}#m`, doc: '{}' },
  { pk: '#u:ada', sk: `t#${at(0)}#m`, doc: '{}' },
  { pk: 'local#u:ada', sk: 't#yesterday#m', doc: '{}' },
];

/** Ids of lengths around every limit of a key. What an engine refuses of them gets a letter; the rest is folded. */
const lengths = [996, 997, 998, 999, 1_000, 1_016, 1_017, 1_018, 1_019, 1_022, 1_023, 1_024];
const long: Touchpoint[] = lengths.flatMap((length, i) => [
  good(100_000 + i, 'l'.repeat(length)),
  { ...good(200_000 + i, `linker-${length}`), anonymousId: 'A'.repeat(length) },
]);

/** A profile that has room for nothing more. */
function fullProfile(customer: string): Item {
  const profile = newProfile({ workspace: 'local', customer }, at(0));
  const size = (length: number): number => {
    const traits = { all: { value: 'x'.repeat(length), at: at(0) } };
    return JSON.stringify(profileItem({ ...profile, traits }, 1)).length;
  };
  const traits = { all: { value: 'x'.repeat(409_500 - size(0)), at: at(0) } };
  return profileItem({ ...profile, traits }, 1);
}

const full = Array.from({ length: 3 }, (_, i) => good(300_000 + i, 'full'));

describe.each(installedEngines())('poison among good touchpoints, on %s', (engine) => {
  let world: World;
  let table: Table;
  let bringing: Redriving;
  /** A letter of a broken row. */
  let given: DeadLetter | undefined;
  let clients: { sqs: SQSClient; streams: DynamoDBStreamsClient };
  const queue = 'throughline-local-project-dead-letters';

  const letters = (): DeadLetter[] =>
    world.local.services.queues
      .list(queue, { limit: 5_000 })
      .flatMap(({ body }) => DeadLetter.safeParse(JSON.parse(body)).data ?? []);

  const seen = async (customer: string): Promise<number> => {
    const profile = await profileStore(table).get({ workspace: 'local', customer });
    return profile?.counts.Seen?.n ?? 0;
  };

  const poisonAt = (i: number): boolean => i % 100 === 0;

  /** How many touchpoints a customer has, without those that are poison at first. */
  const countOf = (c: number, { poison }: { poison: boolean }): number =>
    Array.from({ length: messages }, (_, i) => i).filter((i) => i % customers === c && (poison || !poisonAt(i))).length;

  beforeAll(async () => {
    world = await startWorld({ engine });
    const local = { endpoint: world.local.services.endpoint.url, ...localAccess };
    const at = { endpoint: world.local.engine.endpoint, ...localAccess };
    const dynamodb = new DynamoDBClient(at);
    table = dynamoTable(dynamodb, world.local.engine.tableName);
    clients = { sqs: new SQSClient(local), streams: new DynamoDBStreamsClient(at) };
    const others = { dynamodb, eventbridge: new EventBridgeClient(local), sfn: new SFNClient(local) };
    const environment = { stack: 'throughline-local', table: world.local.engine.tableName };
    bringing = redriving(environment, { ...clients, ...others }, () => undefined);
    await table.put(fullProfile('u:full'));
    const rows = Array.from({ length: messages }, (_, i) =>
      poisonAt(i) ? broken(i) : touchpointItem('local', good(i)),
    );
    const odd = [...long, ...full].map((touchpoint) => touchpointItem('local', touchpoint));
    const started = performance.now();
    for (const row of [...rows, ...odd, ...misnamed]) if (!isStorable(row)) throw new Error(row.sk);
    await Promise.all([table.putMany(rows), table.putMany(odd), table.putMany(misnamed)]);
    const written = performance.now();
    await world.local.settled();
    const folded = performance.now();
    console.log(`${engine}: ${messages} written in ${written - started} ms, folded ${folded - written} ms later`);
  });
  afterAll(() => world.stop());

  test('all others are folded, and every poison has one letter with its key and reason', async () => {
    const mine = letters();
    expect(new Set(mine.map(({ id }) => id)).size).toBe(mine.length);
    for (let c = 0; c < customers; c++) expect(await seen(`u:c${c}`)).toBe(countOf(c, { poison: false }));
    const docLetters = mine.filter(({ reason }) => reason.startsWith('doc.'));
    expect(docLetters.map(({ key }) => key.sk).sort()).toEqual(
      Array.from({ length: messages / 100 }, (_, i) => broken(i * 100).sk).sort(),
    );
    const nameless = mine.filter(({ reason }) => reason === 'key.invalid');
    expect(nameless.map(({ key }) => key)).toEqual(
      expect.arrayContaining(misnamed.map(({ pk, sk }): Key => ({ pk, sk }))),
    );
  });

  test('an id of any length, and a full profile, are folded or have a letter', async () => {
    const refused = new Map(letters().map((letter) => [letter.key.pk, letter]));
    for (const touchpoint of [...long, ...full]) {
      const letter = refused.get(`local#u:${touchpoint.userId}`);
      if (letter) expect(letter.reason).toMatch(/^write\.(invalid|item-too-large): /);
      else expect(await seen(`u:${touchpoint.userId}`)).toBeGreaterThan(0);
    }
    expect(letters().filter(({ key }) => key.pk === 'local#u:full')).toHaveLength(full.length);
  });

  test('after mending, redrive brings each back once, a crash between its steps included', async () => {
    const [first] = letters().filter(({ reason }) => reason.startsWith('doc.')) as [DeadLetter];
    given = first;
    for (let i = 0; i < messages; i += 100) await table.put(touchpointItem('local', good(i)));
    await table.put(profileItem(newProfile({ workspace: 'local', customer: 'u:full' }, at(0)), 1));
    // As a redrive that crashed before it removed the letter.
    await bringing.redriven.bringBack(first);
    expect(await redrive(bringing, { reason: 'doc.' })).toMatchObject({
      'brought-back': messages / 100 - 1,
      already: 1,
    });
    expect(await redrive(bringing, { customer: 'u:full' })).toMatchObject({ 'brought-back': full.length });
    await world.local.settled();
    expect(await redrive(bringing, { reason: 'doc.' })).not.toHaveProperty('brought-back');
    await world.local.settled();
    for (let c = 0; c < customers; c++) expect(await seen(`u:c${c}`)).toBe(countOf(c, { poison: true }));
    expect(await seen('u:full')).toBe(full.length);
    const left = letters().filter(({ reason, key }) => reason.startsWith('doc.') || key.pk.endsWith('full'));
    expect(left).toEqual([]);
  });

  test('a range that the mapping gave up names its items, and what later ones hide is left to a rebuild', async () => {
    const streamArn = world.local.template.mappings[0]!.eventSourceArn;
    const TableName = world.local.engine.tableName;
    const { Streams } = await clients.streams.send(new ListStreamsCommand({ TableName }));
    const { StreamArn } = Streams![0]!;
    const { StreamDescription } = await clients.streams.send(new DescribeStreamCommand({ StreamArn }));
    const { ShardId: shardId } = StreamDescription!.Shards![0]!;
    const sequence = given?.sequenceNumber ?? '';
    const place = {
      ...{ shardId, streamArn, batchSize: 1 },
      ...{ startSequenceNumber: sequence, endSequenceNumber: sequence },
    };
    const requestContext = { condition: 'RecordAgeExpired', functionArn: 'project' };
    const QueueUrl = `${world.local.services.endpoint.url}/000000000000/${queue}`;
    const MessageBody = JSON.stringify({ requestContext, DDBStreamBatchInfo: place });
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const lines: string[] = [];
    const ranges = { ...bringing, print: (line: string) => lines.push(line) };
    await redrive(ranges, { list: true });
    expect(lines).toContain(`listed        ${given?.key.pk} ${given?.key.sk}`);
    expect(await redrive(ranges, { reason: 'none' })).not.toHaveProperty('ambiguous');
    expect(await redrive(ranges, { function: 'project' })).toMatchObject({ ambiguous: 1 });
    const { workspace, customer } = ownerOf(given!.key);
    expect(await rebuildCustomer(rebuilding(table), { workspace, customer })).toMatchObject({ changed: false });
    expect(await redrive(ranges, { function: 'project' })).toMatchObject({ already: 1 });
    expect(await redrive(ranges, { function: 'project' })).not.toHaveProperty('already');
  });
});

/** The tests write below the door, and only what a table can hold at all. */
const isStorable = ({ pk, sk }: Key): boolean => Buffer.byteLength(pk) <= 2_048 && Buffer.byteLength(sk) <= 1_024;

test('the keys of these tests are those of the table', () => {
  expect(keys.touchpoint({ workspace: 'local', customer: 'u:c0' }, at(0), 'm0')).toEqual({
    pk: 'local#u:c0',
    sk: `t#${at(0)}#m0`,
  });
});
