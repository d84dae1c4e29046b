import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aPerson, type Person } from '../support/customer-client.ts';
import { sharedTime } from '../support/shared-time.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

const share = sharedTime();
let world: World;
beforeAll(async () => {
  world = share(await startWorld());
}, 120_000);
afterAll(() => world.stop());

const dayMs = 86_400_000;

const daysAgo = (days: number): string => new Date(Date.parse(world.now()) - days * dayMs).toISOString();

async function aShopper(): Promise<Person> {
  const person = aPerson(world);
  await person.tells({ email: person.email });
  return person;
}

/** Has spent enough that a person calls. */
async function aValuableShopper(): Promise<Person> {
  const person = await aShopper();
  await person.sends({ event: 'Order Completed', timestamp: daysAgo(1), properties: { revenue: 640 } });
  return person;
}

interface Task {
  taskId: string;
  customerId: string;
  queue: string;
  answers: string[];
}

async function tasksOf({ id }: Person): Promise<Task[]> {
  const { body } = await world.get<{ items: Task[] }>('/v1/tasks');
  return body.items.filter(({ customerId }) => customerId === id);
}

const answer = (task: Task | undefined, given: string) =>
  world.call('POST', `/v1/tasks/${String(task?.taskId)}`, { answer: given });

/** The subject of the offer's e-mail for each offer there is. */
const titles: Record<string, string> = {
  'come-back-discount': '15 % off, because we miss you',
  'free-shipping': 'Free shipping on your next order',
  'what-is-new': 'What has changed since you were here',
};

test.concurrent('an abandoned cart brings the offer that was decided on', async () => {
  const person = await aShopper();
  await person.does('Cart Abandoned');
  expect(await person.messages('retention')).toEqual(['Send offer: sent']);
  const decision = (await person.timeline()).find(
    ({ kind, placement }) => kind === 'decision' && placement === 'win-back',
  );
  expect(person.mails()).toEqual([titles[String(decision?.offer)]]);
});

test.concurrent('who comes back, or clicks the offer, is left in peace', async () => {
  const [visitor, clicker] = [await aShopper(), await aShopper()];
  for (const person of [visitor, clicker]) await person.does('Cart Abandoned');
  await world.advance('1d');
  await visitor.sends({ type: 'page', name: 'Home' });
  await clicker.does('Offer Clicked');
  expect(await visitor.enrolments('retention')).toMatchObject([{ status: 'ended', outcome: 'exited' }]);
  expect(await clicker.enrolments('retention')).toMatchObject([{ status: 'ended', outcome: 'returned' }]);
  await world.advance('5d');
  for (const person of [visitor, clicker]) expect(await person.messages('retention')).toEqual(['Send offer: sent']);
});

test.concurrent('who stays away gets one reminder, and is lost', async () => {
  const person = await aShopper();
  await person.does('Cart Abandoned');
  await world.advance('5d');
  expect(await person.messages('retention')).toEqual(['Send offer: sent', 'Last reminder: sent']);
  expect(await person.enrolments('retention')).toMatchObject([{ status: 'ended', outcome: 'lost' }]);
  expect(await tasksOf(person)).toEqual([]);
});

test.concurrent('a purchase ends the journey, and nothing is sent afterwards', async () => {
  const person = await aShopper();
  await person.does('Cart Abandoned');
  await world.advance('2d');
  await person.does('Order Completed');
  expect(await person.enrolments('retention')).toMatchObject([{ status: 'ended', outcome: 'exited' }]);
  await world.advance('4d');
  expect(await person.messages('retention')).toEqual(['Send offer: sent']);
});

test.concurrent('a valuable customer who stays away is called, and the answer decides how it goes on', async () => {
  const [won, missed] = [await aValuableShopper(), await aValuableShopper()];
  for (const person of [won, missed]) await person.does('Checkout Abandoned');
  await world.advance('5d');
  const [task] = await tasksOf(won);
  expect(task).toMatchObject({ queue: 'customer-care', answers: ['won-back', 'not-reached', 'lost'] });
  expect((await answer(task, 'perhaps')).status).toBe(400);
  expect((await answer(task, 'won-back')).status).toBe(200);
  expect((await answer((await tasksOf(missed))[0], 'not-reached')).status).toBe(200);
  await world.local.settled();
  expect(await won.messages('retention')).toEqual(['Send offer: sent']);
  expect(await won.enrolments('retention')).toMatchObject([{ outcome: 'won-back' }]);
  expect(await missed.messages('retention')).toEqual(['Send offer: sent', 'Last reminder: sent']);
  expect(await missed.enrolments('retention')).toMatchObject([{ outcome: 'lost' }]);
  expect((await answer(task, 'lost')).status).toBe(409);
});

test.concurrent(
  'where nobody calls within three days the reminder goes out, and nobody calls who has come back alone',
  async () => {
    const [away, back] = [await aValuableShopper(), await aValuableShopper()];
    for (const person of [away, back]) await person.does('Checkout Abandoned');
    await world.advance('5d');
    const [[ofAway], [ofBack]] = [await tasksOf(away), await tasksOf(back)];
    await back.does('Product Viewed');
    expect(await back.enrolments('retention')).toMatchObject([{ status: 'ended', outcome: 'exited' }]);
    expect(await tasksOf(back)).toEqual([]);
    await world.advance('3d');
    expect(await away.messages('retention')).toEqual(['Send offer: sent', 'Last reminder: sent']);
    expect(await tasksOf(away)).toEqual([]);
    expect(await back.messages('retention')).toEqual(['Send offer: sent']);
    // An answer comes too late now.
    for (const task of [ofAway, ofBack]) expect((await answer(task, 'won-back')).status).toBe(409);
  },
);

test.concurrent('a daily buyer who misses ten days is at high risk, and that begins the journey', async () => {
  const person = await aShopper();
  const days = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
  await person.sends(
    ...days.map((day) => ({ event: 'Order Completed', timestamp: daysAgo(day), properties: { revenue: 10 } })),
  );
  await world.advance('7d');
  expect(await person.enrolments('retention')).toEqual([]);
  await world.advance('4d');
  expect(await world.profile(person.id)).toMatchObject({ churn: { band: 'high' } });
  expect(await person.enrolments('retention')).toMatchObject([{ trigger: 'ChurnRiskChanged' }]);
  expect(await person.messages('retention')).toContain('Send offer: sent');
});

test.concurrent(
  'fourteen days of silence begin the journey, unless it was there lately for another reason',
  async () => {
    const [silent, cart] = [await aShopper(), await aShopper()];
    await cart.does('Cart Abandoned');
    await world.advance('13d');
    expect(await silent.enrolments('retention')).toEqual([]);
    await world.advance('2d');
    expect(await silent.enrolments('retention')).toMatchObject([{ trigger: 'CustomerSilent' }]);
    await cart.does('Cart Abandoned');
    expect(await cart.enrolments('retention')).toMatchObject([{ trigger: 'Cart Abandoned' }]);
  },
);

test.concurrent('the same cart told twice brings one offer', async () => {
  const person = await aShopper();
  const abandoned = { event: 'Cart Abandoned', messageId: `cart-${person.id}`, timestamp: world.now() };
  await person.sends(abandoned, abandoned);
  await person.sends(abandoned);
  expect(await person.enrolments('retention')).toHaveLength(1);
  expect(person.mails()).toHaveLength(1);
});
