import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Touchpoint } from '../../lib/model/touchpoint.ts';
import { foldFacts } from '../../lib/profile/facts/fold-facts.ts';
import { type Predicate } from '../../lib/model/predicate.ts';
import { type Profile } from '../../lib/model/profile.ts';
import { StageModel } from '../../lib/model/stage.ts';
import { decideNextStage } from '../../lib/stage/next-stage.ts';
import { acme, aProfile, aTouchpoint, days, minutes, shuffled } from '../profile/profile-examples.ts';

const model = (stages: Record<string, Predicate>): StageModel =>
  StageModel.parse({
    id: 'own',
    label: { en: 'Own', ko: '자체' },
    stages: Object.entries(stages).map(([id, entry]) => ({ id, label: { en: id, ko: id }, entry })),
  });

/** Folds and moves, touchpoint by touchpoint. */
function walk(stages: StageModel, all: Touchpoint[]) {
  let profile: Profile = aProfile({ firstSeen: all[0]!.at, lastSeen: all[0]!.at });
  const path: string[] = [];
  for (const touchpoint of all) {
    profile = foldFacts(profile, touchpoint, { at: touchpoint.at, workspace: acme });
    const moved = decideNextStage(stages, { profile, touchpoint, now: profile.lastSeen });
    profile = moved.profile;
    if (moved.transition) path.push(`${moved.transition.from ?? ''}>${moved.transition.to}`);
  }
  return { profile, path };
}

const events = model({ looking: { event: 'Product Viewed' }, buying: { event: 'Order Completed' } });
const viewed = (at: string) => aTouchpoint({ name: 'Product Viewed', at });
const ordered = (at: string) => aTouchpoint({ name: 'Order Completed', at });

test('a customer skips, returns and repeats', () => {
  const { path } = walk(events, [ordered(days(1)), viewed(days(2)), viewed(days(3)), ordered(days(4))]);
  expect(path).toEqual(['>buying', 'buying>looking', 'looking>buying']);
});

test('a transition tells from, to, when, the rule and the touchpoint', () => {
  const order = ordered(days(2));
  const { profile } = walk(events, [viewed(days(1))]);
  const after = { ...profile, lastSeen: days(2) };
  expect(decideNextStage(events, { profile: after, touchpoint: order, now: days(2) }).transition).toEqual({
    from: 'looking',
    to: 'buying',
    at: days(2),
    rule: 'buying',
    touchpoint: { messageId: order.messageId, name: 'Order Completed' },
  });
});

test('a touchpoint that meets several stages leads to the last of them', () => {
  const both = model({ any: { event: ['Order Completed'] }, best: { event: 'Order Completed' }, never: { any: [] } });
  expect(walk(both, [ordered(days(1))]).path).toEqual(['>best']);
});

test('a touchpoint that meets no rule leaves its customer where he is', () => {
  expect(walk(events, [ordered(days(1)), aTouchpoint({ at: days(2) })]).path).toEqual(['>buying']);
});

test('a rule that holds for a time keeps its customer through touchpoints of earlier stages, and no longer', () => {
  const lasting = model({ looking: { event: 'Product Viewed' }, buying: { did: 'Order Completed', within: '14d' } });
  const { path } = walk(lasting, [ordered(days(1)), viewed(days(2)), viewed(days(14)), viewed(days(20))]);
  expect(path).toEqual(['>buying', 'buying>looking']);
});

test('a touchpoint that comes late takes its customer neither back nor on', () => {
  expect(walk(events, [ordered(days(2)), viewed(days(1))]).path).toEqual(['>buying']);
  expect(walk(events, [viewed(days(2)), ordered(days(1))]).path).toEqual(['>looking']);
});

test('what a late touchpoint adds to the profile counts', () => {
  const loyal = model({ buying: { event: 'Order Completed' }, loyal: { did: 'Order Completed', atLeast: 2 } });
  const { path, profile } = walk(loyal, [ordered(days(2)), ordered(days(1))]);
  expect(path).toEqual(['>buying', 'buying>loyal']);
  expect(profile.stage?.since).toBe(days(2));
});

test('silence moves customers whose rule is about it', () => {
  const asleep = model({ looking: { event: 'Product Viewed' }, asleep: { silentFor: '30d' } });
  const { profile } = walk(asleep, [viewed(days(1))]);
  expect(decideNextStage(asleep, { profile, now: days(20) }).transition).toBeUndefined();
  const moved = decideNextStage(asleep, { profile, now: days(31) });
  expect(moved.transition).toEqual({ from: 'looking', to: 'asleep', at: days(31), rule: 'asleep' });
  expect(decideNextStage(asleep, { profile: moved.profile, now: days(40) }).transition).toBeUndefined();
  const back = viewed(days(30)); // stored before the review, folded after it
  const seen = foldFacts(moved.profile, back, { at: back.at, workspace: acme });
  expect(decideNextStage(asleep, { profile: seen, touchpoint: back, now: seen.lastSeen }).transition?.to).toBe(
    'looking',
  );
});

test('where rules are of events or of standing nowhere else, the order of arrival does not change where customers end', () => {
  const some = fc.array(fc.tuple(fc.constantFrom('A', 'B', 'C', 'D'), fc.integer({ min: 0, max: 4 })), {
    minLength: 1,
  });
  const nowhere: Predicate = { not: { stage: ['a', 'b', 'c'] } };
  const three = model({ new: nowhere, a: { event: 'A' }, b: { event: ['B', 'C'] }, c: { event: 'C' } });
  const arrivals = some.map((all) => all.map(([name, minute]) => aTouchpoint({ name, at: minutes(minute) })));
  fc.assert(
    fc.property(
      arrivals.chain((all) => fc.tuple(fc.constant(all), shuffled(all))),
      ([all, other]) => {
        expect(walk(three, other).profile.stage?.id).toBe(walk(three, all).profile.stage?.id);
      },
    ),
  );
});
