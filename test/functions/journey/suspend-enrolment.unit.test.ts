import { expect, test } from 'vitest';
import { resumeSuspended } from '#functions/journey/resume-suspended/handler.ts';
import { suspendEnrolment } from '#functions/journey/suspend-enrolment/handler.ts';
import { type Timers } from '#lib/aws/timers.ts';
import { type Enrolment } from '#lib/journey/enrolment/enrolment-record.ts';
import { enrolmentEntryWrites } from '#lib/journey/enrolment/enrolment-writes.ts';
import { endEnrolment } from '#lib/journey/execution/end-enrolment.ts';
import { firstRun } from '#lib/journey/enrolment/execution-input.ts';
import { addMs } from '#lib/shared/time.ts';
import { aCall, anInput, aProfile, mina, start } from '../../journey/journey-examples.ts';
import { aWorld, Life, survives, versionArn, type World } from '../../journey/journey-world.ts';

const day = 86_400_000;
const until = addMs(start, 40 * day);
const enrolmentId = 'ab'.repeat(16);
const row: Enrolment = {
  ...{ enrolmentId, journeyId: 'welcome', version: 1, entryKey: '', status: 'active', trigger: 'Signed Up' },
  startedAt: start,
};

/** Mina inside, on her first execution; timers that only take notes. */
async function inside() {
  const world = await aWorld();
  await world.table.transact(enrolmentEntryWrites(mina, row, { entries: 0 }));
  await world.know(aProfile({ journeys: { [enrolmentId]: { journeyId: 'welcome', version: 1, since: start } } }));
  const set = new Map<string, { at: string; input: unknown }>();
  const timers: Timers = {
    set: async (name, at, input) => {
      if (!set.has(name)) set.set(name, { at, input });
    },
    clear: async (name) => void set.delete(name),
  };
  return { world, set, timers };
}

type Inside = Awaited<ReturnType<typeof inside>>;

const call = (more: object = {}) => ({
  ...aCall({ kind: 'wait', for: '40d', next: 'Later' }, { enrolment: anInput({ enrolmentId }), vars: { offer: 1 } }),
  ...{ until, at: 'Later', execution: 'arn:aws:states:us-east-1:000000000000:execution:test-welcome:v1' },
  ...more,
});

function parking({ world, timers }: Inside, life = new Life()) {
  return suspendEnrolment({
    ...world,
    enrolments: life.live(world.enrolments, ['markSuspended', 'markContinued']),
    executions: life.executions(world.executions),
    timers: life.live(timers, ['set', 'clear']),
  });
}

const awakening = (world: World, { at = until, life = new Life() } = {}) =>
  resumeSuspended({
    ...world,
    enrolments: life.live(world.enrolments, ['markContinued']),
    executions: life.executions(world.executions),
    clock: { now: () => at },
    pause: async (ms) => void paused.push(ms),
    report: () => undefined,
  });

const paused: number[] = [];

const present = ({ world }: Inside) => world.enrolments.get(mina, enrolmentId);

test('a long wait is a timer, which starts the next leg where the journey goes on', async () => {
  const given = await inside();
  expect(await parking(given)(call())).toMatchObject({ status: 'parked', because: { until, leg: 1 } });
  const [[name, timer]] = [...given.set] as [[string, { at: string; input: unknown }]];
  expect([name, timer.at]).toEqual([`${enrolmentId}-1`, until]);
  expect(await present(given)).toMatchObject({ status: 'active', parkedUntil: until, parkedAt: 'Hello' });

  expect(await awakening(given.world)(timer.input)).toEqual({ outcome: 'started' });
  expect([...given.world.started]).toMatchObject([
    [`v1-${enrolmentId}-1`, { enrolmentId, vars: { offer: 1 }, run: { leg: 1, at: 'Later' } }],
  ]);
  const { parkedUntil, parkedAt, ...led } = (await present(given))!;
  expect([parkedUntil, parkedAt, led]).toMatchObject([undefined, undefined, { status: 'active', leg: 1 }]);
});

test('the next leg stays on the version of the one before', async () => {
  const given = await inside();
  await parking(given)(call());
  expect([...given.set.values()][0]?.input).toMatchObject({ machineArn: versionArn });
});

test('wherever parking dies, one timer is set', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const given = await inside();
    alive = await survives(() => parking(given, new Life(last))(call()));
    await parking(given)(call());
    expect(given.set.size).toBe(1);
  }
});

test('wherever awakening dies, and however often it is called, one leg is started', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const given = await inside();
    await parking(given)(call());
    const { input } = [...given.set.values()][0]!;
    alive = await survives(() => awakening(given.world, { life: new Life(last) })(input));
    for (let times = 0; times < 2; times++) expect(await awakening(given.world)(input)).toEqual({ outcome: 'started' });
    expect(given.world.started.size).toBe(1);
    expect(await present(given)).toMatchObject({ status: 'active', leg: 1 });
  }
});

test('a timer that calls too soon is waited for', async () => {
  const given = await inside();
  await parking(given)(call());
  paused.length = 0;
  await awakening(given.world, { at: addMs(until, -20_000) })([...given.set.values()][0]!.input);
  expect(paused).toEqual([20_000]);
});

const leave = ({ world }: Inside) =>
  endEnrolment(world, { owner: mina, enrolmentId }, { outcome: 'exited', at: start });

test('whoever leaves while parked starts nothing, and the timer goes', async () => {
  const given = await inside();
  await parking(given)(call());
  const { input } = [...given.set.values()][0]!;
  await leave(given);
  const detail = {
    ...{ id: 'e', ...mina, customerId: 'mina', occurredAt: start, enrolmentId, journeyId: 'welcome', version: 1 },
    ...{ outcome: 'exited', parkedLeg: 1 },
  };
  await parking(given)({ 'detail-type': 'EnrolmentEnded', detail });
  expect(given.set.size).toBe(0);
  expect(await awakening(given.world)(input)).toEqual({ outcome: 'over' });
  expect(given.world.started.size).toBe(0);
});

test('whoever left before the wait is not parked', async () => {
  const given = await inside();
  await leave(given);
  expect(await parking(given)(call())).toMatchObject({ status: 'over' });
  expect(given.set.size).toBe(0);
});

test('whoever leaves between the look and the start is stopped', async () => {
  const given = await inside();
  await parking(given)(call());
  const leaving: World = {
    ...given.world,
    executions: {
      ...given.world.executions,
      start: async (...args) => {
        await leave(given);
        return given.world.executions.start(...args);
      },
    },
  };
  expect(await awakening(leaving)([...given.set.values()][0]!.input)).toEqual({ outcome: 'over' });
  expect(given.world.stopped).toHaveLength(1);
});

test('a time that has come starts the next leg at once', async () => {
  const given = await inside();
  expect(await parking(given)(call({ until: start }))).toMatchObject({ status: 'started' });
  expect(given.set.size).toBe(0);
  expect(await present(given)).toMatchObject({ leg: 1, status: 'active' });
});

test('a timer of a leg that has gone by starts nothing', async () => {
  const given = await inside();
  await parking(given)(call());
  const { input } = [...given.set.values()][0]!;
  const later = call({ until: start, enrolment: anInput({ enrolmentId, run: { ...firstRun, leg: 1 } }) });
  await parking(given)(later);
  expect(await awakening(given.world)(input)).toEqual({ outcome: 'behind' });
  expect([...given.world.started.keys()]).toEqual([`v1-${enrolmentId}-2`]);
  expect(await present(given)).toMatchObject({ leg: 2 });
});
