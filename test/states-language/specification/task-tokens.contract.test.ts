import { expect, test } from 'vitest';
import { room, start, task } from '../../infra/local/step-functions/machine-harness.ts';
import { expectEnd, type Ends, type Rule } from './specification-table.ts';

type Send = [action: 'Success' | 'Failure' | 'Heartbeat', fields?: Record<string, unknown>];
/** `try` says which of the tokens handed out is meant, the first without it. */
type Act = { pass: number } | { send: Send; try?: number; refused?: string } | { stop: true };

interface TokenCase extends Rule {
  fields?: Record<string, unknown>;
  acts: Act[];
  ends: Ends;
  /** Seconds from start to end. */
  lasts?: number;
}

const success = (output: unknown): Send => ['Success', { output: JSON.stringify(output) }];
const beat: Send = ['Heartbeat'];
const caught = (...ErrorEquals: string[]) => ({ Catch: [{ ErrorEquals, Next: 'Rescue' }] });
const rescued = (error: string): Ends => ({ result: { rescued: error } });
const minute = { pass: 59 };

const cases: TokenCase[] = [
  {
    rule: 'a task waits for its token as long as it takes, and its result is the output sent',
    from: 'guide/connect-to-resource#connect-wait-token',
    acts: [{ pass: 30 * 86_400 }, { send: success({ answer: 'yes' }) }],
    lasts: 30 * 86_400,
    ends: { result: { answer: 'yes' } },
  },
  ...(['Success', 'Failure', 'Heartbeat'] as const).map((action): TokenCase => ({
    rule: `after its answer a token has timed out: ${action}`,
    from: 'api/API_SendTaskSuccess#TaskTimedOut',
    acts: [{ send: success(1) }, { send: [action, { output: '2' }], refused: 'TaskTimedOut' }],
    ends: { result: 1 },
  })),
  {
    rule: 'a failure sent has the error it names',
    from: 'api/API_SendTaskFailure',
    fields: caught('Declined'),
    acts: [{ send: ['Failure', { error: 'Declined', cause: 'no thanks' }] }],
    ends: rescued('Declined'),
  },
  {
    rule: 'a failure sent without a name is a States.TaskFailed',
    from: 'api/API_SendTaskFailure',
    fields: caught('States.TaskFailed'),
    acts: [{ send: ['Failure'] }],
    ends: rescued('States.TaskFailed'),
  },
  ...[
    ['error', 'x'.repeat(257)],
    ['cause', 'x'.repeat(32_769)],
  ].map(([field = '', text]): TokenCase => ({
    rule: `a failure's ${field} has a longest length`,
    from: 'api/API_SendTaskFailure',
    acts: [{ send: ['Failure', { [field]: text }], refused: 'ValidationException' }],
    ends: { status: 'RUNNING' },
  })),
  {
    rule: 'an output that is no JSON is refused, and the task waits on',
    from: 'api/API_SendTaskSuccess#InvalidOutput',
    acts: [{ send: ['Success', { output: '{' }], refused: 'InvalidOutput' }, { send: success('now') }],
    ends: { result: 'now' },
  },
  {
    rule: 'an output over 256 KiB is refused',
    from: 'guide/service-quotas#service-limits-task-executions',
    acts: [{ send: success('x'.repeat(262_144)), refused: 'InvalidOutput' }],
    ends: { status: 'RUNNING' },
  },
  {
    rule: 'what is no token is refused',
    from: 'api/API_SendTaskSuccess#InvalidToken',
    acts: [{ send: ['Success', { output: '1', taskToken: 'AAAA' }], refused: 'InvalidToken' }],
    ends: { status: 'RUNNING' },
  },
  {
    rule: 'the token of a stopped execution has timed out',
    from: 'api/API_SendTaskSuccess#TaskTimedOut',
    acts: [{ stop: true }, { send: success(1), refused: 'TaskTimedOut' }],
    ends: { status: 'ABORTED' },
  },
  {
    rule: 'each try has a token of its own, and that of the try before is over',
    from: 'guide/connect-to-resource#connect-wait-token',
    fields: { Retry: [{ ErrorEquals: ['Again'], MaxAttempts: 1 }] },
    acts: [
      { send: ['Failure', { error: 'Again' }] },
      { pass: 1 },
      { send: success(1), refused: 'TaskTimedOut' },
      { send: success(2), try: 1 },
    ],
    ends: { result: 2 },
  },
  {
    rule: 'TimeoutSeconds ends the wait for a token with States.Timeout',
    from: 'spec#timeouts',
    fields: { TimeoutSeconds: 60, ...caught('States.Timeout') },
    acts: [{ pass: 60 }, { send: success(1), refused: 'TaskTimedOut' }],
    lasts: 60,
    ends: rescued('States.Timeout'),
  },
  {
    rule: 'TimeoutSeconds may be an expression',
    from: 'spec#timeouts',
    fields: { TimeoutSeconds: '{% 30 * 2 %}' },
    acts: [{ pass: 60 }],
    lasts: 60,
    ends: { error: 'States.Timeout', cause: /^$/ },
  },
  {
    rule: 'an answer in the last second is in time',
    from: 'spec#timeouts',
    fields: { TimeoutSeconds: 60 },
    acts: [minute, { send: success(1) }, { pass: 60 }],
    lasts: 59,
    ends: { result: 1 },
  },
  {
    rule: 'a task that is silent for HeartbeatSeconds times out',
    from: 'recorded/test_heartbeats::test_heartbeat_timeout',
    fields: { HeartbeatSeconds: 60, TimeoutSeconds: 600, ...caught('States.HeartbeatTimeout') },
    acts: [{ pass: 60 }],
    lasts: 60,
    ends: rescued('States.Timeout'),
  },
  {
    rule: 'HeartbeatSeconds may be an expression, and stand without TimeoutSeconds',
    from: 'recorded/test_heartbeats::test_heartbeat_no_timeout',
    fields: { HeartbeatSeconds: '{% $states.input.beat %}' },
    acts: [{ pass: 60 }],
    lasts: 60,
    ends: { error: 'States.Timeout' },
  },
  {
    rule: 'every heartbeat starts the silence anew',
    from: 'api/API_SendTaskHeartbeat',
    fields: { HeartbeatSeconds: 60 },
    acts: [minute, { send: beat }, minute, { send: beat }, minute, { send: beat }, { pass: 60 }],
    lasts: 3 * 59 + 60,
    ends: { error: 'States.Timeout' },
  },
  {
    rule: 'heartbeats do not move the deadline',
    from: 'api/API_SendTaskHeartbeat',
    fields: { HeartbeatSeconds: 60, TimeoutSeconds: 100 },
    acts: [{ pass: 50 }, { send: beat }, { pass: 49 }, { send: beat }, { pass: 1 }],
    lasts: 100,
    ends: { error: 'States.Timeout' },
  },
  {
    rule: 'a missed heartbeat is a States.Timeout to those who name that',
    from: 'spec#appendix-a',
    fields: { HeartbeatSeconds: 60, ...caught('States.Timeout') },
    acts: [{ pass: 60 }],
    ends: rescued('States.Timeout'),
  },
  {
    rule: 'a deadline is no missed heartbeat',
    from: 'spec#appendix-a',
    fields: { HeartbeatSeconds: 60, TimeoutSeconds: 90, ...caught('States.HeartbeatTimeout') },
    acts: [{ pass: 50 }, { send: beat }, { pass: 40 }],
    lasts: 90,
    ends: { error: 'States.Timeout' },
  },
];

test.each(cases)('$rule ($from)', async ({ fields = {}, acts, ends, lasts }) => {
  const tokens: string[] = [];
  const resource = { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Output: '{% $states.result %}' };
  const machine = {
    States: {
      Ask: task('ask', { ...resource, ...fields, Next: 'Tell' }, '{% $states.context.Task.Token %}'),
      Tell: { Type: 'Succeed' },
      ...('Catch' in fields && { Rescue: { Type: 'Succeed', Output: { rescued: '{% $states.input.Error %}' } } }),
    },
  };
  const { begin, call, advance, settled, describe } = room(machine, {
    ask: (token: string) => void tokens.push(token),
  });
  const executionArn = await begin({ beat: 60 });
  for (const act of acts) {
    if ('pass' in act) await advance(act.pass);
    else if ('stop' in act) call('StopExecution', { executionArn });
    else {
      const [action, sent] = act.send;
      const send = () => call(`SendTask${action}`, { taskToken: tokens[act.try ?? 0], ...sent });
      if (act.refused === undefined) send();
      else expect(send).toThrow(expect.objectContaining({ name: act.refused }));
      await settled();
    }
  }
  const described = describe(executionArn);
  expectEnd(described, ends);
  if (lasts !== undefined) expect(described.stopDate).toBe(start / 1_000 + lasts);
});
