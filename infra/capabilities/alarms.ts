import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { type Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type HttpGateway } from '../constructs/gateway.ts';
import { type JourneyMachine } from '../constructs/journey-machine.ts';
import { type NodeFunction } from '../constructs/node-function.ts';
import { type TrainingMachine } from '../constructs/training-machine.ts';
import { type Settings } from '../environments.ts';

export interface Watched {
  gateway: HttpGateway;
  /**
   * Asynchronous functions: their errors show nowhere else. Those behind the gateway show in its
   * server errors.
   */
  functions: NodeFunction[];
  streamConsumers: NodeFunction[];
  deadLetters: Record<string, Queue>;
  machines: Record<string, JourneyMachine>;
  training: TrainingMachine;
}

interface Watch {
  /** Heading of `docs/runbook.md` that says what to do. */
  heading: string;
  what: string;
  metric: IMetric;
  /** Alarms at or above this value in that many consecutive periods. */
  threshold: number;
  periods?: number;
}

const tellsNobody =
  'There are alarms, and nobody is told of them: set `alarmEmail` or `alarmTopicArn` of this environment in infra/environments.ts';

const minute = Duration.minutes(1);
const fiveMinutes = Duration.minutes(5);

/** The anchor of a heading in a Markdown page. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

/**
 * Alarms for work that will not complete without an operator. Missing data is not breaching,
 * because an idle system is healthy.
 */
export class Alarms extends Construct {
  readonly #action: IAlarmAction | undefined;

  constructor(scope: Construct, id: string, props: { settings: Settings; watched: Watched }) {
    super(scope, id);
    const { settings, watched } = props;
    if (!settings.alarms) return;
    this.#action = this.#actionOf(settings);
    if (!this.#action) Annotations.of(this).addWarningV2('throughline:alarms-tell-nobody', tellsNobody);
    const watches = {
      ...letters(watched),
      ...streams(watched),
      ...errors(watched),
      ...journeys(watched),
      ...outcomes(Stack.of(this).stackName),
      ...trainings(watched),
    };
    for (const [name, watch] of Object.entries(watches)) this.#alarm(name, watch);
  }

  #alarm(name: string, { heading, what, metric, threshold, periods = 1 }: Watch): void {
    const alarm = new Alarm(this, name, {
      alarmDescription: `${what}. What to do: docs/runbook.md#${anchorOf(heading)}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (this.#action) alarm.addAlarmAction(this.#action);
  }

  #actionOf({ alarmEmail, alarmTopicArn }: Settings): IAlarmAction | undefined {
    if (alarmTopicArn) return new SnsAction(Topic.fromTopicArn(this, 'Topic', alarmTopicArn));
    if (!alarmEmail) return undefined;
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(alarmEmail));
    return new SnsAction(topic);
  }
}

type Watches = Record<string, Watch>;

const named = <T>(things: Iterable<readonly [string, T]>, watch: (thing: T, name: string) => Watch): Watches =>
  Object.fromEntries([...things].map(([name, thing]) => [name, watch(thing, name)]));

const letters = ({ deadLetters }: Watched): Watches =>
  named(Object.entries(deadLetters), (queue) => ({
    heading: 'Dead letters',
    what: `${queue.node.id}: something could not be done and was put aside`,
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: minute, statistic: Stats.MAXIMUM }),
    threshold: 1,
  }));

const streams = ({ streamConsumers }: Watched): Watches =>
  named(
    streamConsumers.map((fn) => [`${fn.node.id}Behind`, fn] as const),
    (fn) => ({
      heading: 'Stream behind',
      what: `${fn.entry} is a minute behind what is written: profiles, stages or journeys are late`,
      metric: fn.metric('IteratorAge', { period: minute, statistic: Stats.MAXIMUM }),
      threshold: 60_000,
      periods: 3,
    }),
  );

const errors = ({ functions, gateway }: Watched): Watches => ({
  ...named(
    functions.map((fn) => [`${fn.node.id}Errors`, fn] as const),
    (fn) => ({
      heading: 'Function errors',
      what: `${fn.entry} fails`,
      metric: fn.metricErrors({ period: fiveMinutes }),
      threshold: 5,
    }),
  ),
  Throttles: {
    heading: 'Functions throttled',
    what: 'Lambda turned calls away: the account’s concurrency is used up',
    // The limit applies to the whole account, so the metric has no dimension.
    metric: new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: Stats.SUM, period: fiveMinutes }),
    threshold: 10,
  },
  ServerErrors: {
    heading: 'Server errors',
    what: 'More than one request in a hundred is answered 5xx',
    metric: new MathExpression({
      // Below 20 requests a single failure would exceed one percent.
      expression: 'IF(requests > 20, 100 * failed / requests, 0)',
      usingMetrics: {
        failed: gateway.stage.metricServerError({ period: fiveMinutes, statistic: Stats.SUM }),
        requests: gateway.stage.metricCount({ period: fiveMinutes, statistic: Stats.SUM }),
      },
      period: fiveMinutes,
    }),
    threshold: 1,
    periods: 2,
  },
});

const journeys = ({ machines }: Watched): Watches => ({
  ...named(
    Object.values(machines).map((machine) => [`${machine.node.id}Failed`, machine] as const),
    (machine) => ({
      heading: 'Journey failed',
      what: `${machine.node.id}: a customer’s journey ended by an error`,
      metric: new Metric({
        namespace: 'AWS/States',
        metricName: 'ExecutionsFailed',
        dimensionsMap: { StateMachineArn: machine.machineArn },
        statistic: Stats.SUM,
        period: fiveMinutes,
      }),
      threshold: 1,
    }),
  ),
});

/** Alarms on counts that functions publish in the namespace of their environment. */
const outcomes = (namespace: string): Watches => ({
  // Machines of journeys that workspaces publish are unknown to the stack.
  JourneysFailed: {
    heading: 'Journey failed',
    what: 'Stays in journeys, shipped or published by a workspace, ended by errors',
    metric: counted('conclude', 'failed', namespace),
    threshold: 1,
  },
  // The schedule runs every quarter of an hour. A period of an hour keeps the alarm on between
  // runs.
  ZonesOutdated: {
    heading: 'Zone data outdated',
    what: 'The runtime’s zone data is older than the corrections make up for, or unknown: local times may be an hour off',
    metric: counted('launch', 'zonesOutdated', namespace).with({ period: Duration.hours(1) }),
    threshold: 1,
  },
  SendsUnknown: {
    heading: 'Message unsure',
    what: 'A provider did not answer: messages may have gone out or not, and are not sent again',
    metric: counted('send', 'unknown', namespace),
    threshold: 1,
  },
});

const counted = (name: string, metricName: string, namespace: string): Metric =>
  new Metric({
    ...{ namespace, metricName, dimensionsMap: { function: name } },
    ...{ statistic: Stats.SUM, period: fiveMinutes },
  });

/**
 * Failed executions of the training machine. Aborted ones are left out: an operator stopped them.
 */
const ended = (metricName: string, { machineArn }: TrainingMachine): Metric =>
  new Metric({
    ...{ namespace: 'AWS/States', metricName, dimensionsMap: { StateMachineArn: machineArn } },
    ...{ statistic: Stats.SUM, period: fiveMinutes },
  });

const trainings = ({ training }: Watched): Watches => ({
  TrainingFailed: {
    heading: 'Training failed',
    what: 'A workspace’s churn model was not trained: it goes by the one before',
    metric: new MathExpression({
      expression: 'failed + late',
      usingMetrics: { failed: ended('ExecutionsFailed', training), late: ended('ExecutionsTimedOut', training) },
      period: fiveMinutes,
    }),
    threshold: 1,
  },
});
