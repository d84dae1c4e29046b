import { expect, test } from 'vitest';
import { addGoals } from '../../lib/profile/facts/open-goals.ts';
import { JourneyDefinition } from '../../lib/journey/definition/journey-definition.ts';
import { type Profile } from '../../lib/model/profile.ts';
import { applyTouchpoint, type ProjectionRules, dropExpired } from '../../lib/projection/apply-touchpoint.ts';
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

test('exit criteria end the stay and its waits, with the touchpoint as the cause', () => {
  const { profile, signals } = at(
    30,
    { name: 'Order Completed', messageId: 'm1', properties: { total: 5 } },
    {
      journeys: { e1: inside, e2: { ...inside, exit: { event: 'Other' } } },
      waits: { w1: waiting },
    },
  );
  const cause = { messageId: 'm1', name: 'Order Completed', at: minutes(30), properties: { total: 5 } };
  expect(signals).toEqual([{ type: 'exited', enrolmentId: 'e1', cause }]);
  expect(Object.keys(profile.journeys)).toEqual(['e2']);
  expect(profile.waits).toEqual({});
});

test('who leaves is not woken by the same touchpoint', () => {
  const waits = { w1: { ...waiting, on: { event: 'Order Completed' } } };
  const { signals } = at(30, { name: 'Order Completed' }, { journeys: { e1: inside }, waits });
  expect(signals.map(({ type }) => type)).toEqual(['exited']);
});

test.each([
  [30, 'woken'],
  [59, 'woken'],
  [60, 'not woken'],
  [15, 'woken'],
  [6, 'woken'],
  [4, 'not woken'],
])('a touchpoint of minute %d: a step waiting from 20 to 60 in a stay since 10 is %s', (minute, outcome) => {
  const { profile, signals } = at(minute, { name: 'Activated' }, { journeys: { e1: inside }, waits: { w1: waiting } });
  expect(signals.map(({ type }) => type)).toEqual(outcome === 'woken' ? ['woken'] : []);
  expect(Object.keys(profile.waits)).toEqual(outcome === 'woken' ? [] : ['w1']);
});

const decision = {
  ...{ placement: 'p', offer: 'o', stage: 's', at: minutes(5), until: minutes(90) },
  ...{ exposed: false, on: { event: 'Order Completed' } },
};

test('a decision is exposed once, by the touchpoint that names it', () => {
  const decisions = { d1: decision, d2: decision };
  const seen = at(6, { name: 'Offer Viewed', properties: { decisionId: 'd1' } }, { decisions });
  expect(seen.signals).toEqual([{ type: 'exposed', decisionId: 'd1', at: minutes(6) }]);
  const again = at(7, { name: 'Offer Viewed', properties: { decisionId: 'd1' } }, seen.profile);
  expect(again.signals).toEqual([]);
});

test.each<[string, { minute: number; made?: object; properties?: Sketch['properties'] }, string[]]>([
  ['after it was seen', { minute: 30, made: { exposed: true } }, ['outcome']],
  ['that was never seen', { minute: 30 }, []],
  ['unseen, but named by the touchpoint', { minute: 30, properties: { decisionId: 'd1' } }, ['exposed', 'outcome']],
  ['too late', { minute: 90, made: { exposed: true } }, []],
  ['from before it was made', { minute: 4, made: { exposed: true } }, []],
])('a success of a decision %s', (_, { minute, made = {}, properties = {} }, told) => {
  const decisions = { d1: { ...decision, ...made } };
  const { signals, profile } = at(minute, { name: 'Order Completed', properties }, { decisions });
  expect(signals.map(({ type }) => type)).toEqual(told);
  expect(Object.keys(profile.decisions)).toEqual(told.includes('outcome') ? [] : ['d1']);
});

test('a touchpoint lets into each journey whose trigger it meets, but not into one the customer is inside', () => {
  const journeys = [journey('onboarding', {}), journey('welcome', {}), journey('orders', { key: 'orderId' })];
  const other = journey('other', { triggers: [{ stageEntered: ['retention'] }] });
  const { signals } = at(
    30,
    { name: 'Signed Up' },
    {
      journeys: { e1: { ...inside, exit: undefined }, e3: { ...inside, journeyId: 'orders' } },
      using: rules(...journeys, other),
    },
  );
  expect(signals).toMatchObject([
    { type: 'triggered', journeyId: 'welcome' },
    { type: 'triggered', journeyId: 'orders' },
  ]);
});

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

test('what a touchpoint causes carries only as many properties as fit', () => {
  const properties = { small: 1, big: 'x'.repeat(9000), last: 2 };
  const { signals } = at(30, { name: 'Order Completed', properties }, { journeys: { e1: inside } });
  expect(signals).toMatchObject([{ cause: { properties: { small: 1, last: 2 } } }]);
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
