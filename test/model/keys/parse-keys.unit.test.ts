import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Customer } from '#lib/model/customer.ts';
import {
  parseDateKey,
  parseListStart,
  parsePartition,
  parsePausedStepKey,
  parsePosition,
  parseShardedKey,
  parseStatsVersion,
  parseTimedKey,
  parseWorkspace,
  stripRange,
} from '#lib/model/keys/parse-keys.ts';
import { keys, lists, listSortKey, partition, ranges, skewRange, timelineRanges } from '#lib/model/keys/table-keys.ts';
import { type Instant } from '#lib/shared/time.ts';

/** Ids of other systems, which may contain the separator anywhere. */
const anyId = fc.oneof(fc.string(), fc.constantFrom('#', '##', '#a', 'a#', 'a#b#c'));
/** Ids of this system: workspaces, journeys, steps. */
const ownId = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const instant = fc
  .date({ min: new Date('0000-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((at) => at.toISOString());
const aCustomer = fc.record({ workspace: ownId, customer: anyId });

const holds = <T extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  check: (...values: T) => void,
): void =>
  fc.assert(
    fc.property(...arbitraries, (...values) => {
      check(...values);
    }),
  );

test('a partition key names its customer', () => {
  holds([aCustomer], (customer) => expect(parsePartition(partition(customer))).toEqual(customer));
  expect(parsePartition('no separator')).toEqual({ workspace: '', customer: 'no separator' });
});

test('every partition key names its workspace', () => {
  holds([aCustomer, anyId], ({ workspace, customer }, id) => {
    const all = [
      partition({ workspace, customer }),
      keys.journey(workspace, id).pk,
      keys.offerStats(workspace, { placement: id, stage: id, shard: 1 }).pk,
      lists.stage(workspace, id, 2),
    ];
    expect(all.map(parseWorkspace)).toEqual(all.map(() => workspace));
  });
  expect(parseWorkspace(lists.workspaces())).toBe('');
});

test('a row of a sorted range has a time and an id', () => {
  const timed: [string, (customer: Customer, at: Instant, id: string) => { sk: string }][] = [
    [timelineRanges.touchpoint, keys.touchpoint],
    [timelineRanges.stage, keys.stageTransition],
    [timelineRanges.decision, keys.decision],
    [timelineRanges.message, keys.message],
    [skewRange, keys.clockSkew],
  ];
  holds([aCustomer, instant, anyId], (customer, at, id) => {
    for (const [range, build] of timed) {
      const { sk } = build(customer, at, id);
      expect(parseTimedKey(sk, range)).toEqual({ at, id });
      expect(parsePosition(stripRange(sk, range))).toEqual({ at, id });
    }
  });
});

test('a key of a sorted range without an id has no time', () => {
  expect(parseTimedKey('t#2026-01-01T00:00:00.000Z', 't#')).toEqual({ at: '', id: '2026-01-01T00:00:00.000Z' });
});

test('a range has the id after it', () => {
  const built: [string, (customer: Customer, id: string) => { sk: string }][] = [
    [ranges.enrolment, keys.enrolment],
    [ranges.task, keys.task],
    [ranges.inApp, keys.inApp],
    [ranges.refusal, keys.refusal],
    [ranges.segment, keys.member],
    [ranges.segment, ({ workspace }, id) => keys.segment(workspace, id)],
    [ranges.fanOut, ({ workspace }, id) => keys.fanOut(workspace, id)],
    [ranges.journey, ({ workspace }, id) => keys.journey(workspace, id)],
    [ranges.map, ({ workspace }, id) => keys.map(workspace, id)],
    [ranges.report, ({ workspace }, id) => keys.report(workspace, id)],
  ];
  holds([aCustomer, anyId], (customer, id) => {
    for (const [range, build] of built) expect(stripRange(build(customer, id).sk, range)).toBe(id);
  });
});

test('the counter of a cap lies in its range', () => {
  expect(keys.cap('w', 'welcome', 7).sk.startsWith(ranges.cap)).toBe(true);
  expect(keys.throttle('w', 'welcome').sk.startsWith(ranges.cap)).toBe(false);
});

test('a date names its journey and trigger', () => {
  holds([aCustomer, ownId, ownId], (customer, journeyId, trigger) =>
    expect(parseDateKey(keys.date(customer, journeyId, trigger).sk)).toEqual({ journeyId, trigger }),
  );
});

test('a paused step names its enrolment, step and time', () => {
  holds([instant, ownId, ownId], (at, enrolmentId, stepId) => {
    const { sk } = keys.held('w', { journeyId: 'welcome', shard: 1, at, enrolmentId, stepId });
    expect(parsePausedStepKey(sk)).toEqual({ since: at, enrolmentId, stepId });
  });
});

test('counters name their version, stage and offer', () => {
  holds([anyId, fc.nat(15), fc.nat(999_999)], (id, shard, version) => {
    const workspace = 'w';
    expect(parseStatsVersion(keys.journeyStats(workspace, { journeyId: id, version, shard }).sk)).toBe(version);
    expect(parseShardedKey(keys.offerStats(workspace, { placement: 'p', stage: id, shard }).sk)).toBe(id);
    expect(parseShardedKey(keys.offerSums(workspace, { placement: 'p', context: 'c', offer: id, shard }).sk)).toBe(id);
  });
});

test('a sort key of a list starts with what the list is sorted by', () => {
  holds([instant, anyId], (at, id) => {
    expect(parseListStart(listSortKey(at, id))).toBe(at);
    expect(parsePosition(listSortKey(at, id))).toEqual({ at, id });
  });
});
