import { expect, test } from 'vitest';
import {
  functionError,
  room,
  task,
  type History,
  type Machine,
} from '../../infra/local/step-functions/machine-harness.ts';

const role = 'arn:aws:iam::000000000000:role/machine';
const invoke = { resourceType: 'lambda', resource: 'invoke' };
const whole = { truncated: false };
const shape = ({ id, previousEventId, type, timestamp: _, ...details }: History) => [
  id,
  previousEventId,
  type,
  ...Object.values(details),
];

const broken = () => {
  throw functionError('Nope');
};
const nope = '{"errorType":"Nope","errorMessage":"no luck","trace":[]}';
const answer = '{"ExecutedVersion":"$LATEST","Payload":4,"StatusCode":200,"SdkHttpMetadata":{"HttpStatusCode":200}}';

interface Case {
  rule: string;
  machine: Machine;
  input?: unknown;
  events: unknown[][];
}

/** Ids, links, types and details as recorded from AWS. */
const cases: Case[] = [
  {
    rule: 'a Lambda task: scheduled with its parameters, started, succeeded',
    machine: { States: { Do: task('four', { TimeoutSeconds: 9, Assign: { x: 1 } }, null) } },
    events: [
      [1, 0, 'ExecutionStarted', { input: '{}', inputDetails: whole, roleArn: role }],
      [2, 0, 'TaskStateEntered', { name: 'Do', input: '{}', inputDetails: whole }],
      [
        3,
        2,
        'TaskScheduled',
        { ...invoke, region: 'us-east-1', parameters: '{"FunctionName":"four","Payload":null}', timeoutInSeconds: 9 },
      ],
      [4, 3, 'TaskStarted', invoke],
      [5, 4, 'TaskSucceeded', { ...invoke, output: answer, outputDetails: whole }],
      [
        6,
        5,
        'TaskStateExited',
        {
          name: 'Do',
          output: '4',
          outputDetails: whole,
          assignedVariables: { x: '1' },
          assignedVariablesDetails: whole,
        },
      ],
      [7, 6, 'ExecutionSucceeded', { output: '4', outputDetails: whole }],
    ],
  },
  {
    rule: 'a task that fails and is caught',
    machine: {
      States: {
        Do: task('broken', { Catch: [{ ErrorEquals: ['Nope'], Next: 'End', Output: 0 }], Next: 'End' }),
        End: { Type: 'Succeed' },
      },
    },
    events: [
      [1, 0, 'ExecutionStarted', { input: '{}', inputDetails: whole, roleArn: role }],
      [2, 0, 'TaskStateEntered', { name: 'Do', input: '{}', inputDetails: whole }],
      [3, 2, 'TaskScheduled', { ...invoke, region: 'us-east-1', parameters: '{"FunctionName":"broken","Payload":{}}' }],
      [4, 3, 'TaskStarted', invoke],
      [5, 4, 'TaskFailed', { ...invoke, error: 'Nope', cause: nope }],
      [6, 5, 'TaskStateExited', { name: 'Do', output: '0', outputDetails: whole }],
      [7, 6, 'SucceedStateEntered', { name: 'End', input: '0', inputDetails: whole }],
      [8, 7, 'SucceedStateExited', { name: 'End', output: '0', outputDetails: whole }],
      [9, 8, 'ExecutionSucceeded', { output: '0', outputDetails: whole }],
    ],
  },
  {
    rule: 'a plain function ARN has LambdaFunction events',
    machine: { States: { Do: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:0:function:four', End: true } } },
    events: [
      [1, 0, 'ExecutionStarted', { input: '{}', inputDetails: whole, roleArn: role }],
      [2, 0, 'TaskStateEntered', { name: 'Do', input: '{}', inputDetails: whole }],
      [
        3,
        2,
        'LambdaFunctionScheduled',
        { resource: 'arn:aws:lambda:us-east-1:0:function:four', input: '{}', inputDetails: whole },
      ],
      [4, 3, 'LambdaFunctionStarted'],
      [5, 4, 'LambdaFunctionSucceeded', { output: '4', outputDetails: whole }],
      [6, 5, 'TaskStateExited', { name: 'Do', output: '4', outputDetails: whole }],
      [7, 6, 'ExecutionSucceeded', { output: '4', outputDetails: whole }],
    ],
  },
  {
    rule: 'an expression that fails is an event with its state and field',
    machine: { States: { Only: { Type: 'Pass', Output: '{% $no %}', End: true } } },
    events: [
      [1, 0, 'ExecutionStarted', { input: '{}', inputDetails: whole, roleArn: role }],
      [2, 0, 'PassStateEntered', { name: 'Only', input: '{}', inputDetails: whole }],
      [
        3,
        2,
        'EvaluationFailed',
        {
          error: 'States.QueryEvaluationError',
          cause: "The JSONata expression '$no' specified for the field 'Output' returned nothing (undefined).",
          location: 'Output',
          state: 'Only',
        },
      ],
      [
        4,
        3,
        'ExecutionFailed',
        {
          error: 'States.QueryEvaluationError',
          cause: expect.stringContaining("executing the state 'Only'") as string,
        },
      ],
    ],
  },
  {
    rule: 'a Map tells of each iteration',
    machine: {
      States: {
        Each: { Type: 'Map', ItemProcessor: { StartAt: 'In', States: { In: { Type: 'Pass', End: true } } }, End: true },
      },
    },
    input: [1],
    events: [
      [1, 0, 'ExecutionStarted', { input: '[1]', inputDetails: whole, roleArn: role }],
      [2, 0, 'MapStateEntered', { name: 'Each', input: '[1]', inputDetails: whole }],
      [3, 2, 'MapStateStarted', { length: 1 }],
      [4, 3, 'MapIterationStarted', { name: 'Each', index: 0 }],
      [5, 4, 'PassStateEntered', { name: 'In', input: '1', inputDetails: whole }],
      [6, 5, 'PassStateExited', { name: 'In', output: '1', outputDetails: whole }],
      [7, 6, 'MapIterationSucceeded', { name: 'Each', index: 0 }],
      [8, 7, 'MapStateSucceeded'],
      [9, 7, 'MapStateExited', { name: 'Each', output: '[1]', outputDetails: whole }],
      [10, 9, 'ExecutionSucceeded', { output: '[1]', outputDetails: whole }],
    ],
  },
  {
    rule: 'a branch that fails fails its Parallel',
    machine: {
      States: {
        Fan: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'No', States: { No: { Type: 'Fail', Error: 'Bad' } } }],
          End: true,
        },
      },
    },
    events: [
      [1, 0, 'ExecutionStarted', { input: '{}', inputDetails: whole, roleArn: role }],
      [2, 0, 'ParallelStateEntered', { name: 'Fan', input: '{}', inputDetails: whole }],
      [3, 2, 'ParallelStateStarted'],
      [4, 3, 'FailStateEntered', { name: 'No', input: '{}', inputDetails: whole }],
      [5, 4, 'ParallelStateFailed'],
      [6, 5, 'ExecutionFailed', { error: 'Bad' }],
    ],
  },
];

test.each(cases)('$rule', async ({ machine, input = {}, events }) => {
  const functions = { four: () => 4, 'arn:aws:lambda:us-east-1:0:function:four': () => 4, broken };
  const { begin, history } = room(machine, functions);
  expect(history(await begin(input)).map(shape)).toEqual(events);
});

test('a wait for a token: scheduled, started, submitted, timed out', async () => {
  const fields = { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', HeartbeatSeconds: 5 };
  const { begin, advance, history } = room({ States: { Ask: task('four', fields, {}) } }, { four: () => 4 });
  const arn = await begin();
  await advance(5);
  const asked = { ...invoke, resource: 'invoke.waitForTaskToken' };
  expect(history(arn).slice(2).map(shape)).toEqual([
    [
      3,
      2,
      'TaskScheduled',
      { ...asked, region: 'us-east-1', parameters: '{"FunctionName":"four","Payload":{}}', heartbeatInSeconds: 5 },
    ],
    [4, 3, 'TaskStarted', asked],
    [5, 4, 'TaskSubmitted', { ...asked, output: answer, outputDetails: whole }],
    [6, 5, 'TaskTimedOut', { ...asked, error: 'States.Timeout' }],
    [7, 6, 'ExecutionFailed', { error: 'States.Timeout' }],
  ]);
});

test('timestamps are seconds of the virtual clock', async () => {
  const { begin, advance, history } = room({ States: { Rest: { Type: 'Wait', Seconds: 90, End: true } } });
  const arn = await begin();
  await advance(100);
  const [first, ...later] = history(arn).map(({ timestamp }) => timestamp as number);
  expect(later.map((timestamp) => timestamp - first!)).toEqual([0, 90, 90]);
});

test('stopping leaves ExecutionAborted with the given error and cause', async () => {
  const { begin, call, history } = room({ States: { Rest: { Type: 'Wait', Seconds: 90, End: true } } });
  const executionArn = await begin();
  call('StopExecution', { executionArn, error: 'left', cause: 'exit criteria' });
  expect(shape(history(executionArn).at(-1)!)).toEqual([
    3,
    2,
    'ExecutionAborted',
    { error: 'left', cause: 'exit criteria' },
  ]);
});

test('a history is read in pages, forwards and backwards, with or without data', async () => {
  const { begin, call } = room({ States: { Only: { Type: 'Pass', End: true } } });
  const executionArn = await begin({ secret: 1 });
  const page = (query: object) =>
    call<{ events: History[]; nextToken?: string }>('GetExecutionHistory', { executionArn, maxResults: 3, ...query });
  const ids = ({ events }: { events: History[] }) => events.map(({ id }) => id);
  const forwards = page({});
  expect([ids(forwards), ids(page({ nextToken: forwards.nextToken }))]).toEqual([[1, 2, 3], [4]]);
  const backwards = page({ reverseOrder: true });
  const rest = page({ reverseOrder: true, nextToken: backwards.nextToken });
  expect([ids(backwards), ids(rest), rest.nextToken]).toEqual([[4, 3, 2], [1], undefined]);
  expect(JSON.stringify(page({ includeExecutionData: false }))).not.toContain('secret');
});
