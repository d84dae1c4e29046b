import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type Queue } from 'aws-cdk-lib/aws-sqs';
import { type HttpGateway } from '../constructs/gateway.ts';
import { type JourneyMachine } from '../constructs/journey-machine.ts';
import { type NodeFunction } from '../constructs/node-function.ts';
import { type TrainingMachine } from '../constructs/training-machine.ts';

/** What alarms watch. */
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

/** A metric, and when it alarms. */
export interface Watch {
  /** Heading of `docs/runbook.md` that says what to do. */
  heading: string;
  what: string;
  metric: IMetric;
  /** Alarms at or above this value in that many consecutive periods. */
  threshold: number;
  periods?: number;
}

const minute = Duration.minutes(1);
const fiveMinutes = Duration.minutes(5);

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

const executionsFailed = ({ machineArn }: JourneyMachine): Metric =>
  new Metric({
    namespace: 'AWS/States',
    metricName: 'ExecutionsFailed',
    dimensionsMap: { StateMachineArn: machineArn },
    statistic: Stats.SUM,
    period: fiveMinutes,
  });

const journeys = ({ machines }: Watched): Watches =>
  named(
    Object.values(machines).map((machine) => [`${machine.node.id}Failed`, machine] as const),
    (machine) => ({
      heading: 'Journey failed',
      what: `${machine.node.id}: a customer’s journey ended by an error`,
      metric: executionsFailed(machine),
      threshold: 1,
    }),
  );

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

/** Returns all alarms by construct id. `namespace` holds the metrics that functions publish. */
export const allWatches = (watched: Watched, namespace: string): Watches => ({
  ...letters(watched),
  ...streams(watched),
  ...errors(watched),
  ...journeys(watched),
  ...outcomes(namespace),
  ...trainings(watched),
});
