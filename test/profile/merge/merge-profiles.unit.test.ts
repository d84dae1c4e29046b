import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeProfiles } from '#lib/profile/merge/merge-profiles.ts';
import { profileLimits } from '#lib/model/profile-limits.ts';
import { aProfile, days, folded, touchpoints } from '../profile-examples.ts';

test('folding on the visitor and on the user and merging is folding all on the user', () => {
  const parts = touchpoints
    .filter((all) => all.length > 1)
    .chain((all) => fc.tuple(fc.constant(all), fc.integer({ min: 1, max: all.length - 1 })));
  fc.assert(
    fc.property(parts, ([all, cut]) => {
      const visitor = folded(all.slice(0, cut), 'a:visitor');
      expect(mergeProfiles(folded(all.slice(cut)), visitor)).toEqual({ ...folded(all), linked: ['a:visitor'] });
    }),
  );
});

test('journeys, waits and decisions of a visitor go on as the user’s', () => {
  const inside = { journeyId: 'onboarding', version: 1, since: days(1) };
  const wait = { enrolmentId: 'e1', on: { event: 'Activated' }, since: days(1), until: days(3) };
  const visitor = aProfile({ journeys: { e1: inside }, waits: { w1: wait } }, 'a:visitor');
  const user = mergeProfiles(aProfile({ journeys: { e2: inside } }), visitor);
  expect(Object.keys(user.journeys).sort()).toEqual(['e1', 'e2']);
  expect(user.waits).toEqual({ w1: wait });
});

test('only the newest open decisions stay', () => {
  const decisions = (name: string, from: number) =>
    Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [
        `${name}${i}`,
        {
          placement: 'p',
          offer: 'o',
          stage: 's',
          at: days(from + i),
          exposed: false,
          on: { event: 'X' },
          until: days(90),
        },
      ]),
    );
  const merged = mergeProfiles(
    aProfile({ decisions: decisions('old', 0) }),
    aProfile({ decisions: decisions('new', 20) }),
  );
  expect(Object.keys(merged.decisions)).toHaveLength(profileLimits.decisions);
  expect(Object.keys(merged.decisions)).toContain('new0');
  expect(Object.keys(merged.decisions)).not.toContain('old0');
});

test('the customer stands where either was seen last', () => {
  const at = (id: string, day: number) => ({ stage: { id, since: days(day), rule: id, met: days(day) } });
  expect(mergeProfiles(aProfile(at('retention', 1)), aProfile(at('consideration', 5))).stage?.id).toBe('consideration');
  expect(mergeProfiles(aProfile(at('retention', 5)), aProfile(at('consideration', 1))).stage?.id).toBe('retention');
  expect(mergeProfiles(aProfile(), aProfile(at('consideration', 1))).stage?.id).toBe('consideration');
});
