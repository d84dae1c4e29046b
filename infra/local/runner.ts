import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Workspace } from '../../lib/model/workspace.ts';
import { QuiescenceTracker } from '../../lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from './clock/virtual-clock.ts';
import { createEdge, withoutEdge } from './http/edge.ts';
import { type EngineKind, startEngine } from './engines/start-engine.ts';
import { type FunctionsOptions } from './lambda/local-functions.ts';
import { type LocalGateway, startGateway } from './http/gateway.ts';
import { type Journal, openJournal } from './journal/open-journal.ts';
import { persistedClock } from './clock/persisted-clock.ts';
import { region } from './template/intrinsics.ts';
import { localApi, type LocalAws } from './http/local-api.ts';
import { tryLock } from './journal/lock.ts';
import { localRoutes } from './http/gateway-routes.ts';
import { localKeys, seed } from './seed.ts';
import { type Services, startServices } from './services.ts';
import { summary } from './summary.ts';
import { createTables } from './engines/create-tables.ts';
import { readAssembly, type StackTemplate } from './template/template.ts';

export interface LocalOptions {
  /** Folder of the cloud assembly: what `assemble()` answers. */
  assembly: string;
  /** A free one unless told. */
  port?: number | undefined;
  /** Folder the data is kept in; without it all is in memory and gone after `stop`. */
  data?: string | undefined;
  /** How much faster than ours the time passes, 1 unless told; at 0 only `advance` moves it. */
  speed?: number | undefined;
  /** What the clock shows at first, milliseconds since 1970. Data that is there already goes on from its own time. */
  start?: number | undefined;
  engine?: EngineKind | undefined;
  /** Most environments of one function, 4 unless told. With 1 its invocations come one after the other. */
  environments?: number | undefined;
  /** Whether requests pass the edge function, as they do unless told. */
  edge?: boolean;
  /** Settings of the workspace `local`, where there is none yet. */
  workspace?: Partial<Workspace>;
  /** Puts something between functions and table, a meter for one: gets the engine's endpoint, answers its own. */
  dynamodb?: (endpoint: string) => Promise<string>;
  /** Puts something between triggers and functions: a test of redelivery, or of crashes. */
  between?: FunctionsOptions['between'];
  /** Puts something between functions and bus, as `dynamodb` does for the table. */
  eventbridge?: (endpoint: string) => Promise<string>;
  /** Gets what functions print and what the runner has to say. */
  log?: (source: string, text: string) => void;
}

/** A running system. */
export interface Local {
  url: string;
  keys: typeof localKeys;
  clock: VirtualClock;
  template: StackTemplate;
  services: Services;
  /** Where the table is, for who must look into it. */
  engine: { endpoint: string; tableName: string };
  /** Resolves when nothing runs and nothing is due: streams are read, events delivered, journeys wait for timers or customers. */
  settled(): Promise<void>;
  /** Moves the clock, stopping wherever something falls due, and settles. One at a time. */
  advance(ms: number): Promise<void>;
  /** Resolves never; rejects when the engine dies under us. */
  failed: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Runs the template on this machine. With `data` everything acknowledged survives `kill -9`. Throws
 * if the port is taken, another runner uses the data, or the template has something that cannot run
 * here.
 */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const ends: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await start(options, { ends, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Ending {
  /** What to end, in the order it was begun. */
  ends: (() => unknown)[];
  stop: () => Promise<void>;
}

async function start(options: LocalOptions, { ends, stop }: Ending): Promise<Local> {
  const { data, speed = 1, log = () => {} } = options;
  const template = readAssembly(options.assembly);
  for (const resource of template.unsupported) log('runner', `not run locally: ${resource}\n`);
  const journal = openData(data, ends);
  ends.push(() => journal.close());
  const time = persistedClock(journal, { speed, start: options.start });
  const { clock } = time;
  ends.push(() => time.stop());

  const file = data === undefined ? undefined : join(data, 'table.db');
  const engine = await startEngine({ ...(options.engine && { engine: options.engine }), ...(file && { file }) });
  ends.push(() => engine.stop());
  await createTables(engine.endpoint, template.tables);
  const tableName = template.tables[0]?.ref ?? '';
  await seed(engine.endpoint, tableName, options.workspace);

  const dynamodb = (await options.dynamodb?.(engine.endpoint)) ?? engine.endpoint;
  const activity = new QuiescenceTracker();
  const { between, environments, eventbridge } = options;
  /** Opened last: whoever is asked for has to be there. */
  const front: { gateway?: LocalGateway } = {};
  const callers = (): number => front.gateway?.open() ?? 0;
  const seams = { dynamodb, between, environments, eventbridge, callers };
  const services = await startServices({ template, engine, journal, clock, activity, log, ...seams });
  ends.push(() => services.stop());

  const settled = (): Promise<void> => settle(activity, services);
  const advance = oneAtATime(async (ms: number) => {
    await clock.advance(ms, settled);
    await services.streams.sweep();
    await settled();
  });
  const gateway = (front.gateway = await startGateway({
    port: options.port ?? 0,
    routes: localRoutes(template),
    edge: options.edge === false ? withoutEdge : createEdge(template),
    functions: services.functions,
    now: clock.now,
    local: localApi({
      ...{ ...services, clock, advance, page: () => summary(template, services) },
      aws: () => localAws({ table: tableName, endpoint: services.endpoint.url, engine: engine.endpoint }),
    }),
    log: (line) => log('gateway', `${line}\n`),
  }));
  ends.push(() => gateway.stop());
  return {
    ...{ url: `http://127.0.0.1:${gateway.port}`, keys: localKeys, clock, template, services },
    ...{ settled, advance, failed: engine.ended, stop },
    engine: { endpoint: engine.endpoint, tableName },
  };
}

/** The stack is named as its table. Local engines require credentials and ignore their values. */
function localAws({ table, endpoint, engine }: { table: string; endpoint: string; engine: string }): LocalAws {
  return {
    ...{ stack: table, table },
    variables: {
      ...{ AWS_REGION: region, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
      ...{ AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_DYNAMODB: engine, AWS_ENDPOINT_URL_DYNAMODB_STREAMS: engine },
    },
  };
}

/** Opens the journal in a folder locked for this process. */
function openData(data: string | undefined, ends: (() => unknown)[]): Journal {
  if (data === undefined) return openJournal(':memory:');
  mkdirSync(data, { recursive: true });
  const held = tryLock(join(data, 'lock'));
  if (!held) throw new Error(`another runner uses ${data}: stop it, or choose another folder with --data`);
  ends.push(() => held.release());
  return openJournal(join(data, 'journal.db'));
}

const nextTurn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/** Waits until a whole round starts no more work, because work that ends may start other work. */
async function settle(activity: QuiescenceTracker, { streams }: Services): Promise<void> {
  for (;;) {
    await activity.quiet();
    const before = activity.begun;
    await streams.drained();
    // The interpreter writes its journal, and publishes it, at the end of a turn.
    await nextTurn();
    await nextTurn();
    if (!activity.busy && activity.begun === before) return;
  }
}

function oneAtATime<Argument>(work: (argument: Argument) => Promise<void>): (argument: Argument) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (argument) => {
    last = last.catch(() => undefined).then(() => work(argument));
    return last;
  };
}
