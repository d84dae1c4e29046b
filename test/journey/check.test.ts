import { expect, test } from 'vitest';
import { check } from '../../lib/journey/check.ts';
import { shippedJourneys } from '../../lib/journey/shipped.ts';
import { aJourney, aSend, aslFaults } from './given.ts';

test.each(shippedJourneys)('the shipped journey $id has no fault', (definition) => {
  expect(check(definition)).toEqual([]);
  expect(aslFaults(definition)).toBe('');
});

test('all faults are told at once, each with its place', () => {
  const faulty = aJourney({
    start: 'Greet',
    steps: {
      Hello: aSend({ next: 'Bye' }),
      Done: { kind: 'exit' },
    },
  });
  expect(check(faulty).map(({ code, place }) => [code, place])).toEqual([
    ['unknown-step', 'start'],
    ['unknown-step', 'steps.Hello.next'],
    ['unreachable-step', 'steps.Hello'],
    ['unreachable-step', 'steps.Done'],
  ]);
});

const cases: [string, string, Record<string, unknown>][] = [
  ['a way back', 'endless', { Hello: aSend({ next: 'Pause' }), Pause: { kind: 'wait', for: '1d', next: 'Hello' } }],
  ['a step that leads to itself', 'endless', { Hello: aSend({ next: 'Hello' }) }],
  [
    'waits of more than a year in all',
    'too-long',
    {
      Hello: { kind: 'wait', for: '300d', next: 'More' },
      More: {
        kind: 'waitForEvent',
        on: { event: 'Activated' },
        timeout: '70d',
        next: 'Done',
        onTimeout: 'Done',
      },
      Done: { kind: 'exit' },
    },
  ],
  ['a webhook without a URL', 'no-url', { Hello: aSend({ channel: 'webhook' }), Done: { kind: 'exit' } }],
  ['an answer that leads nowhere', 'unknown-step', { Hello: aTask({ yes: 'constructor' }), Done: { kind: 'exit' } }],
];

function aTask(answers: Record<string, string>) {
  return { kind: 'humanTask', queue: 'care', title: 'Call', timeout: '1d', answers, onTimeout: 'Done' };
}

test.each(cases)('%s is a fault: %s', (_, code, steps) => {
  expect(check(aJourney({ steps })).map((fault) => fault.code)).toContain(code);
});

test('two short ways that meet are not one long way', () => {
  const wait = (next: string) => ({ kind: 'wait', for: '200d', next });
  const branch = { kind: 'branch', cases: [{ when: { stage: ['trial'] }, next: 'Left' }], otherwise: 'Right' };
  const steps = { Hello: branch, Left: wait('Done'), Right: wait('Done'), Done: { kind: 'exit' } };
  expect(check(aJourney({ steps }))).toEqual([]);
});
