import { task } from '../../infra/local/step-functions/machine-harness.ts';
import { check, only, plainArn, type Case } from './specification-table.ts';

const own = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' };

const results: Case[] = [
  {
    rule: 'the result of lambda:invoke has Payload, StatusCode and ExecutedVersion',
    from: 'recorded/test_lambda_task_service::test_invoke',
    machine: only(task('echo', { Output: '{% $states.result.[StatusCode, ExecutedVersion, Payload] %}' }, 'hi')),
    ends: { result: [200, '$LATEST', 'hi'] },
  },
  {
    rule: 'a function that answers nothing answers null',
    from: 'guide/connect-lambda',
    machine: only(task('quiet')),
    ends: { result: null },
  },
  {
    rule: 'a plain function ARN gets the input as its event, and the state puts out its answer',
    from: 'spec#input-and-output-processing-with-jsonata',
    machine: only({ Type: 'Task', Resource: plainArn }),
    input: { plain: 'ARN' },
    ends: { result: { plain: 'ARN' } },
  },
  {
    rule: 'a plain function ARN gets Arguments as its event',
    from: 'spec#input-and-output-processing-with-jsonata',
    machine: only({ Type: 'Task', Resource: plainArn, Arguments: { a: '{% 1 %}', b: ['{% $states.input %}', '$x'] } }),
    input: 2,
    ends: { result: { a: 1, b: [2, '$x'] } },
  },
  {
    rule: 'Arguments may be one expression',
    from: 'spec#jsonata-evaluation',
    machine: only({ Type: 'Task', Resource: plainArn, Arguments: '{% $merge([$states.input, {"b": 2}]) %}' }),
    input: { a: 1 },
    ends: { result: { a: 1, b: 2 } },
  },
  {
    rule: 'Output sees the input as it was beside the result',
    from: 'spec#reserved-states-variable-with-jsonata',
    machine: only({ Type: 'Task', Resource: plainArn, Arguments: 1, Output: '{% [$states.input, $states.result] %}' }),
    input: 0,
    ends: { result: [0, 1] },
  },
  {
    rule: 'InvocationType Event hands over and goes on at once',
    from: 'guide/connect-lambda',
    machine: only({
      ...own,
      Arguments: { FunctionName: 'later', InvocationType: 'Event', Payload: {} },
      Output: '{% $states.result.StatusCode %}',
    }),
    ends: { result: 202 },
  },
  {
    rule: 'without FunctionName lambda:invoke fails',
    from: 'guide/connect-lambda',
    machine: only({ ...own, Arguments: {} }),
    ends: { error: 'States.Runtime' },
  },
  {
    rule: 'a function that throws fails the state with its error type, and Cause is what Lambda tells',
    from: 'recorded/test_task_service_lambda::test_raise_exception',
    machine: only(task('scripted')),
    answers: ['!Nope'],
    ends: { error: 'Nope', cause: /^\{"errorType":"Nope","errorMessage":"no luck"/ },
  },
  {
    rule: 'a function that is not there fails as Lambda says',
    from: 'recorded/test_task_service_lambda::test_no_such_function',
    machine: only(task('nobody')),
    ends: { error: 'Lambda.ResourceNotFoundException' },
  },
];

const notSeconds = ['{% 0 %}', '{% 1.5 %}', '{% "60" %}', '{% -1 %}'];
const limits: Case[] = ['TimeoutSeconds', 'HeartbeatSeconds'].flatMap((field) =>
  notSeconds.map((value): Case => ({
    rule: `${field} takes no ${value}`,
    from: 'spec#timeouts',
    machine: only(task('echo', { [field]: value })),
    ends: { error: 'States.QueryEvaluationError', cause: /must be an integer/ },
  })),
);

check([...results, ...limits]);
