import { permanentErrors } from '../../shared/errors.ts';
import { listShards } from '../../model/keys/table-keys.ts';
import { sampleShares } from './training-sample.ts';
import { daySeconds } from '../../shared/time.ts';

export type TrainingFunction = 'gather' | 'learn' | 'rescore';

/**
 * Resources of a training: ARNs of its functions, the table it learns from, and the bucket of
 * exports.
 */
export interface TrainingParts {
  functions: Record<TrainingFunction, string>;
  table: { arn: string; name: string };
  bucket: string;
}

/**
 * Seconds between checks of an export. A day of checks is half of the events that an execution may
 * have.
 */
const askEvery = 60;

/** Exports that are tried before a training gives up. */
const mostExports = 3;

/** A training counts as interrupted after a day. Seconds. */
const longest = daySeconds;

const retry = [
  { ErrorEquals: permanentErrors, MaxAttempts: 0 },
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

const ofTraining = {
  workspace: '{% $states.context.Execution.Input.workspace %}',
  run: '{% $states.context.Execution.Name %}',
  definition: '{% $states.context.Execution.Input.definition %}',
};

interface Fan {
  name: string;
  /** How many it is at once, and what tells them apart. */
  items: number;
  selector: Record<string, string>;
}

/**
 * Calls a function for each of several items concurrently, and again from the returned position
 * until it has none.
 */
const through = (fn: string, { name, items, selector }: Fan) => ({
  Type: 'Map',
  Items: `{% [0..${items - 1}] %}`,
  ItemSelector: { ...ofTraining, ...selector },
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

const item = '{% $states.context.Map.Item.Value %}';

const dynamodb = (action: string, Arguments: Record<string, string>) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::aws-sdk:dynamodb:${action}`,
  Arguments,
  Output: '{% $states.result.ExportDescription.ExportStatus %}',
  Retry: retry,
});

/**
 * Exports the table and waits for the end. Trainings that begin within one hour share a client
 * token, for which DynamoDB makes one export: those of all workspaces share it, and a retry makes
 * no other. A failed export is tried again under the next token.
 */
const exporting = ({ table, bucket }: TrainingParts) => ({
  Begin: { Type: 'Pass', Assign: { attempt: 1 }, Next: 'Export' },
  Export: {
    ...dynamodb('exportTableToPointInTime', {
      TableArn: table.arn,
      S3Bucket: bucket,
      S3SseAlgorithm: 'AES256',
      ExportFormat: 'DYNAMODB_JSON',
      ClientToken: `{% '${table.name}-' & $substring($states.context.Execution.StartTime, 0, 13) & '-' & $attempt %}`,
    }),
    Assign: { exported: '{% $states.result.ExportDescription.ExportArn %}' },
    Next: 'Exported?',
  },
  'Exported?': {
    Type: 'Choice',
    Choices: [
      { Condition: `{% $states.input = 'COMPLETED' %}`, Next: 'Gather' },
      {
        Condition: `{% $states.input = 'FAILED' and $attempt < ${mostExports} %}`,
        Assign: { attempt: '{% $attempt + 1 %}' },
        Next: 'Export',
      },
      { Condition: `{% $states.input = 'FAILED' %}`, Next: 'Not exported' },
    ],
    Default: 'Await export',
  },
  'Await export': { Type: 'Wait', Seconds: askEvery, Next: 'Ask after export' },
  'Ask after export': { ...dynamodb('describeExport', { ExportArn: '{% $exported %}' }), Next: 'Exported?' },
  'Not exported': { Type: 'Fail', Error: 'churn.not-exported', Cause: 'the exports of the table failed' },
});

/**
 * Returns the state machine of a workspace's training: export the table, sample the workspace's
 * customers, train and publish a model, and rescore the customers whose risk changed. Every call
 * may be retried, because it writes the same again.
 */
export function trainingMachine(parts: TrainingParts) {
  const { gather, learn, rescore } = parts.functions;
  return {
    Comment: 'Trains a workspace’s churn model',
    QueryLanguage: 'JSONata',
    TimeoutSeconds: longest,
    StartAt: 'Begin',
    States: {
      ...exporting(parts),
      Gather: {
        ...through(gather, {
          name: 'Gather',
          items: sampleShares,
          selector: { exported: '{% $exported %}', share: item },
        }),
        Next: 'Learn',
      },
      Learn: {
        ...call(learn, {
          ...ofTraining,
          began: '{% $states.context.Execution.StartTime %}',
          shares: '{% $states.input %}',
        }),
        Next: 'Rescore',
      },
      Rescore: { ...through(rescore, { name: 'Rescore', items: listShards, selector: { list: item } }), End: true },
    },
  };
}
