import { describe, expect, test } from 'vitest';
import { periodOf } from '#lib/report/cohort/cohort-period.ts';
import { type CohortPlan, countRetention } from '#lib/report/cohort/retention-cohorts.ts';
import { tallyPaths } from '#lib/report/paths/customer-path.ts';

/** A customer who bought on these days. */
const buyer = (...days: string[]) => ({
  customer: days.join(),
  steps: days.map((day) => ({ name: 'Order Completed', at: Date.parse(day) })),
});

const shop = [
  buyer('2026-01-05', '2026-01-30', '2026-02-02', '2026-02-20', '2026-04-01'),
  buyer('2026-01-31', '2026-02-01'),
  buyer('2026-03-15'),
];

const cohorts = (plan: Partial<CohortPlan> = {}, paths = shop) =>
  tallyPaths(paths, countRetention({ unit: 'month', ...plan }));

test('customers count once in the month they joined and in each in which they came back', () => {
  expect(cohorts()).toEqual([
    { from: '2026-01-01T00:00:00.000Z', customers: 2, active: [2, 2, 0, 1], retention: [1, 1, 0, 0.5] },
    { from: '2026-03-01T00:00:00.000Z', customers: 1, active: [1, 0], retention: [1, 0] },
  ]);
});

test('months that have not come yet are not shown as empty, and empty ones are not left out', () => {
  expect(cohorts({ until: Date.parse('2026-05-10') }).map(({ active }) => active)).toEqual([
    [2, 2, 0, 1, 0],
    [1, 0, 0],
  ]);
});

test('a brand’s month begins at its own midnight', () => {
  const seoul = 9 * 3_600_000;
  const [only] = cohorts({ offsetMs: seoul }, [buyer('2026-01-31T16:00:00Z')]);
  expect(only?.from).toBe('2026-01-31T15:00:00.000Z');
});

describe('what counts', () => {
  const visitor = {
    customer: 'v',
    steps: [
      { name: 'Page Viewed', at: Date.parse('2026-01-01') },
      { name: 'Order Completed', at: Date.parse('2026-02-01') },
      { name: 'Page Viewed', at: Date.parse('2026-03-01') },
    ],
  };

  test('joining may be a touchpoint of its own; what came before it does not count', () => {
    expect(cohorts({ joins: 'Order Completed' }, [visitor])).toMatchObject([{ customers: 1, active: [1, 1] }]);
    expect(cohorts({ joins: 'Signed Up' }, [visitor])).toEqual([]);
  });

  test('what came before joining does not count in its month either', () => {
    const early = {
      customer: 'e',
      steps: [
        { name: 'Page Viewed', at: Date.parse('2026-01-01') },
        { name: 'Order Completed', at: Date.parse('2026-01-20') },
      ],
    };
    expect(cohorts({ joins: 'Order Completed', active: 'Page Viewed' }, [early])).toMatchObject([
      { customers: 1, active: [0] },
    ]);
  });

  test('being active may be too', () => {
    expect(cohorts({ active: 'Order Completed' }, [visitor])).toMatchObject([{ active: [0, 1, 0] }]);
  });
});

test('weeks begin on Monday', () => {
  const week = (day: string) => periodOf.week(Date.parse(day));
  expect(week('2026-01-05')).toBe(week('2026-01-11')); // Monday to Sunday
  expect(week('2026-01-12')).toBe(week('2026-01-11') + 1);
  expect(week('1969-12-29')).toBe(week('1970-01-01'));
});
