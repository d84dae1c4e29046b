import { expect, test } from 'vitest';
import { maxDataBytes } from '../../../lib/journey/states/packed.ts';
import { machineArn, room, task } from './machine-room.ts';

/** A JSON string of so many bytes. */
const text = (bytes: number) => 'x'.repeat(bytes - 2);
const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rescue' }], Next: 'Rescue' };
const Rescue = { Type: 'Succeed', Output: 'rescued' };

test('a result of 256 KiB passes, one byte more is States.DataLimitExceeded, which States.ALL does not catch', async () => {
  let bytes = 0;
  const big = () => text(bytes);
  const machine = {
    States: { Do: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:0:function:big', ...caught }, Rescue },
  };
  const { run } = room(machine, { 'arn:aws:lambda:us-east-1:0:function:big': big });
  bytes = maxDataBytes;
  expect((await run()).status).toBe('SUCCEEDED');
  bytes = maxDataBytes + 1;
  expect(await run()).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('bytes are counted, not characters', async () => {
  const { run } = room({ States: { Only: { Type: 'Pass', Output: '{% $pad("", 100000, "é") %}', End: true } } });
  expect((await run()).status).toBe('SUCCEEDED');
  const wide = room({ States: { Only: { Type: 'Pass', Output: '{% $pad("", 140000, "é") %}', End: true } } });
  expect(await wide.run()).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('arguments and assigned variables have the same limit', async () => {
  const payload = '{% $pad("", 300000, "x") %}';
  const args = await room({ States: { Do: task('f', {}, payload) } }).run();
  const assign = await room({ States: { Only: { Type: 'Pass', Assign: { x: payload }, End: true } } }).run();
  expect([args.error, assign.error]).toEqual(['States.DataLimitExceeded', 'States.DataLimitExceeded']);
});

test('the outputs of all branches together have the limit too', async () => {
  const branch = { StartAt: 'In', States: { In: { Type: 'Pass', Output: '{% $pad("", 200000, "x") %}', End: true } } };
  const { run } = room({ States: { Fan: { Type: 'Parallel', Branches: [branch, branch], End: true } } });
  expect(await run()).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('DataLimitExceeded is caught where it is named', async () => {
  const Catch = [{ ErrorEquals: ['States.DataLimitExceeded'], Next: 'Rescue' }];
  const { run } = room({ States: { Do: task('f', { Catch, Next: 'Rescue' }, '{% $pad("", 300000, "x") %}'), Rescue } });
  expect((await run()).result).toBe('rescued');
});

test('an input over the limit is an InvalidExecutionInput', () => {
  const { call } = room({ States: { Only: { Type: 'Pass', End: true } } });
  const start = (bytes: number) => () =>
    call('StartExecution', { stateMachineArn: machineArn, input: `"${text(bytes)}"` });
  expect(start(maxDataBytes)).not.toThrow();
  expect(start(maxDataBytes + 1)).toThrow(expect.objectContaining({ name: 'InvalidExecutionInput' }));
});

test('an execution fails when its history is full: 25,000 events, the last says so', async () => {
  const { begin, describe, call } = room({
    States: { Round: { Type: 'Pass', Next: 'Again' }, Again: { Type: 'Pass', Next: 'Round' } },
  });
  const executionArn = await begin();
  expect(describe(executionArn)).toMatchObject({
    status: 'FAILED',
    cause: 'The execution reached the maximum number of history events (25000).',
  });
  const { events } = call<{ events: { id: number; type: string }[] }>('GetExecutionHistory', {
    executionArn,
    reverseOrder: true,
    maxResults: 1,
  });
  expect(events).toMatchObject([{ id: 25_000, type: 'ExecutionFailed' }]);
});
