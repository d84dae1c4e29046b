import { expect, test } from 'vitest';
import { publishStepEvent } from '#functions/journey/publish-event/handler.ts';
import { type BusEvent } from '#lib/model/bus-events.ts';
import { aCall, anInput, aProfile, start } from '../../journey/journey-examples.ts';
import { aWorld } from '../../journey/journey-world.ts';

/** The step and what the bus was told. */
async function aBus({ refuses = false } = {}) {
  const world = await aWorld();
  await world.know(aProfile());
  const told: BusEvent[] = [];
  const bus = { put: async (events: BusEvent[]) => (told.push(...events), refuses ? [0] : []) };
  return { world, told, visit: publishStepEvent({ ...world, bus }) };
}

const event = { kind: 'emitEvent', event: 'Lead Qualified', properties: { who: '{{traits.firstName}}' }, next: 'Done' };
const other = { kind: 'startJourney', journey: 'handover', properties: { from: '{{customer.id}}' }, next: 'Done' };

test('an event is told with its places filled, every try under one id', async () => {
  const { told, visit } = await aBus();
  for (const occurrence of [0, 0, 1]) await visit(aCall(event, { occurrence }));
  expect(told[0]).toMatchObject({
    name: 'JourneyEventEmitted',
    detail: {
      ...{ customerId: 'mina', enrolmentId: 'e1', journeyId: 'welcome', occurredAt: start },
      ...{ event: 'Lead Qualified', properties: { who: 'Mina' } },
    },
  });
  const [first, again, next] = told.map(({ detail }) => detail.id);
  expect([again === first, next === first]).toEqual([true, false]);
});

test('another journey is knocked at, one deeper than this one', async () => {
  const { told, visit } = await aBus();
  await visit(aCall(other));
  expect(told).toMatchObject([
    {
      name: 'EntryTriggered',
      detail: { journeyId: 'handover', depth: 1, cause: { name: 'Journey', properties: { from: 'mina' } } },
    },
  ]);
});

const atDepth = (depth: number) =>
  aCall(other, { enrolment: anInput({ trigger: { id: 't', name: 'Journey', properties: {}, depth } }) });

test('journeys that start one another end after ten', async () => {
  const { told, visit } = await aBus();
  expect(await visit(atDepth(9))).toMatchObject({ status: 'emitted' });
  await expect(visit(atDepth(10))).rejects.toMatchObject({ code: 'journey.too-deep' });
  expect(told).toHaveLength(1);
});

test('a bus that takes nothing fails the try', async () => {
  const { visit } = await aBus({ refuses: true });
  await expect(visit(aCall(event))).rejects.toMatchObject({ code: 'bus.refused' });
});

test('whoever has left tells nothing, nor does whom the gate stops', async () => {
  const { world, told, visit } = await aBus();
  const bus = { put: async (events: BusEvent[]) => (told.push(...events), []) };
  const held = publishStepEvent({ ...world, bus, gate: () => Promise.resolve({ gate: 'hold' }) });
  expect(await held(aCall(event))).toEqual({ gate: 'hold' });
  await world.profiles.update(aProfile(), (profile) => ({ profile: { ...profile, journeys: {} } }));
  expect(await visit(aCall(event))).toMatchObject({ status: 'left' });
  expect(told).toEqual([]);
});
