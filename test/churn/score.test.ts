import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newProfile, type Profile } from '../../lib/profile/profile.ts';
import { PackedRisk, packRisk, unpackRisk } from '../../lib/churn/pack.ts';
import { coldStart } from '../../lib/churn/cold-start.ts';
import { usualDefinition } from '../../lib/churn/definition.ts';
import { type ChurnRisk } from '../../lib/churn/risk.ts';
import { assess, baseScore, churnProbability } from '../../lib/churn/score.ts';
import { worded } from '../../lib/churn/worded.ts';
import { plus } from '../../lib/time.ts';
import { buyer, day, silentFor, start } from './customer.ts';

const bandAfter = (profile: Profile, days: number) => assess(profile, silentFor(profile, days)).band;

/** Any customer, also odd ones: signals, visits, purchases that all happened at once. */
const anyCustomer = fc
  .record({
    n: fc.integer({ min: 0, max: 60 }),
    every: fc.double({ min: 0, max: 400, noNaN: true }),
    visitAfter: fc.double({ min: 0, max: 100, noNaN: true }),
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

const anyDays = fc.double({ min: 0, max: 2_000, noNaN: true });

describe('a customer who goes quiet', () => {
  test.each([
    { n: 2, every: 30 },
    { n: 4, every: 30 },
    { n: 4, every: 7 },
    { n: 12, every: 7 },
    { n: 30, every: 2 },
  ])('for three purchase intervals is at risk: $n purchases every $every days', ({ n, every }) => {
    const customer = buyer({ n, every });
    expect(bandAfter(customer, 0.5 * every)).toBe('low');
    expect(bandAfter(customer, 3 * every)).toBe('high');
  });

  test('is told why, with the usual interval', () => {
    const customer = buyer({ n: 4, every: 30 });
    const [reason] = worded(assess(customer, silentFor(customer, 90))).reasons;
    expect(reason).toMatchObject({
      feature: 'silence',
      text: { en: 'No purchase for 90 days, usually every 30', ko: '90일째 구매 없음 (평소 30일 간격)' },
    });
  });

  test('but still visits is at less risk than one who does not', () => {
    const gone = buyer({ n: 4, every: 30 });
    const visiting = { ...gone, lastSeen: silentFor(gone, 58) };
    expect(churnProbability(visiting, silentFor(gone, 60))).toBeLessThan(churnProbability(gone, silentFor(gone, 60)));
  });
});

test('a new customer is low, and what is missing is said', () => {
  const customer = newProfile({ workspace: 'local', customer: 'a:visitor' }, start);
  expect(assess(customer, day(1))).toMatchObject({ band: 'low', insufficientData: ['purchase'] });
});

test('a bad answer raises the risk until the next purchase', () => {
  const happy = buyer({ n: 4, every: 30 });
  const unhappy: Profile = { ...happy, answers: { nps: { value: 3, at: happy.lastSeen } } };
  const bought: Profile = { ...unhappy, purchases: { ...unhappy.purchases, last: silentFor(happy, 1) } };
  const now = silentFor(happy, 10);
  expect(assess(unhappy, now).reasons.map(({ feature }) => feature)).toContain('badAnswer');
  expect(assess(bought, now).reasons.map(({ feature }) => feature)).not.toContain('badAnswer');
});

test('longer silence never lowers the risk', () => {
  fc.assert(
    fc.property(anyCustomer, anyDays, anyDays, (customer, days, more) => {
      const before = churnProbability(customer, silentFor(customer, days));
      const later = churnProbability(customer, silentFor(customer, days + more));
      expect(later).toBeGreaterThanOrEqual(before - 1e-12);
    }),
  );
});

test('the same silence is the worse the more often the customer used to buy', () => {
  const interval = fc.double({ min: 1, max: 200, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 50 }), fc.tuple(interval, interval), anyDays, (n, [a, b], days) => {
      const [often, seldom] = [Math.min(a, b), Math.max(a, b)].map((every) => buyer({ n, every })) as [
        Profile,
        Profile,
      ];
      const risk = (customer: Profile) => churnProbability(customer, silentFor(customer, days));
      expect(risk(often)).toBeGreaterThanOrEqual(risk(seldom) - 1e-12);
    }),
  );
});

test('more purchases in the same time make the same silence worse', () => {
  const purchases = fc.integer({ min: 2, max: 50 });
  fc.assert(
    fc.property(fc.tuple(purchases, purchases), anyDays, ([a, b], days) => {
      const [fewer, more] = [Math.min(a, b), Math.max(a, b)].map((n) => buyer({ n, every: 100 / (n - 1) })) as [
        Profile,
        Profile,
      ];
      const risk = (customer: Profile) => churnProbability(customer, silentFor(customer, days));
      expect(risk(more)).toBeGreaterThanOrEqual(risk(fewer) - 1e-12);
    }),
  );
});

test('scores lie in 0–100, and at most three reasons sum to what sets them apart from the base, in points and in logits', () => {
  fc.assert(
    fc.property(anyCustomer, anyDays, (customer, days) => {
      const { score, reasons, probability = NaN, base = NaN } = assess(customer, silentFor(customer, days));
      const logit = reasons.reduce((sum, { contribution = NaN }) => sum + contribution, base);
      expect(1 / (1 + Math.exp(-logit))).toBeCloseTo(probability, 12);
      expect(Math.abs(100 * probability - score)).toBeLessThanOrEqual(0.05 + 1e-9);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
      expect(reasons.length).toBeLessThanOrEqual(3);
      expect(reasons.reduce((sum, { points }) => sum + points, baseScore)).toBeCloseTo(score, 6);
    }),
  );
});

test('who comes is expected, at the latest in ten years, and is worth something; who has gone is not expected', () => {
  const customer = buyer({ n: 6, every: 10 });
  const risk = assess(customer, silentFor(customer, 2));
  expect(Date.parse(risk.expectedNext!)).toBeGreaterThan(Date.parse(risk.assessedAt));
  expect(risk.expectedNext! < silentFor(customer, 20)).toBe(true);
  expect(risk.valueAtRisk).toBeGreaterThan(0);
  const gone = assess(customer, silentFor(customer, 90));
  expect(gone).not.toHaveProperty('expectedNext');
  expect(gone.valueAtRisk).toBeGreaterThan(0);
  const once = buyer({ n: 1, every: 1 });
  expect(assess(once, silentFor(once, 1)).expectedNext! < silentFor(once, 3_652)).toBe(true);
});

test('the cold start tells the state, by the horizon of the team, and until when its band holds', () => {
  const first = Math.floor(Date.parse(start) / 86_400_000);
  const customer = { ...buyer({ n: 1, every: 1 }), keyDays: { recent: [{ day: first, worth: 50 }] } };
  const cold = coldStart({
    purchaseEvents: ['Order Completed'],
    churn: { ...usualDefinition, horizonDays: 30 },
  });
  const states = [1, 31, 61].map((days) => cold.assess(customer, silentFor(customer, days))?.state);
  expect(states).toEqual(['new', 'lapsed', 'churned']);
  const now = silentFor(customer, 1);
  const { validUntil, band } = cold.assess(customer, now)!;
  expect(cold.bandAt(customer, validUntil!)).not.toBe(band);
  expect(cold.bandAt(customer, plus(validUntil!, -60_000))).toBe(band);
});

test('where other touchpoints are key events, silence is told of those, and worth is theirs', () => {
  const first = Math.floor(Date.parse(start) / 86_400_000);
  const tally = { n: 3, first: start, last: silentFor(buyer({ n: 1, every: 1 }), 20) };
  const customer = {
    ...newProfile({ workspace: 'local', customer: 'u:mina' }, start),
    counts: { 'Lesson Finished': tally },
    keyDays: { recent: [0, 10, 20].map((day) => ({ day: first + day, worth: 5 })) },
  };
  const cold = coldStart({ purchaseEvents: [], churn: { ...usualDefinition, keyEvents: ['Lesson Finished'] } });
  const risk = worded(cold.assess(customer, plus(start, 60 * 86_400_000))!);
  expect(risk.reasons[0]?.text.en).toBe('No key event for 40 days, usually every 10');
  expect(risk.valueAtRisk).toBeGreaterThan(0);
});

/** What a profile keeps of a risk of the cold start. */
function kept({ probability: _p, base: _b, expectedNext: _e, valueAtRisk: _v, ...risk }: ChurnRisk): ChurnRisk {
  return { ...risk, reasons: risk.reasons.map(({ contribution: _c, ...reason }) => reason) };
}

test('a packed risk unpacks to what is kept of it, words and all, and is small', () => {
  fc.assert(
    fc.property(anyCustomer, anyDays, (customer, days) => {
      const risk = assess(customer, silentFor(customer, days));
      const packed = JSON.stringify(packRisk(risk));
      expect(unpackRisk(PackedRisk.parse(JSON.parse(packed)))).toEqual(kept(risk));
      expect(packed.length).toBeLessThan(160);
    }),
  );
});
