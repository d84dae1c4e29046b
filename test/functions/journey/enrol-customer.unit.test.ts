import { expect, test } from 'vitest';
import { executionName } from '#lib/journey/enrolment/enrolment-record.ts';
import { createJourneySignalHandler } from '#lib/journey/execution/journey-signals.ts';
import { waitStore } from '#lib/journey/execution/wait-store.ts';
import { pointerItem } from '#lib/profile/profile-store.ts';
import { addMs } from '#lib/shared/time.ts';
import { refusingTable } from '../../support/refusing-table.ts';
import { aJourney, mina, start } from '../../journey/journey-examples.ts';
import { aWorld, Life, survives } from '../../journey/journey-world.ts';
import { enrolling, enrolmentsOf, signedUp, stranger } from '../../journey/enrol-harness.ts';

test('an entry is an enrolment, a journey in the profile and one execution', async () => {
  const world = await aWorld();
  await world.know(stranger());
  expect(await enrolling(world)(signedUp('event-1', { plan: 'pro' }))).toEqual({ welcome: 'entered' });
  const [enrolment] = await enrolmentsOf(world);
  expect(enrolment).toMatchObject({ status: 'active', journeyId: 'welcome', trigger: 'Signed Up', startedAt: start });
  const profile = await world.profiles.get(mina);
  expect(profile?.journeys).toEqual({
    [enrolment!.enrolmentId]: { journeyId: 'welcome', version: 1, since: start, exit: { event: 'Order Completed' } },
  });
  expect(world.started.get(executionName(enrolment!))).toMatchObject({
    ...mina,
    trigger: { name: 'Signed Up', properties: { plan: 'pro' } },
  });
});

test('wherever an entry dies, the next delivery finishes it and starts nothing twice', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    await world.know(stranger());
    alive = await survives(() => enrolling(world, { life: new Life(last) })(signedUp()));
    for (let again = 0; again < 2; again++) await enrolling(world)(signedUp());
    const enrolments = await enrolmentsOf(world);
    expect(enrolments).toMatchObject([{ status: 'active' }]);
    expect(enrolments[0]?.executionArn).toContain(':execution:test-welcome:v1-');
    expect([...world.started.keys()]).toEqual([executionName(enrolments[0]!)]);
    expect(Object.keys((await world.profiles.get(mina))!.journeys)).toHaveLength(1);
    if (alive) expect(last).toBe(4);
  }
});

test('deliveries at once start one execution', async () => {
  const world = await aWorld();
  await world.know(stranger());
  await Promise.all(Array.from({ length: 8 }, () => enrolling(world)(signedUp())));
  expect(world.started.size).toBe(1);
  expect(await enrolmentsOf(world)).toHaveLength(1);
});

test('of deliveries at once none takes what another has just done for a reason to refuse', async () => {
  const entry = { triggers: [{ touchpoint: { event: 'Signed Up' } }], cap: { max: 1 } };
  for (const more of [{ entry }, { competition: { group: 'care', priority: 1 } }]) {
    const world = await aWorld();
    await world.know(stranger());
    const deliver = () => enrolling(world, { definition: aJourney(more) })(signedUp());
    const outcomes = await Promise.all(Array.from({ length: 8 }, deliver));
    expect(new Set(outcomes.map(({ welcome }) => welcome))).toEqual(new Set(['entered', 'resumed']));
  }
});

test('different triggers at once let a customer in once', async () => {
  const world = await aWorld();
  await world.know(stranger());
  const all = await Promise.all(Array.from({ length: 6 }, (_, i) => enrolling(world)(signedUp(`event-${i}`))));
  expect(all.filter(({ welcome }) => welcome === 'entered')).toHaveLength(1);
  expect(world.started.size).toBe(1);
});

test('with an entry key there is one enrolment for each value', async () => {
  const world = await aWorld();
  await world.know(stranger());
  const entry = { triggers: [{ touchpoint: { event: 'Signed Up' } }], key: 'orderId' };
  const definition = aJourney({ entry });
  for (const [id, orderId] of [
    ['event-1', 'a'],
    ['event-2', 'b'],
    ['event-3', 'a'],
  ] as const)
    await enrolling(world, { definition })(signedUp(id, { orderId }));
  expect((await enrolmentsOf(world)).map(({ entryKey }) => entryKey).sort()).toEqual(['a', 'b']);
});

test('who has met the exit criteria since the trigger does not enter', async () => {
  const world = await aWorld();
  await world.know({ ...stranger(), counts: { 'Order Completed': { n: 1, first: start, last: addMs(start, 5) } } });
  await world.touch('Order Completed', addMs(start, 5));
  expect(await enrolling(world)(signedUp())).toEqual({ welcome: 'exit-met' });
  expect(world.started.size).toBe(0);
});

test('an exit between the entry and the start stops the execution, whoever is first', async () => {
  const world = await aWorld();
  await world.know(stranger());
  await survives(() => enrolling(world, { life: new Life(1) })(signedUp()));
  const [enrolment] = await enrolmentsOf(world);
  expect(enrolment).toMatchObject({ status: 'starting' });
  const { enrolmentId } = enrolment!;
  const wake = createJourneySignalHandler({ ...world, waits: waitStore(world.table) });
  const cause = { messageId: 'm2', name: 'Order Completed', at: addMs(start, 1000), properties: {} };
  expect(await wake.exitEnrolment({ customer: mina, enrolmentId, cause })).toBe('left');
  expect(await enrolling(world)(signedUp())).toEqual({ welcome: 'over' });
  expect(world.stopped).toHaveLength(1);
  expect(await enrolmentsOf(world)).toMatchObject([{ status: 'ended', outcome: 'exited' }]);
});

test('who entered as a visitor and signed in is not let in again as a user', async () => {
  const world = await aWorld();
  const visitor = { ...mina, customer: 'a:visitor' };
  await world.know({ ...stranger(), customer: visitor.customer });
  await enrolling(world)(signedUp('event-1', {}, visitor));
  const before = (await world.profiles.get(visitor))!;
  await world.know({ ...before, customer: mina.customer, linked: [visitor.customer] });
  await world.table.put(pointerItem(visitor, mina, 9));

  expect(await enrolling(world)(signedUp('event-1', {}, visitor))).toEqual({ welcome: 'resumed' });
  expect(await enrolling(world)(signedUp('event-2'))).toEqual({ welcome: 'already-inside' });
  expect(world.started.size).toBe(1);
});

test('nobody known, nobody enrolled', async () => {
  const world = await aWorld();
  expect(await enrolling(world)(signedUp())).toEqual({ welcome: 'unknown-customer' });
});

test('an entry that DynamoDB will never take fails as that, with its key, and starts nothing', async () => {
  const world = await aWorld();
  await world.know(stranger());
  const table = refusingTable(world.table, ({ sk }) => sk.startsWith('enrolment#'));
  await expect(enrolling({ ...world, table })(signedUp())).rejects.toMatchObject({
    code: 'write.collection-full',
    facts: { keys: [{ pk: 'acme#u:mina' }] },
  });
  expect(world.started.size).toBe(0);
  // Mended, the same event lets the customer in, once.
  await enrolling(world)(signedUp());
  expect(world.started.size).toBe(1);
});
