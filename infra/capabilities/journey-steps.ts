import { Stack } from 'aws-cdk-lib';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { type Construct } from 'constructs';
import { busPattern, onEvents } from '../constructs/event-rule.ts';
import { grantJourneys } from '../constructs/journey-machine.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { grantProviders, providersOf } from '../constructs/message-providers.ts';
import { grantTimers, timerRole } from '../constructs/timers.ts';
import { type Foundation } from '../foundation.ts';

/** Lets a function complete waiting tasks of executions. */
export const grantWake = (fn: NodeFunction): void => grantJourneys(fn, ['SendTaskSuccess']);

/** Lets a function stop executions whose customer left. */
export const grantStop = (fn: NodeFunction): void => grantJourneys(fn, ['StopExecution']);

/**
 * Lets a function start executions, also of journeys published at run time, and stop superseded
 * ones.
 */
export const grantStart = (fn: NodeFunction): void => grantJourneys(fn, ['StartExecution', 'StopExecution']);

/**
 * Lets a step with an effect run the step guard, which may migrate the enrolment to another
 * version.
 */
export function grantStepGuard(fn: NodeFunction, { table }: Foundation): void {
  table.grant(fn, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem']);
  grantStart(fn);
}

/** Creates the functions of journeys' steps. */
export function createStepFunctions(scope: Construct, foundation: Foundation) {
  const { settings, table } = foundation;
  const send = new NodeFunction(scope, 'Send', {
    entry: 'journey/send',
    env: providersOf(settings),
    settings,
  });
  table.grant(send, ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem']);
  grantProviders(send, settings);

  const wait = new NodeFunction(scope, 'Wait', { entry: 'journey/wait', env: {}, settings });
  table.grant(wait, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem']);
  grantWake(wait); // the touchpoint waited for may be stored already

  const branch = new NodeFunction(scope, 'Branch', { entry: 'journey/branch', env: {}, settings });
  const update = new NodeFunction(scope, 'Update', { entry: 'journey/update', env: {}, settings });
  const assign = new NodeFunction(scope, 'Assign', { entry: 'journey/assign', env: {}, settings });
  const emit = new NodeFunction(scope, 'Emit', { entry: 'journey/emit', env: {}, settings });
  foundation.grantPut(emit);
  const webhook = new NodeFunction(scope, 'Webhook', { entry: 'journey/webhook', env: {}, settings });
  for (const fn of [send, branch, update, assign, emit, webhook]) grantStepGuard(fn, foundation);
  const { park, awaken } = createWaitFunctions(scope, foundation);
  return { steps: { send, wait, branch, update, assign, emit, webhook, park }, awaken };
}

/**
 * Functions of long waits. A timer in its own schedule group calls the function that starts the
 * next execution.
 */
function createWaitFunctions(scope: Construct, foundation: Foundation) {
  const { settings, table, bus, deadLetters } = foundation;
  const awaken = new NodeFunction(scope, 'Awaken', { entry: 'journey/awaken', env: {}, settings, deadLetters });
  deadLetters.grantSend(awaken);
  table.grant(awaken, ['GetItem', 'BatchGetItem', 'UpdateItem']);
  grantStart(awaken);
  const { stackName } = Stack.of(scope);
  const group = new CfnScheduleGroup(scope, 'Timers', { name: `${stackName}-timers` });
  const role = timerRole(scope, 'TimersRole', { calls: awaken, deadLetters });
  const park = new NodeFunction(scope, 'Park', {
    entry: 'journey/park',
    env: {
      TIMER_GROUP: group.ref,
      AWAKEN_ARN: awaken.functionArn,
      TIMER_ROLE_ARN: role.roleArn,
      TIMER_DEAD_LETTERS_ARN: deadLetters.queueArn,
    },
    settings,
    deadLetters,
  });
  table.grant(park, ['GetItem', 'BatchGetItem', 'UpdateItem']);
  grantStart(park);
  grantJourneys(park, ['DescribeExecution']);
  grantTimers(park, { group: `${stackName}-timers`, role });
  // Clears the timer of an enrolment that ends while it is suspended.
  const left = { ...busPattern('EnrolmentEnded'), detail: { parkedLeg: [{ exists: true }] } };
  onEvents(park, { bus, deadLetters, pattern: left });
  return { park, awaken };
}
