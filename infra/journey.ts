import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { shippedJourneys } from '../lib/journey/shipped.ts';
import { busPattern, onEvents } from './constructs/event-rule.ts';
import { forgettingLog } from './constructs/forgetting-log.ts';
import { JourneyMachine, grantStop, machineArn } from './constructs/journey-machine.ts';
import { NodeFunction } from './constructs/node-function.ts';
import { type Foundation } from './foundation.ts';

/** Ends of an execution, however it came to it. */
const ends = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

/** Moves people on: one state machine per journey, the functions that carry out its steps, and those that let people in and out. */
export class Journey extends Construct {
  readonly machines: Record<string, JourneyMachine>;
  /** Functions that nobody waits for but an execution or an event. */
  readonly background: NodeFunction[];

  constructor(scope: Construct, id: string, props: { foundation: Foundation; decide: NodeFunction }) {
    super(scope, id);
    const { foundation, decide } = props;
    const steps = this.#steps(foundation);
    const logGroup = this.#logGroup(foundation);
    this.machines = Object.fromEntries(
      shippedJourneys.map((definition) => [
        definition.id,
        new JourneyMachine(this, pascal(definition.id), { definition, steps: { ...steps, decide }, logGroup }),
      ]),
    );
    this.background = [...Object.values(steps), ...this.#entries(foundation)];
    this.#api(foundation);
  }

  /** Lets a function wake executions that wait. */
  grantWake(fn: NodeFunction): void {
    // By name, as a machine names functions that may wake it: a reference would be a ring.
    const resources = shippedJourneys.map(({ id }) => machineArn(this, id));
    fn.addToRolePolicy(new PolicyStatement({ actions: ['states:SendTaskSuccess'], resources }));
  }

  /** Lets a function stop executions whose customer left. */
  grantStop(fn: NodeFunction): void {
    for (const { id } of shippedJourneys) grantStop(fn, id);
  }

  #steps({ settings, table }: Foundation) {
    const send = new NodeFunction(this, 'Send', {
      entry: 'journey/send',
      env: { EMAIL_FROM: settings.email?.from },
      settings,
    });
    table.grant(send, ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem']);
    if (settings.email) this.#grantEmail(send, settings.email.identity);

    const wait = new NodeFunction(this, 'Wait', { entry: 'journey/wait', env: {}, settings });
    table.grant(wait, ['GetItem', 'BatchGetItem', 'Query', 'PutItem']);
    this.grantWake(wait); // what it waits for may have come already

    const branch = new NodeFunction(this, 'Branch', { entry: 'journey/branch', env: {}, settings });
    table.grant(branch, ['GetItem']);

    const update = new NodeFunction(this, 'Update', { entry: 'journey/update', env: {}, settings });
    table.grant(update, ['GetItem', 'PutItem']);
    return { send, wait, branch, update };
  }

  #grantEmail(send: NodeFunction, identity: string): void {
    const { partition, region, account } = Stack.of(this);
    send.addToRolePolicy(
      new PolicyStatement({
        actions: ['ses:SendEmail'],
        resources: [`arn:${partition}:ses:${region}:${account}:identity/${identity}`],
      }),
    );
  }

  /** Step Functions takes only so many log groups whose names do not begin so. */
  #logGroup({ settings }: Foundation): LogGroup {
    return forgettingLog(this, 'MachinesLog', { name: `/aws/vendedlogs/states/${Stack.of(this).stackName}`, settings });
  }

  #entries({ settings, table, bus, deadLetters }: Foundation): NodeFunction[] {
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
    enrol.addToRolePolicy(
      new PolicyStatement({
        actions: ['states:StartExecution'],
        resources: machines.map(([, { liveArn }]) => liveArn),
      }),
    );
    this.grantStop(enrol);
    onEvents(enrol, {
      bus,
      deadLetters,
      pattern: {
        ...busPattern('StageEntered', 'EntryTriggered', 'ChurnRiskChanged', 'CustomerSilent'),
        // A stage that a touchpoint led to: `EntryTriggered` tells of it where a journey waits for it.
        detail: { touchpoint: { messageId: [{ exists: false }] } },
      },
    });

    const conclude = new NodeFunction(this, 'Conclude', { entry: 'journey/conclude', env: {}, settings, deadLetters });
    table.grant(conclude, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem']);
    onEvents(conclude, {
      deadLetters,
      pattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { status: ends, stateMachineArn: machines.map(([, machine]) => machine.machineArn) },
      },
    });
    return [enrol, conclude];
  }

  #api({ settings, table, gateway }: Foundation): void {
    const journeys = new NodeFunction(this, 'Journeys', { entry: 'journey/journeys', env: {}, settings });
    table.grant(journeys, ['GetItem', 'BatchGetItem'], ['byList']);
    gateway.serve(journeys, ['GET /v1/journeys', 'GET /v1/journeys/{id}', 'GET /v1/journeys/{id}/enrolments']);

    const tasks = new NodeFunction(this, 'Tasks', { entry: 'journey/tasks', env: {}, settings });
    table.grant(tasks, ['GetItem', 'BatchGetItem', 'UpdateItem'], ['byList']);
    this.grantWake(tasks);
    gateway.serve(tasks, ['GET /v1/tasks', 'POST /v1/tasks/{id}']);
  }
}

const pascal = (id: string): string => id.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
