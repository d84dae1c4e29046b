import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { assemble } from '../template/assembly.ts';
import {
  demoCustomers,
  type DemoCustomer,
  type SourceData,
  type DemoPeriod,
  type DemoVisit,
} from './demo-customers.ts';
import { planVisits } from './demo-plan.ts';
import { callOutcome, reactionTo } from './demo-reactions.ts';
import { report, type ReportedCustomer } from './demo-report.ts';
import { type Local, startLocal } from '../runner.ts';
import { dayMs } from '#lib/shared/time.ts';
import { type Ask, backOffice, readCustomer } from './demo-client.ts';

/** Start of the demo, fixed so that nothing depends on today. */
const begins = Date.parse('2026-03-02T00:00:00.000Z');

/** The shop's settings. */
const workspace = {
  name: 'Demo shop',
  quietHours: { from: '21:00', to: '08:00' },
  caps: [{ max: 2, within: '7d', purpose: 'marketing' as const }],
};

interface DemoOptions {
  seed: string;
  customers: number;
  days: number;
}

/** Starts Segment's library in a thread. Sends one visit at a time. */
function startSource(local: Local): { send: (visit: DemoVisit) => Promise<void>; stop: () => Promise<number> } {
  const data: SourceData = { url: local.url, writeKey: local.keys.write, time: local.clock.shared };
  const worker = new Worker(new URL('./demo-source.ts', import.meta.url), { workerData: data });
  let answered = (_error?: Error): void => {};
  worker.on('message', (errors: string[]) => answered(errors.length > 0 ? new Error(errors.join('\n')) : undefined));
  worker.on('error', (error: Error) => answered(error));
  return {
    send: (visit) =>
      new Promise<void>((resolve, reject) => {
        answered = (error) => (error ? reject(error) : resolve());
        worker.postMessage(visit.messages);
      }),
    stop: () => worker.terminate(),
  };
}

/** Answers human tasks. Runs once a day. */
async function work(ask: Ask, seed: string): Promise<void> {
  const { items } = await ask<{ items: { taskId: string }[] }>('/v1/tasks?limit=100');
  for (const { taskId } of items)
    await ask(`/v1/tasks/${encodeURIComponent(taskId)}`, { answer: callOutcome(seed, taskId) });
}

class Run {
  readonly #local: Local;
  readonly #ask: Ask;
  readonly #span: DemoPeriod & { seed: string };
  readonly #byId: Map<string, DemoCustomer>;
  /** Visits still to come, the next one last. */
  #queue: DemoVisit[];
  #mailsSeen = 0;
  #messages = 0;
  #nextDay: number;

  constructor(local: Local, { seed, customers: count, days }: DemoOptions) {
    this.#local = local;
    this.#ask = backOffice(local);
    this.#span = { seed, start: begins, end: begins + days * dayMs };
    const customers = demoCustomers(seed, count);
    this.#byId = new Map(customers.map((customer) => [`${customer.id}@example.com`, customer]));
    this.#queue = customers.flatMap((customer) => planVisits(customer, this.#span));
    this.#nextDay = begins + dayMs;
    this.#sort();
  }

  async play(): Promise<ReportedCustomer[]> {
    const source = startSource(this.#local);
    try {
      for (let next = this.#queue.pop(); next; next = this.#queue.pop()) {
        while (this.#nextDay <= next.at) await this.#endDay();
        await this.#moveTo(next.at);
        await source.send(next);
        await this.#local.settled();
        this.#messages += next.messages.length;
      }
      while (this.#nextDay <= this.#span.end) await this.#endDay();
    } finally {
      await source.stop();
    }
    return this.#readCustomers();
  }

  #sort(): void {
    this.#queue.sort((a, b) => b.at - a.at || (a.customer.id < b.customer.id ? 1 : -1));
  }

  async #moveTo(time: number): Promise<void> {
    const ms = time - this.#local.clock.now();
    if (ms > 0) await this.#local.advance(ms);
  }

  /** Answers the open tasks, and lets customers react to their mail. */
  async #endDay(): Promise<void> {
    await this.#moveTo(this.#nextDay);
    await work(this.#ask, this.#span.seed);
    await this.#local.settled();
    const count = this.#local.services.mail.count();
    const mails = this.#local.services.mail.list({ limit: count - this.#mailsSeen }).slice(0, count - this.#mailsSeen);
    this.#mailsSeen = count;
    for (const mail of mails.reverse()) {
      const customer = this.#byId.get(mail.to[0] ?? '');
      if (customer) this.#queue.push(...reactionTo(mail, customer, this.#span));
    }
    this.#sort();
    this.#printDay();
    this.#nextDay += dayMs;
  }

  #printDay(): void {
    const days = Math.round((this.#nextDay - begins) / dayMs);
    const line = `day ${String(days).padStart(3)}: ${this.#messages} touchpoints, ${this.#mailsSeen} e-mails`;
    if (process.stdout.isTTY) process.stdout.write(`\r${line}`);
    else if (days % 10 === 0) console.log(line);
  }

  async #readCustomers(): Promise<ReportedCustomer[]> {
    const found: ReportedCustomer[] = [];
    for (const { id, anonymousId } of this.#byId.values()) {
      const known = (await readCustomer(this.#ask, id)) ?? (await readCustomer(this.#ask, anonymousId));
      if (known) found.push(known);
    }
    return found;
  }
}

function readOptions(): DemoOptions {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      customers: { type: 'string', default: '200' },
      days: { type: 'string', default: '60' },
    },
  });
  const [customers, days] = [Number(values.customers), Number(values.days)];
  if (!Number.isInteger(customers) || customers < 1 || customers > 5_000) throw new Error('--customers: 1 to 5000');
  if (!Number.isInteger(days) || days < 1 || days > 365) throw new Error('--days: 1 to 365');
  return { seed: values.seed, customers, days };
}

async function main(): Promise<void> {
  const options = readOptions();
  const assembly = await assemble({ log: console.error });
  // One environment a function: two would race, and the result must be deterministic.
  const local = await startLocal({ assembly, speed: 0, start: begins, workspace, environments: 1 });
  try {
    const { customers, days, seed } = options;
    console.log(`${customers} customers, ${days} days, seed ${seed}, through @segment/analytics-node`);
    const customersReached = await new Run(local, options).play();
    if (process.stdout.isTTY) console.log();
    console.log(report(customersReached));
  } finally {
    await local.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
