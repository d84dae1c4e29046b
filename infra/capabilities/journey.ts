import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { entryEvents } from '../../lib/journey/enrolment/entry-request.ts';
import { type StepFunction } from '../../lib/journey/compilation/compile-journey.ts';
import { deployedJourneys } from '../../lib/journey/publishing/deployed-journeys.ts';
import { busPattern, onEvents } from '../constructs/event-rule.ts';
import { expiringLogGroup } from '../constructs/expiring-log-group.ts';
import { grantJourneys, JourneyMachine, machineRole, machinesPrefix } from '../constructs/journey-machine.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { grantProviders, providersOf } from '../constructs/message-providers.ts';
import { onSchedule } from '../constructs/schedule.ts';
import { grantTimers, timerRole } from '../constructs/timers.ts';
import { type Foundation } from '../foundation.ts';
import { serveJourneys } from './journey-api.ts';

/** Final statuses of an execution. */
const ends = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

/**
 * Functions and state machines of journeys: one machine a deployed journey, functions of its steps,
 * and functions that admit customers and end enrolments.
 */
export class JourneyCapability extends Construct {
  readonly machines: Record<string, JourneyMachine>;
  /** Asynchronous functions: called by executions and events only. */
  readonly background: NodeFunction[] = [];

  constructor(scope: Construct, id: string, props: { foundation: Foundation; decide: NodeFunction }) {
    super(scope, id);
    const { foundation, decide } = props;
    const steps = this.#steps(foundation);
    this.#grantGate(decide, foundation);
    const logGroup = this.#logGroup(foundation);
    this.machines = Object.fromEntries(
      deployedJourneys.map((definition) => [
        definition.id,
        new JourneyMachine(this, pascal(definition.id), { definition, steps: { ...steps, decide }, logGroup }),
      ]),
    );
    // Failing webhooks are the receiver's fault. They are counted, and the journey continues.
    const { webhook: _, ...watched } = steps;
    this.background.push(...Object.values(watched), ...this.#entries(foundation), ...this.#lifecycle(foundation));
    this.#publishing(foundation, { steps: { ...steps, decide }, logGroup });
    serveJourneys(this, foundation);
  }

  /** Lets a function complete waiting tasks of executions. */
  grantWake(fn: NodeFunction): void {
    grantJourneys(fn, ['SendTaskSuccess']);
  }

  /** Lets a function stop executions whose customer left. */
  grantStop(fn: NodeFunction): void {
    grantJourneys(fn, ['StopExecution']);
  }

  /**
   * Lets a function start executions, also of journeys published at run time, and stop superseded
   * ones.
   */
  grantStart(fn: NodeFunction): void {
    grantJourneys(fn, ['StartExecution', 'StopExecution']);
  }

  #steps(foundation: Foundation) {
    const { settings, table } = foundation;
    const send = new NodeFunction(this, 'Send', {
      entry: 'journey/send',
      env: providersOf(settings),
      settings,
    });
    table.grant(send, ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem']);
    grantProviders(send, settings);

    const wait = new NodeFunction(this, 'Wait', { entry: 'journey/wait', env: {}, settings });
    table.grant(wait, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem']);
    this.grantWake(wait); // the touchpoint waited for may be stored already

    const branch = new NodeFunction(this, 'Branch', { entry: 'journey/branch', env: {}, settings });
    const update = new NodeFunction(this, 'Update', { entry: 'journey/update', env: {}, settings });
    const assign = new NodeFunction(this, 'Assign', { entry: 'journey/assign', env: {}, settings });
    const emit = new NodeFunction(this, 'Emit', { entry: 'journey/emit', env: {}, settings });
    foundation.grantPut(emit);
    const webhook = new NodeFunction(this, 'Webhook', { entry: 'journey/webhook', env: {}, settings });
    for (const fn of [send, branch, update, assign, emit, webhook]) this.#grantGate(fn, foundation);
    return { send, wait, branch, update, assign, emit, webhook, park: this.#park(foundation) };
  }

  /**
   * Lets a step with an effect run the step guard, which may migrate the enrolment to another
   * version.
   */
  #grantGate(fn: NodeFunction, { table }: Foundation): void {
    table.grant(fn, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem']);
    this.grantStart(fn);
  }

  /**
   * Functions of long waits. A timer in its own schedule group calls the function that starts the
   * next execution.
   */
  #park(foundation: Foundation): NodeFunction {
    const { settings, table, bus, deadLetters } = foundation;
    const awaken = new NodeFunction(this, 'Awaken', { entry: 'journey/awaken', env: {}, settings, deadLetters });
    deadLetters.grantSend(awaken);
    table.grant(awaken, ['GetItem', 'BatchGetItem', 'UpdateItem']);
    this.grantStart(awaken);
    this.background.push(awaken);
    const { stackName } = Stack.of(this);
    const group = new CfnScheduleGroup(this, 'Timers', { name: `${stackName}-timers` });
    const role = timerRole(this, 'TimersRole', { calls: awaken, deadLetters });
    const park = new NodeFunction(this, 'Park', {
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
    this.grantStart(park);
    grantJourneys(park, ['DescribeExecution']);
    grantTimers(park, { group: `${stackName}-timers`, role });
    // Clears the timer of an enrolment that ends while it is suspended.
    const left = { ...busPattern('EnrolmentEnded'), detail: { parkedLeg: [{ exists: true }] } };
    onEvents(park, { bus, deadLetters, pattern: left });
    return park;
  }

  /**
   * Named `/aws/vendedlogs/…`, because Step Functions accepts only a limited number of log groups
   * with other names.
   */
  #logGroup({ settings }: Foundation): LogGroup {
    return expiringLogGroup(this, 'MachinesLog', {
      name: `/aws/vendedlogs/states/${Stack.of(this).stackName}`,
      settings,
    });
  }

  #entries(foundation: Foundation): NodeFunction[] {
    const { settings, table, bus, deadLetters } = foundation;
    const machines = Object.entries(this.machines);
    const enrol = new NodeFunction(this, 'Enrol', {
      entry: 'journey/enrol',
      env: {
        JOURNEYS: Stack.of(this).toJsonString(Object.fromEntries(machines.map(([id, { liveArn }]) => [id, liveArn]))),
      },
      settings,
      deadLetters,
    });
    table.grant(enrol, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem']);
    this.grantStart(enrol);
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

    const launch = new NodeFunction(this, 'Launch', { entry: 'journey/launch', env: {}, settings, deadLetters });
    table.grant(launch, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'], ['byList', 'byDue']);
    foundation.grantPut(launch);
    deadLetters.grantSend(launch);
    onEvents(launch, { bus, deadLetters, pattern: busPattern('BusinessEventReceived', 'FanOutAdvanced') });
    // On quarter hours, which the full and half hours of all zones fall on.
    onSchedule(launch, { expression: 'cron(0/15 * * * ? *)', deadLetters });

    const conclude = new NodeFunction(this, 'Conclude', { entry: 'journey/conclude', env: {}, settings, deadLetters });
    table.grant(conclude, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem']);
    deadLetters.grantSend(conclude);
    onEvents(conclude, {
      deadLetters,
      pattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ends,
          stateMachineArn: [{ prefix: `${machinesPrefix(this)}${Stack.of(this).stackName}-` }],
        },
      },
    });
    return [enrol, launch, conclude];
  }

  /** Functions that count events, resume paused steps, and end enrolments of a stopped journey. */
  #lifecycle(foundation: Foundation): NodeFunction[] {
    const { settings, table, bus, deadLetters } = foundation;
    const count = new NodeFunction(this, 'Count', { entry: 'journey/count', env: {}, settings, deadLetters });
    table.grant(count, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
    const counted = busPattern('EnrolmentStarted', 'EnrolmentEnded', 'GoalReached', 'VariantAssigned');
    deadLetters.grantSend(count);
    onEvents(count, { bus, deadLetters, pattern: counted });

    const release = new NodeFunction(this, 'Release', {
      entry: 'journey/release',
      env: { PER_SECOND: settings.releasePerSecond },
      settings,
      deadLetters,
    });
    table.grant(release, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'], ['byList']);
    grantJourneys(release, ['SendTaskSuccess', 'StopExecution']);
    foundation.grantPut(release);
    const told = busPattern('JourneyResumed', 'JourneyStopped', 'ReleaseAdvanced');
    deadLetters.grantSend(release);
    onEvents(release, { bus, deadLetters, pattern: told });
    return [count, release];
  }

  /**
   * The function that makes state machines of published journeys. The machines share one role,
   * which may call the functions of all steps.
   */
  #publishing(
    { settings, table, gateway }: Foundation,
    { steps, logGroup }: { steps: Record<StepFunction, NodeFunction>; logGroup: LogGroup },
  ): void {
    const role = machineRole(this, 'PublishedRole', Object.values(steps));
    const { stackName } = Stack.of(this);
    const arns = Object.entries(steps).map(([name, { functionArn }]) => [name, functionArn]);
    const publish = new NodeFunction(this, 'Publish', {
      entry: 'journey/publish',
      env: {
        STACK: stackName,
        MACHINES: machinesPrefix(this),
        MACHINE_ROLE_ARN: role.roleArn,
        MACHINE_LOG_ARN: logGroup.logGroupArn,
        STEP_FUNCTIONS: Stack.of(this).toJsonString(Object.fromEntries(arns)),
      },
      settings,
    });
    table.grant(publish, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'], ['byList']);
    grantJourneys(publish, [
      'CreateStateMachine',
      'UpdateStateMachine',
      'PublishStateMachineVersion',
      'CreateStateMachineAlias',
      'UpdateStateMachineAlias',
      'GetExecutionHistory',
    ]);
    publish.addToRolePolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'states.amazonaws.com' } },
      }),
    );
    gateway.serve(publish, [
      'POST /v1/journeys/{id}/publish',
      'POST /v1/journeys/{id}/pause',
      'POST /v1/journeys/{id}/resume',
      'POST /v1/journeys/{id}/close',
      'POST /v1/journeys/{id}/stop',
      'POST /v1/journeys/{id}/experiments/{step}/winner',
    ]);
  }
}

const pascal = (id: string): string => id.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
