import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, onTestFinished, test } from 'vitest';
import { QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { startAwsEndpoint } from '#infra/local/http/aws-endpoint.ts';
import { createBus } from '#infra/local/eventbridge/event-bus.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { openJournal } from '#infra/local/journal/open-journal.ts';
import { localAccess } from '#infra/local/engines/create-tables.ts';
import { createTargets } from '#infra/local/eventbridge/targets.ts';
import { type StackTemplate } from '#infra/local/template/template.ts';

type Rule = StackTemplate['rules'][number];

const start = Date.parse('2026-03-01T00:00:00Z');
const lambda = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

const target = (arn: string, more: Partial<Rule['targets'][number]> = {}): Rule['targets'][number] => ({
  id: arn,
  arn,
  input: undefined,
  inputPath: undefined,
  inputTransformer: undefined,
  maxAgeSeconds: undefined,
  maxRetries: undefined,
  deadLetterArn: undefined,
  ...more,
});

const rule = (pattern: unknown, ...targets: Rule['targets']): Rule => ({
  id: 'Rule',
  ref: 'Rule',
  arn: 'arn:aws:events:us-east-1:000000000000:rule/Rule',
  busName: 'journeys',
  pattern,
  scheduleExpression: undefined,
  enabled: true,
  targets,
});

/** A bus whose functions take an event unless `refuses` says so. */
async function aBus(
  rules: Rule[],
  {
    journal = openJournal(':memory:'),
    refuses = () => false,
  }: { journal?: ReturnType<typeof openJournal>; refuses?: () => boolean } = {},
) {
  const clock = new VirtualClock({ start, speed: 0 });
  const activity = new QuiescenceTracker();
  const invoked: { name: string; event: Record<string, unknown> }[] = [];
  const letters: { queue: string; body: string; attributes: Record<string, string> }[] = [];
  const targets = createTargets({
    journal,
    clock,
    activity,
    functions: {
      invokeAsync: (arn, payload) => {
        if (refuses()) throw new Error('no such function');
        invoked.push({ name: arn.split(':').at(-1) ?? '', event: payload as Record<string, unknown> });
      },
    },
    sendToQueue: (queue, body, attributes) => {
      letters.push({ queue, body, attributes });
    },
  });
  const buses = [
    { id: 'Bus', ref: 'journeys', arn: 'arn:aws:events:us-east-1:000000000000:event-bus/journeys', name: 'journeys' },
  ];
  const bus = createBus({ buses, rules, targets, clock });
  const endpoint = await startAwsEndpoint({ handlers: { AWSEvents: (action, body) => bus.call(action, body) } });
  onTestFinished(() => endpoint.stop());
  const client = new EventBridgeClient({ endpoint: endpoint.url, ...localAccess, maxAttempts: 1 });
  const put = (...Entries: NonNullable<ConstructorParameters<typeof PutEventsCommand>[0]['Entries']>) =>
    client.send(new PutEventsCommand({ Entries }));
  const advance = (ms: number) => clock.advance(ms, () => activity.quiet());
  return { bus, put, invoked, letters, advance, targets };
}

const entered = {
  EventBusName: 'journeys',
  Source: 'throughline',
  DetailType: 'StageEntered',
  Detail: '{"stage":"decision","n":1}',
};

test('an event reaches the targets of every rule it matches, in the envelope of EventBridge', async () => {
  const { put, invoked } = await aBus([
    rule({ 'detail-type': ['StageEntered'] }, target(lambda('enrol')), target(lambda('assess'))),
    rule({ detail: { stage: [{ prefix: 'dec' }] } }, target(lambda('personalize'))),
    rule({ detail: { stage: ['loyalty'] } }, target(lambda('nobody'))),
  ]);
  const answer = await put({ ...entered, Resources: ['arn:x'] });
  expect(answer.FailedEntryCount).toBe(0);
  expect(invoked.map(({ name }) => name)).toEqual(['enrol', 'assess', 'personalize']);
  expect(invoked[0]?.event).toEqual({
    version: '0',
    id: answer.Entries?.[0]?.EventId,
    'detail-type': 'StageEntered',
    source: 'throughline',
    account: '000000000000',
    time: '2026-03-01T00:00:00Z',
    region: 'us-east-1',
    resources: ['arn:x'],
    detail: { stage: 'decision', n: 1 },
  });
});

test('buses do not hear each other, and AWS itself speaks on the default one', async () => {
  const { put, bus, invoked } = await aBus([
    rule({ source: [{ exists: true }] }, target(lambda('ours'))),
    { ...rule({ source: ['aws.states'] }, target(lambda('conclude'))), busName: 'default' },
  ]);
  await put({ ...entered, EventBusName: 'default' });
  bus.emit('aws.states', 'Step Functions Execution Status Change', { status: 'SUCCEEDED' });
  expect(invoked.map(({ name }) => name)).toEqual(['conclude']);
});

test('what is wrong with one entry is told of that entry, and the others are taken', async () => {
  const { put, invoked } = await aBus([rule({ source: ['throughline'] }, target(lambda('enrol')))]);
  const { Source: _, ...noSource } = entered;
  const answer = await put(entered, { ...entered, Detail: '[1]' }, { ...entered, Source: 'aws.states' }, noSource, {
    ...entered,
    EventBusName: 'nowhere',
  });
  expect(answer.FailedEntryCount).toBe(4);
  expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    'MalformedDetail',
    'NotAuthorizedForSourceException',
    'InvalidArgument',
    'ResourceNotFoundException',
  ]);
  expect(invoked).toHaveLength(1);
});

test.each([
  ['more than ten entries', Array.from({ length: 11 }, () => entered)],
  ['more than 256 KB', [{ ...entered, Detail: JSON.stringify({ text: 'x'.repeat(256 * 1024) }) }]],
])('a request of %s is refused as a whole', async (_, entries) => {
  const { put } = await aBus([]);
  await expect(put(...entries)).rejects.toMatchObject({ name: 'ValidationException' });
});

test('a target may get a part of the event, or something made of it', async () => {
  const InputPathsMap = { stage: '$.detail.stage', type: "$['detail-type']", n: '$.detail.n' };
  const InputTemplate = '{"about": "<type>: <stage>", "stage": <stage>, "n": <n>}';
  const { put, invoked } = await aBus([
    rule(
      { source: ['throughline'] },
      target(lambda('a'), { input: '{"fixed":true}' }),
      target(lambda('b'), { inputPath: '$.detail' }),
      target(lambda('c'), { inputTransformer: { InputPathsMap, InputTemplate } }),
    ),
  ]);
  await put({ ...entered, Detail: '{"stage":"say \\"hi\\"","n":1}' });
  expect(invoked.map(({ event }) => event)).toEqual([
    { fixed: true },
    { stage: 'say "hi"', n: 1 },
    { about: 'StageEntered: say "hi"', stage: 'say "hi"', n: 1 },
  ]);
});

test('a target that cannot take an event is tried again, then the event goes to its dead-letter queue', async () => {
  let refused = 0;
  const refuses = () => refused++ < 10;
  const letters = target(lambda('gone'), { maxRetries: 3, deadLetterArn: 'letters' });
  const world = await aBus([rule({ source: ['throughline'] }, letters)], { refuses });
  const answer = await world.put(entered);
  expect(answer.FailedEntryCount).toBe(0);
  await world.advance(3_600_000);
  expect(refused).toBe(4);
  expect(world.letters).toMatchObject([
    { queue: 'letters', attributes: { TARGET_ARN: lambda('gone'), ERROR_MESSAGE: 'no such function' } },
  ]);
});

test('an event that could not be handed over is after the runner was killed', async () => {
  const journal = openJournal(':memory:');
  const rules = [rule({ source: ['throughline'] }, target(lambda('enrol')))];
  const first = await aBus(rules, { journal, refuses: () => true });
  await first.put(entered);
  const second = await aBus(rules, { journal });
  second.targets.restore();
  await second.advance(60_000);
  expect(second.invoked).toHaveLength(1);
});

test('a rule on a bus that is not there is refused', async () => {
  await expect(aBus([{ ...rule({ source: ['x'] }), busName: 'elsewhere' }])).rejects.toThrow(/no event bus elsewhere/);
});
