import { expect, test } from 'vitest';
import { addGoals } from '../../lib/profile/facts/open-goals.ts';
import { JourneyDefinition } from '../../lib/journey/definition/journey-definition.ts';
import { type Profile } from '../../lib/model/profile.ts';
import { applyTouchpoint } from '../../lib/projection/apply-touchpoint.ts';
import { dropExpired } from '../../lib/projection/drop-expired.ts';
import { type ProjectionRules } from '../../lib/projection/projection-state.ts';
import { stageModelOf } from '../../lib/stage/stage-templates.ts';
import { acme, aProfile, aTouchpoint, days, minutes, type Sketch } from '../profile/profile-examples.ts';

const journey = (id: string, entry: object): JourneyDefinition =>
  JourneyDefinition.parse({
    ...{ id, version: 1, name: { en: id, ko: id }, start: 'End', steps: { End: { kind: 'exit' } } },
    entry: { triggers: [{ touchpoint: { event: 'Signed Up' } }], ...entry },
  });

const rules = (...journeys: JourneyDefinition[]): ProjectionRules => ({
  workspace: acme,
  model: stageModelOf(acme),
  journeys,
});

function at(
  minute: number,
  sketch: Sketch,
  { using = rules(), ...profile }: Partial<Profile> & { using?: ProjectionRules } = {},
) {
  const touchpoint = aTouchpoint({ at: minutes(minute), ...sketch });
  const before = { profile: aProfile(profile), signals: [], transitions: [] };
  const { signals, ...rest } = applyTouchpoint(before, { touchpoint, at: touchpoint.at }, using);
  return { ...rest, signals: signals.filter(({ type }) => type !== 'stage') };
}

const inside = { journeyId: 'onboarding', version: 1, since: minutes(10), exit: { event: 'Order Completed' } };
const waiting = { enrolmentId: 'e1', on: { event: 'Activated' }, since: minutes(20), until: minutes(60) };

test('who leaves is not woken by the same touchpoint', () => {
  const waits = { w1: { ...waiting, on: { event: 'Order Completed' } } };
  const { signals } = at(30, { name: 'Order Completed' }, { journeys: { e1: inside }, waits });
  expect(signals.map(({ type }) => type)).toEqual(['exited']);
});

const decision = {
  ...{ placement: 'p', offer: 'o', stage: 's', at: minutes(5), until: minutes(90) },
  ...{ exposed: false, on: { event: 'Order Completed' } },
};

test('the stage a touchpoint leads to lets into journeys too, and into one journey once', () => {
  const triggers = [{ stageEntered: ['retention'] }, { touchpoint: { event: 'Order Completed' } }];
  const { signals } = at(30, { name: 'Order Completed' }, { using: rules(journey('thanks', { triggers })) });
  expect(signals.filter(({ type }) => type === 'triggered')).toMatchObject([{ journeyId: 'thanks' }]);
});

test('rules see the customer as the touchpoint left him, stage included', () => {
  const exit = { stage: ['retention'] };
  const { signals } = at(30, { name: 'Order Completed' }, { journeys: { e1: { ...inside, exit } } });
  expect(signals.map(({ type }) => type)).toEqual(['exited']);
});

test('a backfill moves the stage and completes waits, but triggers no journey', () => {
  const touchpoint = aTouchpoint({ at: minutes(30), name: 'Order Completed' });
  const journeys = [journey('thanks', { triggers: [{ touchpoint: { event: 'Order Completed' } }] })];
  const waits = { w1: { ...waiting, on: { event: 'Order Completed' } } };
  const before = { profile: aProfile({ waits }), signals: [], transitions: [] };
  const typesFor = (isBackfill: boolean) =>
    applyTouchpoint(before, { touchpoint, at: touchpoint.at, isBackfill }, rules(...journeys)).signals.map(
      ({ type }) => type,
    );
  expect(typesFor(true)).toEqual(['stage', 'woken']);
  expect(typesFor(false)).toEqual(['stage', 'woken', 'triggered']);
});

test('silence ends with a touchpoint, and what is over is dropped', () => {
  const silence = { since: days(1), told: ['14d'] };
  expect(dropExpired(aProfile({ silence, lastSeen: days(1) }), days(9)).silence).toEqual(silence);
  expect(dropExpired(aProfile({ silence, lastSeen: days(2) }), days(9)).silence).toBeUndefined();
  const { waits, decisions } = dropExpired(
    aProfile({ waits: { w1: waiting }, decisions: { d1: decision } }),
    minutes(60),
  );
  expect([Object.keys(waits), Object.keys(decisions)]).toEqual([[], ['d1']]);
});

const goal = {
  enrolmentId: 'e1',
  journeyId: 'welcome',
  version: 2,
  on: { event: 'Activated' },
  since: minutes(10),
  until: minutes(60),
};

test('a goal is reached once, by a touchpoint in its window, also after the customer has left', () => {
  const goals = { e1: goal, 'e1/Test': { ...goal, stepId: 'Test', variant: 'short', until: minutes(20) } };
  const { profile, signals } = at(30, { name: 'Activated' }, { goals });
  expect(signals.filter(({ type }) => type === 'goal')).toMatchObject([
    { enrolmentId: 'e1', journeyId: 'welcome', version: 2 },
  ]);
  expect(Object.keys(profile.goals)).toEqual(['e1/Test']);
  expect(Object.keys(dropExpired(profile, minutes(30)).goals)).toEqual([]);
  expect(at(5, { name: 'Activated' }, { goals: { e1: goal } }).signals.map(({ type }) => type)).not.toContain('goal');
});

test('of too many goals the oldest are given up', () => {
  const added = Array.from({ length: 25 }, (_, i) => ({ ...goal, enrolmentId: `e${i}`, since: minutes(i) }));
  const kept = Object.values(addGoals(aProfile(), added).goals)
    .map(({ since }) => since)
    .sort();
  expect(kept).toHaveLength(20);
  expect(kept[0]).toBe(minutes(5));
});
