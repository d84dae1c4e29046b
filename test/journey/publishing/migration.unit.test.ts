import { expect, test } from 'vitest';
import { createEnrolmentMigrator } from '#lib/journey/execution/migrate-enrolment.ts';
import { type JourneyVersion } from '#lib/journey/publishing/journey-store.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { enrolmentEntryWrites } from '#lib/journey/enrolment/enrolment-writes.ts';
import { resolveMigration, resolveMigrationMap } from '#lib/journey/publishing/migration.ts';
import { previewEnrolments } from '#functions/journey/publish-journey/preview-enrolments.ts';
import { previewEnrolment } from '#lib/journey/publishing/preview-migration.ts';
import { planMigration } from '#lib/journey/publishing/apply-publication.ts';
import { StepCall } from '#lib/journey/execution/step-call.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { addDuration } from '#lib/shared/time.ts';
import { aCall, aJourney, anInput, aProfile, aSend, mina, start } from '../journey-examples.ts';
import { aWorld, Life, survives } from '../journey-world.ts';

const waits = (next: string) => ({ kind: 'wait', for: '3d', next });

/** Hello, a wait, a reminder. */
const first = aJourney({
  steps: { Hello: aSend({ next: 'Pause' }), Pause: waits('Remind'), Remind: aSend(), Done: { kind: 'exit' } },
});

/** The same with a second reminder. */
const second = aJourney({
  version: 2,
  exit: { event: 'Subscribed' },
  steps: {
    Hello: aSend({ next: 'Pause' }),
    Pause: waits('Better'),
    Better: aSend({ next: 'Again' }),
    Again: waits('Last'),
    Last: aSend(),
    Done: { kind: 'exit' },
  },
});

const resolved = (map: Record<string, string | null>, from = first) => resolveMigrationMap(from, second, map);

test('whoever is about to act at a step of the map goes on at its target', () => {
  expect(resolved({ Remind: 'Better' })).toEqual({ map: { Remind: 'Better' }, faults: [] });
});

test('a wait in the map stands for the step it leads to, and is not waited for twice', () => {
  expect(resolved({ Pause: 'Better' }).map).toEqual({ Remind: 'Better' });
  expect(resolved({ Pause: 'Again' }).map).toEqual({ Remind: 'Last' });
});

test('people from two waits that meet at one step have to be told apart', () => {
  const two = aJourney({
    steps: {
      Hello: aSend({ next: 'Which' }),
      Which: { kind: 'randomSplit', salt: 's', paths: ['Short', 'Long'].map((next) => ({ weight: 1, next })) },
      Short: waits('Remind'),
      Long: waits('Remind'),
      Remind: aSend(),
      Done: { kind: 'exit' },
    },
  });
  expect(resolved({ Short: 'Better' }, two).faults).toMatchObject([{ code: 'ambiguous-step' }]);
  expect(resolved({ Short: 'Better', Long: null }, two).faults).toMatchObject([{ code: 'ambiguous-step' }]);
  expect(resolved({ Short: 'Better', Long: 'Better' }, two).map).toEqual({ Remind: 'Better' });
  expect(resolved({ Short: 'Better', Remind: 'Last' }, two).map).toEqual({ Remind: 'Last' });
});

test.each([
  [{ Nowhere: 'Better' }, 'unknown-step'],
  [{ Pause: 'Nowhere' }, 'unknown-target'],
  [{ Done: 'Better' }, 'nothing-to-move'],
])('the map %j is refused: %s', (map, code) => {
  expect(resolved(map).faults).toMatchObject([{ code }]);
});

test('exit in a map leads out where the new version has no step of that name', () => {
  const { migrations } = planMigration({ Pause: 'exit' }, { from: [first], to: second, now: start });
  expect(migrations).toEqual([{ from: [1], to: 2, map: { Remind: null }, at: start }]);
});

const migrations = [{ from: [1], to: 2, map: { Remind: 'Better', Hello: null }, at: start }];
const head = { state: 'live' as const, migrations };

test.each([
  ['Remind', 1, { kind: 'to', version: 2, at: 'Better' }],
  ['Hello', 1, { kind: 'leave', outcome: 'migrated' }],
  ['Other', 1, undefined],
  ['Remind', 2, undefined],
])('at %s of version %i: %j', (stepId, version, move) => {
  expect(resolveMigration(head, { version, stepId }, { version })).toEqual(move);
});

test('the newest migration decides; a stopped journey leads everybody out; who was handed over is seen to the end', () => {
  const later = { from: [1, 2], to: 3, map: { Remind: 'X' }, at: start };
  expect(
    resolveMigration({ ...head, migrations: [...migrations, later] }, { version: 1, stepId: 'Remind' }),
  ).toMatchObject({
    version: 3,
  });
  expect(resolveMigration({ ...head, state: 'stopped' }, { version: 1, stepId: 'Other' })).toEqual({
    kind: 'leave',
    outcome: 'stopped',
  });
  expect(resolveMigration(undefined, { version: 1, stepId: 'Remind' }, { version: 2 })).toEqual({ kind: 'finish' });
});

test.each([
  ['Pause', 'moves', ['Better']],
  ['Hello: later', 'leaves', []],
  ['Hello', 'leaves', []],
  ['Done', 'stays', []],
  [undefined, 'leaves', []],
])('somebody in the state %s %s', (state, fate, to) => {
  expect(previewEnrolment(first, state, migrations)).toMatchObject({ fate, to });
});

test('a loop that is parked goes on where it leads back to', () => {
  const loop = aJourney({
    steps: {
      Hello: aSend({ next: 'Again' }),
      Again: { kind: 'goTo', to: 'Rest', limit: 900, next: 'Remind' },
      Rest: { kind: 'wait', for: '1d', next: 'Hello' },
      Remind: aSend(),
      Done: { kind: 'exit' },
    },
  });
  expect(previewEnrolment(loop, 'Again: parked', migrations)).toMatchObject({ step: 'Again', fate: 'leaves' });
});

test('who may wake on several ways depends', () => {
  const asks = aJourney({
    steps: {
      Hello: aSend({ next: 'Ask' }),
      Ask: { kind: 'waitForEvent', on: { event: 'Yes' }, next: 'Thank', timeout: '3d', onTimeout: 'Remind' },
      Thank: aSend(),
      Remind: aSend(),
      Done: { kind: 'exit' },
    },
  });
  expect(previewEnrolment(asks, 'Ask', migrations)).toEqual({ step: 'Ask', fate: 'depends', to: ['Better'] });
});

const versionArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:test-acme_welcome:2';
const version: JourneyVersion = { version: 2, definition: second, arn: versionArn };
const enrolmentId = 'e'.repeat(32);
const inside = { journeyId: 'welcome', version: 1, since: start, exit: { event: 'Order Completed' } };

const input = anInput({ enrolmentId });
const call = StepCall.parse(
  aCall(aSend(), { stepId: 'Remind', enrolment: input, vars: { seen: 1 }, enteredAt: addDuration(start, '3d') }),
);
const move = { kind: 'to', version: 2, at: 'Better' } as const;

async function someoneInside() {
  const world = await aWorld();
  await world.know(aProfile({ journeys: { [enrolmentId]: inside } }));
  const at = { journeyId: 'welcome', version: 1, entryKey: '', trigger: 'x', startedAt: start };
  const row = { ...at, enrolmentId, status: 'active', executionArn: 'arn:old' } as const;
  await world.table.transact(enrolmentEntryWrites(mina, row, { entries: 0 }));
  return { ...world, journeys: { version: () => Promise.resolve(version) } };
}

test('somebody parked is where the row says, though nothing is left of the execution before', async () => {
  const world = await someoneInside();
  const until = addDuration(start, '200d');
  await world.enrolments.markSuspended(mina, enrolmentId, { until, at: 'Pause' });
  const stores = { enrolments: world.enrolments, machines: { position: () => Promise.resolve(undefined) } };
  const place = { workspace: 'acme', journeyId: 'welcome' };
  const { people } = await previewEnrolments(stores, place, { versions: new Map([[1, first]]), migrations });
  expect(people).toMatchObject([{ step: 'Pause', parkedUntil: until, fate: 'moves', to: ['Better'] }]);
});

test('a hand-over moves row and profile together and starts the next leg under its name, where the map leads', async () => {
  const world = await someoneInside();
  expect(await createEnrolmentMigrator(world)(call, move)).toBe('moved');
  expect([...world.started]).toMatchObject([
    [`v2-${enrolmentId}-1`, { version: 2, vars: { seen: 1 }, run: { leg: 1, at: 'Better' } }],
  ]);
  expect(await world.enrolments.get(mina, enrolmentId)).toMatchObject({ version: 2, leg: 1, status: 'active' });
  expect((await world.profiles.get(mina))?.journeys[enrolmentId]).toMatchObject({
    version: 2,
    exit: { event: 'Subscribed' },
  });
});

test('wherever a hand-over dies, calling again moves once', async () => {
  for (let last = 1; ; last++) {
    const world = await someoneInside();
    const life = new Life(last);
    const table = life.table(world.table);
    const stores = { profiles: profileStore(table), enrolments: enrolmentStore(table) };
    const dying = { ...world, ...stores, executions: life.executions(world.executions) };
    const over = await survives(() => createEnrolmentMigrator(dying)(call, move));
    const inNow = (await world.profiles.get(mina))?.journeys[enrolmentId];
    const again = resolveMigration(head, { version: 1, stepId: 'Remind' }, inNow);
    expect(await createEnrolmentMigrator(world)(call, again ?? move)).toBe('moved');
    expect([...world.started.keys()]).toEqual([`v2-${enrolmentId}-1`]);
    expect(await world.enrolments.get(mina, enrolmentId)).toMatchObject({ version: 2, leg: 1, status: 'active' });
    if (over) break;
  }
});

test('whoever left meanwhile is not moved', async () => {
  const world = await someoneInside();
  const enrolment = await world.enrolments.get(mina, enrolmentId);
  await world.enrolments.markEnded({ enrolment: enrolment!, owner: mina }, { outcome: 'exited', at: start });
  expect(await createEnrolmentMigrator(world)(call, move)).toBe('left');
  expect(world.started.size).toBe(0);
});

test('whoever is led out has left, with the outcome that says so', async () => {
  const world = await someoneInside();
  expect(await createEnrolmentMigrator(world)(call, { kind: 'leave', outcome: 'migrated' })).toBe('left');
  expect(await world.enrolments.get(mina, enrolmentId)).toMatchObject({ status: 'ended', outcome: 'migrated' });
  expect((await world.profiles.get(mina))?.journeys).toEqual({});
});

test('somebody held stays late under the new step’s name', async () => {
  const world = await someoneInside();
  const held = { stepId: 'Remind', since: start };
  await createEnrolmentMigrator(world)({ ...call, enrolment: { ...input, run: { ...input.run, held } } }, move);
  expect([...world.started.values()]).toMatchObject([{ run: { held: { stepId: 'Better', since: start } } }]);
});
