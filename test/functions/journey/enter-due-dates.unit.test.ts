import { expect, test } from 'vitest';
import { type BusEvent } from '#lib/model/bus-events.ts';
import { triggerId } from '#lib/journey/scheduling/date-entries.ts';
import { listShards } from '#lib/model/keys/table-keys.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { type Instant, addMs } from '#lib/shared/time.ts';
import { muteErrors } from '../ingestion/ingestion-world.ts';
import { refusingTable } from '../../support/refusing-table.ts';
import { aJourney, aProfile, dated, mina } from '../../journey/journey-examples.ts';
import { launching, quarterHour, whoOf } from './launch-harness.ts';
import { aWorld, Life, type World } from '../../journey/journey-world.ts';

const rule = { trait: 'birthday', at: '09:00', every: 'year' as const };
const birthday = aJourney({ id: 'birthday', entry: { triggers: [{ date: rule }] } });
const nine = '2026-03-03T09:00:00.000Z';

test('wherever a launch of dates dies, everybody knocks once a year', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    const lists = createMembershipIndex(world.table);
    const due = (customer: string) => ({
      customer: { ...mina, customer },
      journeyId: 'birthday',
      trigger: triggerId(rule),
    });
    for (const name of ['u:ann', 'u:ben', 'u:eve']) {
      const day = name === 'u:eve' ? '1990-03-04' : '1990-03-03';
      await world.know({ ...aProfile(), customer: name, traits: dated({ birthday: day }) });
      await lists.scheduleDate(due(name), nine);
    }
    const told = new Map<string, BusEvent>();
    alive = await launching(world, told, { definition: birthday, now: nine, life: new Life(last) });
    await launching(world, told, { definition: birthday, now: addMs(nine, quarterHour) });
    // Eve told another day meanwhile: it counts, and comes then.
    expect(whoOf(told)).toEqual(['u:ann', 'u:ben']);
    await launching(world, told, { definition: birthday, now: addMs(nine, 86_400_000) });
    expect(whoOf(told)).toEqual(['u:ann', 'u:ben', 'u:eve']);
    const later = new Map<string, BusEvent>();
    await launching(world, later, { definition: birthday, now: '2027-03-03T09:00:00.000Z', since: nine });
    expect(whoOf(later)).toEqual(['u:ann', 'u:ben']);
  }
});

const nineInWinnipeg = '2026-12-10T14:00:00.000Z';

/** A customer in Winnipeg, born on a 10 December, whose date was written down as `at` by other zone data. */
async function writtenDown(world: World, at: Instant) {
  const customer = { ...mina, customer: 'u:wyn' };
  const traits = dated({ birthday: '1990-12-10', timezone: 'America/Winnipeg' });
  await world.know({ ...aProfile(), ...customer, traits });
  await createMembershipIndex(world.table).scheduleDate(
    { customer, journeyId: 'birthday', trigger: triggerId(rule) },
    at,
  );
}

/** All dates that are written down. */
async function datesIn({ table }: World) {
  const shards = Array.from({ length: listShards }, (_, shard) => ({ workspace: 'acme', shard }));
  const rows = await Promise.all(shards.map((shard) => createMembershipIndex(table).due(shard, { upTo: '2999' })));
  return rows.flat().map(({ at }) => at);
}

const hoursOn = (hours: number): Instant => addMs(nineInWinnipeg, hours * 3_600_000);

test.each([
  ['an hour late', hoursOn(1)],
  ['an hour early', hoursOn(-1)],
  ['right', nineInWinnipeg],
])('a date that older zone data had %s comes when the clocks show it', async (_how, at) => {
  const world = await aWorld();
  await writtenDown(world, at);
  const times: Instant[] = [];
  for (const now of [-20, -1, 0, 1].map(hoursOn)) {
    const told = new Map<string, BusEvent>();
    await launching(world, told, { definition: birthday, now });
    times.push(...whoOf(told).map(() => now));
  }
  expect(times).toEqual([nineInWinnipeg]);
  expect(await datesIn(world)).toEqual(['2027-12-10T14:00:00.000Z']);
});

test('a date that should have come an hour ago is told late, and not a year later', async () => {
  const world = await aWorld();
  await writtenDown(world, hoursOn(1));
  const told = new Map<string, BusEvent>();
  await launching(world, told, { definition: birthday, now: hoursOn(1) });
  await launching(world, told, { definition: birthday, now: hoursOn(1.25) });
  expect([...told.values()].map(({ detail }) => detail.occurredAt)).toEqual([nineInWinnipeg]);
});

test('a date is worked out anew once, a day ahead, and again after the zone data changed', async () => {
  const world = await aWorld();
  await writtenDown(world, nineInWinnipeg);
  const looking = (hours: number, zones: string) =>
    launching(world, new Map(), { definition: birthday, now: hoursOn(hours), zones });
  await looking(-20, '2026e');
  await writtenDown(world, hoursOn(1)); // nothing but other zone data does
  await looking(-19, '2026e');
  expect(await datesIn(world)).toEqual([hoursOn(1)]);
  await looking(-18, '2026f');
  expect(await datesIn(world)).toEqual([nineInWinnipeg]);
});

test('wherever looking ahead dies, the date is told once, in time', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    await writtenDown(world, hoursOn(1));
    alive = await launching(world, new Map(), { definition: birthday, now: hoursOn(-20), life: new Life(last) });
    const told = new Map<string, BusEvent>();
    for (const hours of [-19.75, 0, 1]) await launching(world, told, { definition: birthday, now: hoursOn(hours) });
    expect([...told.values()].map(({ detail }) => detail.occurredAt)).toEqual([nineInWinnipeg]);
  }
});

test.each([
  [true, [{ zonesOutdated: 1 }, { knocked: 0, dates: 0 }]],
  [false, [{ knocked: 0, dates: 0 }]],
])('zone data that is too old (%s) is counted', async (isOutdated, counts) => {
  const reported: object[] = [];
  await launching(await aWorld(), new Map(), { definition: birthday, isOutdated, reported });
  expect(reported).toEqual(counts);
});

test('a date that DynamoDB will never move on knocks, goes, and keeps no other from its own', async () => {
  muteErrors();
  const world = await aWorld();
  const lists = createMembershipIndex(world.table);
  const all = ['u:ann', 'u:ben', 'u:eve'].map((customer) => ({ ...mina, customer }));
  for (const customer of all) {
    await world.know({ ...aProfile(), ...customer, traits: dated({ birthday: '1990-03-03' }) });
    await lists.scheduleDate({ customer, journeyId: 'birthday', trigger: triggerId(rule) }, nine);
  }
  const table = refusingTable(world.table, ({ pk, sk }) => pk === 'acme#u:ann' && sk.startsWith('date#'));
  const told = new Map<string, BusEvent>();
  const launched = launching({ ...world, table }, told, { definition: birthday, now: nine });
  await expect(launched).rejects.toMatchObject({ code: 'write.collection-full', facts: { count: 1 } });
  expect(whoOf(told)).toEqual(['u:ann', 'u:ben', 'u:eve']);
  const again = new Map<string, BusEvent>();
  await launching({ ...world, table }, again, { definition: birthday, now: addMs(nine, quarterHour) });
  expect(whoOf(again)).toEqual([]);
});
