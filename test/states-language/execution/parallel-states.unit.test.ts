import { expect, test } from 'vitest';
import { room, task, type Machine } from '../../infra/local/step-functions/machine-harness.ts';

const map = (processor: unknown): Machine => ({
  States: { Each: { Type: 'Map', ItemProcessor: processor, End: true } },
});
const wait = { StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 60, End: true } } };

test('a thousand iterations run, forty at a time', async () => {
  const items = Array.from({ length: 1_000 }, (_, index) => index);
  const { begin, advance, describe } = room(map(wait));
  const arn = await begin(items);
  await advance(3_600);
  expect(describe(arn)).toMatchObject({
    output: JSON.stringify(items),
    stopDate: (describe(arn).startDate as number) + 1_500,
  });
});

test('stopping an execution stops every branch', async () => {
  const { begin, advance, call, describe, invoked } = room(
    map({ StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 60, Next: 'Do' }, Do: task('effect') } }),
    { effect: () => 1 },
  );
  const executionArn = await begin([1, 2, 3]);
  call('StopExecution', { executionArn });
  await advance(1_000);
  expect(invoked).toEqual([]);
  expect(describe(executionArn).status).toBe('ABORTED');
});
