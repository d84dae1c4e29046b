import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RiskModel } from '../../lib/churn/risk-model.ts';
import { chooseRiskModel } from '../../lib/churn/choose-risk-model.ts';
import { mergeKeyDayLists, oneKeyDay } from '../../lib/profile/facts/key-days.ts';
import { defaultRiskModel } from '../../lib/churn/default-model.ts';
import { defaultChurnDefinition } from '../../lib/model/churn-definition.ts';
import { trainChurnModel } from '../../lib/churn/fitted-model/train-model.ts';
import {
  nextBandChange,
  planFirstReview,
  hasCurrentRisk,
  planNextReview,
  reviewRisk,
} from '../../lib/churn/review-risk.ts';
import { scoreRisk, bandOf } from '../../lib/churn/heuristic-score.ts';
import { profileItem, readProfileItem } from '../../lib/profile/profile-store.ts';
import { addDuration, msBetween, type Instant, addMs } from '../../lib/shared/time.ts';
import { buyer, day, dayMs, silentFor, start } from './churn-customer.ts';

const hourMs = 3_600_000;
const anyBuyer = fc.record({
  n: fc.integer({ min: 1, max: 40 }),
  every: fc.double({ min: 0.1, max: 200, noNaN: true }),
});
const anyDays = fc.double({ min: 0, max: 400, noNaN: true });

test('the next review is at least an hour ahead, at a silence mark or where the band really changes', () => {
  fc.assert(
    fc.property(anyBuyer, anyDays, (purchases, days) => {
      const customer = buyer(purchases);
      const now = silentFor(customer, days);
      const next = planNextReview(customer, now, { silences: ['14d'] });
      if (next === undefined) {
        expect(scoreRisk(customer, now).band).toBe('high');
        return;
      }
      expect(msBetween(now, next)).toBeGreaterThanOrEqual(hourMs);
      const changes = scoreRisk(customer, next).band !== scoreRisk(customer, now).band;
      const changedAnHourBefore = scoreRisk(customer, addMs(next, -hourMs)).band !== scoreRisk(customer, now).band;
      const isMark =
        msBetween(addDuration(customer.lastSeen, '14d'), next) <= hourMs && addDuration(customer.lastSeen, '14d') > now;
      expect(isMark || (changes && !changedAnHourBefore)).toBe(true);
    }),
  );
});

describe('a review', () => {
  const customer = buyer({ n: 4, every: 30 });
  const quiet = (days: number) => silentFor(customer, days);

  test('tells a silence once, however often it looks', () => {
    const first = reviewRisk(customer, { now: quiet(15), silences: ['14d'] });
    const second = reviewRisk(first.profile, { now: quiet(16), silences: ['14d'] });
    expect(first.signals).toEqual([{ type: 'silent', for: '14d', since: customer.lastSeen }]);
    expect(second.signals).toEqual([]);
  });

  test('tells the next silence again after the customer came back', () => {
    const { profile } = reviewRisk(customer, { now: quiet(15), silences: ['14d'] });
    const back = { ...profile, lastSeen: quiet(20) };
    expect(reviewRisk(back, { now: quiet(35), silences: ['14d'] }).signals).toContainEqual({
      type: 'silent',
      for: '14d',
      since: quiet(20),
    });
  });

  test('tells a change of band, and not that somebody new is low', () => {
    const fine = reviewRisk(customer, { now: quiet(1), silences: [] });
    const gone = reviewRisk(fine.profile, { now: quiet(90), silences: [] });
    expect(fine.signals).toEqual([]);
    expect(gone.signals).toMatchObject([{ type: 'churn', from: 'low', risk: { band: 'high' } }]);
  });

  test('followed at each time it names sees every band and mark, and comes to an end', () => {
    const seen: string[] = [];
    let profile = reviewRisk(customer, { now: quiet(0), silences: ['14d', '60d'] }).profile;
    for (let looks = 0; profile.nextReview !== undefined && looks < 10; looks++) {
      const now = profile.nextReview;
      const next = reviewRisk(profile, { now, silences: ['14d', '60d'] });
      seen.push(...next.signals.map((signal) => (signal.type === 'silent' ? signal.for : signal.type)));
      profile = next.profile;
    }
    expect(seen).toEqual(['14d', 'churn', '60d', 'churn']);
    expect(profile).toMatchObject({ churn: { band: 'high' } });
    expect(profile.nextReview).toBeUndefined();
  });
});

/** By a model of 60 customers who came every three to eight days, and of whom a third stopped. */
function byModel(): RiskModel {
  const today = Math.floor(Date.parse(day(0)) / dayMs);
  const histories = Array.from({ length: 60 }, (_, n) => ({
    events: Array.from({ length: n % 3 === 0 ? 5 : 30 }, (_, i) => ({
      day: today - 250 + (3 + (n % 6)) * i,
      worth: n,
    })),
  }));
  const definition = { ...defaultChurnDefinition, horizonDays: 30 };
  const model = trainChurnModel(histories, { now: today, horizonDays: 30 });
  return chooseRiskModel({ purchaseEvents: ['Order Completed'], churn: definition }, { version: 1, definition, model });
}

test.each([
  ['the cold start', defaultRiskModel],
  ['a model', byModel()],
])('a risk by %s, kept and read again, is as assessed until something that matters is folded', (_, assessor) => {
  const first = Math.floor(Date.parse(start) / dayMs);
  fc.assert(
    fc.property(anyBuyer, anyDays, ({ n, every }, days) => {
      const on = Array.from({ length: n }, (_, i) => oneKeyDay({ day: first + Math.floor(i * every), worth: 9.99 }));
      const customer = { ...buyer({ n, every }), keyDays: on.reduce(mergeKeyDayLists) };
      const { profile } = reviewRisk(customer, { now: silentFor(customer, days), silences: [], assessor });
      const kept = readProfileItem(profileItem(profile, 1))!.profile;
      expect(hasCurrentRisk(kept, assessor)).toBe(true);

      const complaint = { n: 1, first: kept.lastSeen, last: kept.lastSeen };
      expect(hasCurrentRisk({ ...kept, counts: { 'Complaint Filed': complaint } }, assessor)).toBe(false);
    }),
  );
});

test.each([
  ['the cold start', defaultRiskModel],
  ['a model', byModel()],
])('the band that %s tells is the one its probability tells, also as it changes', (_, assessor) => {
  const first = Math.floor(Date.parse(start) / dayMs);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 60 }), (n, every) => {
      const on = Array.from({ length: n }, (__, i) => oneKeyDay({ day: first + i * every, worth: 9.99 }));
      const customer = { ...buyer({ n, every }), keyDays: on.reduce(mergeKeyDayLists) };
      let now: Instant | undefined = silentFor(customer, 0.5);
      for (; now !== undefined; now = assessor.bandChange(customer, now)) {
        const { band, probability = NaN } = assessor.assess(customer, now)!;
        expect(band).toBe(bandOf(probability));
      }
    }),
  );
});

describe('the first review, from a fold', () => {
  const customer = buyer({ n: 4, every: 30 });
  const at = (days: number) => silentFor(customer, days);

  test('is a day ahead for somebody new, and then stays', () => {
    const planned = planFirstReview(customer, at(0));
    expect(planned).toBe(at(1));
    expect(planFirstReview({ ...customer, nextReview: planned }, at(0.5))).toBe(planned);
  });

  test('is within the hour for somebody at risk who bought again', () => {
    const gone = reviewRisk(customer, { now: at(90), silences: [] }).profile;
    const back = { ...gone, lastSeen: at(95), purchases: { ...gone.purchases, n: 5, last: at(95) } };
    const planned = planFirstReview(back, at(95));
    expect(planned).toBe(addMs(at(95), hourMs));
    expect(planFirstReview({ ...back, nextReview: planned }, addMs(at(95), 1_000))).toBe(planned);
  });

  test('stays while touchpoints come seconds apart: each would put the change of band off by as much', () => {
    const visitor = { ...buyer({ n: 1, every: 1 }), purchases: { n: 0, revenue: 0 } };
    const assessed = reviewRisk(visitor, { now: start, silences: [] }).profile;
    expect(assessed.nextReview).toBe(nextBandChange(visitor, start));
    for (const seconds of [0.02, 1, 20, 3_600]) {
      const lastSeen = addMs(start, seconds * 1_000);
      expect(planFirstReview({ ...assessed, lastSeen }, lastSeen)).toBe(assessed.nextReview);
    }
  });

  test('moves earlier when a quicker habit makes the band change before it', () => {
    const twice = buyer({ n: 2, every: 7 });
    const slow = reviewRisk(twice, { now: twice.lastSeen, silences: [] }).profile;
    const quick = { ...buyer({ n: 8, every: 1 }), churn: slow.churn, nextReview: slow.nextReview };
    const planned = planFirstReview(quick, quick.lastSeen);
    expect(planned < slow.nextReview!).toBe(true);
    expect(planned).toBe(nextBandChange(quick, quick.lastSeen));
    expect(msBetween(quick.lastSeen, planned)).toBeLessThan(14 * dayMs);
  });
});
