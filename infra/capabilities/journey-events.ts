import { Stack } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { entryEvents } from '../../lib/journey/enrolment/entry-request.ts';
import { busPattern, onEvents } from '../constructs/event-rule.ts';
import { grantJourneys, type JourneyMachine, machinesPrefix } from '../constructs/journey-machine.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { onSchedule } from '../constructs/schedule.ts';
import { type Foundation } from '../foundation.ts';
import { grantStart } from './journey-steps.ts';

/** Final statuses of an execution. */
const ends = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

/** The function that admits customers. */
export function createEnrol(
  scope: Construct,
  { settings, table, bus, deadLetters }: Foundation,
  machines: Record<string, JourneyMachine>,
): NodeFunction {
  const enrol = new NodeFunction(scope, 'Enrol', {
    entry: 'journey/enrol',
    env: {
      JOURNEYS: Stack.of(scope).toJsonString(
        Object.fromEntries(Object.entries(machines).map(([id, { liveArn }]) => [id, liveArn])),
      ),
    },
    settings,
    deadLetters,
  });
  table.grant(enrol, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem']);
  grantStart(enrol);
  deadLetters.grantSend(enrol);
  onEvents(enrol, {
    bus,
    deadLetters,
    pattern: {
      ...busPattern(...entryEvents),
      // For a stage or segment change with a touchpoint, relay publishes `EntryTriggered` to each
      // waiting journey.
      detail: { touchpoint: { messageId: [{ exists: false }] }, filled: [{ exists: false }] },
    },
  });
  return enrol;
}

/** The function that starts scheduled entries. */
export function createLaunch(scope: Construct, foundation: Foundation): NodeFunction {
  const { settings, table, bus, deadLetters } = foundation;
  const launch = new NodeFunction(scope, 'Launch', { entry: 'journey/launch', env: {}, settings, deadLetters });
  table.grant(launch, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'], ['byList', 'byDue']);
  foundation.grantPut(launch);
  deadLetters.grantSend(launch);
  onEvents(launch, { bus, deadLetters, pattern: busPattern('BusinessEventReceived', 'FanOutAdvanced') });
  // On quarter hours, which the full and half hours of all zones fall on.
  onSchedule(launch, { expression: 'cron(0/15 * * * ? *)', deadLetters });
  return launch;
}

/** The function that ends enrolments whose execution ended. */
export function createConclude(scope: Construct, { settings, table, deadLetters }: Foundation): NodeFunction {
  const conclude = new NodeFunction(scope, 'Conclude', { entry: 'journey/conclude', env: {}, settings, deadLetters });
  table.grant(conclude, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem']);
  deadLetters.grantSend(conclude);
  onEvents(conclude, {
    deadLetters,
    pattern: {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        status: ends,
        stateMachineArn: [{ prefix: `${machinesPrefix(scope)}${Stack.of(scope).stackName}-` }],
      },
    },
  });
  return conclude;
}

/** Functions that count events, resume paused steps, and end enrolments of a stopped journey. */
export function createLifecycle(scope: Construct, foundation: Foundation): NodeFunction[] {
  const { settings, table, bus, deadLetters } = foundation;
  const count = new NodeFunction(scope, 'Count', { entry: 'journey/count', env: {}, settings, deadLetters });
  table.grant(count, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
  const counted = busPattern('EnrolmentStarted', 'EnrolmentEnded', 'GoalReached', 'VariantAssigned');
  deadLetters.grantSend(count);
  onEvents(count, { bus, deadLetters, pattern: counted });

  const release = new NodeFunction(scope, 'Release', {
    entry: 'journey/release',
    env: { PER_SECOND: settings.releasePerSecond },
    settings,
    deadLetters,
  });
  table.grant(release, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'], ['byList']);
  grantJourneys(release, ['SendTaskSuccess', 'StopExecution']);
  foundation.grantPut(release);
  const pattern = busPattern('JourneyResumed', 'JourneyStopped', 'ReleaseAdvanced');
  deadLetters.grantSend(release);
  onEvents(release, { bus, deadLetters, pattern });
  return [count, release];
}
