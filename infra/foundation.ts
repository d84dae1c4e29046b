import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeadLetters } from './constructs/dead-letters.ts';
import { Gateway } from './constructs/gateway.ts';
import { type NodeFunction } from './constructs/node-function.ts';
import { OneTable } from './constructs/single-table.ts';
import { type Settings } from './environments.ts';
import { type Asking } from './functions/function-table.ts';

/** What every capability stands on. */
export class Foundation extends Construct {
  readonly settings: Settings;
  readonly table: OneTable;
  readonly bus: EventBus;
  readonly gateway: Gateway;
  /** Of functions that nobody waits for, whoever calls them: bus, schedule. Each letter names its function. */
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.settings = settings;
    this.table = new OneTable(this, 'Table', settings);
    this.bus = new EventBus(this, 'Bus', { eventBusName: Stack.of(this).stackName });
    this.gateway = new Gateway(this, 'Gateway', settings);
    this.deadLetters = new DeadLetters(this, 'DeadLetters', 'dead-letters');
  }

  /** Lets a function put events on the bus and tells it the bus. */
  grantPut(fn: NodeFunction<Asking<'BUS_NAME'>>): void {
    fn.addToRolePolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }));
    fn.give('BUS_NAME', this.bus.eventBusName);
  }
}
