import { Construct } from 'constructs';
import { NodeFunction } from '../constructs/node-function.ts';
import { type Foundation } from '../foundation.ts';

/** Functions that store touchpoints and answer public routes. */
export class IngestionCapability extends Construct {
  readonly collect: NodeFunction<'ingestion/collect'>;

  constructor(scope: Construct, id: string, { settings, table, gateway }: Foundation) {
    super(scope, id);

    this.collect = new NodeFunction(this, 'Collect', { entry: 'ingestion/collect', env: {}, settings });
    table.grant(this.collect, ['GetItem', 'UpdateItem', 'BatchWriteItem']);
    gateway.serve(this.collect, ['POST /v1/{kind}']);

    const describe = new NodeFunction(this, 'Describe', { entry: 'ingestion/describe', env: {}, settings });
    table.grant(describe, ['GetItem']);
    gateway.serve(describe, [
      'GET /health',
      'GET /v1/openapi.json',
      'GET /v1/projects/{writeKey}/settings',
      'OPTIONS /{proxy+}',
      '$default',
    ]);

    const workspace = new NodeFunction(this, 'Workspace', { entry: 'ingestion/workspace', env: {}, settings });
    table.grant(workspace, ['GetItem', 'PutItem']);
    gateway.serve(workspace, [
      'GET /v1/workspace',
      'PUT /v1/workspace',
      'GET /v1/workspace/webhook-secret',
      'POST /v1/workspace/webhook-secret/rotate',
    ]);
  }
}
