import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world.stop());

const mail = (text: string, next: string, more: Record<string, unknown> = {}) => ({
  kind: 'send',
  channel: 'email',
  purpose: 'transactional',
  template: { subject: text, body: text },
  next,
  ...more,
});

/** Waits an hour, then writes. Each test has a journey and a trigger of its own. */
const draft = (id: string, steps: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  name: { en: id, ko: id },
  entry: { triggers: [{ touchpoint: { event: `Knock ${id}` } }] },
  exit: { event: `Leave ${id}` },
  start: 'Rest',
  steps: {
    Rest: { kind: 'wait', for: '1h', next: 'Tell' },
    Tell: mail(`first ${id}`, 'Done'),
    Done: { kind: 'exit' },
    ...steps,
  },
  ...more,
});

const etags = new Map<string, string>();

async function put(id: string, body: unknown) {
  const etag = etags.get(id);
  const response = await fetch(`${world.url}/v1/journeys/${id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${world.local.keys.secret}`, ...(etag !== undefined && { 'if-match': etag }) },
    body: JSON.stringify(body),
  });
  expect([200, 201]).toContain(response.status);
  etags.set(id, response.headers.get('etag') ?? '');
}

const act = async <Body = Record<string, unknown>>(id: string, action: string, body: unknown = {}) => {
  const answered = await world.call<Body>('POST', `/v1/journeys/${id}/${action}`, body);
  await world.local.settled();
  return answered;
};

/** Writes, publishes, and waits for the doors to know. */
async function publish(id: string, body: unknown, request: unknown = {}) {
  await put(id, body);
  const answered = await act<{ version: number }>(id, 'publish', request);
  expect(answered).toMatchObject({ status: 200 });
  await world.advance('10s');
  return answered.body;
}

const traitsOf = (userId: string) => ({ email: `${userId}@example.com`, timezone: 'UTC' });

/** People known by their e-mail address who knock at a journey's door. */
async function enter(id: string, ...people: string[]) {
  for (const userId of people) await world.send({ type: 'identify', userId, traits: traitsOf(userId) });
  for (const userId of people) await world.send({ userId, event: `Knock ${id}` });
  await world.local.settled();
}

/** Who got what, in order. */
const mailsTo = (...people: string[]): string[] =>
  world
    .outbox()
    .map(({ to, subject }) => [String(to), subject] as const)
    .filter(([to]) => people.some((person) => to.includes(`${person}@`)))
    .map(([to, subject]) => `${to.replace(/@.*/, '')}: ${subject}`)
    .sort();

interface Enrolment {
  customerId: string;
  version: number;
  status: string;
  outcome?: string;
}

const enrolments = async (id: string): Promise<Enrolment[]> =>
  (await world.get<{ items: Enrolment[] }>(`/v1/journeys/${id}/enrolments`)).body.items;

test('a journey that a workspace publishes takes people in and leads them on', async () => {
  expect(await publish('plain', draft('plain'))).toMatchObject({ version: 1 });
  await enter('plain', 'ada');
  await world.advance('50m');
  expect(mailsTo('ada')).toEqual([]);
  await world.advance('20m');
  expect(mailsTo('ada')).toEqual(['ada: first plain']);
  expect(await enrolments('plain')).toMatchObject([{ customerId: 'ada', status: 'ended', outcome: 'completed' }]);
  const { body } = await world.get('/v1/journeys/plain/stats');
  expect(body).toMatchObject({ items: [{ version: 1, entered: 1, ended: { completed: 1 } }] });
});

test('a pause freezes: a timer that falls due in it waits for the end, and goes on once', async () => {
  await publish('frozen', draft('frozen'));
  await enter('frozen', 'bo', 'bea');
  expect(await act('frozen', 'pause')).toMatchObject({ body: { state: 'paused' } });
  await world.advance('90m');
  await enter('frozen', 'late');
  expect(mailsTo('bo', 'bea')).toEqual([]);
  await act('frozen', 'resume');
  await world.advance('1m');
  expect(mailsTo('bo', 'bea')).toEqual(['bea: first frozen', 'bo: first frozen']);
  await world.advance('2h');
  expect(mailsTo('bo', 'bea', 'late')).toHaveLength(2);
});

test('whoever leaves during a pause gets nothing after it', async () => {
  await publish('left', draft('left'));
  await enter('left', 'cy');
  await act('left', 'pause');
  await world.advance('90m');
  await world.send({ userId: 'cy', event: 'Leave left' });
  await act('left', 'resume');
  await world.advance('90m');
  expect(mailsTo('cy')).toEqual([]);
  expect(await enrolments('left')).toMatchObject([{ outcome: 'exited' }]);
});

test('people inside stay on their version when another is published', async () => {
  await publish('versions', draft('versions'));
  await enter('versions', 'dan');
  expect(await publish('versions', draft('versions', { Tell: mail('second versions', 'Done') }))).toMatchObject({
    version: 2,
  });
  await enter('versions', 'dora');
  await world.advance('90m');
  expect(mailsTo('dan', 'dora')).toEqual(['dan: first versions', 'dora: second versions']);
  const { body } = await world.get<{ words: string[] }>('/v1/journeys/versions/diff?from=1&to=2');
  expect(body.words).toContain('Step “Tell”: template.subject is “second versions” instead of “first versions”');
});

test('a migration moves people when they wake, once, as its dry run said', async () => {
  await publish('moves', draft('moves'));
  await enter('moves', 'eve', 'eli');
  const next = draft('moves', {
    Tell: mail('old', 'Done'),
    Better: mail('better moves', 'More'),
    More: mail('more moves', 'Done'),
  });
  const steps = { ...next.steps, Rest: { ...next.steps.Rest, next: 'Better' }, More: mail('more moves', 'Tell') };
  const migrate = { map: { Rest: 'Better' } };
  await put('moves', { ...next, steps });
  const dry = await act('moves', 'publish', { migrate, dryRun: true });
  expect(dry).toMatchObject({
    status: 200,
    body: { version: 2, migration: { counts: { moves: 2, stays: 0 }, sample: false, people: [{ step: 'Rest' }, {}] } },
  });
  await act('moves', 'publish', { migrate });
  expect((await enrolments('moves')).map(({ version }) => version)).toEqual([1, 1]);
  await world.advance('90m');
  expect(mailsTo('eve')).toEqual(['eve: better moves', 'eve: more moves', 'eve: old']);
  expect(mailsTo('eli')).toHaveLength(3);
  expect(await enrolments('moves')).toMatchObject([
    { version: 2, outcome: 'completed' },
    { version: 2, outcome: 'completed' },
  ]);
});

test('a map may lead people out', async () => {
  await publish('out', draft('out'));
  await enter('out', 'flo');
  await publish('out', draft('out', { Tell: mail('other', 'Done') }), { migrate: { map: { Rest: 'exit' } } });
  await world.advance('90m');
  expect(mailsTo('flo')).toEqual([]);
  expect(await enrolments('out')).toMatchObject([{ status: 'ended', outcome: 'migrated' }]);
});

test('a closed journey takes nobody in, and people inside go on; opened again it does', async () => {
  await publish('closed', draft('closed'));
  await enter('closed', 'gus');
  await act('closed', 'close');
  await world.advance('10s');
  await enter('closed', 'gil');
  await world.advance('90m');
  expect(mailsTo('gus', 'gil')).toEqual(['gus: first closed']);
  expect(await act('closed', 'resume')).toMatchObject({ body: { state: 'live' } });
  await world.advance('10s');
  await enter('closed', 'gil');
  await world.advance('90m');
  expect(mailsTo('gil')).toEqual(['gil: first closed']);
});

test('a stopped journey ends everybody at once, and can be published again', async () => {
  await publish('stopped', draft('stopped'));
  await enter('stopped', 'hal', 'hie');
  await act('stopped', 'stop');
  await world.local.settled();
  expect(await enrolments('stopped')).toMatchObject([{ outcome: 'stopped' }, { outcome: 'stopped' }]);
  await world.advance('90m');
  expect(mailsTo('hal', 'hie')).toEqual([]);
  expect(await act('stopped', 'resume')).toMatchObject({ status: 409 });
  await act('stopped', 'publish', {});
  await world.advance('10s');
  await enter('stopped', 'hugo');
  await world.advance('90m');
  expect(mailsTo('hugo')).toEqual(['hugo: first stopped']);
});

test('a new version is rolled out to a share of newcomers, the others enter the old one', async () => {
  await publish('rolled', draft('rolled'));
  await publish('rolled', draft('rolled', { Tell: mail('second rolled', 'Done') }), { weight: 50 });
  const people = Array.from({ length: 12 }, (_, n) => `r${n}`);
  await enter('rolled', ...people);
  const entered = (await enrolments('rolled')).map(({ version }) => version);
  expect(entered).toHaveLength(12);
  expect(new Set(entered)).toEqual(new Set([1, 2]));
});

test('a shipped journey is paused, and taken over by a version of the workspace', async () => {
  expect(await act('retention', 'pause')).toMatchObject({ body: { state: 'paused', routes: [{ version: 1 }] } });
  expect(await act('retention', 'resume')).toMatchObject({ body: { state: 'live' } });
  expect(await publish('retention', draft('retention'))).toMatchObject({ version: 2 });
  await enter('retention', 'ivy');
  await world.advance('90m');
  expect(mailsTo('ivy')).toEqual(['ivy: first retention']);
});

test('a draft with errors is not published', async () => {
  await put('faulty', draft('faulty', { Lost: { kind: 'exit' } }));
  const refused = await act('faulty', 'publish');
  expect(refused).toMatchObject({
    status: 422,
    body: { code: 'journey.faulty', faults: [{ code: 'unreachable-step' }] },
  });
  expect((await world.get('/v1/journeys/faulty')).body).toMatchObject({ state: 'draft' });
});
