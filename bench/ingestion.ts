import { ingestMessages } from '../functions/ingestion/ingest-messages/handler.ts';
import { type Table } from '../lib/aws/table/dynamo-table.ts';
import { touchpointStore } from '../lib/ingestion/message/touchpoint-store.ts';
import { systemClock } from '../lib/shared/time.ts';
import { median } from './figures.ts';

/** Of our own code: from the gateway's event to its answer, with a table that takes everything at once. */
export interface CollectCpu {
  /** Microseconds of processor time for one touchpoint of a batch of 100, median of the rounds. */
  batchedUs: number;
  /** The same for one that comes alone. */
  singleUs: number;
}

const unused = (): never => {
  throw new Error('collect does not use this');
};

const willingTable: Table = {
  get: unused,
  getMany: unused,
  query: unused,
  put: unused,
  update: unused,
  replace: unused,
  transact: unused,
  putMany: () => Promise.resolve([]),
};

/** What a page sends through Segment's browser library: about 1 KB. */
const message = (i: number) => ({
  type: 'track',
  event: 'Product Viewed',
  userId: `customer-${i % 40}`,
  anonymousId: 'b2f0c3c8-9f0c-4f25-b1a3-3c6a7d7b2f10',
  messageId: `ajs-next-1795348800000-${i}`,
  timestamp: new Date().toISOString(),
  properties: { sku: `p-${i}`, price: 42.5, currency: 'EUR', tags: ['new', 'blue'], position: i },
  context: {
    library: { name: 'analytics.js', version: 'npm:next-1.81.0' },
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
    locale: 'ko-KR',
    timezone: 'Asia/Seoul',
    page: {
      path: '/p/9',
      referrer: '',
      search: '?utm_medium=email',
      title: 'Product',
      url: 'https://shop.example/p/9',
    },
    campaign: { name: 'autumn', medium: 'email', source: 'news' },
  },
  integrations: {},
});

const event = (kind: string, body: object) => ({
  pathParameters: { kind },
  headers: { authorization: `Basic ${btoa('wk_local:')}`, 'content-type': 'application/json' },
  body: JSON.stringify(body),
  isBase64Encoded: false,
  requestContext: { requestId: 'r' },
});

export async function measureCollect({ rounds = 7, touchpoints = 10_000 } = {}): Promise<CollectCpu> {
  const handler = ingestMessages({
    keys: { open: () => Promise.resolve('local') },
    touchpoints: touchpointStore(willingTable),
    clock: systemClock,
    write: () => undefined,
  });
  const call = async (request: ReturnType<typeof event>): Promise<void> => {
    const whole = request as unknown as Parameters<typeof handler>[0]; // the parts it reads
    const { statusCode } = await handler(whole, { getRemainingTimeInMillis: () => 10_000 });
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  };
  /** Microseconds per touchpoint, each round with requests of its own. */
  async function timed(size: number): Promise<number> {
    const figures: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const requests = Array.from({ length: touchpoints / size }, (_, n) => {
        const messages = Array.from({ length: size }, (_, i) => message(n * size + i));
        return size === 1 ? event('track', messages[0] ?? {}) : event('batch', { batch: messages });
      });
      const before = process.cpuUsage();
      for (const request of requests) await call(request);
      const { user, system } = process.cpuUsage(before);
      // The first round warms up the engine.
      if (round > 0) figures.push((user + system) / touchpoints);
    }
    return median(figures);
  }
  return { batchedUs: await timed(100), singleUs: await timed(1) };
}

if (import.meta.main) {
  const { batchedUs, singleUs } = await measureCollect();
  console.log(`collect: ${batchedUs.toFixed(1)} µs a touchpoint in batches of 100, ${singleUs.toFixed(1)} µs alone`);
}
