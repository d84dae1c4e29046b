import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { demoCustomers } from '#infra/local/demo/demo-customers.ts';
import { planVisits } from '#infra/local/demo/demo-plan.ts';
import { table } from '#infra/local/demo/demo-report.ts';
import { dayMs } from '#lib/shared/time.ts';

const span = { start: Date.parse('2026-03-02T00:00:00Z'), end: Date.parse('2026-05-01T00:00:00Z') };
const plans = (seed: string, count: number) => demoCustomers(seed, count).map((customer) => planVisits(customer, span));
const outline = (seed: string, count: number) =>
  plans(seed, count).map((visits) => visits.map(({ at, messages }) => [at, ...messages.map(({ event }) => event)]));

test('a seed makes the same customers every time, and more of them change nothing about the first', () => {
  expect(outline('1', 20)).toEqual(outline('1', 30).slice(0, 20));
  expect(outline('1', 20)).not.toEqual(outline('2', 20));
});

test('a customer’s messages go forward in time, each with an id of its own, none after the end', () => {
  for (const visits of plans('1', 50)) {
    const messages = visits.flatMap((visit) => visit.messages);
    expect(new Set(messages.map(({ messageId }) => messageId)).size).toBe(messages.length);
    expect(visits.every(({ at }) => at >= span.start && at < span.end)).toBe(true);
    for (const { at, messages: all } of visits)
      expect(all.every(({ timestamp }) => +timestamp <= at && +timestamp > at - dayMs)).toBe(true);
  }
});

test('numbers stand to the right, words to the left', () => {
  const lines = table(
    'Stages',
    ['stage', 'customers'],
    [
      ['awareness', 12],
      ['none', 3],
    ],
  ).split('\n');
  expect(lines.slice(2)).toEqual([
    '  stage      customers',
    '  ─────────  ─────────',
    '  awareness         12',
    '  none               3',
  ]);
});

test('the demo tells the same story twice', async () => {
  const run = () =>
    promisify(execFile)(process.execPath, ['infra/local/demo/run-demo.ts', '--customers', '6', '--days', '6']);
  const [first, second] = [await run(), await run()];
  expect(first.stdout).toContain('Three customers');
  expect(first.stdout).toBe(second.stdout);
}, 120_000);
