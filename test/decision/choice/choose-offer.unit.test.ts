import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseOffer } from '#lib/decision/choice/choose-offer.ts';
import { Placement } from '#lib/decision/placements/placement.ts';
import { newProfile, type Profile } from '#lib/model/profile.ts';
import { addMs } from '#lib/shared/time.ts';
import { mina, start } from '../decision-world.ts';

const label = { en: 'Offer', ko: '제안' };
const success = { event: 'Order Completed' };

/** Offers `a`, `b`, `c` and the fallback; the changes are to `a`. */
const placementWith = (a: object = {}) =>
  Placement.parse({
    id: 'banner',
    label,
    fallback: 'help',
    offers: [
      { id: 'a', label, content: {}, success, ...a },
      { id: 'b', label, content: {}, success },
      { id: 'c', label, content: {}, success, eligible: { stage: ['advocacy'] } },
      { id: 'help', label, content: {}, success, purpose: 'transactional' },
    ],
  });

const customer = newProfile(mina, start);

function chosen({
  placement = placementWith(),
  profile = customer,
  stats = {},
  past = [] as { offer: string; at: string }[],
  decisionId = 'd1',
  now = start,
} = {}) {
  const choice = chooseOffer({ decisionId, placement, stats, past, situation: { profile, now } });
  const verdicts = Object.fromEntries(choice.reasons.map(({ offer, verdict }) => [offer, verdict]));
  return { ...choice, verdicts };
}

describe('an offer is barred', () => {
  const consent = (value: boolean): Profile['consent'] => ({ email: { value, at: start } });
  const unhappy: Profile = { ...customer, answers: { nps: { value: 2, at: start } } };
  const day = (n: number) => addMs(start, n * 86_400_000);

  test('from who does not meet its predicate', () => {
    expect(chosen().verdicts.c).toBe('not-eligible');
  });

  test('from who refused every channel there is an answer for, if it is marketing', () => {
    expect(chosen({ profile: { ...customer, consent: consent(false) } }).verdicts).toMatchObject({
      a: 'consent-refused',
      b: 'consent-refused',
      help: 'fallback',
    });
    expect(chosen({ profile: { ...customer, consent: consent(true) } }).verdicts.a).not.toBe('consent-refused');
  });

  test('from who just told of a bad experience, if it is a promotion', () => {
    const placement = placementWith({ promotion: true });
    expect(chosen({ placement, profile: unhappy }).verdicts.a).toBe('bad-experience');
    expect(chosen({ placement, profile: unhappy, now: day(31) }).verdicts.a).not.toBe('bad-experience');
  });

  describe('from who has an open case, if it is a promotion', () => {
    const placement = placementWith({ promotion: true });
    const tally = (n: number) => ({ n, first: start, last: start });
    const verdict = (counts: Profile['counts'], now = start) =>
      chosen({ placement, profile: { ...customer, counts }, now }).verdicts.a;

    test('until it is closed', () => {
      expect(verdict({ 'Support Ticket Opened': tally(2), 'Support Ticket Closed': tally(1) }, day(90))).toBe(
        'open-case',
      );
      expect(verdict({ 'Support Ticket Opened': tally(2), 'Support Ticket Closed': tally(2) })).not.toBe('open-case');
    });

    test('for thirty days where closings are never told', () => {
      expect(verdict({ 'Complaint Filed': tally(1) }, day(29))).toBe('open-case');
      expect(verdict({ 'Complaint Filed': tally(1) }, day(30))).not.toBe('open-case');
    });
  });

  test('when it was offered as often as its cap allows, until the oldest is long enough ago', () => {
    const placement = placementWith({ cap: { max: 2, within: '7d' } });
    const past = [0, 3].map((n) => ({ offer: 'a', at: day(n) }));
    expect(chosen({ placement, past, now: day(6) }).verdicts.a).toBe('capped');
    expect(chosen({ placement, past, now: day(7) }).verdicts.a).not.toBe('capped');
  });
});

test('the same id gets the same offer, and other ids others', () => {
  expect(chosen({ decisionId: 'd7' }).offer).toEqual(chosen({ decisionId: 'd7' }).offer);
  const offers = new Set(Array.from({ length: 40 }, (_, i) => chosen({ decisionId: `d${i}` }).offer.id));
  expect(offers).toEqual(new Set(['a', 'b']));
});

test('the better offer is chosen more often, as often as its propensity says, and the other still now and then', () => {
  const stats = { none: { a: { exposed: 300, won: 45 }, b: { exposed: 300, won: 30 } } };
  const choices = Array.from({ length: 3000 }, (_, i) => chosen({ stats, decisionId: `d${i}` }));
  const a = choices.filter(({ offer }) => offer.id === 'a');
  expect(a[0]!.propensity).toBeGreaterThan(0.9);
  expect(a[0]!.propensity).toBeLessThanOrEqual(0.975);
  expect(a.length / choices.length).toBeCloseTo(a[0]!.propensity, 1);
});

test('the policy version changes with what is known and with the placement', () => {
  const stats = { none: { a: { exposed: 1, won: 0 } } };
  const versions = [chosen(), chosen({ stats }), chosen({ placement: placementWith({ window: '1d' }) })];
  expect(new Set(versions.map(({ policyVersion }) => policyVersion)).size).toBe(3);
});

test('no barred offer is ever chosen, and the propensities of the others sum to 1', () => {
  const tries = fc
    .integer({ min: 0, max: 500 })
    .chain((exposed) => fc.record({ exposed: fc.constant(exposed), won: fc.integer({ min: 0, max: exposed }) }));
  const numbers = fc.record({ none: fc.record({ a: tries, b: tries, c: tries }), other: fc.record({ a: tries }) });
  fc.assert(
    fc.property(numbers, fc.string({ minLength: 1 }), fc.boolean(), (stats, decisionId, marketing) => {
      const profile: Profile = { ...customer, consent: { marketing: { value: marketing, at: start } } };
      const { offer, propensity, reasons, verdicts } = chosen({ stats, decisionId, profile });
      expect(['chosen', 'fallback']).toContain(verdicts[offer.id]);
      const competing = reasons.filter((reason) => reason.propensity !== undefined);
      const sum = competing.reduce((total, reason) => total + reason.propensity!, 0);
      expect(competing.length === 0 ? propensity : sum).toBeCloseTo(1, 9);
      const floor = 0.05 / competing.length;
      for (const reason of competing) expect(reason.propensity).toBeGreaterThanOrEqual(floor);
    }),
  );
});

test('a fallback that does not suit everybody is refused', () => {
  const offers = [{ id: 'a', label, content: {}, success }];
  expect(Placement.safeParse({ id: 'x', label, fallback: 'a', offers }).success).toBe(false);
  expect(Placement.safeParse({ id: 'x', label, fallback: 'b', offers }).success).toBe(false);
});
