import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

let world: World;
beforeAll(async () => {
  // The library reads the clock of this process, which the world must share.
  world = await startWorld({ start: Date.now(), speed: 1 });
}, 120_000);
afterAll(() => world.stop());

const yearMs = 365 * 86_400_000;

/** What a shop's script sends of a customer, dated to that time; as it happens where it names none. */
async function imports(event: string, userId: string, timestamp?: Date): Promise<void> {
  const { url, local } = world;
  const rudder = new RudderAnalytics(local.keys.write, { dataPlaneUrl: url, flushAt: 100 });
  const when = timestamp && { timestamp };
  rudder.identify({ ...when, userId, traits: { email: `${userId}@shop.example` } });
  rudder.track({ ...when, userId, event, properties: { total: 40 } });
  await rudder.flush();
  await local.settled();
}

const mails = (userId: string) => world.outbox().filter(({ to }) => to.includes(`${userId}@shop.example`));

test("orders of last year, imported by RudderStack's Node library, are history: no journey begins and no mail goes", async () => {
  const lastYear = new Date(Date.now() - yearMs);
  await imports('Signed Up', 'ida', lastYear);
  await imports('Order Completed', 'ida', lastYear);
  const profile = await world.profile('ida');
  expect(profile).toMatchObject({ touchpoints: { 'Order Completed': { n: 1 } }, enrolments: [] });
  const times = (await world.timeline('ida')).map(({ at }) => at);
  expect(new Set(times)).toEqual(new Set([lastYear.toISOString()]));
  expect(mails('ida')).toEqual([]);
});

test('what the same library sends as it happens begins a journey', async () => {
  await imports('Signed Up', 'liv');
  expect(await world.profile('liv')).toMatchObject({ enrolments: [{ journeyId: 'onboarding' }] });
  expect(mails('liv')).toHaveLength(1);
});
