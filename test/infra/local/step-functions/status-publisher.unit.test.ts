import { expect, test } from 'vitest';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { type Journal } from '#infra/local/journal/open-journal.ts';
import { room, start, type Machine } from './machine-harness.ts';

type Functions = Parameters<typeof room>[1];

/** The engine started again on what a kill left behind, `seconds` after the beginning. */
function revived(
  machine: Machine,
  journal: Journal,
  { functions = {}, seconds = 0 }: { functions?: Functions; seconds?: number },
) {
  const clock = new VirtualClock({ start: start + seconds * 1_000, speed: 0 });
  const again = room(machine, functions, { journal, clock });
  again.states.restore();
  return again;
}

const resting = { States: { Rest: { Type: 'Wait', Seconds: 600, End: true } } };

test('a status change is in the journal before the bus hears of it, and a kill in between tells it again', async () => {
  const wrecks: Journal[] = [];
  const first = room(
    { States: { Only: { Type: 'Pass', End: true } } },
    {},
    { emit: () => void wrecks.push(first.wreck()) },
  );
  const arn = await first.begin();
  expect(wrecks).toHaveLength(2);
  const told = (journal: Journal) => {
    const again = revived({ States: { Only: { Type: 'Pass', End: true } } }, journal, {});
    return again.settled().then(() => [again.describe(arn).status, ...again.emitted.map(({ status }) => status)]);
  };
  expect(await told(wrecks[0]!)).toEqual(['SUCCEEDED', 'RUNNING', 'SUCCEEDED']);
  expect((await told(wrecks[1]!)).at(-1)).toBe('SUCCEEDED');
});

test('a status change that was told is not told again after a restart', async () => {
  const first = room({ States: { Only: { Type: 'Pass', End: true } } });
  await first.begin();
  await first.settled();
  const again = revived({ States: { Only: { Type: 'Pass', End: true } } }, first.wreck(), {});
  await again.settled();
  expect(again.emitted).toEqual([]);
});

test('a status change that the bus refuses is told again until it is taken', async () => {
  const statuses: unknown[] = [];
  const emit = (_source: string, _type: string, { status }: Record<string, unknown>) => {
    statuses.push(status);
    if (statuses.length < 3) throw new Error('busy');
  };
  const { begin, advance } = room(resting, {}, { emit });
  await begin();
  await advance(10);
  expect(statuses).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
});
