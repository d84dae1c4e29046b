import { expect, test } from 'vitest';
import { SimulatedCounters } from '#lib/journey/simulation/customers/simulated-counters.ts';
import { newCustomer } from '#lib/journey/simulation/customers/simulated-customer.ts';
import { enterJourney, leaveJourney } from '#lib/journey/simulation/customers/simulated-entry.ts';
import { Workspace } from '#lib/model/workspace.ts';
import { enrolling, enrolmentsOf, signedUp } from '../../enrol-harness.ts';
import { aJourney, aProfile, aSend, mina, start } from '../../journey-examples.ts';
import { aWorld } from '../../journey-world.ts';

const workspace = Workspace.parse({ id: 'acme', name: 'Acme' });
const properties = { plan: 'pro' };
const person = { id: 'mina', traits: {}, entersAt: Date.parse(start), activity: 1, random: () => 0.5 };

/** A journey that uses everything that an entry depends on. */
const definition = aJourney({
  entry: {
    triggers: [{ touchpoint: { event: 'Signed Up' } }],
    key: 'plan',
    cap: { max: 9 },
    throttle: { max: 9, within: '1h' },
  },
  competition: { group: 'care', priority: 3 },
  goal: { on: { event: 'Activated' }, window: '7d' },
  start: 'Split',
  steps: {
    Split: {
      kind: 'randomSplit',
      salt: 's',
      paths: [
        { weight: 1, next: 'Hello' },
        { weight: 1, next: 'Done' },
      ],
    },
    Hello: aSend(),
    Done: { kind: 'exit' },
  },
});

function simulate() {
  const customer = newCustomer(person, workspace);
  const request = { id: 'event-1', name: 'Signed Up', at: start, properties };
  const entry = { definition, workspace, request, counters: new SimulatedCounters(), now: start };
  return { customer, input: enterJourney(customer, entry), again: () => enterJourney(customer, entry) };
}

async function enrol() {
  const world = await aWorld();
  await world.know(aProfile({ journeys: {} }));
  expect(await enrolling(world, { definition })(signedUp('event-1', properties))).toEqual({ welcome: 'entered' });
  const [enrolment] = await enrolmentsOf(world);
  const [input] = world.started.values();
  return { profile: (await world.profiles.get(mina))!, input, enrolmentId: enrolment!.enrolmentId };
}

test('a simulated entry changes the profile and starts the execution as a real one does', async () => {
  const { customer, input } = simulate();
  const real = await enrol();
  const asSimulated: unknown = JSON.parse(
    JSON.stringify({ journeys: real.profile.journeys, goals: real.profile.goals, input: real.input }).replaceAll(
      real.enrolmentId,
      'mina.1',
    ),
  );
  const { journeys, goals } = customer.profile;
  expect(Object.keys(goals)).toHaveLength(1);
  expect({ journeys, goals, input }).toEqual(asSimulated);
});

test('a simulated customer enters once at a time under a key', () => {
  const { customer, again } = simulate();
  expect(customer.slots).toEqual(new Map([['pro', { active: 'mina.1', lastEntered: start, entries: 1 }]]));
  expect(again()).toBe('already-inside');
  expect(customer.entries).toBe(1);
  leaveJourney(customer, 'mina.1');
  expect(customer.slots).toEqual(new Map([['pro', { lastEntered: start, entries: 1 }]]));
  expect(customer.profile.journeys).toEqual({});
  expect(again()).toBe('entered-before');
});
