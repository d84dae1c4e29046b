import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Message, startWorld, type World, worldBegins } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

let world: World;
beforeAll(async () => (world = await startWorld()));
afterAll(() => world.stop());

const minutesAgo = (minutes: number): string => new Date(worldBegins - minutes * 60_000).toISOString();

const read = { event: 'Article Read', messageId: 'm1', timestamp: minutesAgo(10) };
const { timestamp: _time, ...undated } = read;
const { messageId: _id, ...nameless } = read;

/** The touchpoints in a customer's timeline, and how often its profile has counted the event. */
async function known(id: string) {
  const timeline = await world.timeline(id);
  const touchpoints = timeline.filter(({ kind }) => kind === 'touchpoint');
  const { touchpoints: counts = {} } = (await world.profile(id)) as { touchpoints?: Record<string, { n: number }> };
  const counted = Object.fromEntries(Object.entries(counts).map(([name, { n }]) => [name, n]));
  return { touchpoints, counted };
}

/** What `docs/promises.md` says of a message that is sent twice, each time in a request of its own. */
const cases: [what: string, messages: [Message, Message], stored: number][] = [
  ['the same message', [read, read], 1],
  ['the same message, sent by another clock', [read, { ...read, sentAt: minutesAgo(0) }], 1],
  ['the same id with another time', [read, { ...read, timestamp: minutesAgo(9) }], 2],
  ['the same id without a time', [undated, undated], 1],
  ['the same body with a time and no id', [nameless, nameless], 1],
  ['neither an id nor a time', [{ event: 'Article Read' }, { event: 'Article Read' }], 2],
];

test.each(cases)('%s, twice: as promised', async (what, messages, stored) => {
  const userId = what.replaceAll(' ', '-');
  for (const message of messages) await post({ userId, ...message });
  const { touchpoints, counted } = await known(userId);
  expect(touchpoints).toHaveLength(stored);
  expect(counted).toEqual({ 'Article Read': stored });
});

test('the same id as a visitor and as a user is two touchpoints of the linked customer', async () => {
  await post({ anonymousId: 'visitor', ...read });
  await post({ anonymousId: 'visitor', userId: 'linked', ...read });
  const { touchpoints, counted } = await known('linked');
  expect(touchpoints).toHaveLength(2);
  expect(counted).toEqual({ 'Article Read': 2 });
});

test('the same id and time with another content: the last is shown, the first is counted', async () => {
  await post({ userId: 'changed', ...read });
  await post({ userId: 'changed', ...read, event: 'Article Shared' });
  const { touchpoints, counted } = await known('changed');
  expect(touchpoints.map(({ name }) => name)).toEqual(['Article Shared']);
  expect(counted).toEqual({ 'Article Read': 1 });
});

/** One message as it stands: what it lacks stays away. */
async function post(message: Message): Promise<void> {
  const { status } = await world.call('POST', '/v1/track', { ...message, writeKey: world.local.keys.write });
  expect(status).toBe(200);
  await world.local.settled();
}
