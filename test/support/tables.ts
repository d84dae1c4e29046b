import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoTable, type Table } from '../../lib/aws/table/dynamo-table.ts';
import { type Engine, type EngineKind, installedEngines, startEngine } from '../../infra/local/engines/start-engine.ts';
import { createTables } from '../../infra/local/engines/create-tables.ts';
import { localClient, theTable } from './engines.ts';

/** DynamoDB Local takes seconds to start. */
const startMs = 60_000;

let partitions = 0;

/** A partition nobody else uses. */
export const aPartition = (): string => `local#u:${partitions++}`;

/** The same tests on each engine that is installed; they share one table, so each takes partitions of its own. */
export function onEachEngine(
  tests: (the: { table: () => Table; endpoint: () => string; kind: EngineKind }) => void,
): void {
  describe.each(installedEngines())('on %s', (kind) => {
    let engine: Engine | undefined;
    let table: Table | undefined;
    const started = (): Engine => {
      if (!engine) throw new Error('the engine is not up yet');
      return engine;
    };
    beforeAll(async () => {
      engine = await startEngine({ engine: kind });
      await createTables(engine.endpoint, [theTable]);
    }, startMs);
    afterAll(() => engine?.stop());
    tests({
      kind,
      endpoint: () => started().endpoint,
      table: () => (table ??= dynamoTable(localClient(started().endpoint), theTable.ref)),
    });
  });
}
