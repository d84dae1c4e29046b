import { listShards } from '../../keys.ts';

export type TrainingFunction = 'gather' | 'learn' | 'rescore';

const retry = [
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 5,
    BackoffRate: 2,
    MaxAttempts: 4,
    MaxDelaySeconds: 300,
    JitterStrategy: 'FULL',
  },
];

const call = (FunctionName: string, Payload: unknown) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName, Payload },
  Output: '{% $states.result.Payload %}',
  TimeoutSeconds: 960,
  Retry: retry,
});

/** Goes through all lists of customers at once, each page by page: the function answers where to go on until it is through. */
const throughLists = (fn: string, name: string) => ({
  Type: 'Map',
  Items: `{% [0..${listShards - 1}] %}`,
  ItemSelector: {
    workspace: '{% $states.context.Execution.Input.workspace %}',
    run: '{% $states.context.Execution.Name %}',
    definition: '{% $states.context.Execution.Input.definition %}',
    list: '{% $states.context.Map.Item.Value %}',
  },
  ItemProcessor: {
    ProcessorConfig: { Mode: 'INLINE' },
    StartAt: `${name} page`,
    States: {
      [`${name} page`]: { ...call(fn, '{% $states.input %}'), Next: `${name}: through?` },
      [`${name}: through?`]: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $exists($states.input.place) %}', Next: `${name} page` }],
        Default: `${name}: through`,
      },
      [`${name}: through`]: { Type: 'Succeed' },
    },
  },
});

/**
 * The training of one workspace as a state machine: a sample of its customers is gathered from all lists, a model is learnt from it and
 * published, and customers of whom it thinks otherwise are looked at anew; where it was not good enough, those of whom changed settings
 * do. Every call may be made again: it writes what it wrote.
 */
export function trainingMachine(functions: Record<TrainingFunction, string>) {
  return {
    Comment: 'Trains a workspace’s churn model',
    QueryLanguage: 'JSONata',
    StartAt: 'Gather',
    States: {
      Gather: { ...throughLists(functions.gather, 'Gather'), Next: 'Learn' },
      Learn: {
        ...call(functions.learn, {
          workspace: '{% $states.context.Execution.Input.workspace %}',
          run: '{% $states.context.Execution.Name %}',
          definition: '{% $states.context.Execution.Input.definition %}',
          lists: '{% $states.input %}',
        }),
        Next: 'Rescore',
      },
      Rescore: { ...throughLists(functions.rescore, 'Rescore'), End: true },
    },
  };
}
