import { Construct } from 'constructs';
import { busPattern, onEvents } from '../constructs/event-rule.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { type Foundation } from '../foundation.ts';

/** Functions of reports, which are requested over HTTP and computed in the background. */
export class ReportCapability extends Construct {
  readonly functions: NodeFunction[];

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const { settings, table, gateway, bus, deadLetters } = foundation;

    const reports = new NodeFunction(this, 'Reports', { entry: 'report/reports', env: {}, settings });
    table.grant(reports, ['GetItem', 'BatchGetItem', 'PutItem'], ['byList']);
    foundation.grantPut(reports);
    gateway.serve(reports, ['POST /v1/reports', 'GET /v1/reports', 'GET /v1/reports/{id}']);

    const compute = new NodeFunction(this, 'Compute', { entry: 'report/compute', env: {}, settings, deadLetters });
    table.grant(compute, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'], ['byList', 'byDue']);
    onEvents(compute, { bus, deadLetters, pattern: busPattern('ReportRequested') });
    this.functions = [compute];

    const experiments = new NodeFunction(this, 'Experiments', { entry: 'report/experiments', env: {}, settings });
    table.grant(experiments, ['GetItem']);
    gateway.serve(experiments, [
      'POST /v1/experiments/size',
      'POST /v1/experiments/assign',
      'POST /v1/experiments/result',
      'POST /v1/experiments/sample-ratio',
    ]);
  }
}
