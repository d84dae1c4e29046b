import { expect, test } from 'vitest';
import { setTimeout as pause } from 'node:timers/promises';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { functionError, machineArn, room, start, task } from '../../infra/local/step-functions/machine-harness.ts';

test('a function that does not come back is timed out, and what it answers later is dropped', async () => {
  let answer: (value: unknown) => void = () => undefined;
  const hang = () => new Promise((resolve) => (answer = resolve));
  const machine = {
    States: {
      Hang: task('hang', {
        TimeoutSeconds: 5,
        Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Rescue' }],
        Next: 'Rescue',
      }),
      Rescue: { Type: 'Succeed', Output: 'rescued' },
    },
  };
  const { call, clock, describe, settled } = room(machine, { hang });
  const turns = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
  };
  const { executionArn } = call<{ executionArn: string }>('StartExecution', { stateMachineArn: machineArn });
  await turns();
  await clock.advance(5_000, turns);
  expect(describe(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"rescued"' });
  answer('too late');
  await settled();
  expect(describe(executionArn).output).toBe('"rescued"');
});

test('what an earlier try answers is not taken for the answer of the present one', async () => {
  const answers: ((value: unknown) => void)[] = [];
  const hang = () => new Promise((resolve) => answers.push(resolve));
  const machine = {
    States: { Hang: task('hang', { TimeoutSeconds: 5, Retry: [{ ErrorEquals: ['States.Timeout'] }] }) },
  };
  const { call, clock, describe, settled } = room(machine, { hang });
  const turns = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
  };
  const { executionArn } = call<{ executionArn: string }>('StartExecution', { stateMachineArn: machineArn });
  await turns();
  await clock.advance(7_000, turns);
  answers[0]!('first');
  await turns();
  expect([answers.length, describe(executionArn).status]).toEqual([2, 'RUNNING']);
  answers[1]!('second');
  await settled();
  expect(describe(executionArn).output).toBe('"second"');
});

test('a function has its seconds on this machine, however fast the time passes for customers', async () => {
  const clock = new VirtualClock({ start, speed: 3_600 });
  const slow = () => pause(20).then(() => 'done'); // 72 seconds by that clock
  const { run } = room({ States: { Do: task('slow', { TimeoutSeconds: 5 }) } }, { slow }, { clock });
  expect(await run()).toMatchObject({ status: 'SUCCEEDED' });
});

test('each try draws its chance anew', async () => {
  const fail = () => {
    throw functionError('Nope');
  };
  const retry = { Retry: [{ ErrorEquals: ['Nope'], MaxAttempts: 2 }] };
  const { begin, advance, invoked } = room({ States: { Do: task('fail', retry, '{% $uuid() %}') } }, { fail });
  await begin();
  await advance(60);
  expect(new Set(invoked.map(({ payload }) => payload)).size).toBe(3);
});

test('InvocationType Event hands over and goes on at once', async () => {
  const machine = {
    States: {
      Go: {
        ...task('later'),
        Arguments: { FunctionName: 'later', InvocationType: 'Event', Payload: { a: 1 } },
        Output: '{% $states.result.StatusCode %}',
      },
    },
  };
  const { run, invoked } = room(machine);
  expect((await run()).result).toBe(202);
  expect(invoked).toMatchObject([{ name: 'later', payload: { a: 1 } }]);
});

/** A Task that asks how far an export is, of an API that answers this. */
function asking(callAws: () => Promise<unknown>) {
  const Resource = 'arn:aws:states:::aws-sdk:dynamodb:describeExport';
  const task = { Type: 'Task', Resource, Arguments: { ExportArn: 'e' }, Output: '{% $states.result %}', End: true };
  const functions = { invoke: () => Promise.reject(new Error('none')), invokeAsync: () => undefined, callAws };
  return room({ States: { Ask: task } }, {}, { functions });
}

test('an action of AWS’s API is called with the arguments as they are, and is in the history under its name', async () => {
  const { begin, describe, history } = asking(() =>
    Promise.resolve({ ExportDescription: { ExportStatus: 'COMPLETED' } }),
  );
  const arn = await begin();
  expect(describe(arn).output).toBe('{"ExportDescription":{"ExportStatus":"COMPLETED"}}');
  expect(history(arn).find(({ type }) => type === 'TaskScheduled')).toMatchObject({
    taskScheduledEventDetails: {
      ...{ resourceType: 'aws-sdk:dynamodb', resource: 'describeExport', parameters: '{"ExportArn":"e"}' },
    },
  });
});

test('what an action of AWS’s API refuses fails under the service’s name', async () => {
  const { run } = asking(() => Promise.reject(Object.assign(new Error('gone'), { name: 'ExportNotFoundException' })));
  expect(await run()).toMatchObject({ status: 'FAILED', error: 'DynamoDb.ExportNotFoundException', cause: 'gone' });
});
