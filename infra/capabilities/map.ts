import { Construct } from 'constructs';
import { NodeFunction } from '../constructs/node-function.ts';
import { type Foundation } from '../foundation.ts';

/** Routes of planned maps, which say what customers are meant to do. */
export class MapCapability extends Construct {
  constructor(scope: Construct, id: string, { settings, table, gateway }: Foundation) {
    super(scope, id);
    const maps = new NodeFunction(this, 'Maps', { entry: 'map/maps', env: {}, settings });
    table.grant(maps, ['GetItem', 'Query', 'PutItem', 'DeleteItem']);
    gateway.serve(maps, ['GET /v1/maps', 'GET /v1/maps/{id}', 'PUT /v1/maps/{id}', 'DELETE /v1/maps/{id}']);
  }
}
