import fc from 'fast-check';
import { beforeAll, expect, test, vi } from 'vitest';
import { begin, commands, publishes, type Real, tell } from './commands.ts';
import { definitionOf, type Scenario, scenario as scenarios } from './journeys.ts';
import { Model } from './expected-system.ts';
import { System } from './system-under-test.ts';
import { expected, seen } from './expected-views.ts';

const start = Date.parse('2026-03-02T10:00:00.000Z');

/** Functions write their metrics line by line. */
beforeAll(() => void vi.spyOn(process.stdout, 'write').mockReturnValue(true));

/** The first version is published, and some customers are known, or inside already. */
async function begun(scenario: Scenario): Promise<{ model: Model; real: Real }> {
  const { settings, twice, deaths, known } = scenario;
  const model = new Model(settings, start);
  const system = await System.made({ settings, twice, deaths, start });
  model.isReceiving = system.receiver.isUp = scenario.isReceiving;
  await publishes(model, system, { definition: definitionOf(scenario, scenario.body, 1) });
  for (const [who, traits] of Object.entries(known)) await tell(model, system, { who, traits });
  for (const who of scenario.begin) await begin(model, system, who);
  return { model, real: { system, scenario } };
}

test(
  'whatever happens to a journey and its customers, all are where a plain model says',
  { timeout: 600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, commands, async (one, all) => {
        const both = await begun(one);
        await fc.asyncModelRun(() => both, all);
        expect(await seen(both.real.system)).toEqual(expected(both.model));
      }),
      { numRuns: 2_000 },
    );
  },
);
