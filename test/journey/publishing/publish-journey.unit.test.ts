import { expect, test } from 'vitest';
import { type Machines } from '#lib/aws/step-functions/state-machines.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type JourneyDraft } from '#lib/journey/definition/journey-definition.ts';
import { routedVersion } from '#lib/journey/publishing/rollout.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { machineName } from '#lib/journey/compilation/machine-name.ts';
import { PublishRequest } from '#lib/journey/publishing/apply-publication.ts';
import { publishStore } from '#lib/journey/publishing/version-store.ts';
import { createJourneyPublisher } from '#lib/journey/publishing/publish-journey.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { type Instant, addMs } from '#lib/shared/time.ts';
import { aJourney, aSend, functions, start } from '../journey-examples.ts';
import { aWorld, Life, survives } from '../journey-world.ts';

const place = { workspace: 'acme', journeyId: 'welcome' };

const draftOf = (more: Record<string, unknown> = {}): JourneyDraft => {
  const { version: _version, ...draft } = aJourney(more);
  return draft;
};

const renamed = (en: string) => draftOf({ name: { en, ko: en } });

/** Machines that take notes: each definition put there is a version. */
function fakeMachines() {
  const made: { name: string; definition: unknown; arn: string }[] = [];
  const routed: [string, { arn: string; weight: number }[]][] = [];
  const machines: Machines = {
    publish: async (name, definition) => {
      const last = made.findLast((one) => one.name === name);
      const isLast = JSON.stringify(last?.definition) === JSON.stringify(definition);
      const number = made.filter((one) => one.name === name).length + 1;
      if (!isLast) made.push({ name, definition, arn: `arn:${name}:${number}` });
      return made.at(-1)!.arn;
    },
    route: async (name, shares) => void routed.push([name, shares]),
    position: () => Promise.resolve(undefined),
  };
  return { made, routed, machines };
}

async function aPublisher(shipped = [] as Parameters<typeof createJourneyPublisher>[0]['shipped']) {
  const world = await aWorld();
  const fakes = fakeMachines();
  let now: Instant = start;
  const clock = { now: () => now };
  const over = (table: Table, machines: Machines) => {
    const journeys = journeyStore(table, { clock, shipped });
    const workspaces = workspaceStore(table);
    return createJourneyPublisher({
      workspaces,
      journeys,
      drafts: publishStore(table),
      segments: segmentStore(table, clock),
      placements: placementStore(table, clock),
      machines,
      functions,
      stack: 'test',
      shipped,
      clock,
    });
  };
  const journeys = journeyStore(world.table, { clock, shipped });
  const drafts = publishStore(world.table);

  async function write(draft: JourneyDraft): Promise<void> {
    const rev = (await drafts.draft('acme', draft.id))?.rev ?? 0;
    await drafts.saveDraft('acme', { draft, rev, savedAt: now });
  }

  async function publish(request: Partial<PublishRequest> = {}, by = over(world.table, fakes.machines)) {
    const asked = PublishRequest.parse(request);
    const publication = await by.plan(place, asked);
    return by.publish(place, publication, asked.weight);
  }

  const later = (ms: number): void => void (now = addMs(now, ms));
  return { ...world, ...fakes, journeys, drafts, over, write, publish, later };
}

test('the first publication makes a machine, a version, and lets people in', async () => {
  const world = await aPublisher();
  await world.write(draftOf());
  expect(await world.publish()).toMatchObject({ state: 'live', routes: [{ version: 1, weight: 100 }], latest: 1 });
  expect(world.made).toMatchObject([{ name: 'test-acme_welcome' }]);
  expect(await world.journeys.live('acme')).toMatchObject([
    { journeyId: 'welcome', versions: [{ version: 1, weight: 100, arn: 'arn:test-acme_welcome:1' }] },
  ]);
  expect(world.routed).toEqual([['test-acme_welcome', [{ arn: 'arn:test-acme_welcome:1', weight: 100 }]]]);
});

test('the same draft again is the same version; another one is the next', async () => {
  const world = await aPublisher();
  await world.write(draftOf());
  const first = await world.publish();
  world.later(60_000);
  expect(await world.publish()).toEqual(first);
  await world.write(renamed('Other'));
  expect(await world.publish()).toMatchObject({ routes: [{ version: 2, weight: 100 }] });
  expect(world.made).toHaveLength(2);
  expect((await world.journeys.version('acme', 'welcome', 1))?.definition.name.en).toBe('Welcome');
});

test('a new version is rolled out by shares, with the same draft published again', async () => {
  const world = await aPublisher();
  await world.write(draftOf());
  await world.publish();
  await world.write(renamed('Other'));
  const routes = [
    { version: 2, weight: 20 },
    { version: 1, weight: 80 },
  ];
  expect(await world.publish({ weight: 20 })).toMatchObject({ routes });
  expect(world.routed.at(-1)?.[1]).toEqual([
    { arn: 'arn:test-acme_welcome:2', weight: 20 },
    { arn: 'arn:test-acme_welcome:1', weight: 80 },
  ]);
  expect(await world.publish({ weight: 60 })).toMatchObject({ routes: [{ weight: 60 }, { version: 1, weight: 40 }] });
  expect(await world.publish()).toMatchObject({ routes: [{ version: 2, weight: 100 }] });
});

test('a growing share moves nobody back', () => {
  const customers = Array.from({ length: 2_000 }, (_, n) => ({ workspace: 'acme', customer: `u:${n}` }));
  const at = (weight: number) => {
    const routes = [
      { version: 2, weight },
      { version: 1, weight: 100 - weight },
    ];
    return customers.filter((customer) => routedVersion({ journeyId: 'welcome', routes }, customer) === 2);
  };
  const [few, more] = [at(20), at(60)];
  expect(few.length).toBeGreaterThan(340);
  expect(few.length).toBeLessThan(460);
  expect(few.every((customer) => more.includes(customer))).toBe(true);
  expect(at(100)).toHaveLength(2_000);
});

test('wherever publishing dies, publishing again finishes it, as one version', async () => {
  for (let last = 1; ; last++) {
    const world = await aPublisher();
    await world.write(draftOf());
    const life = new Life(last);
    const machines = life.live(world.machines, ['publish', 'route']);
    const over = await survives(() => world.publish({}, world.over(life.table(world.table), machines)));
    expect(await world.publish()).toMatchObject({ state: 'live', routes: [{ version: 1, weight: 100 }] });
    expect(await world.drafts.versions('acme', 'welcome')).toMatchObject([
      { version: 1, versionArn: 'arn:test-acme_welcome:1' },
    ]);
    expect(world.routed.length).toBeGreaterThan(0);
    if (over) break;
  }
});

test('a version that was begun and given up takes nobody in', async () => {
  const world = await aPublisher();
  await world.write(draftOf());
  const failing = { ...world.machines, publish: () => Promise.reject(new Error('no luck')) };
  await expect(world.publish({}, world.over(world.table, failing))).rejects.toThrow('no luck');
  await world.write(renamed('Other'));
  expect(await world.publish()).toMatchObject({ routes: [{ version: 2, weight: 100 }] });
  expect(await world.journeys.version('acme', 'welcome', 1)).toBeUndefined();
});

test('a shipped journey is taken over by a version of the workspace, on its own machine', async () => {
  const world = await aPublisher([aJourney()]);
  await world.write(renamed('Ours'));
  expect(await world.publish({ weight: 30 })).toMatchObject({
    routes: [
      { version: 2, weight: 30 },
      { version: 1, weight: 70 },
    ],
  });
  expect(world.routed.at(-1)?.[1]).toEqual([{ arn: 'arn:test-acme_welcome:1', weight: 100 }]);
  const [live] = await world.journeys.live('acme');
  expect(live?.versions.map(({ definition }) => definition.name.en)).toEqual(['Ours', 'Welcome']);
});

test('a newer version of a shipped journey takes the place of the one deployed before', async () => {
  const world = await aPublisher([aJourney()]);
  await world.journeys.saveRecord('acme', {
    ...(await world.journeys.readRecord('acme', 'welcome'))!,
    state: 'closed',
  });
  const deployed = journeyStore(world.table, { clock: world.clock, shipped: [aJourney({ version: 4 })] });
  expect(await deployed.readRecord('acme', 'welcome')).toMatchObject({
    state: 'closed',
    routes: [{ version: 4, weight: 100 }],
  });
});

test('a migration is written with the publication, and its version can be entered where the map leads', async () => {
  const world = await aPublisher();
  const steps = { Hello: aSend({ next: 'Pause' }), Pause: { kind: 'wait', for: '3d', next: 'Remind' } };
  await world.write(draftOf({ steps: { ...steps, Remind: aSend(), Done: { kind: 'exit' } } }));
  await world.publish();
  await world.write(draftOf({ steps: { ...steps, Remind: aSend({ late: 'skip' }), Done: { kind: 'exit' } } }));
  const migrate = { map: { Pause: 'Remind' } };
  const head = await world.publish({ migrate });
  expect(head.migrations).toEqual([{ from: [1], to: 2, map: { Remind: 'Remind' }, at: start }]);
  expect(JSON.stringify(world.made[1]?.definition)).toContain('Start: leg');
  world.later(60_000);
  expect(await world.publish({ migrate })).toEqual(head);
  expect(await world.publish()).toEqual(head);
  expect(world.made).toHaveLength(2);
});

test('a map with faults is told where, before anything is done', async () => {
  const world = await aPublisher();
  await world.write(draftOf());
  await world.publish();
  await world.write(renamed('Other'));
  const by = world.over(world.table, world.machines);
  const { faults } = await by.plan(place, PublishRequest.parse({ migrate: { map: { Nowhere: 'Hello' } } }));
  expect(faults).toMatchObject([{ code: 'unknown-step', place: 'migrate.map.Nowhere' }]);
});

test('two publications at once are two versions or a conflict, and the newest takes people in', async () => {
  const world = await aPublisher();
  await world.write(draftOf());
  const ended = await Promise.allSettled([world.publish(), world.publish()]);
  expect(ended.some(({ status }) => status === 'fulfilled')).toBe(true);
  for (const end of ended) if (end.status === 'rejected') expect(end.reason).toMatchObject({ status: 409 });
  expect(await world.publish()).toMatchObject({ routes: [{ version: 1, weight: 100 }] });
});

test('machines are named after workspace and journey; no two share a name, and none is too long', () => {
  expect(machineName('throughline-dev', 'acme', 'welcome')).toBe('throughline-dev-acme_welcome');
  expect(machineName('s', 'a-b', 'c')).not.toBe(machineName('s', 'a', 'b-c'));
  const long = machineName('throughline-staging', 'w'.repeat(32), 'j'.repeat(40));
  expect(long).toMatch(/^throughline-staging-w+_.*$/);
  expect(long.length).toBe(80);
  expect(machineName('throughline-staging', 'w'.repeat(32), `${'j'.repeat(39)}k`)).not.toBe(long);
});
