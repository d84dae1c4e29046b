import { expect, test } from 'vitest';
import { type BusEvent } from '#lib/model/bus-events.ts';
import { findBusinessFanOuts } from '#lib/journey/scheduling/scheduled-entries.ts';
import { fanOutStore } from '#lib/journey/scheduling/fan-out-store.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { addMs } from '#lib/shared/time.ts';
import { liveAs } from '../../projection/projector-harness.ts';
import { aJourney, aProfile, mina, start } from '../../journey/journey-examples.ts';
import { launching, quarterHour, whoOf } from './launch-harness.ts';
import { aWorld, Life, type World } from '../../journey/journey-world.ts';

const segment = 'vip';

/** Members of the segment, `n` in each zone. */
async function members(world: World, zones: Record<string, number>) {
  const lists = createMembershipIndex(world.table);
  const all = Object.entries(zones).flatMap(([zone, n]) =>
    Array.from({ length: n }, (_, i) => ({ zone, customer: `u:${zone}-${i}` })),
  );
  for (const { zone, customer } of all) await lists.add({ ...mina, customer }, segment, zone);
  return all.map(({ customer }) => customer).sort();
}

const scheduled = (schedule: object) => aJourney({ entry: { triggers: [{ schedule, segment }] } });

test('wherever a launch dies, the next one goes on: everybody knocks, and under one id', async () => {
  const definition = scheduled({ at: start });
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    const all = await members(world, { UTC: 230 });
    const told = new Map<string, BusEvent>();
    alive = await launching(world, told, { definition, life: new Life(last) });
    if (!alive) await launching(world, told, { definition, now: addMs(start, quarterHour) });
    expect(whoOf(told)).toEqual(all);
    if (alive) expect(last).toBeGreaterThan(6);
  }
});

test('each time of a schedule comes once for each customer, when the clock at home shows it', async () => {
  const definition = scheduled({ every: 'day', time: '09:00' });
  const world = await aWorld();
  await members(world, { 'Asia/Seoul': 2, 'Europe/Berlin': 3, 'America/New_York': 1 });
  const from = '2026-03-02T12:00:00.000Z';
  const hours: string[] = [];
  for (let i = 1; i <= 96; i++) {
    const now = addMs(from, i * quarterHour);
    const told = new Map<string, BusEvent>();
    await launching(world, told, { definition, now, since: from });
    hours.push(...whoOf(told).map((who) => `${now.slice(8, 16)} ${who.slice(2)}`));
  }
  expect(hours).toEqual([
    '02T14:00 America/New_York-0',
    '03T00:00 Asia/Seoul-0',
    '03T00:00 Asia/Seoul-1',
    '03T08:00 Europe/Berlin-0',
    '03T08:00 Europe/Berlin-1',
    '03T08:00 Europe/Berlin-2',
  ]);
});

test('who moves to where the hour is still to come knocks under the same id', async () => {
  const definition = scheduled({ every: 'day', time: '09:00' });
  const world = await aWorld();
  const [since, customer] = ['2026-03-02T01:00:00.000Z', { ...mina, customer: 'u:mover' }];
  const told = new Map<string, BusEvent>();
  await createMembershipIndex(world.table).add(customer, segment, 'Europe/Berlin');
  await launching(world, told, { definition, since, now: '2026-03-02T08:00:00.000Z' });
  await createMembershipIndex(world.table).add(customer, segment, 'America/New_York');
  await launching(world, told, { definition, since, now: '2026-03-02T14:00:00.000Z' });
  expect(whoOf(told)).toEqual(['u:mover']);
});

test('a time that passed before the journey was live, or while nobody was there for a day, is passed over', async () => {
  const definition = scheduled({ at: start });
  const world = await aWorld();
  await members(world, { UTC: 1 });
  for (const passed of [{ since: start }, { now: addMs(start, 86_400_001) }]) {
    const told = new Map<string, BusEvent>();
    await launching(world, told, { definition, ...passed });
    expect(whoOf(told)).toEqual([]);
  }
});

test('out of time, it goes on by the bus', async () => {
  const definition = scheduled({ at: start });
  const world = await aWorld();
  const all = await members(world, { UTC: 250 });
  const told = new Map<string, BusEvent>();
  let calls = 0;
  await launching(world, told, { definition, time: { getRemainingTimeInMillis: () => (++calls > 1 ? 0 : 600_000) } });
  const next = [...told.values()].find(({ name }) => name === 'FanOutAdvanced')!;
  expect(whoOf(told).length).toBeLessThan(all.length);
  await launching(world, told, { definition, input: { 'detail-type': next.name, detail: next.detail } });
  expect(whoOf(told)).toEqual(all);
});

test('a business event reaches those whose trait is, or holds, the property', async () => {
  const match = { trait: 'wants', property: 'sku' };
  const definition = aJourney({ entry: { triggers: [{ businessEvent: 'Back In Stock', segment, match }] } });
  const world = await aWorld();
  await members(world, { UTC: 4 });
  const wants = ['shoe', 'hat', ['hat', 'shoe']] as const;
  for (const [i, value] of wants.entries())
    await world.know({
      ...aProfile(),
      customer: `u:UTC-${i}`,
      traits: { wants: { value: value as never, at: start } },
    });
  const event = { id: 'e1', name: 'Back In Stock', at: start, properties: { sku: 'shoe' } };
  const fanOuts = findBusinessFanOuts([liveAs(definition)], event);
  for (const fanOut of fanOuts) await fanOutStore(world.table).begin('acme', fanOut);
  const told = new Map<string, BusEvent>();
  const detail = { id: 'b1', workspace: 'acme', occurredAt: start, name: event.name, properties: event.properties };
  const envelope = {
    'detail-type': 'BusinessEventReceived',
    detail: { ...detail, fanOuts: fanOuts.map(({ id }) => id) },
  };
  await launching(world, told, { definition, input: envelope });
  expect(whoOf(told)).toEqual(['u:UTC-0', 'u:UTC-2']);
  expect(findBusinessFanOuts([liveAs(definition)], { ...event, properties: {} })).toEqual([]);
});
