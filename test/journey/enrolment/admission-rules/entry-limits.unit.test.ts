import { expect, test } from 'vitest';
import {
  type EntryCounters,
  entryCounterKeys,
  entryCounterWrites,
  readEntryCounters,
  throttledStart,
} from '#lib/journey/enrolment/admission-rules/entry-limits.ts';
import { addMs, dayMs, durationMs } from '#lib/shared/time.ts';
import { aJourney, start } from '../../journey-examples.ts';
import { anEntry } from '../admission-input-example.ts';

const definition = (entry: object) => aJourney(anEntry(entry));
const throttled = definition({ throttle: { max: 2, within: '1h' } });
const hour = (n: number): string => addMs(start, n * durationMs('1h')); // `start` is a full hour
const span = Date.parse(start) / durationMs('1h');

const throttles: [string, EntryCounters['throttle'], string, number][] = [
  ['none yet', undefined, hour(0), 1],
  ['an earlier window, full', { span: span - 1, n: 2 }, hour(0), 1],
  ['this window, with room', { span, n: 1 }, hour(0), 2],
  ['this window, full', { span, n: 2 }, hour(1), 1],
  ['a later window, with room', { span: span + 3, n: 1 }, hour(3), 2],
  ['a later window, full', { span: span + 3, n: 2 }, hour(4), 1],
];

test.each(throttles)('a throttle with %s', (...[, throttle, begin, n]) => {
  const counted = { entered: 0, throttle };
  expect(throttledStart(throttled, counted, start)).toBe(begin);
  const [write] = entryCounterWrites('acme', throttled, { counted, now: start });
  expect(write).toMatchObject({ put: { pk: 'acme#limits#welcome', sk: 'throttle', n } });
});

test('a start within the present window is now', () => {
  const now = addMs(start, 60_000);
  expect(throttledStart(throttled, { entered: 0 }, now)).toBe(now);
  expect(throttledStart(definition({}), { entered: 0 }, now)).toBeUndefined();
});

const day = Math.floor(Date.parse(start) / dayMs);

test('the counter of a cap lies in its window, and expires a day after it', () => {
  const daily = definition({ cap: { max: 3, within: '1d' } });
  const counts = { counted: { entered: 0 }, now: start };
  expect(entryCounterWrites('acme', daily, counts)).toEqual([
    {
      update: { pk: 'acme#limits#welcome', sk: `cap#${day}` },
      set: {
        expression: 'SET #ttl = :ttl ADD n :one',
        names: { '#ttl': 'ttl' },
        values: { ':one': 1, ':ttl': ((day + 2) * dayMs) / 1_000 },
      },
      if: { expression: 'attribute_not_exists(n) OR n < :max', values: { ':max': 3 } },
    },
  ]);
  expect(entryCounterWrites('acme', definition({ cap: { max: 3 } }), counts)).toMatchObject([
    { update: { sk: 'cap#0' }, set: { expression: 'ADD n :one', values: { ':one': 1 } } },
  ]);
});

test('only a journey with limits has counters', () => {
  const both = definition({ cap: { max: 3 }, throttle: { max: 2, within: '1h' } });
  expect(entryCounterKeys('acme', both, start).map(({ sk }) => sk)).toEqual(['cap#0', 'throttle']);
  expect(entryCounterKeys('acme', definition({}), start)).toEqual([]);
  expect(entryCounterWrites('acme', definition({}), { counted: { entered: 0 }, now: start })).toEqual([]);
});

test('a missing counter is zero', () => {
  const pk = 'acme#limits#welcome';
  expect(readEntryCounters([])).toEqual({ entered: 0 });
  expect(
    readEntryCounters([
      { pk, sk: 'throttle', span: 7, n: 2 },
      { pk, sk: 'cap#0', n: 5 },
    ]),
  ).toEqual({ entered: 5, throttle: { span: 7, n: 2 } });
});
