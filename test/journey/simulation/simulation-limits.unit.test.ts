import { expect, test } from 'vitest';
import { Workspace } from '#lib/model/workspace.ts';
import { Population } from '#lib/journey/simulation/customers/population.ts';
import { type RecordedHistory, replayJourney } from '#lib/journey/simulation/replay.ts';
import { simulateJourney } from '#lib/journey/simulation/simulate-journey.ts';
import { projectInMemory } from '#lib/projection/simulated-projection.ts';
import { aJourney } from '../journey-examples.ts';
import { everywhere, from, identified, touched, twice } from './simulation-examples.ts';

/** A clock that moves on by one with each look, so that what is done in time does not depend on the machine. */
function aLimit(ms: number) {
  let time = 0;
  return { now: () => time++, ms };
}

const request = () => ({
  apply: projectInMemory,
  definition: aJourney({ exit: undefined, ...twice('1d') }),
  workspace: Workspace.parse({ id: 'acme', name: 'Acme' }),
  population: Population.parse(everywhere),
  ...{ days: 10, seed: 1, from },
});

test('a simulation with time enough is whole, and the same as without a limit', async () => {
  const whole = await simulateJourney({ ...request(), customers: 200 });
  expect(whole.complete).toBe(true);
  expect(await simulateJourney({ ...request(), customers: 200 }, aLimit(1e9))).toEqual(whole);
});

test('one whose time is up answers what the same request for fewer customers answers, and says so', async () => {
  const { stopped, asked, ...cut } = await simulateJourney({ ...request(), customers: 2_000 }, aLimit(3_000));
  expect(cut).toMatchObject({ complete: false, days: 10 });
  expect({ stopped, asked }).toEqual({ stopped: 'time', asked: { customers: 2_000, days: 10 } });
  expect(cut.customers).toBeGreaterThan(50);
  expect(cut.customers).toBeLessThan(2_000);
  const { warnings, ...same } = await simulateJourney({ ...request(), customers: cut.customers });
  expect({ ...cut, complete: true, warnings }).toEqual({ ...same, warnings });
  expect(cut.warnings.at(-1)).toBe(`time was up: ${cut.customers} of 2000 customers over 10 of 10 days were simulated`);
});

test('customers who act without end are cut off at the end of a whole day, or before the first', async () => {
  const perMonth = { 'Order Completed': 1e18 };
  const journey = aJourney();
  const population = Population.parse({ ...everywhere, perMonth });
  const result = await simulateJourney(
    { ...request(), definition: journey, population, customers: 5_000 },
    aLimit(20_000),
  );
  expect(result).toMatchObject({ complete: false, customers: 1, days: 0, entered: 0, open: [] });
  expect(JSON.stringify(result)).not.toContain('null');
});

test('a replay whose time is up is of fewer customers, the first by their ids', async () => {
  const recorded: RecordedHistory[] = Array.from({ length: 300 }, (_, i) => ({
    id: `c${i}`,
    touchpoints: [
      identified('2026-01-01T08:00:00.000Z'),
      touched('Signed Up', `2026-01-0${(i % 8) + 1}T09:00:00.000Z`),
    ],
    happened: { entered: 1, ended: {}, sent: {}, skipped: {} },
  }));
  const asked = {
    apply: projectInMemory,
    ...{ definition: aJourney(twice('3d')), workspace: Workspace.parse({ id: 'acme', name: 'Acme' }) },
    ...{ placements: [], recorded, sample: false, seed: 1 },
    ...{ from: '2026-01-01T00:00:00.000Z', to: '2026-01-20T00:00:00.000Z' },
  };
  const { would, ...cut } = await replayJourney(asked, aLimit(800));
  expect(would.complete).toBe(false);
  expect(cut).toMatchObject({ sample: true, customers: would.customers, entered: { happened: would.customers } });
  const { would: same, ...whole } = await replayJourney({ ...asked, recorded: recorded.slice(0, would.customers) });
  expect({ ...cut, sample: false }).toEqual(whole);
  expect({ ...would.sends, entered: would.entered }).toEqual({ ...same.sends, entered: same.entered });
});
