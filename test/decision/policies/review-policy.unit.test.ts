import { describe, expect, test } from 'vitest';
import { type PolicyView } from '#lib/decision/policies/policy-view.ts';
import { seeded } from '#lib/shared/random.ts';
import { aWorld, start, told } from '../decision-world.ts';

const label = { en: 'Banner', ko: '배너' };
const offer = (id: string) => ({ id, label, content: { title: id }, success: { event: 'Order Completed' } });
const banner = {
  id: 'banner',
  label,
  fallback: 'help',
  offers: [offer('a'), offer('b'), { ...offer('help'), purpose: 'transactional' }],
};

type World = Awaited<ReturnType<typeof aWorld>>;

const put = (world: World, more: object = {}) =>
  world.placements('PUT /v1/placements/{id}', { params: { id: 'banner' }, body: () => ({ ...banner, ...more }) });

const policyOf = (world: World) =>
  world.placements<PolicyView>('GET /v1/placements/{id}/policy', { params: { id: 'banner' } });

/** Customers who see the banner; each takes what `likes` says of the plan they have. */
async function shownTo(world: World, customers: number, likes: (plan: string, offer: string) => number) {
  const random = seeded(customers);
  const one = async (n: number): Promise<void> => {
    const luck = random();
    const plan = n % 2 === 0 ? 'free' : 'pro';
    const customer = `u:${world.now()}-${n}`;
    await world.know({ workspace: 'acme', customer }, { traits: { plan: { value: plan, at: start } } });
    const { decisionId, offer: chosen } = await world.post<{ decisionId: string; offer: { id: string } }>({
      customerId: customer.slice(2),
      placement: 'banner',
      decisionId: `d-${customer}`,
    });
    await world.learn(told('DecisionExposed', decisionId, customer));
    if (luck < likes(plan, chosen.id)) await world.learn(told('OutcomeObserved', decisionId, customer));
  };
  for (let n = 0; n < customers; n += 10)
    await Promise.all(Array.from({ length: Math.min(10, customers - n) }, (_, i) => one(n + i)));
}

const week = 7 * 86_400_000;
const context = [{ trait: 'plan', is: 'pro' }];

describe('by night', () => {
  test('what was shown is judged: estimates with intervals, weights, rates by stage', async () => {
    const world = await aWorld();
    await put(world);
    await shownTo(world, 110, (_, id) => (id === 'a' ? 0.5 : 0.2));
    world.advance(week + 1);
    expect(await world.tune()).toMatchObject({ judged: 1 });
    const { current, judgement, rates } = await policyOf(world);
    expect(current).toMatchObject({ version: 1, kind: 'thompson' });
    expect(judgement).toMatchObject({ showings: 110, replaced: false, current: { weights: { alarm: false } } });
    const { low, value, high } = judgement!.current.doublyRobust;
    expect([low < value, value < high]).toEqual([true, true]);
    expect(rates.map(({ offer: id, stage }) => [id, stage])).toEqual([
      ['a', 'none'],
      ['b', 'none'],
    ]);
    expect(rates[0]!.rate).toBeGreaterThan(rates[1]!.rate);
  });

  test('a night without anything new leaves all placements alone', async () => {
    const world = await aWorld();
    await put(world);
    await shownTo(world, 3, () => 0);
    world.advance(week + 1);
    expect(await world.tune()).toMatchObject({ judged: 1, idle: 2 });
    world.advance(86_400_000);
    expect(await world.tune()).toMatchObject({ judged: 0, idle: 3 });
  });

  test('context decides once the log shows that it helps, and not before', async () => {
    const world = await aWorld();
    await put(world, { context });
    await shownTo(world, 160, (plan, id) => ((plan === 'pro') === (id === 'a') ? 0.9 : 0.05));
    world.advance(week + 1);
    expect(await world.tune()).toMatchObject({ replaced: 1 });
    const { current, judgement } = await policyOf(world);
    expect(current).toMatchObject({ version: 2, kind: 'linear' });
    expect(judgement!.gain!.low).toBeGreaterThan(0);
    world.advance(61_000);
    const chosen = async (plan: string, n: number) => {
      const customer = `u:late-${plan}-${n}`;
      await world.know({ workspace: 'acme', customer }, { traits: { plan: { value: plan, at: start } } });
      const answer = await world.post<{ offer: { id: string }; policyVersion: string }>({
        customerId: customer.slice(2),
        placement: 'banner',
        decisionId: `late-${plan}-${n}`,
      });
      expect(answer.policyVersion).toMatch(/^linear-2-/);
      return answer.offer.id;
    };
    const of = async (plan: string) => Promise.all(Array.from({ length: 10 }, (_, n) => chosen(plan, n)));
    expect((await of('pro')).filter((id) => id === 'a').length).toBeGreaterThan(7);
    expect((await of('free')).filter((id) => id === 'b').length).toBeGreaterThan(7);
    // Under another list of features the sums mean nothing.
    await put(world, { context: [{ trait: 'plan', is: 'free' }] });
    world.advance(61_000);
    await world.know({ workspace: 'acme', customer: 'u:last' });
    expect(await world.post({ customerId: 'last', placement: 'banner' })).toMatchObject({
      policyVersion: expect.stringMatching(/^thompson-/) as string,
    });
  });

  test('where all like the same, context is not used', async () => {
    const world = await aWorld();
    await put(world, { context });
    await shownTo(world, 110, (_, id) => (id === 'a' ? 0.5 : 0.3));
    world.advance(week + 1);
    await world.tune();
    expect((await policyOf(world)).current).toMatchObject({ version: 1, kind: 'thompson' });
  });
});

test('a plan is tuned as soon as it is told of, and ends with it', async () => {
  const world = await aWorld();
  await put(world, { plan: { decisions: 2_000 } });
  expect(world.events).toMatchObject([{ name: 'PlacementChanged', detail: { placement: 'banner' } }]);
  const event = () => ({ 'detail-type': 'PlacementChanged', detail: world.events.at(-1)!.detail });
  await world.tune(event());
  const { current, course } = await policyOf(world);
  expect(course).toEqual({ decisions: 2_000, shownBefore: 0 });
  expect(current.version).toBe(2);
  expect(current.sharpening.to).toBeGreaterThan(current.sharpening.from);
  await put(world);
  await world.tune(event());
  expect(await policyOf(world)).toMatchObject({ current: { version: 3, sharpening: { from: 3, to: 3 } } });
});
