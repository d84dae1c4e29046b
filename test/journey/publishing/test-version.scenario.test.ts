import { beforeAll, expect, test, vi } from 'vitest';
import { Workspace } from '#lib/model/workspace.ts';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { aJourney, aSend } from '../journey-examples.ts';
import { System, workspace } from '../model/system-under-test.ts';
import { seen } from '../model/expected-views.ts';

/** Functions write their metrics line by line. */
beforeAll(() => void vi.spyOn(process.stdout, 'write').mockReturnValue(true));

const id = 'journey';
const minute = 60_000;

const saying = (Hello: string): JourneyDefinition =>
  aJourney({ id, exit: undefined, start: Hello, steps: { [Hello]: aSend(), Done: { kind: 'exit' } } });

/** Ada and Ben are known; time goes by with whatever is done. */
async function aTrial() {
  const settings = Workspace.parse({ id: workspace, name: 'Acme' });
  const system = await System.made({ settings, start: Date.parse('2026-03-02T10:00:00.000Z') });
  for (const who of ['ada', 'ben'])
    await system.touch(who, { name: 'Identified', properties: { email: `${who}@example.com` }, type: 'identify' });

  async function act(action: string, body: object = {}) {
    await system.advance(minute);
    return system.api(`POST /v1/journeys/{id}/${action}`, { id }, body);
  }

  async function publish(definition: JourneyDefinition, body: object) {
    const { version: _, ...draft } = definition;
    const rev = (await system.wires.drafts.draft(workspace, id))?.rev ?? 0;
    await system.wires.drafts.saveDraft(workspace, { draft, rev, savedAt: system.now() });
    return act('publish', body);
  }

  async function signsUp(who: string): Promise<void> {
    await system.advance(minute);
    await system.touch(who, { name: 'Signed Up', properties: {} });
  }

  const messages = async (): Promise<string[]> => {
    const { stays } = await seen(system);
    return stays.flatMap(({ customer, messages: all }) => all.map((one) => `${customer} ${one.split(' ')[1]}`)).sort();
  };
  return { seen: () => seen(system), act, publish, signsUp, messages };
}

const asTest = { customerId: 'ada', test: true };

test('a draft on trial is walked by test people, who need no trigger, and by nobody else', async () => {
  const world = await aTrial();
  expect(await world.publish(saying('Welcome'), { weight: 0 })).toMatchObject({
    body: { version: 1, head: { state: 'draft', routes: [], trial: 1 } },
  });
  await world.signsUp('ben');
  expect(await world.act('enrolments', { customerId: 'ben' })).toEqual({ refused: 'journey.not-live' });
  expect(await world.act('enrolments', asTest)).toMatchObject({ body: { enrolmentId: expect.any(String) as string } });
  expect(await world.messages()).toEqual(['ada Welcome:']);
  expect((await world.seen()).stats).toEqual({});
});

test('on trial a version changes nothing for those who enter, until it is published', async () => {
  const world = await aTrial();
  await world.publish(saying('Welcome'), {});
  expect(await world.publish(saying('Hello'), { weight: 0 })).toMatchObject({
    body: { head: { state: 'live', routes: [{ version: 1, weight: 100 }], trial: 2 } },
  });
  await world.act('enrolments', asTest);
  await world.signsUp('ben');
  expect(await world.messages()).toEqual(['ada Hello:', 'ben Welcome:']);
  const { body } = (await world.act('publish', {})) as { body: { head: object } };
  expect(body.head).toMatchObject({ routes: [{ version: 2, weight: 100 }] });
  expect(body.head).not.toHaveProperty('trial');
});

test('nobody tries what is paused, and nobody is moved to what is on trial', async () => {
  const world = await aTrial();
  await world.publish(saying('Welcome'), {});
  await world.publish(saying('Hello'), { weight: 0 });
  await world.act('pause');
  expect(await world.act('enrolments', asTest)).toEqual({ refused: 'journey.not-live' });
  expect(await world.act('publish', { weight: 0, migrate: { map: {} } })).toEqual({
    refused: 'journey.invalid-request',
  });
});
