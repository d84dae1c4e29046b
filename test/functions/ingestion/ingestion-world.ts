import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { onTestFinished, vi } from 'vitest';
import { type Item, type Table } from '#lib/aws/table/dynamo-table.ts';
import { type IngestDependencies, ingestMessages } from '#functions/ingestion/ingest-messages/handler.ts';
import { type Problem } from '#lib/aws/http/problem.ts';
import { touchpointStore } from '#lib/ingestion/message/touchpoint-store.ts';
import { type Verdict } from '#lib/ingestion/message/verdict.ts';

const unused = (): never => {
  throw new Error('collect does not use this');
};

/** For tests of failures, which are logged. */
export function muteErrors(): void {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => log.mockRestore());
}

/** The verbs of a table that collect uses, in memory. `refuse` may throw, or answer those items of a batch that are not taken. */
export function memoryTable(refuse: (items: Item[]) => Item[] = () => []) {
  const items = new Map<string, Item>();
  const keyOf = ({ pk, sk }: { pk: string; sk: string }): string => `${pk}\n${sk}`;
  const table: Table = {
    get: async (key) => items.get(keyOf(key)),
    async update(key, { values = {} }) {
      // The one update there is: the first receive time stays.
      const item = items.get(keyOf(key)) ?? { ...key, receivedAt: values[':now'] };
      items.set(keyOf(key), item);
      return item;
    },
    async putMany(batch) {
      if (new Set(batch.map(keyOf)).size < batch.length) throw new Error('ValidationException: duplicates');
      if (batch.length > 25) throw new Error('ValidationException: more than 25');
      const refused = new Set(refuse(batch));
      for (const item of batch) if (!refused.has(item)) items.set(keyOf(item), item);
      return [...refused];
    },
    getMany: unused,
    query: unused,
    put: unused,
    replace: unused,
    transact: unused,
  };
  return {
    table,
    items,
    /** Items of one range, `t#` or `c#`, by sort key. */
    rows: (prefix: string): Item[] =>
      [...items.values()].filter(({ sk }) => sk.startsWith(prefix)).sort((a, b) => (a.sk < b.sk ? -1 : 1)),
  };
}

interface Sent {
  headers?: Record<string, string>;
  /** Text as it is, bytes as base64, anything else as JSON. */
  body?: unknown;
}

export function postEvent(kind: string, { headers = {}, body }: Sent = {}): APIGatewayProxyEventV2 {
  const packed = Buffer.isBuffer(body);
  const text = packed ? body.toString('base64') : typeof body === 'string' ? body : JSON.stringify(body);
  return {
    routeKey: 'POST /v1/{kind}',
    pathParameters: { kind },
    headers,
    body: text,
    isBase64Encoded: packed,
    requestContext: { requestId: 'r-1' },
  } as unknown as APIGatewayProxyEventV2; // the parts we read
}

export const basic = (credentials: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});

type World = Partial<IngestDependencies> & { refuse?: (items: Item[]) => Item[]; remainingMs?: number };

/** Collect on a table in memory, workspace `local` with the write key `wk_local`, at noon on 22 November 2026. */
export function world({ refuse, remainingMs = 1_200, ...dependencies }: World = {}) {
  const memory = memoryTable(refuse);
  const lines: string[] = [];
  const clock = { time: '2026-11-22T12:00:00.000Z' };
  const handle = ingestMessages({
    keys: { open: async (kind, key) => (kind === 'write' && key === 'wk_local' ? 'local' : undefined) },
    touchpoints: touchpointStore(memory.table),
    clock: { now: () => clock.time },
    write: (line) => {
      if (line !== undefined) lines.push(line);
    },
    ...dependencies,
  });
  const post = async (kind: string, { headers = basic('wk_local:'), body }: Sent = {}) => {
    const response = await handle(postEvent(kind, { headers, body }), { getRemainingTimeInMillis: () => remainingMs });
    return {
      status: response.statusCode,
      headers: response.headers ?? {},
      answer: JSON.parse(response.body ?? 'null') as Verdict & Problem, // one of the two, as the test knows
    };
  };
  return { ...memory, post, handle, lines, clock };
}
