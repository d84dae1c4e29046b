import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { TimerHeap } from '#lib/states-language/timer-heap.ts';

const start = Date.UTC(2026, 0, 1);
const nothingRuns = () => Promise.resolve();

test('timers fire by time, within one moment in the order they were set, and cancelled ones never', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(50), fc.boolean()), { maxLength: 300 }), async (timers) => {
      const clock = new VirtualClock({ start });
      const fired: number[] = [];
      const cancels = timers.map(([at], index) => clock.at(start + 1_000 + at, () => fired.push(index)));
      timers.forEach(([, kept], index) => kept || cancels[index]!());
      await clock.advance(2_000, nothingRuns);
      clock.stop();
      const kept = timers.flatMap(([at, keep], index) => (keep ? [{ at, index }] : []));
      expect(fired).toEqual(kept.sort((a, b) => a.at - b.at || a.index - b.index).map((timer) => timer.index));
    }),
  );
});

test('a timer fires at its own time, and what it sets on the way fires in the same advance', async () => {
  const clock = new VirtualClock({ start });
  const seen: number[] = [];
  clock.at(start + 3_600_000, () => {
    seen.push(clock.now());
    clock.at(start + 7_200_000, () => seen.push(clock.now()));
  });
  await clock.advance(86_400_000, nothingRuns);
  expect(seen).toEqual([start + 3_600_000, start + 7_200_000]);
  expect(clock.now()).toBeGreaterThanOrEqual(start + 86_400_000);
});

test('the clock stands still while the work of a timer runs', async () => {
  const clock = new VirtualClock({ start, speed: 1_000_000 });
  const seen: number[] = [];
  const due = start + 30 * 86_400_000;
  clock.at(due, () => seen.push(clock.now()));
  await clock.advance(31 * 86_400_000, async () => {
    await new Promise((done) => setImmediate(done));
    if (seen.length === 1) seen.push(clock.now());
  });
  expect(seen).toEqual([due, due]);
});

test('a timer for a time gone by fires at once, and one set later but due earlier is not held up', async () => {
  const clock = new VirtualClock({ start });
  const order: string[] = [];
  await new Promise<void>((done) => {
    clock.at(start + 3_600_000, () => order.push('hour'));
    clock.at(start - 1, () => order.push('past'));
    clock.at(clock.now() + 5, () => {
      order.push('soon');
      done();
    });
  });
  clock.stop();
  expect(order).toEqual(['past', 'soon']);
});

test('a timer cancelled after it fired, or twice, changes nothing', async () => {
  const clock = new VirtualClock({ start });
  const fired: string[] = [];
  const cancelFired = clock.at(start + 1_000, () => fired.push('first'));
  const cancelTwice = clock.at(start + 2_000, () => fired.push('never'));
  clock.at(start + 3_000, () => fired.push('last'));
  await clock.advance(1_500, nothingRuns);
  cancelFired();
  cancelTwice();
  cancelTwice();
  await clock.advance(2_000, nothingRuns);
  expect(fired).toEqual(['first', 'last']);
});

test('cancelled timers leave the heap: a million heartbeats do not pile up behind a far time-out', () => {
  const heap = new TimerHeap();
  heap.add(1, () => undefined);
  for (let beat = 0; beat < 1_000_000; beat++) heap.add(1_000 + beat, () => undefined)();
  expect(heap.size).toBe(1);
  expect(heap.next()).toBe(1);
});

test('a hundred thousand timers set in any order come out in time order', () => {
  const heap = new TimerHeap();
  const fired: number[] = [];
  for (let index = 0; index < 100_000; index++) {
    const at = (index * 48_271) % 99_991;
    heap.add(at, () => fired.push(at));
  }
  for (let fire = heap.takeDue(Infinity); fire; fire = heap.takeDue(Infinity)) fire();
  expect(fired).toHaveLength(100_000);
  expect(fired.every((at, index) => index === 0 || fired[index - 1]! <= at)).toBe(true);
});
