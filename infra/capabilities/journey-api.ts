import { Stack } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { grantJourneys, machinesPrefix } from '../constructs/journey-machine.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { type Foundation } from '../foundation.ts';

/**
 * Routes of journeys that need no rights to publish: definitions, entries by API, simulations,
 * traces and tasks.
 */
export function serveJourneys(scope: Construct, foundation: Foundation): void {
  serveEntries(scope, foundation);
  serveDefinitions(scope, foundation);
  serveTraces(scope, foundation);
  serveTasks(scope, foundation);
}

function serveEntries(scope: Construct, foundation: Foundation): void {
  const { settings, table, gateway } = foundation;
  const knock = new NodeFunction(scope, 'Knock', { entry: 'journey/knock', env: {}, settings });
  table.grant(knock, ['GetItem', 'Query', 'PutItem']);
  foundation.grantPut(knock);
  gateway.serve(knock, ['POST /v1/journeys/{id}/enrolments', 'POST /v1/business-events']);
}

function serveDefinitions(scope: Construct, { settings, table, gateway }: Foundation): void {
  const journeys = new NodeFunction(scope, 'Journeys', { entry: 'journey/journeys', env: {}, settings });
  table.grant(journeys, ['GetItem', 'BatchGetItem', 'Query', 'PutItem'], ['byList']);
  gateway.serve(journeys, [
    'GET /v1/journeys',
    'GET /v1/journeys/{id}',
    'PUT /v1/journeys/{id}',
    'GET /v1/journeys/{id}/versions',
    'GET /v1/journeys/{id}/versions/{version}',
    'GET /v1/journeys/{id}/diff',
    'GET /v1/journeys/{id}/stats',
    'GET /v1/journeys/{id}/experiments/{step}',
    'GET /v1/journeys/{id}/enrolments',
  ]);

  const simulate = new NodeFunction(scope, 'Simulate', { entry: 'journey/simulate', env: {}, settings });
  table.grant(simulate, ['GetItem', 'BatchGetItem', 'Query', 'PutItem'], ['byDue']);
  gateway.serve(simulate, ['POST /v1/journeys/{id}/simulate']);
}

function serveTraces(scope: Construct, { settings, table, gateway }: Foundation): void {
  const trace = new NodeFunction(scope, 'Trace', {
    entry: 'journey/trace',
    env: { STACK: Stack.of(scope).stackName, MACHINES: machinesPrefix(scope) },
    settings,
  });
  table.grant(trace, ['GetItem', 'BatchGetItem', 'Query']);
  grantJourneys(trace, ['DescribeExecution', 'GetExecutionHistory']);
  gateway.serve(trace, ['GET /v1/enrolments/{id}/trace', 'GET /v1/customers/{id}/refusals']);
}

function serveTasks(scope: Construct, { settings, table, gateway }: Foundation): void {
  const tasks = new NodeFunction(scope, 'Tasks', { entry: 'journey/tasks', env: {}, settings });
  table.grant(tasks, ['GetItem', 'BatchGetItem', 'UpdateItem'], ['byList']);
  grantJourneys(tasks, ['SendTaskSuccess']);
  gateway.serve(tasks, ['GET /v1/tasks', 'POST /v1/tasks/{id}']);
}
