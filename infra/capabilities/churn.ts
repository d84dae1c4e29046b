import { Construct } from 'constructs';
import { busPattern, onEvents } from '../constructs/event-rule.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { onSchedule } from '../constructs/schedule.ts';
import { TableExports } from '../constructs/table-exports.ts';
import { TrainingMachine } from '../constructs/training-machine.ts';
import { type Foundation } from '../foundation.ts';

/**
 * Functions that score churn risk: on each new stage, and on a schedule for customers who fell
 * silent, which sends no event. Trains a model of each workspace once a week and on request.
 */
export class ChurnCapability extends Construct {
  readonly functions: NodeFunction[];
  readonly training: TrainingMachine;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const { settings, table, bus, deadLetters } = foundation;

    const assess = new NodeFunction(this, 'Assess', { entry: 'churn/assess', env: {}, settings, deadLetters });
    table.grant(assess, ['GetItem', 'Query', 'PutItem']);
    deadLetters.grantSend(assess);
    onEvents(assess, { bus, deadLetters, pattern: busPattern('StageEntered') });

    const sweep = new NodeFunction(this, 'Sweep', { entry: 'churn/sweep', env: {}, settings, deadLetters });
    table.grant(sweep, ['GetItem', 'Query', 'PutItem'], ['byList', 'byDue']);
    onSchedule(sweep, { expression: 'rate(15 minutes)', deadLetters });
    const { machine, functions } = this.#training(foundation);
    this.training = machine;
    this.functions = [assess, sweep, ...functions];
  }

  #training({ settings, table, gateway, deadLetters }: Foundation): {
    machine: TrainingMachine;
    functions: NodeFunction[];
  } {
    const gather = new NodeFunction(this, 'Gather', { entry: 'churn/gather', env: {}, settings });
    table.grant(gather, ['PutItem']);
    const exports = new TableExports(this, 'Exports', { table, settings });
    exports.grantRead(gather);
    const learn = new NodeFunction(this, 'Learn', { entry: 'churn/learn', env: {}, settings });
    table.grant(learn, ['GetItem', 'PutItem']);
    const rescore = new NodeFunction(this, 'Rescore', { entry: 'churn/rescore', env: {}, settings });
    table.grant(rescore, ['GetItem', 'Query', 'PutItem'], ['byDue']);
    const steps = { gather, learn, rescore };
    const machine = new TrainingMachine(this, 'Training', { steps, table, exports, settings });

    const env = { TRAINING_MACHINE_ARN: machine.machineArn };
    const begin = new NodeFunction(this, 'Begin', { entry: 'churn/begin', env, settings, deadLetters });
    table.grant(begin, ['GetItem', 'PutItem'], ['byList', 'byDue']);
    machine.grantStart(begin);
    onSchedule(begin, { expression: 'cron(0 2 ? * MON *)', deadLetters });

    const models = new NodeFunction(this, 'Models', { entry: 'churn/models', env, settings });
    table.grant(models, ['GetItem', 'PutItem']);
    machine.grantStart(models);
    gateway.serve(models, [
      'GET /v1/churn/model',
      'GET /v1/churn/models',
      'POST /v1/churn/train',
      'GET /v1/customers/{id}/churn',
    ]);
    return { machine, functions: [gather, learn, rescore, begin] };
  }
}
