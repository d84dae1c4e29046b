import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { allRows, rowsIn } from '../support/table-rows.ts';
import { aPerson, aSignedUpPerson, type Person } from '../support/customer-client.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: World;
beforeAll(async () => (world = await startWorld()));
afterAll(() => world.stop());

/** A journey that only lets people in and out again after three days. */
const aJourney = (entry: object, more: object = {}) => ({
  name: { en: 'A stay', ko: '머무름' },
  entry: { reentry: 'always', ...entry },
  start: 'Stay',
  steps: { Stay: { kind: 'wait', for: '3d', next: 'Done' }, Done: { kind: 'exit' } },
  ...more,
});

async function publish(id: string, definition: object): Promise<void> {
  for (const [method, path, body] of [
    ['PUT', `/v1/journeys/${id}`, definition],
    ['POST', `/v1/journeys/${id}/publish`, {}],
  ] as const) {
    const { status, body: answer } = await world.call(method, path, body);
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  }
  await world.local.settled();
  // Those who write profiles remember the rules for five seconds.
  await world.advance('6s');
}

async function segment(id: string, predicate: object): Promise<void> {
  expect((await world.call('PUT', `/v1/segments/${id}`, { predicate })).status).toBe(200);
  await world.local.settled();
  await world.advance('6s');
}

const members = async (id: string) => {
  const { body } = await world.get<{ items: { customerId: string }[] }>(`/v1/segments/${id}/members`);
  return body.items.map(({ customerId }) => customerId).sort();
};

const entered = async (person: Person, journeyId: string) => (await person.enrolments(journeyId)).length;

test('a segment is filled when it is made, follows what customers do, and lets into journeys', async () => {
  const [ada, bo] = [await aSignedUpPerson(world, { plan: 'pro' }), await aSignedUpPerson(world, { plan: 'basic' })];
  await segment('pros', { trait: 'plan', is: 'pro' });
  expect(await members('pros')).toEqual([ada.id]);
  await publish('for-pros', aJourney({ triggers: [{ segmentJoined: ['pros'] }] }));
  await bo.tells({ plan: 'pro' });
  expect(await members('pros')).toEqual([ada.id, bo.id].sort());
  // Ada was in it before: she has not joined it.
  expect([await entered(ada, 'for-pros'), await entered(bo, 'for-pros')]).toEqual([0, 1]);
  await ada.tells({ plan: 'basic' });
  expect(await members('pros')).toEqual([bo.id]);
});

test('a segment of silence is joined by the clock', async () => {
  const person = await aSignedUpPerson(world);
  await segment('quiet', { silentFor: '2d' });
  await publish('for-quiet', aJourney({ triggers: [{ segmentJoined: ['quiet'] }] }));
  await world.advance('1d');
  expect(await members('quiet')).not.toContain(person.id);
  await world.advance('25h');
  expect(await members('quiet')).toContain(person.id);
  expect(await entered(person, 'for-quiet')).toBe(1);
});

test('an API call is answered with the enrolment it leads to; the same again leads to no other', async () => {
  const person = await aSignedUpPerson(world);
  await publish('by-order', aJourney({ triggers: [{ api: true }], key: 'orderId' }));
  const ask = (body: object) =>
    world.call<Record<string, string>>('POST', '/v1/journeys/by-order/enrolments', { customerId: person.id, ...body });
  const order = { properties: { orderId: 'o-1' }, id: 'call-1' };
  const [first, again] = [await ask(order), await ask(order)];
  await world.local.settled();
  expect([first.status, first.body]).toEqual([202, again.body]);
  expect(await person.enrolments('by-order')).toMatchObject([{ enrolmentId: first.body.enrolmentId, trigger: 'API' }]);
  await ask({ key: 'o-2' });
  await world.local.settled();
  expect(await entered(person, 'by-order')).toBe(2);
  expect((await ask({})).status).toBe(400);
  expect((await ask({ customerId: 'nobody', key: 'o-3' })).status).toBe(404);
  const closed = await world.call('POST', '/v1/journeys/onboarding/enrolments', { customerId: person.id });
  expect(closed.status).toBe(409);
});

test('a business event reaches those of the segment whom it concerns, once', async () => {
  const [ada, bo] = [
    await aSignedUpPerson(world, { wants: ['shoe-42'] }),
    await aSignedUpPerson(world, { wants: ['hat-7'] }),
  ];
  await segment('waiting', { trait: 'wants', is: { exists: true } });
  const match = { trait: 'wants', property: 'sku' };
  await publish('restocked', aJourney({ triggers: [{ businessEvent: 'Back In Stock', segment: 'waiting', match }] }));
  const event = { name: 'Back In Stock', properties: { sku: 'shoe-42' }, id: 'restock-1' };
  for (const _ of [1, 2]) {
    expect(await world.call('POST', '/v1/business-events', event)).toMatchObject({
      status: 202,
      body: { journeys: ['restocked'] },
    });
    await world.local.settled();
  }
  expect([await entered(ada, 'restocked'), await entered(bo, 'restocked')]).toEqual([1, 0]);
});

test('a daily time reaches each member once a day, at the hour where they live', async () => {
  const zones = ['Asia/Seoul', 'Europe/London', 'America/Los_Angeles'];
  const people = await Promise.all(zones.map((timezone) => aSignedUpPerson(world, { timezone, daily: true })));
  await segment('daily', { trait: 'daily', is: true });
  const schedule = { every: 'day', time: '09:00' };
  const steps = { Stay: { kind: 'wait', for: '1h', next: 'Done' }, Done: { kind: 'exit' } };
  await publish('every-day', aJourney({ triggers: [{ schedule, segment: 'daily' }] }, { steps }));
  await world.advance('2d');
  for (const [i, person] of people.entries()) {
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zones[i]!, hour: '2-digit', minute: '2-digit' });
    const times = (await person.enrolments('every-day')).map((one) => clock.format(new Date(one.startedAt)));
    expect(times).toEqual(['09:00', '09:00']);
  }
});

test('a birthday told before or after the journey was published comes in the morning where the customer lives', async () => {
  const birthday = `1990-${new Date(Date.parse(world.now()) + 86_400_000).toISOString().slice(5, 10)}`;
  const before = await aSignedUpPerson(world, { birthday, timezone: 'Asia/Tokyo' });
  const date = { trait: 'birthday', every: 'year', at: '08:30' };
  await publish('happy-birthday', aJourney({ triggers: [{ date }] }));
  const after = await aSignedUpPerson(world, { birthday, timezone: 'Asia/Tokyo' });
  const other = await aSignedUpPerson(world, { birthday: 'never' });
  await world.advance('2d');
  const starts = await Promise.all([before, after, other].map((person) => person.enrolments('happy-birthday')));
  const expected = { trigger: 'Date Came', startedAt: expect.stringMatching(/T23:30:/) as string };
  expect(starts).toMatchObject([[expected], [expected], []]);
});

test('who is not let in finds out why', async () => {
  const person = aPerson(world);
  const condition = { trait: 'plan', is: 'pro' };
  await publish('greeting', aJourney({ triggers: [{ touchpoint: { event: 'Waved' } }], condition }));
  await person.does('Waved');
  const why = async () =>
    rowsIn(await allRows(world.local), 'refusal#greeting').map(({ doc }) => JSON.parse(String(doc)) as object);
  expect(await why()).toMatchObject([
    { reason: 'condition-not-met', trigger: 'Waved', because: { stage: 'awareness' } },
  ]);
  await person.tells({ plan: 'pro' });
  await person.does('Waved');
  expect(await entered(person, 'greeting')).toBe(1);
});

test('what is imported is known, and lets nobody in', async () => {
  const person = aPerson(world);
  const yesterday = new Date(Date.parse(world.now()) - 86_400_000).toISOString();
  await person.sends({ event: 'Signed Up', timestamp: yesterday });
  expect(await world.profile(person.id)).toMatchObject({ touchpoints: { 'Signed Up': { n: 1 } }, enrolments: [] });
});
