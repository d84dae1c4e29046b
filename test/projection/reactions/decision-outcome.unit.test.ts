import { expect, test } from 'vitest';
import { decisionOutcome } from '#lib/projection/reactions/decision-outcome.ts';
import { minutes, type Sketch } from '../../profile/profile-examples.ts';
import { reactTo, typesOf } from './reaction-examples.ts';

const decision = {
  ...{ placement: 'p', offer: 'o', stage: 's', at: minutes(5), until: minutes(90) },
  ...{ exposed: false, on: { event: 'Order Completed' } },
};

test('a decision is exposed once, by the touchpoint that names it', () => {
  const viewed = { name: 'Offer Viewed', properties: { decisionId: 'd1' } };
  const decisions = { d1: decision, d2: decision };
  const { after } = reactTo(decisionOutcome, { minute: 6, ...viewed }, { profile: { decisions } });
  expect(after.signals).toEqual([{ type: 'exposed', decisionId: 'd1', at: minutes(6) }]);
  expect(after.profile.decisions).toEqual({ d1: { ...decision, exposed: true }, d2: decision });
  expect(reactTo(decisionOutcome, { minute: 7, ...viewed }, { profile: after.profile }).after.signals).toEqual([]);
});

test.each<[string, { minute: number; stored?: object; properties?: Sketch['properties'] }, string[]]>([
  ['after it was seen', { minute: 30, stored: { exposed: true } }, ['outcome']],
  ['that was never seen', { minute: 30 }, []],
  ['unseen, but named by the touchpoint', { minute: 30, properties: { decisionId: 'd1' } }, ['exposed', 'outcome']],
  ['too late', { minute: 90, stored: { exposed: true } }, []],
  ['from before it was made', { minute: 4, stored: { exposed: true } }, []],
])('a success of a decision %s', (_, { minute, stored = {}, properties = {} }, expected) => {
  const decisions = { d1: { ...decision, ...stored } };
  const touchpoint = { minute, name: 'Order Completed', properties };
  const { after } = reactTo(decisionOutcome, touchpoint, { profile: { decisions } });
  expect(typesOf(after)).toEqual(expected);
  expect(Object.keys(after.profile.decisions)).toEqual(expected.includes('outcome') ? [] : ['d1']);
});
