import fc from 'fast-check';
import { Touchpoint } from '../../lib/model/touchpoint.ts';
import { Workspace } from '../../lib/model/workspace.ts';
import { type CustomerRef } from '../../lib/model/customer.ts';
import { type Json } from '../../lib/shared/json.ts';
import { foldFacts } from '../../lib/profile/facts/fold-facts.ts';
import { newProfile, type Profile } from '../../lib/model/profile.ts';
import { type Instant, addMs } from '../../lib/shared/time.ts';

export const acme = Workspace.parse({ id: 'acme', name: 'Acme' });
export const start: Instant = '2026-03-01T09:00:00.000Z';
export const minutes = (n: number): Instant => addMs(start, n * 60_000);
export const days = (n: number): Instant => addMs(start, n * 86_400_000);

let made = 0;

export type Sketch = Partial<Touchpoint> & { name?: string };

/** A track of Ada's on the web, at `start`, unless told otherwise. */
export function aTouchpoint(sketch: Sketch = {}): Touchpoint {
  const usual = { type: 'track', name: 'Page Viewed', channel: 'web', userId: 'ada', at: start };
  return Touchpoint.parse({ ...usual, messageId: `m${++made}`, ...sketch });
}

export const aProfile = (more: Partial<Profile> = {}, customer: CustomerRef = 'u:ada'): Profile => ({
  ...newProfile({ workspace: 'acme', customer }, start),
  ...more,
});

/** The profile after these touchpoints, nothing else having happened. */
export function folded(touchpoints: Touchpoint[], customer: CustomerRef = 'u:ada'): Profile {
  const [first = aTouchpoint()] = touchpoints;
  return touchpoints.reduce(
    (profile, touchpoint) => foldFacts(profile, touchpoint, { at: touchpoint.at, workspace: acme }),
    newProfile({ workspace: 'acme', customer }, first.at),
  );
}

const score = fc.record({ score: fc.integer({ min: -1, max: 11 }) });
const money = fc.record({ revenue: fc.oneof(fc.double({ min: -1, max: 1e4, noNaN: true }), fc.constant('12.30')) });
const traits: fc.Arbitrary<Record<string, Json>> = fc.dictionary(
  fc.constantFrom('email', 'plan', 'consent', '__proto__', 'constructor'),
  fc.oneof(fc.constantFrom('a', 'b', 'c', null), fc.record({ email: fc.boolean() })),
);

const kinds: fc.Arbitrary<Sketch>[] = [
  fc.record({ name: fc.constantFrom('Page Viewed', 'Product Viewed', 'Signed Up', '__proto__', 'toString') }),
  fc.record({ name: fc.constantFrom('Order Completed', 'Purchase'), properties: money }),
  fc.record({ name: fc.constantFrom('NPS Answered', 'CSAT Answered'), properties: score }),
  fc.record({ name: fc.constantFrom('Email Subscribed', 'Email Unsubscribed', 'Unsubscribed') }),
  fc.record({ type: fc.constant('identify' as const), name: fc.constant('Identified'), properties: traits }),
];

/** Few names, few values, few moments: many touchpoints of one time that contradict each other. */
export const touchpoints: fc.Arbitrary<Touchpoint[]> = fc
  .array(fc.tuple(fc.oneof(...kinds), fc.integer({ min: 0, max: 6 }), fc.constantFrom('web', 'mobile', 'store')), {
    minLength: 1,
    maxLength: 25,
  })
  .map((all) =>
    all.map(([sketch, minute, channel], i) =>
      aTouchpoint({ ...sketch, channel, at: minutes(minute), messageId: `p${i}` }),
    ),
  );

export function shuffled<T>(all: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
}
