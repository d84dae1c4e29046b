import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo } from 'node:net';

/** What DynamoDB was asked since the last `reset`. Units as the engine reports them, which count as DynamoDB's do. */
export interface Usage {
  requests: number;
  writeUnits: number;
  readUnits: number;
  byOperation: Record<string, number>;
}

export interface Meter {
  endpoint: string;
  usage(): Usage;
  reset(): void;
  stop(): Promise<void>;
}

interface Consumed {
  CapacityUnits?: number;
}

const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);
const counted = new Set([...writes, 'GetItem', 'Query', 'BatchGetItem', 'TransactGetItems', 'Scan']);

const none = (): Usage => ({ requests: 0, writeUnits: 0, readUnits: 0, byOperation: {} });

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer); // no encoding is set
  return Buffer.concat(chunks);
}

/** A proxy in front of the engine that asks each request for its consumed capacity and adds it up. */
export async function startMeter(target: string): Promise<Meter> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  let usage = none();

  const forward = (incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { ...incoming.headers, 'content-length': String(body.length) };
      request({ hostname, port, agent, path: incoming.url, method: incoming.method, headers }, resolve)
        .on('error', reject)
        .end(body);
    });

  function count(operation: string, answer: Buffer): void {
    const { ConsumedCapacity = [] } = JSON.parse(answer.toString('utf8')) as {
      ConsumedCapacity?: Consumed | Consumed[];
    };
    const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    usage.requests++;
    usage.byOperation[operation] = (usage.byOperation[operation] ?? 0) + 1;
    if (writes.has(operation)) usage.writeUnits += units;
    else usage.readUnits += units;
  }

  async function relay(incoming: IncomingMessage) {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    let body = await read(incoming);
    const metered = counted.has(operation);
    if (metered) body = Buffer.from(body.toString('utf8').replace(/^\{/, '{"ReturnConsumedCapacity":"TOTAL",'));
    const response = await forward(incoming, body);
    const answer = await read(response);
    if (metered && response.statusCode === 200) count(operation, answer);
    return { response, answer };
  }

  const server = createServer((incoming, outgoing) => {
    relay(incoming).then(
      ({ response, answer }) => {
        // The engine's checksum is of its own bytes, which are passed on unchanged.
        outgoing.writeHead(response.statusCode ?? 500, response.headers).end(answer);
      },
      () => outgoing.destroy(),
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    usage: () => usage,
    reset: () => (usage = none()),
    stop: async () => {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
