import { expect, test } from 'vitest';
import winBack from '#events/placements/win-back.json' with { type: 'json' };
import { aGuardedWorld, type GuardedWorld } from '../guarded-world.ts';

/** Every way into a journey that no touchpoint opens: the clock, a date, a call, something that happened to the business. */
async function entries(world: GuardedWorld): Promise<void> {
  const settle = async () => {
    await world.local.settled();
    await world.advance('10s');
  };
  await world.call('PUT', '/v1/segments/known', { predicate: { trait: 'email', is: { exists: true } } });
  await settle();
  const day = { every: 'day', time: '09:00' };
  const triggers = [
    { api: true },
    { segmentJoined: ['known'] },
    { schedule: day, segment: 'known' },
    { date: { trait: 'renewal', at: '08:00' } },
    { businessEvent: 'Back In Stock', segment: 'known', match: { trait: 'wants', property: 'sku' } },
  ];
  const stay = { name: { en: 'Stay', ko: '머무름' }, start: 'Done', steps: { Done: { kind: 'exit' } } };
  const entry = { triggers, reentry: 'always', cap: { max: 100 }, throttle: { max: 50, within: '1h' } };
  await world.call('PUT', '/v1/journeys/stay', { ...stay, entry });
  await world.call('POST', '/v1/journeys/stay/publish', {});
  await settle();
  const renewal = new Date(world.local.clock.now() + 86_400_000).toISOString().slice(0, 10);
  const traits = { email: 'di@example.com', renewal, wants: 'shoe', timezone: 'Asia/Seoul' };
  await world.send({ type: 'identify', userId: 'di', traits });
  await world.send({ type: 'identify', userId: 'di', traits: { timezone: 'Europe/Berlin' } });
  await settle(); // nobody is inside twice
  await world.call('POST', '/v1/journeys/stay/enrolments', { customerId: 'di' });
  await settle();
  await world.call('POST', '/v1/business-events', { name: 'Back In Stock', properties: { sku: 'shoe' } });
  await settle();
  await world.advance('2d');
  const { body } = await world.get<{ items: { trigger: string }[] }>('/v1/journeys/stay/enrolments?limit=100');
  const ways = new Set(body.items.map(({ trigger }) => trigger));
  expect([...ways].sort()).toEqual(['API', 'Back In Stock', 'Date Came', 'Identified', 'Scheduled']);
  await world.call('DELETE', '/v1/segments/known');
  expect((await world.get('/v1/segments/known/members')).status).toBe(404);
  await settle();
}

/**
 * Somebody enters a journey of every kind of step that the shipped ones do not have, with a wait longer than an execution is kept open for.
 * Answers what looks at it when six weeks have passed.
 */
async function everyStep(world: GuardedWorld): Promise<() => Promise<void>> {
  const label = { name: { en: 'All', ko: 'All' } };
  const entry = { triggers: [{ touchpoint: { event: 'Walked' } }] };
  const steps = {
    Try: {
      kind: 'experiment',
      salt: 'walk',
      variants: [
        { id: 'a', weight: 1, next: 'Note' },
        { id: 'b', weight: 1, next: 'Note' },
      ],
      goal: { event: 'Order Completed' },
      window: '3d',
    },
    Note: { kind: 'updateProfile', traits: { walked: true }, next: 'Tell' },
    Tell: { kind: 'emitEvent', event: 'Walked By', next: 'Call' },
    Call: { kind: 'webhook', url: 'http://127.0.0.1:9/', retry: { attempts: 0, interval: '1s' }, next: 'Lead' },
    Lead: { kind: 'startJourney', journey: 'stay', next: 'Morning' },
    Morning: { kind: 'wait', untilLocal: { time: '09:00' }, next: 'Long' },
    Long: { kind: 'wait', for: '40d', next: 'Done' },
    Done: { kind: 'exit' },
  };
  const draft = { ...label, entry, start: 'Try', steps };
  expect((await world.call('PUT', '/v1/journeys/walk', draft)).status).toBe(201);
  expect((await world.call('POST', '/v1/journeys/walk/publish', {})).status).toBe(200);
  await world.advance('10s');
  await world.send({ userId: 'ada', event: 'Walked' });
  return async () => {
    const { body } = await world.get<{ items: { enrolmentId: string; outcome?: string }[] }>(
      '/v1/journeys/walk/enrolments',
    );
    expect(body.items).toMatchObject([{ outcome: 'completed' }]);
    const trace = await world.get<{ steps: { stepId: string }[] }>(
      `/v1/enrolments/${body.items[0]?.enrolmentId ?? ''}/trace`,
    );
    expect(trace.body.steps.map(({ stepId }) => stepId)).toEqual(Object.keys(steps));
    expect((await world.call('POST', '/v1/journeys/walk/simulate', { customers: 10, days: 60 })).status).toBe(200);
  };
}

/** A journey of the workspace's own: written, published twice, paused, resumed, migrated, stopped. */
async function steer(world: GuardedWorld): Promise<void> {
  const mail = { channel: 'email', purpose: 'transactional', template: { subject: 'Hi', body: 'Hi' } };
  const draft = (subject: string) => ({
    name: { en: 'Own', ko: 'Own' },
    entry: { triggers: [{ touchpoint: { event: 'Knocked' } }] },
    start: 'Rest',
    steps: {
      Rest: { kind: 'wait', for: '1h', next: 'Tell' },
      Tell: { ...mail, kind: 'send', template: { ...mail.template, subject }, next: 'Done' },
      Done: { kind: 'exit' },
    },
  });
  const act = async (action: string, body: object = {}) => {
    expect([action, (await world.call('POST', `/v1/journeys/own/${action}`, body)).status]).toEqual([action, 200]);
    await world.advance('10s');
  };
  await world.call('PUT', '/v1/journeys/own', draft('One'));
  await act('publish');
  for (const userId of ['di', 'ed']) await world.send({ userId, event: 'Knocked' });
  await act('pause');
  await world.advance('2h');
  await act('resume');
  for (const userId of ['fi', 'gus']) await world.send({ userId, event: 'Knocked' });
  await fetch(`${world.url}/v1/journeys/own`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${world.local.keys.secret}`, 'if-match': '*' },
    body: JSON.stringify(draft('Two')),
  });
  await act('publish', { migrate: { map: { Rest: 'Tell' } }, dryRun: true });
  await act('publish', { migrate: { map: { Rest: 'Tell' } } });
  await world.advance('2h');
  await world.send({ userId: 'hal', event: 'Knocked' });
  await act('close');
  await act('stop');
}

/** Three months that lead through every function. */
async function live(world: GuardedWorld): Promise<void> {
  const send: GuardedWorld['send'] = (...messages) => world.send(...messages);
  const identify = (userId: string, traits: object, anonymousId?: string) =>
    send({ type: 'identify', userId, traits, ...(anonymousId && { anonymousId }) });
  const track = (userId: string, event: string, properties: object = {}) => send({ userId, event, properties });

  await send({ type: 'page', anonymousId: 'visitor', name: 'Pricing' });
  await identify('ada', { email: 'ada@example.com', consent: { email: true } }, 'visitor');
  await track('ada', 'Signed Up');
  await send({ userId: 'ada', event: 'Without a time', timestamp: null as never });
  await identify('bo', { email: 'bo@example.com', plan: 'enterprise', consent: { email: true } });
  await track('bo', 'Order Completed', { orderId: 'o1', total: 900 });
  await world.advance('2d');
  await track('ada', 'Activated');
  await track('bo', 'Cart Abandoned', { cartId: 'c1' });
  await world.call('POST', '/v1/decisions', { customerId: 'ada', placement: 'next-contact', decisionId: 'asked' });
  await track('ada', 'Offer Viewed', { decisionId: 'asked' });
  await track('ada', 'Order Completed', { orderId: 'o2', total: 20, decisionId: 'asked' });
  await world.advance('6d');
  const { body } = await world.get<{ items: { taskId: string }[] }>('/v1/tasks');
  for (const { taskId } of body.items) await world.call('POST', `/v1/tasks/${taskId}`, { answer: 'won-back' });
  await world.advance('20d');
  await identify('cy', { email: 'cy@example.com', consent: { email: true } });
  await track('cy', 'Signed Up');
  await world.advance('1d');
  await track('cy', 'Order Completed', { orderId: 'o3', total: 5 });
  await track('cy', 'Cart Abandoned', { cartId: 'c2' });
  await track('cy', 'Signed In');
  await steer(world);
  await entries(world);
  const walked = await everyStep(world);
  await world.advance('42d');
  await walked();
  await world.call('PUT', '/v1/placements/win-back', winBack);
  await world.call('PUT', '/v1/workspace', { name: 'Local', caps: [{ max: 3, within: '7d' }] });
  await track('cy', 'Cart Abandoned', { cartId: 'c3' });
  await world.advance('15d');
  const reported = { kind: 'funnel', from: '2026-03-01T00:00:00Z', to: world.now(), steps: ['Signed Up'] };
  await world.call('PUT', '/v1/maps/first', { label: { en: 'First', ko: '처음' }, plan: { touchpoint: 'Signed Up' } });
  await world.call('PUT', '/v1/segments/reported', { predicate: { did: 'Signed Up' } });
  for (const more of [{}, { segment: 'reported' }, { kind: 'conformance', map: 'first', steps: undefined }])
    expect(await world.call('POST', '/v1/reports', { ...reported, ...more })).toMatchObject({ status: 202 });
  const metric = { kind: 'rate', baseline: 0.1, effect: 0.01 };
  expect(await world.call('POST', '/v1/experiments/size', { metric })).toMatchObject({ status: 200 });
  expect(await world.call('POST', '/v1/churn/train')).toMatchObject({ status: 202 });
  await world.advance('1m');
  for (const path of [
    '/v1/churn/model',
    '/v1/churn/models',
    '/v1/customers/ada/churn',
    '/v1/reports',
    '/v1/maps',
    '/health',
    '/v1/openapi.json',
    '/v1/workspace',
    '/v1/customers',
    '/v1/customers/ada/timeline',
    '/v1/customers/ada/refusals',
    '/v1/customers/ada/in-app',
    '/v1/workspace/webhook-secret',
    '/v1/placements',
    '/v1/placements/win-back',
    '/v1/journeys',
    '/v1/journeys/retention',
    '/v1/journeys/retention/enrolments',
    '/v1/journeys/own/versions',
    '/v1/journeys/own/versions/1',
    '/v1/journeys/own/diff?from=1&to=draft',
    '/v1/journeys/own/stats',
  ])
    expect([path, (await world.get(path)).status]).toEqual([path, 200]);
  expect((await world.call('DELETE', '/v1/maps/first')).status).toBe(200);
}

test('no function asks AWS for anything its role does not allow', async () => {
  const world = await aGuardedWorld();
  await live(world);
  const asked = world.asked();
  const refused = Object.entries(asked).flatMap(([entry, permissions]) =>
    [...permissions].filter((one) => !world.allowed[entry]?.has(one)).map((one) => `${entry} ${one}`),
  );
  expect(refused).toEqual([]);
  // Who never asked was never called, and then nothing was proved of it.
  const silent = Object.entries(asked).filter(([, permissions]) => permissions.size === 0);
  expect(silent.map(([entry]) => entry)).toEqual([]);
}, 300_000);
