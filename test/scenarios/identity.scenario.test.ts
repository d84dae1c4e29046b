import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aPerson } from '../support/customer-client.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world.stop());

let devices = 0;

/** A device whose owner has not said who they are, and looked at some products. */
async function aDevice(...products: string[]): Promise<string> {
  const anonymousId = `device-${++devices}`;
  await world.send(...products.map((sku) => ({ anonymousId, event: 'Product Viewed', properties: { sku } })));
  await world.advance('1m');
  return anonymousId;
}

async function productsSeenBy(id: string): Promise<unknown[]> {
  const touchpoints = (await world.timeline(id)).filter(({ name }) => name === 'Product Viewed');
  return touchpoints.map(({ properties }) => (properties as { sku: string }).sku);
}

test('a visitor who says who they are is one customer, with all that the device has seen before', async () => {
  const anonymousId = await aDevice('a', 'b');
  const person = aPerson(world);
  await world.advance('1h');
  await person.sends({ type: 'identify', anonymousId, traits: { email: person.email } });
  await world.advance('1h');
  await person.sends({ event: 'Product Viewed', properties: { sku: 'c' } });
  expect((await productsSeenBy(person.id)).sort()).toEqual(['a', 'b', 'c']);
  expect(await world.profile(person.id)).toMatchObject({
    customerId: person.id,
    anonymous: false,
    stage: 'consideration',
    touchpoints: { 'Product Viewed': { n: 3 }, Identified: { n: 1 } },
    linked: [anonymousId],
  });
});

test('the device leads to the customer from then on, whether signed in or not', async () => {
  const anonymousId = await aDevice('a');
  const person = aPerson(world);
  await person.sends({ type: 'identify', anonymousId, traits: { email: person.email } });
  await world.send({ anonymousId, event: 'Product Viewed', properties: { sku: 'later' } });
  expect((await productsSeenBy(person.id)).sort()).toEqual(['a', 'later']);
  expect(await world.profile(person.id)).toMatchObject({ touchpoints: { 'Product Viewed': { n: 2 } } });
  expect(await world.profile(anonymousId)).toMatchObject({ customerId: person.id });
});

test('a second person on the same device does not see what the first one looked at', async () => {
  const anonymousId = await aDevice('secret present');
  const [first, second] = [aPerson(world), aPerson(world)];
  await first.sends({ type: 'identify', anonymousId, traits: { email: first.email } });
  await second.sends(
    { type: 'identify', anonymousId, traits: { email: second.email } },
    { event: 'Product Viewed', anonymousId, properties: { sku: 'own' } },
  );
  expect(await productsSeenBy(second.id)).toEqual(['own']);
  expect(await productsSeenBy(first.id)).toEqual(['secret present']);
  expect(await world.profile(second.id)).toMatchObject({ touchpoints: { 'Product Viewed': { n: 1 } }, linked: [] });
  expect(await world.profile(first.id)).toMatchObject({ traits: { email: first.email } });
});

test('two devices of one customer become one timeline', async () => {
  const [phone, laptop] = [await aDevice('on the phone'), await aDevice('on the laptop')];
  const person = aPerson(world);
  for (const anonymousId of [phone, laptop]) await person.sends({ type: 'identify', anonymousId });
  expect((await productsSeenBy(person.id)).sort()).toEqual(['on the laptop', 'on the phone']);
  expect(await world.profile(person.id)).toMatchObject({ linked: [phone, laptop] });
});

test('a journey entered before signing in goes on for the customer, and is left by what the customer does', async () => {
  const anonymousId = await aDevice('a');
  await world.send({ anonymousId, event: 'Cart Abandoned' });
  const person = aPerson(world);
  await person.sends({ type: 'identify', anonymousId, traits: { email: person.email } });
  expect(await person.enrolments('retention')).toMatchObject([{ status: 'active' }]);
  await person.does('Order Completed');
  expect(await person.enrolments('retention')).toMatchObject([{ status: 'ended', outcome: 'exited' }]);
});

test('a journey entered before signing in writes to the customer once there is an address', async () => {
  const anonymousId = await aDevice('a');
  await world.send({ anonymousId, event: 'Cart Abandoned' });
  const person = aPerson(world);
  await person.sends({ type: 'identify', anonymousId, traits: { email: person.email } });
  await world.advance('5d');
  expect(await person.messages('retention')).toEqual(['Send offer: skipped (no-address)', 'Last reminder: sent']);
  expect(person.mails()).toHaveLength(1);
});
