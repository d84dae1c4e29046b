import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Workspace } from '../../lib/model/workspace.ts';
import { QuiescenceTracker } from '../../lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from './clock/virtual-clock.ts';
import { createEdge, withoutEdge } from './http/edge.ts';
import { type Engine, type EngineKind, startEngine } from './engines/start-engine.ts';
import { type FunctionsOptions } from './lambda/local-functions.ts';
import { type LocalGateway, startGateway } from './http/gateway.ts';
import { type Journal, openJournal } from './journal/open-journal.ts';
import { createPace, type Pace } from './clock/settle.ts';
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

/** Options of a local system. */
export interface LocalOptions {
  /** Folder of the cloud assembly, as `assemble()` returns it. */
  assembly: string;
  /** Default: a free port. */
  port?: number | undefined;
  /** Folder of the data. Without it, data is in memory and lost after `stop`. */
  data?: string | undefined;
  /** Speed of the clock. Default: 1, which is real time. At 0 only `advance` moves it. */
  speed?: number | undefined;
  /** First time of the clock, ms since 1970. Existing data continues from its own time. */
  start?: number | undefined;
  engine?: EngineKind | undefined;
  /** Maximum of environments of one function. Default: 4. With 1, invocations are sequential. */
  environments?: number | undefined;
  /** Whether requests pass the edge function. Default: true. */
  edge?: boolean;
  /** Settings of the workspace `local`, if it does not exist yet. */
  workspace?: Partial<Workspace>;
  /** Returns the endpoint of something between functions and table, given the engine's endpoint. */
  dynamodb?: (endpoint: string) => Promise<string>;
  /** Wraps invocations of functions, for tests of redelivery and of crashes. */
  between?: FunctionsOptions['between'];
  /**
   * Returns the endpoint of something between functions and bus, as `dynamodb` does for the table.
   */
  eventbridge?: (endpoint: string) => Promise<string>;
  /** Gets the output of functions and the messages of the runner. */
  log?: (source: string, text: string) => void;
}

/** A running system. */
export interface Local extends Pace {
  url: string;
  keys: typeof localKeys;
  clock: VirtualClock;
  template: StackTemplate;
  services: Services;
  /** Endpoint and name of the table, for tests. */
  engine: { endpoint: string; tableName: string };
  /** Never resolves. Rejects if the engine crashes. */
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
  /** Functions that end what was started, in the order of the starts. */
  ends: (() => unknown)[];
  stop: () => Promise<void>;
}

async function start(options: LocalOptions, { ends, stop }: Ending): Promise<Local> {
  const { speed = 1, log = () => {} } = options;
  const template = readAssembly(options.assembly);
  for (const resource of template.unsupported) log('runner', `not run locally: ${resource}\n`);
  const journal = openData(options.data, ends);
  ends.push(() => journal.close());
  const time = persistedClock(journal, { speed, start: options.start });
  const { clock } = time;
  ends.push(() => time.stop());
  const engine = await startTable(options, template, ends);
  const activity = new QuiescenceTracker();
  const front: Front = {};
  const world = { template, journal, clock, activity, engine, front };
  const services = await startBackend(options, world);
  ends.push(() => services.stop());
  const { settled, advance } = createPace(world, services.streams);
  const gateway = (front.gateway = await startFront(options, { ...world, services, advance }));
  ends.push(() => gateway.stop());
  return {
    url: `http://127.0.0.1:${gateway.port}`,
    keys: localKeys,
    clock,
    template,
    services,
    settled,
    advance,
    failed: engine.ended,
    stop,
    engine: { endpoint: engine.endpoint, tableName: tableNameOf(template) },
  };
}

/** The gateway, which starts last: all that requests call must have started. */
interface Front {
  gateway?: LocalGateway;
}

/** The parts that services and gateway share. */
interface World {
  template: StackTemplate;
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
  engine: Engine;
  front: Front;
}

const tableNameOf = ({ tables }: StackTemplate): string => tables[0]?.ref ?? '';

/** Starts the engine, with the tables and the workspace `local`. */
async function startTable(options: LocalOptions, template: StackTemplate, ends: Ending['ends']): Promise<Engine> {
  const file = options.data === undefined ? undefined : join(options.data, 'table.db');
  const engine = await startEngine({ ...(options.engine && { engine: options.engine }), ...(file && { file }) });
  ends.push(() => engine.stop());
  await createTables(engine.endpoint, template.tables);
  await seed(engine.endpoint, tableNameOf(template), options.workspace);
  return engine;
}

async function startBackend(options: LocalOptions, { front, ...world }: World): Promise<Services> {
  const { between, environments, eventbridge, log = () => {} } = options;
  const { endpoint } = world.engine;
  const dynamodb = (await options.dynamodb?.(endpoint)) ?? endpoint;
  const callers = (): number => front.gateway?.open() ?? 0;
  return startServices({ ...world, dynamodb, between, environments, eventbridge, callers, log });
}

function startFront(
  options: LocalOptions,
  { template, clock, engine, services, advance }: World & { services: Services; advance: Local['advance'] },
): Promise<LocalGateway> {
  const { log = () => {} } = options;
  const page = (): string => summary(template, services);
  const aws = (): LocalAws =>
    localAws({ table: tableNameOf(template), endpoint: services.endpoint.url, engine: engine.endpoint });
  return startGateway({
    port: options.port ?? 0,
    routes: localRoutes(template),
    edge: options.edge === false ? withoutEdge : createEdge(template),
    functions: services.functions,
    now: clock.now,
    local: localApi({ ...services, clock, advance, page, aws }),
    log: (line) => log('gateway', `${line}\n`),
  });
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
