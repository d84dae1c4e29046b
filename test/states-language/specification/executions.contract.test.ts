import { expect, test } from 'vitest';
import { machineArn, room } from '../../infra/local/step-functions/machine-harness.ts';
import { type Rule } from './specification-table.ts';

const resting = { States: { Rest: { Type: 'Wait', Seconds: 90, End: true } } };

type Start = { after?: number; name?: string; input?: string };
interface StartCase extends Rule {
  /** Calls of StartExecution one after the other, `after` seconds each. */
  starts: Start[];
  /** What the last of them is told. */
  told: 'the same' | 'started' | 'ExecutionAlreadyExists' | 'InvalidName' | 'InvalidExecutionInput';
}

const names = 'guide/service-quotas#service-limits-general';
const day = 86_400;
const cases: StartCase[] = [
  {
    rule: 'the same name and input while it runs is the same execution',
    from: 'api/API_StartExecution',
    starts: [
      { name: 'one', input: '{"a":1}' },
      { name: 'one', input: '{"a":1}', after: 60 },
    ],
    told: 'the same',
  },
  {
    rule: 'another input under the same name is refused',
    from: 'api/API_StartExecution',
    starts: [
      { name: 'one', input: '{"a":1}' },
      { name: 'one', input: '{"a":2}' },
    ],
    told: 'ExecutionAlreadyExists',
  },
  {
    rule: 'the name of an execution that has ended is taken, whatever the input',
    from: 'api/API_StartExecution',
    starts: [{ name: 'one' }, { name: 'one', after: 100 }],
    told: 'ExecutionAlreadyExists',
  },
  {
    rule: 'it is taken for 90 days',
    from: 'api/API_StartExecution',
    starts: [{ name: 'one' }, { name: 'one', after: 90 * day }],
    told: 'ExecutionAlreadyExists',
  },
  {
    rule: 'after 90 days it is free again',
    from: 'api/API_StartExecution',
    starts: [{ name: 'one' }, { name: 'one', after: 92 * day }],
    told: 'started',
  },
  { rule: 'without a name it has one of its own', from: 'api/API_StartExecution', starts: [{}, {}], told: 'started' },
  { rule: 'a name of 80 characters', from: names, starts: [{ name: 'x'.repeat(80) }], told: 'started' },
  { rule: 'no name of 81', from: names, starts: [{ name: 'x'.repeat(81) }], told: 'InvalidName' },
  { rule: 'letters of any script', from: names, starts: [{ name: 'Zoë-東京_1.2' }], told: 'started' },
  ...[
    ' ',
    '<',
    '>',
    '{',
    '}',
    '[',
    ']',
    '?',
    '*',
    '"',
    '#',
    '%',
    '\\',
    '^',
    '|',
    '~',
    '`',
    '$',
    '&',
    ',',
    ';',
    ':',
    '/',
    '\u0000',
    '\u0085',
  ].map((character): StartCase => ({
    rule: `no ${JSON.stringify(character)} in a name`,
    from: names,
    starts: [{ name: `a${character}b` }],
    told: 'InvalidName',
  })),
  {
    rule: 'an input that is no JSON is refused',
    from: 'api/API_StartExecution#InvalidExecutionInput',
    starts: [{ input: '{' }],
    told: 'InvalidExecutionInput',
  },
  {
    rule: 'an input of 256 KiB',
    from: 'guide/service-quotas#service-limits-state-machine-executions',
    starts: [{ input: `"${'x'.repeat(262_142)}"` }],
    told: 'started',
  },
  {
    rule: 'no input over 256 KiB',
    from: 'guide/service-quotas#service-limits-state-machine-executions',
    starts: [{ input: `"${'x'.repeat(262_143)}"` }],
    told: 'InvalidExecutionInput',
  },
];

test.each(cases)('$rule: $told ($from)', async ({ starts, told }) => {
  const { call, states, advance, emitted } = room(resting);
  states.restore();
  let before: unknown;
  for (const [index, { after, name, input }] of starts.entries()) {
    if (after !== undefined) await advance(after);
    const begun = emitted.length;
    const begin = () =>
      call('StartExecution', {
        stateMachineArn: machineArn,
        ...(name !== undefined && { name }),
        ...(input !== undefined && { input }),
      });
    if (index < starts.length - 1) before = begin();
    else if (told === 'the same') expect([begin(), emitted.length]).toEqual([before, begun]);
    else if (told === 'started') expect([begin(), emitted.length]).not.toEqual([before, begun]);
    else expect(begin).toThrow(expect.objectContaining({ name: told }));
  }
});
