import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newProfile, type Profile } from '../../lib/model/profile.ts';
import { PackedRisk, packRisk, unpackRisk } from '../../lib/profile/codec/risk-codec.ts';
import { createDefaultRiskModel } from '../../lib/churn/default-model.ts';
import { defaultChurnDefinition } from '../../lib/model/churn-definition.ts';
import { type ChurnRisk } from '../../lib/model/churn-risk.ts';
import { scoreRisk, churnProbability } from '../../lib/churn/heuristic-score.ts';
import { withRiskText } from '../../lib/churn/risk-text.ts';
import { addMs } from '../../lib/shared/time.ts';
import { anyCustomer, anyDays, buyer, day, silentFor, start } from './churn-customer.ts';

const bandAfter = (profile: Profile, days: number) => scoreRisk(profile, silentFor(profile, days)).band;

describe('a customer who goes quiet', () => {
  test.each([
    { n: 1, every: 0, low: 7, high: 31 },
    { n: 2, every: 30, low: 20, high: 60 },
    { n: 4, every: 30, low: 40, high: 75 },
    { n: 4, every: 7, low: 14, high: 35 },
    { n: 6, every: 7, low: 14, high: 31 },
    { n: 12, every: 7, low: 14, high: 28 },
    { n: 10, every: 1, low: 5, high: 11 },
    { n: 30, every: 2, low: 6, high: 11 },
  ])('after $n purchases every $every days is low for $low days, and high after $high', ({ n, every, low, high }) => {
    const customer = buyer({ n, every });
    expect(bandAfter(customer, low)).toBe('low');
    expect(bandAfter(customer, high)).toBe('high');
  });

  test('is told why, with the usual interval', () => {
    const customer = buyer({ n: 4, every: 30 });
    const [silence, rhythm] = withRiskText(scoreRisk(customer, silentFor(customer, 90))).reasons;
    expect(silence).toMatchObject({
      feature: 'silence',
      text: { en: 'No purchase for 90 days, usually every 30', ko: '90일째 구매 없음 (평소 30일 간격)' },
    });
    expect(rhythm).toMatchObject({
      feature: 'rhythm',
      text: { en: 'Bought on 4 days, usually every 30', ko: '구매한 날 4일 (평소 30일 간격)' },
    });
  });

  test.each([
    [0.5, { en: 'No second purchase for less than a day', ko: '하루 미만 동안 재구매 없음' }],
    [1.5, { en: 'No second purchase for 1 day', ko: '1일째 재구매 없음' }],
    [2.5, { en: 'No second purchase for 2 days', ko: '2일째 재구매 없음' }],
  ])('after a first purchase too, %d days later', (days, text) => {
    const customer = buyer({ n: 1, every: 0 });
    expect(withRiskText(scoreRisk(customer, silentFor(customer, days))).reasons).toMatchObject([
      { feature: 'silence', text },
    ]);
  });

  test('and of whom more is known than three reasons can tell has each told with its own numbers', () => {
    const gone = buyer({ n: 4, every: 30 });
    const at = silentFor(gone, 1);
    const tally = { n: 1, first: at, last: at };
    const counts = { 'Account Closed': tally, 'Complaint Filed': tally };
    const refused = { email: { value: false, at } };
    const customer = { ...gone, counts, consent: refused, answers: { nps: { value: 0, at } } };
    const reasons = withRiskText(scoreRisk(customer, silentFor(gone, 20))).reasons;
    expect(reasons.map(({ feature }) => feature)).toEqual([
      'cancelled',
      'badAnswer',
      'rhythm+silence+complained+refusedContact',
    ]);
    expect(reasons[2]?.text.en).toBe(
      'Bought on 4 days, usually every 30; No purchase for 20 days, usually every 30; Complained since the last purchase; Unsubscribed from messages',
    );
  });

  test('but still visits is at less risk than one who does not', () => {
    const gone = buyer({ n: 4, every: 30 });
    const visiting = { ...gone, lastSeen: silentFor(gone, 58) };
    expect(churnProbability(visiting, silentFor(gone, 60))).toBeLessThan(churnProbability(gone, silentFor(gone, 60)));
  });
});

test('a new customer is low, and what is missing is said', () => {
  const customer = newProfile({ workspace: 'local', customer: 'a:visitor' }, start);
  expect(scoreRisk(customer, day(1))).toMatchObject({ band: 'low', insufficientData: ['purchase'] });
});

test('a bad answer raises the risk until the next purchase', () => {
  const happy = buyer({ n: 4, every: 30 });
  const unhappy: Profile = { ...happy, answers: { nps: { value: 3, at: happy.lastSeen } } };
  const bought: Profile = { ...unhappy, purchases: { ...unhappy.purchases, last: silentFor(happy, 1) } };
  const now = silentFor(happy, 10);
  expect(scoreRisk(unhappy, now).reasons.map(({ feature }) => feature)).toContain('badAnswer');
  expect(scoreRisk(bought, now).reasons.map(({ feature }) => feature)).not.toContain('badAnswer');
});

test('who comes is expected, at the latest in ten years, and is worth something; who has gone is not expected', () => {
  const customer = buyer({ n: 6, every: 10 });
  const risk = scoreRisk(customer, silentFor(customer, 2));
  expect(Date.parse(risk.expectedNext!)).toBeGreaterThan(Date.parse(risk.assessedAt));
  expect(risk.expectedNext! < silentFor(customer, 20)).toBe(true);
  expect(risk.valueAtRisk).toBeGreaterThan(0);
  const gone = scoreRisk(customer, silentFor(customer, 90));
  expect(gone).not.toHaveProperty('expectedNext');
  expect(gone.valueAtRisk).toBeGreaterThan(0);
  const once = buyer({ n: 1, every: 1 });
  expect(scoreRisk(once, silentFor(once, 1)).expectedNext! < silentFor(once, 3_652)).toBe(true);
});

test('the cold start tells the state, by the horizon of the team, and until when its band holds', () => {
  const first = Math.floor(Date.parse(start) / 86_400_000);
  const customer = { ...buyer({ n: 1, every: 1 }), keyDays: { recent: [{ day: first, worth: 50 }] } };
  const cold = createDefaultRiskModel({
    purchaseEvents: ['Order Completed'],
    churn: { ...defaultChurnDefinition, horizonDays: 30 },
  });
  const states = [1, 31, 61].map((days) => cold.assess(customer, silentFor(customer, days))?.state);
  expect(states).toEqual(['new', 'lapsed', 'churned']);
  const now = silentFor(customer, 1);
  const { validUntil, band } = cold.assess(customer, now)!;
  expect(cold.bandAt(customer, validUntil!)).not.toBe(band);
  expect(cold.bandAt(customer, addMs(validUntil!, -60_000))).toBe(band);
});

test('where other touchpoints are key events, rhythm and silence are told of those, and worth is theirs', () => {
  const first = Math.floor(Date.parse(start) / 86_400_000);
  const tally = { n: 3, first: start, last: silentFor(buyer({ n: 1, every: 1 }), 20) };
  const customer = {
    ...newProfile({ workspace: 'local', customer: 'u:mina' }, start),
    counts: { 'Lesson Finished': tally },
    keyDays: { recent: [0, 10, 20].map((day) => ({ day: first + day, worth: 5 })) },
  };
  const cold = createDefaultRiskModel({
    purchaseEvents: [],
    churn: { ...defaultChurnDefinition, keyEvents: ['Lesson Finished'] },
  });
  const risk = withRiskText(cold.assess(customer, addMs(start, 60 * 86_400_000))!);
  expect(risk.reasons.map(({ text }) => text.en)).toEqual([
    'No key event for 40 days, usually every 10',
    'Key events on 3 days, usually every 10',
  ]);
  expect(risk.valueAtRisk).toBeGreaterThan(0);
});

test('several orders of one day are one time the customer came, and are worth their sum', () => {
  const first = Math.floor(Date.parse(start) / 86_400_000);
  const keyDays = { recent: [0, 30].map((n) => ({ day: first + n, worth: 60 })) };
  const often = { ...buyer({ n: 7, every: 5 }), keyDays };
  const twice = { ...buyer({ n: 2, every: 30 }), keyDays };
  const at = silentFor(twice, 40);
  expect(scoreRisk(often, at)).toEqual(scoreRisk(twice, at));
  const { reasons } = withRiskText(scoreRisk(often, at));
  expect(reasons.map(({ text }) => text.en)).toContain('Bought on 2 days, usually every 30');
});

test('days that are kept since a while only leave what was counted before them', () => {
  const first = Math.floor(Date.parse(start) / 86_400_000);
  const customer = { ...buyer({ n: 4, every: 10 }), keyDays: { recent: [{ day: first + 30, worth: 60 }] } };
  expect(scoreRisk(customer, silentFor(customer, 5)).probability).toBe(
    scoreRisk(buyer({ n: 4, every: 10 }), silentFor(customer, 5)).probability,
  );
});

/** What a profile keeps of a risk of the cold start. */
function kept({ probability: _p, base: _b, expectedNext: _e, valueAtRisk: _v, ...risk }: ChurnRisk): ChurnRisk {
  return { ...risk, reasons: risk.reasons.map(({ contribution: _c, ...reason }) => reason) };
}

test('a packed risk unpacks to what is kept of it, words and all, and is small', () => {
  fc.assert(
    fc.property(anyCustomer, anyDays, (customer, days) => {
      const risk = scoreRisk(customer, silentFor(customer, days));
      const packed = JSON.stringify(packRisk(risk));
      expect(unpackRisk(PackedRisk.parse(JSON.parse(packed)))).toEqual(kept(risk));
      expect(packed.length).toBeLessThan(160);
    }),
  );
});
