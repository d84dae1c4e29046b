import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './constructs/dead-letters.ts';
import { HttpGateway } from './constructs/gateway.ts';
import { type NodeFunction } from './constructs/node-function.ts';
import { SingleTable } from './constructs/single-table.ts';
import { type Settings } from './environments.ts';
import { type FunctionsNeeding } from './functions/function-table.ts';

/** Resources that all capabilities share. */
export class Foundation extends Construct {
  readonly settings: Settings;
  readonly table: SingleTable;
  readonly bus: EventBus;
  readonly gateway: HttpGateway;
  /**
   * Dead letters of asynchronous functions, called by bus or schedule. Each letter names its
   * function.
   */
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.settings = settings;
    this.table = new SingleTable(this, 'Table', settings);
    this.bus = new EventBus(this, 'Bus', { eventBusName: Stack.of(this).stackName });
    this.gateway = new HttpGateway(this, 'Gateway', settings);
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', 'dead-letters');
  }

  /** Lets a function put events on the bus, and sets the variable of the bus. */
  grantPut(fn: NodeFunction<FunctionsNeeding<'BUS_NAME'>>): void {
    fn.addToRolePolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }));
    fn.give('BUS_NAME', this.bus.eventBusName);
  }
}
