import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type DecisionAnswer } from '../../lib/decision/choice/decision.ts';
import { type PolicyView } from '../../lib/decision/policies/policy-view.ts';
import { aPerson } from '../support/customer-client.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world.stop());

const label = { en: 'Banner', ko: '배너' };
const offer = (id: string) => ({
  id,
  label,
  content: { title: id },
  success: { event: 'Order Completed' },
  window: '1d',
});
const banner = {
  label,
  fallback: 'help',
  context: ['features.purchases', { trait: 'plan', is: 'pro' }],
  offers: [
    { ...offer('saving'), variants: [{ for: { emotion: 'negative' }, content: { title: 'calmly' } }] },
    { ...offer('comfort'), variants: [{ for: { emotion: 'negative' }, content: { title: 'calmly' } }] },
    { ...offer('help'), purpose: 'transactional' },
  ],
};

/** A customer is shown the banner on the web, sees it and, where told so, buys. */
async function visits({ buys }: { buys: boolean }): Promise<DecisionAnswer> {
  const person = aPerson(world);
  await person.does('Session Started');
  const { body } = await world.call<DecisionAnswer>('POST', '/v1/decisions', {
    ...{ customerId: person.id, placement: 'banner', context: { channel: 'web' } },
  });
  const properties = { decisionId: body.decisionId };
  await person.sends({ event: 'Promotion Viewed', properties });
  if (buys) await person.sends({ event: 'Order Completed', properties: { revenue: 10 } });
  return body;
}

test('a placement learns by day, is judged by night, and then tells when to reach whom', async () => {
  expect((await world.call('PUT', '/v1/placements/banner', banner)).status).toBe(200);
  await world.local.settled();
  const first = await visits({ buys: true });
  expect(first).toMatchObject({ recorded: true, contact: { recommended: 7, max: 7 } });
  expect(first.sendAt).toBeUndefined();
  const all = [first];
  for (let n = 0; n < 9; n++) all.push(await visits({ buys: n % 3 === 0 }));
  await world.advance('2d');

  const { body: policy } = await world.get<PolicyView>('/v1/placements/banner/policy');
  expect(policy.current).toMatchObject({ version: 1, kind: 'thompson' });
  const sum = (key: 'exposed' | 'won') => policy.rates.reduce((total, rate) => total + rate[key], 0);
  expect([sum('exposed'), sum('won')]).toEqual([10, 4]);

  const later = await visits({ buys: false });
  expect(later.sendAt).toMatchObject({ basis: 'everybody', hour: expect.any(Number) as number });
});

test('who told of a bad experience is spoken to in another voice', async () => {
  const person = aPerson(world);
  await person.sends({ event: 'Feedback Given', properties: { emotion: 'negative' } });
  const { body } = await world.call<DecisionAnswer>('POST', '/v1/decisions', {
    ...{ customerId: person.id, placement: 'banner' },
  });
  expect(body).toMatchObject({ offer: { content: { title: 'calmly' } }, voice: { emotion: 'negative' } });
});
