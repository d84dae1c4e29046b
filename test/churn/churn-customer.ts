import fc from 'fast-check';
import { newProfile, type Profile } from '../../lib/model/profile.ts';
import { type Instant, addMs } from '../../lib/shared/time.ts';

export const dayMs = 86_400_000;
export const start: Instant = '2026-01-01T09:00:00.000Z';

/** `start` moved by days. */
export const day = (n: number): Instant => addMs(start, n * dayMs);

/** Somebody who bought `n` times, every so many days, and was last seen at the last purchase. */
export function buyer({ n, every }: { n: number; every: number }): Profile {
  const last = day((n - 1) * every);
  return {
    ...newProfile({ workspace: 'local', customer: 'u:mina' }, start),
    lastSeen: last,
    purchases: { n, revenue: 50 * n, first: start, last },
  };
}

/** Days after the last purchase. */
export const silentFor = (profile: Profile, days: number): Instant => addMs(profile.lastSeen, days * dayMs);

/** Doubles of fast-check are mostly tiny: half are hundredths. */
const upTo = (max: number) =>
  fc.oneof(
    fc.double({ min: 0, max, noNaN: true }),
    fc.integer({ min: 0, max: 100 * max }).map((hundredths) => hundredths / 100),
  );

/** Any customer, also odd ones: signals, visits, purchases that all happened at once. */
export const anyCustomer = fc
  .record({
    n: fc.integer({ min: 0, max: 60 }),
    every: upTo(400),
    visitAfter: upTo(100),
    nps: fc.option(fc.integer({ min: 0, max: 10 })),
    complained: fc.boolean(),
    cancelled: fc.boolean(),
    refused: fc.boolean(),
  })
  .map(({ n, every, visitAfter, nps, complained, cancelled, refused }): Profile => {
    const profile = n === 0 ? newProfile({ workspace: 'local', customer: 'u:mina' }, start) : buyer({ n, every });
    const at = silentFor(profile, visitAfter);
    const tally = { n: 1, first: at, last: at };
    return {
      ...profile,
      lastSeen: at,
      answers: nps === null ? {} : { nps: { value: nps, at } },
      counts: { ...(complained && { 'Complaint Filed': tally }), ...(cancelled && { 'Account Closed': tally }) },
      consent: refused ? { email: { value: false, at } } : {},
    };
  });

export const anyDays = fc.oneof(upTo(100), upTo(2_000));
export const anyHorizon = fc.integer({ min: 1, max: 730 });
