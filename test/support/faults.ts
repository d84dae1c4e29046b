import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { randomFrom } from './random.ts';

/** A share (0 to 1) of writes that fail, drawn from the seed: the same requests in the same order fail the same way. */
export interface FaultPlan {
  seed: number;
  share: number;
  /** Of the writes that would fail, only these. */
  only?: (operation: string, body: Body) => boolean;
}

export interface Faults {
  /** Stands for the target. */
  endpoint: string;
  /** How many failures there were, by operation. A batch counts each of its items. */
  injected(): Record<string, number>;
  /** Goes on with another plan. */
  follow(plan: FaultPlan): void;
  stop(): Promise<void>;
}

type Body = Record<string, unknown>;

interface Answer {
  status: number;
  body: Body;
}

/** Decides for one write, or one item of a batch, and counts. */
type Fails = () => boolean;

interface BatchWrite {
  RequestItems: Record<string, unknown[]>;
  UnprocessedItems?: Record<string, unknown[]>;
}

interface PutEventsAnswer {
  FailedEntryCount: number;
  Entries: unknown[];
}

const refused = (type: string, message: string, more: Body = {}): Answer => ({
  status: 400,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, ...more },
});

const throttled = refused('ProvisionedThroughputExceededException', 'The level of configured throughput was exceeded.');

/** Those for which `fails` says no, and the others. */
function split<T>(all: T[], fails: Fails): { sent: T[]; failed: T[] } {
  const sent: T[] = [];
  const failed: T[] = [];
  for (const one of all) (fails() ? failed : sent).push(one);
  return { sent, failed };
}

type Forward = (body: Body) => Promise<Answer>;
type Operation = (body: Body, fails: Fails, forward: Forward) => Promise<Answer>;

const singleWrite: Operation = async (body, fails, forward) => (fails() ? throttled : forward(body));

/** The failing items come back as unprocessed; a batch of which nothing is left is throttled as a whole. */
const batchWrite: Operation = async (body, fails, forward) => {
  const { RequestItems } = body as unknown as BatchWrite;
  const tables = Object.entries(RequestItems).map(([table, items]) => ({ table, ...split(items, fails) }));
  const toSend = tables.filter(({ sent }) => sent.length > 0).map(({ table, sent }) => [table, sent]);
  if (toSend.length === 0) return throttled;
  const answer = await forward({ ...body, RequestItems: Object.fromEntries(toSend) as unknown });
  if (answer.status !== 200) return answer;
  const { UnprocessedItems = {} } = answer.body as unknown as BatchWrite;
  for (const { table, failed } of tables)
    if (failed.length > 0) UnprocessedItems[table] = [...(UnprocessedItems[table] ?? []), ...failed];
  return { ...answer, body: { ...answer.body, UnprocessedItems } };
};

/** Another transaction holds the first item. */
const transaction: Operation = async (body, fails, forward) => {
  if (!fails()) return forward(body);
  const CancellationReasons = (body.TransactItems as unknown[]).map((_, i) =>
    i === 0 ? { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' } : { Code: 'None' },
  );
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${CancellationReasons.map(({ Code }) => Code).join(', ')}]`;
  return refused('TransactionCanceledException', message, { CancellationReasons });
};

/** The failing entries are told as such, in their places; the others reach the bus. */
const putEvents: Operation = async (body, fails, forward) => {
  const marked = (body.Entries as unknown[]).map((entry) => ({ entry, failed: fails() }));
  const sent = marked.filter(({ failed }) => !failed).map(({ entry }) => entry);
  const none: Answer = { status: 200, body: { FailedEntryCount: 0, Entries: [] } };
  const answer = sent.length > 0 ? await forward({ ...body, Entries: sent }) : none;
  if (answer.status !== 200) return answer;
  const { Entries, FailedEntryCount } = answer.body as unknown as PutEventsAnswer;
  const results = Entries.values();
  const all = marked.map(({ failed }) =>
    failed ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' } : results.next().value,
  );
  const failures = FailedEntryCount + marked.length - sent.length;
  return { ...answer, body: { FailedEntryCount: failures, Entries: all } };
};

const operations: Record<string, Operation> = {
  PutItem: singleWrite,
  UpdateItem: singleWrite,
  DeleteItem: singleWrite,
  BatchWriteItem: batchWrite,
  TransactWriteItems: transaction,
  PutEvents: putEvents,
};

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * A proxy in front of DynamoDB (or the bus) that lets a share of the writes fail as AWS lets them fail: throttled writes, unprocessed
 * items, transactions in conflict, entries not taken. What fails has not happened. Everything else passes through.
 */
export async function startFaults({ target, plan }: { target: string; plan: FaultPlan }): Promise<Faults> {
  const injected: Record<string, number> = {};
  let current = plan;
  let random = randomFrom(plan.seed);

  async function handle(request: IncomingMessage): Promise<Answer> {
    const text = await read(request);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const body = JSON.parse(text) as Body;
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers;
    const forward: Forward = async (sent) => {
      const init = { method: 'POST', headers: headers as Record<string, string>, body: JSON.stringify(sent) };
      const response = await fetch(target, init);
      return { status: response.status, body: (await response.json()) as Body };
    };
    const fails: Fails = () => {
      const drawn = random() < current.share && (current.only?.(operation, body) ?? true);
      if (drawn) injected[operation] = (injected[operation] ?? 0) + 1;
      return drawn;
    };
    const run = operations[operation];
    return run ? run(body, fails, forward) : forward(body);
  }

  const server = createServer((request, response) => {
    handle(request).then(
      ({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    injected: () => ({ ...injected }),
    follow(next) {
      current = next;
      random = randomFrom(next.seed);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
