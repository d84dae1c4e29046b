import { expect, test } from 'vitest';
import { launch } from '../../functions/journey/launch/handler.ts';
import { type Bus } from '../../lib/aws/bus.ts';
import { type BusEvent } from '../../lib/events.ts';
import { workspaceStore } from '../../lib/ingestion/store.ts';
import { dateEntries } from '../../functions/journey/launch/dates.ts';
import { nameOfRule } from '../../lib/journey/date-trigger.ts';
import { fanOutStore } from '../../lib/journey/fan-out.ts';
import { type JourneyDefinition } from '../../lib/journey/definition.ts';
import { businessFanOuts } from '../../lib/journey/launches.ts';
import { directory } from '../../lib/profile/directory.ts';
import { profileStore } from '../../lib/profile/store.ts';
import { type Instant, plus } from '../../lib/time.ts';
import { liveAs } from '../profile/projecting.ts';
import { muteErrors } from '../ingestion/world.ts';
import { refusingTable } from '../support/refusing-table.ts';
import { aJourney, aProfile, dated, mina, start } from './given.ts';
import { aWorld, Life, survives, type World } from './world.ts';

const quarterHour = 15 * 60_000;
const aLot = { getRemainingTimeInMillis: () => 600_000 };

interface Launching {
  definition: JourneyDefinition;
  now?: Instant;
  life?: Life;
  since?: Instant;
  time?: { getRemainingTimeInMillis(): number };
  input?: unknown;
}

/** One call of launch; what it told is in `told`, the same event once. */
async function launching(
  world: World,
  told: Map<string, BusEvent>,
  { definition, now = start, life = new Life(), since = plus(start, -86_400_000), time = aLot, input = {} }: Launching,
) {
  const table = life.table(world.table);
  const bus: Bus = life.live<Bus>(
    {
      put: async (events) => {
        for (const event of events) told.set(event.detail.id, event);
        return [];
      },
    },
    ['put'],
  );
  const live = liveAs(definition);
  const shared = { workspaces: workspaceStore(table), directory: directory(table), profiles: profileStore(table), bus };
  const handler = launch({
    ...shared,
    journeys: { live: async () => [{ ...live, head: { ...live.head, since } }] },
    fanOuts: fanOutStore(table),
    dates: dateEntries(shared),
    clock: { now: () => now },
    report: () => undefined,
  });
  return survives(() => handler(input, time));
}

const segment = 'vip';

/** Members of the segment, `n` in each zone. */
async function members(world: World, zones: Record<string, number>) {
  const lists = directory(world.table);
  const all = Object.entries(zones).flatMap(([zone, n]) =>
    Array.from({ length: n }, (_, i) => ({ zone, customer: `u:${zone}-${i}` })),
  );
  for (const { zone, customer } of all) await lists.list({ ...mina, customer }, segment, zone);
  return all.map(({ customer }) => customer).sort();
}

const whoOf = (told: Map<string, BusEvent>) =>
  [...told.values()].flatMap((event) => (event.name === 'EntryTriggered' ? [event.detail.customer] : [])).sort();

const scheduled = (schedule: object) => aJourney({ entry: { triggers: [{ schedule, segment }] } });

test('wherever a launch dies, the next one goes on: everybody knocks, and under one id', async () => {
  const definition = scheduled({ at: start });
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    const all = await members(world, { UTC: 230 });
    const told = new Map<string, BusEvent>();
    alive = await launching(world, told, { definition, life: new Life(last) });
    if (!alive) await launching(world, told, { definition, now: plus(start, quarterHour) });
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
    const now = plus(from, i * quarterHour);
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
  await directory(world.table).list(customer, segment, 'Europe/Berlin');
  await launching(world, told, { definition, since, now: '2026-03-02T08:00:00.000Z' });
  await directory(world.table).list(customer, segment, 'America/New_York');
  await launching(world, told, { definition, since, now: '2026-03-02T14:00:00.000Z' });
  expect(whoOf(told)).toEqual(['u:mover']);
});

test('a time that passed before the journey was live, or while nobody was there for a day, is passed over', async () => {
  const definition = scheduled({ at: start });
  const world = await aWorld();
  await members(world, { UTC: 1 });
  for (const passed of [{ since: start }, { now: plus(start, 86_400_001) }]) {
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
  const fanOuts = businessFanOuts([liveAs(definition)], event);
  for (const fanOut of fanOuts) await fanOutStore(world.table).begin('acme', fanOut);
  const told = new Map<string, BusEvent>();
  const detail = { id: 'b1', workspace: 'acme', occurredAt: start, name: event.name, properties: event.properties };
  const envelope = {
    'detail-type': 'BusinessEventReceived',
    detail: { ...detail, fanOuts: fanOuts.map(({ id }) => id) },
  };
  await launching(world, told, { definition, input: envelope });
  expect(whoOf(told)).toEqual(['u:UTC-0', 'u:UTC-2']);
  expect(businessFanOuts([liveAs(definition)], { ...event, properties: {} })).toEqual([]);
});

const rule = { trait: 'birthday', at: '09:00', every: 'year' as const };
const birthday = aJourney({ id: 'birthday', entry: { triggers: [{ date: rule }] } });
const nine = '2026-03-03T09:00:00.000Z';

test('wherever a launch of dates dies, everybody knocks once a year', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    const lists = directory(world.table);
    const due = (customer: string) => ({
      customer: { ...mina, customer },
      journeyId: 'birthday',
      trigger: nameOfRule(rule),
    });
    for (const name of ['u:ann', 'u:ben', 'u:eve']) {
      const day = name === 'u:eve' ? '1990-03-04' : '1990-03-03';
      await world.know({ ...aProfile(), customer: name, traits: dated({ birthday: day }) });
      await lists.date(due(name), nine);
    }
    const told = new Map<string, BusEvent>();
    alive = await launching(world, told, { definition: birthday, now: nine, life: new Life(last) });
    await launching(world, told, { definition: birthday, now: plus(nine, quarterHour) });
    // Eve told another day meanwhile: it counts, and comes then.
    expect(whoOf(told)).toEqual(['u:ann', 'u:ben']);
    await launching(world, told, { definition: birthday, now: plus(nine, 86_400_000) });
    expect(whoOf(told)).toEqual(['u:ann', 'u:ben', 'u:eve']);
    const later = new Map<string, BusEvent>();
    await launching(world, later, { definition: birthday, now: '2027-03-03T09:00:00.000Z', since: nine });
    expect(whoOf(later)).toEqual(['u:ann', 'u:ben']);
  }
});

test('a date that DynamoDB will never move on knocks, goes, and keeps no other from its own', async () => {
  muteErrors();
  const world = await aWorld();
  const lists = directory(world.table);
  const all = ['u:ann', 'u:ben', 'u:eve'].map((customer) => ({ ...mina, customer }));
  for (const customer of all) {
    await world.know({ ...aProfile(), ...customer, traits: dated({ birthday: '1990-03-03' }) });
    await lists.date({ customer, journeyId: 'birthday', trigger: nameOfRule(rule) }, nine);
  }
  const table = refusingTable(world.table, ({ pk, sk }) => pk === 'acme#u:ann' && sk.startsWith('date#'));
  const told = new Map<string, BusEvent>();
  const launched = launching({ ...world, table }, told, { definition: birthday, now: nine });
  await expect(launched).rejects.toMatchObject({ code: 'write.collection-full', facts: { count: 1 } });
  expect(whoOf(told)).toEqual(['u:ann', 'u:ben', 'u:eve']);
  const again = new Map<string, BusEvent>();
  await launching({ ...world, table }, again, { definition: birthday, now: plus(nine, quarterHour) });
  expect(whoOf(again)).toEqual([]);
});
