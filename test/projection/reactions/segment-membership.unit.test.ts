import { expect, test } from 'vitest';
import { segmentMembership } from '#lib/projection/reactions/segment-membership.ts';
import { minutes } from '../../profile/profile-examples.ts';
import { reactTo, rulesWith } from './reaction-examples.ts';

const rules = rulesWith({
  segments: [
    { id: 'pro', rev: 1, predicate: { trait: 'plan', is: 'pro' } },
    { id: 'free', rev: 1, predicate: { trait: 'plan', is: 'free' } },
  ],
});
const traits = { plan: { value: 'pro', at: minutes(30) } };

test('a customer leaves and joins by the facts of the touchpoint, which is named', () => {
  const profile = { traits, segments: { free: minutes(1) } };
  const { after } = reactTo(segmentMembership, { minute: 30, messageId: 'm1' }, { profile, rules });
  expect(after.profile.segments).toEqual({ pro: minutes(30) });
  expect(after.joinedSegments).toEqual(['pro']);
  expect(after.signals).toMatchObject([
    { type: 'left', segment: 'free' },
    { type: 'joined', segment: 'pro', touchpoint: { messageId: 'm1', name: 'Page Viewed' } },
  ]);
});

test('nothing changes for a member who stays', () => {
  const profile = { traits, segments: { pro: minutes(1) } };
  const { before, after } = reactTo(segmentMembership, { minute: 30 }, { profile, rules });
  expect(after).toBe(before);
});
