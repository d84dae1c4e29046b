import { type JsonObject } from '#lib/shared/json.ts';

export const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:victim';

const call = (next: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'echo', Payload: '{% $states.context.Execution.Input.name %}' },
  Output: '{% $append($states.input.seen, $states.result.Payload) ~> function($seen) { {"seen": $seen} } %}',
  ...next,
});

const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'First',
  States: {
    First: call({ Next: 'Rest' }),
    Rest: { Type: 'Wait', Seconds: 20, Next: 'Second' },
    Second: call({ Next: 'Done' }),
    Done: { Type: 'Succeed', Output: '{% $count($states.input.seen) %}' },
  },
};

/** Two calls with a wait in between: it puts out 2, however often it was killed. */
export const victimMachine = {
  machines: [{ arn: machineArn, name: 'victim', definition: JSON.stringify(definition), roleArn: 'role' }],
};

/** The line that says what the bus was told. */
export function told(detail: JsonObject): string {
  const { status, name } = detail as { status: string; name: string };
  return `told ${status} ${name}`;
}
