import { expect, test } from 'vitest';
import { createStageFlow } from '#lib/report/paths/stage-flow.ts';

const day = 86_400_000;
const on = (days: number): string => new Date(Date.UTC(2026, 0, 1) + days * day).toISOString();
const now = Date.parse(on(100));

const rows = [
  { customer: 'Kim', to: 'awareness', at: on(0) },
  { customer: 'Kim', from: 'awareness', to: 'decision', at: on(10) },
  { customer: 'Kim', from: 'decision', to: 'awareness', at: on(12) },
  { customer: 'Lee', to: 'awareness', at: on(0) },
  { customer: 'Lee', from: 'awareness', to: 'decision', at: on(20) },
];

test('a stage tells how often it was entered, how long customers stayed and who still stands there', () => {
  const { stages } = createStageFlow(rows, now);
  expect(stages).toContainEqual({
    id: 'awareness',
    entered: { count: 3, customers: 2 },
    left: 2,
    standing: 1,
    stay: { count: 2, medianMs: 15 * day, p90Ms: 19 * day },
    standingFor: { count: 1, medianMs: 88 * day, p90Ms: 88 * day },
  });
});

test('moves are told with their customers, back as well as forth', () => {
  expect(createStageFlow(rows, now).moves).toEqual([
    { to: 'awareness', count: 2, customers: 2 },
    { from: 'awareness', to: 'decision', count: 2, customers: 2 },
    { from: 'decision', to: 'awareness', count: 1, customers: 1 },
  ]);
});

test('every customer stands in one stage', () => {
  const { customers, stages } = createStageFlow(rows, now);
  expect(stages.reduce((sum, { standing }) => sum + standing, 0)).toBe(customers);
});

test('without transitions there is nothing', () => {
  expect(createStageFlow([], now)).toEqual({ customers: 0, stages: [], moves: [] });
});
