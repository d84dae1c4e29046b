import { type Bus } from '#lib/aws/bus.ts';
import { ThroughlineError } from '#lib/shared/errors.ts';
import { type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { type EventName, type EventOf } from '#lib/model/bus-events.ts';
import { touchpointItem } from '#lib/ingestion/message/touchpoint-store.ts';
import { type Workspace } from '#lib/model/workspace.ts';
import { compileJourney } from '#lib/journey/compilation/compile-journey.ts';
import { type CallUrl } from '#lib/journey/messaging/guarded-http-call.ts';
import { simulatedFunctions } from '#lib/journey/compilation/simulated-functions.ts';
import { SimulatedTime } from '#lib/journey/simulation/engine/simulated-time.ts';
import { taskId } from '#lib/journey/execution/human-task.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { partition } from '#lib/model/keys/table-keys.ts';
import { addMs } from '#lib/shared/time.ts';
import { type Change, memoryTable } from '../../support/memory-table.ts';
import { Deaths, type DeathOptions } from './crashes.ts';
import { Placement } from '#lib/decision/placements/placement.ts';
import { other } from './journeys.ts';
import { Receiver } from './message-receiver.ts';
import { placement } from './expected-steps.ts';
import { recordOf } from './stream.ts';
import { stepFunctions } from './fake-step-functions.ts';
import { type Handle, wiring } from './wiring.ts';

export const workspace = 'acme';

export interface SystemOptions {
  settings: Workspace;
  /** Milliseconds since 1970. */
  start: number;
  /** Everything is delivered and called twice: stream records, events, step functions. */
  twice?: boolean;
  /** Functions that die on their way. */
  deaths?: DeathOptions;
}

/** What the API answered: the status and the body, or the code it was refused with. */
export type Reply = { body: unknown } | { refused: string };

interface Act {
  name: string;
  properties: JsonObject;
  type?: 'track' | 'identify';
}

type Told = { name: EventName | 'ExecutionEnded' | 'TimerFired'; detail: unknown };

const compiledOther = compileJourney(other, simulatedFunctions);

const noDeaths: DeathOptions = { seed: 0, share: 0 };

/** How long before we know of it a touchpoint happens. Milliseconds. */
const underWay = 1_000;

/**
 * The journeys of one workspace as they are deployed, in memory and in simulated time: every handler and store is the product's own, and so
 * is the engine. Stand-ins are the table (which passes the engines' contract), and the wires between the functions.
 */
export class System {
  readonly time: SimulatedTime;
  readonly table: ReturnType<typeof memoryTable>;
  readonly engine: ReturnType<typeof stepFunctions>;
  readonly wires: ReturnType<typeof wiring>;
  /** Events that steps told, by their ids. */
  readonly emitted = new Map<string, EventOf<'JourneyEventEmitted'>>();
  /** What should never be: executions that failed. */
  readonly failures: unknown[] = [];
  /** Whom webhooks call. */
  readonly receiver = new Receiver(() => this.now());
  /** Messages in the middle of which a function died. */
  readonly interrupted = new Set<string>();
  readonly #deaths: Deaths;
  readonly #times: number;
  readonly #streamed: Change[] = [];
  readonly #told: Told[] = [];
  #messages = 0;

  constructor({ start, twice, deaths = noDeaths }: Omit<SystemOptions, 'settings'>) {
    this.#deaths = new Deaths(deaths);
    this.#times = twice ? 2 : 1;
    this.time = new SimulatedTime(start);
    this.table = memoryTable((change) => this.#streamed.push(change));
    this.engine = stepFunctions({
      deployed: { other: compiledOther },
      time: this.time,
      invoke: (name, payload) => this.#again(this.wires.steps[name], payload),
      ended: (detail) => {
        if (detail.status === 'FAILED' || detail.status === 'TIMED_OUT') this.failures.push(detail);
        this.#told.push({ name: 'ExecutionEnded', detail });
      },
      fired: (detail) => void this.#told.push({ name: 'TimerFired', detail }),
    });
    const bus: Bus = { put: async (events) => (this.#told.push(...events), []) };
    const services = { table: this.table, clock: { now: () => this.now() }, bus, ...this.engine };
    const call: CallUrl = async (one) => this.receiver.answer(one);
    this.wires = wiring({ ...services, call }, this.#deaths);
  }

  static async made({ settings, ...options }: SystemOptions): Promise<System> {
    const system = new System(options);
    await system.wires.workspaces.save(settings);
    await system.wires.placements.save(workspace, Placement.parse(placement));
    await system.settled();
    return system;
  }

  now(): string {
    return new Date(this.time.now()).toISOString();
  }

  /** Lets time pass; whatever falls due happens at its own time. */
  async advance(ms: number): Promise<void> {
    await this.time.run(this.time.now() + ms, () => this.settled());
  }

  /** A customer does something, a second ago. */
  async touch(userId: string, { type = 'track', ...done }: Act): Promise<void> {
    const happened = { messageId: `m${++this.#messages}`, at: addMs(this.now(), -underWay), type, userId };
    await this.table.put(touchpointItem(workspace, { ...happened, ...done, channel: 'web', context: {} }));
    await this.settled();
  }

  /** Somebody calls the API. */
  async api(route: string, params: Record<string, string>, body: unknown = {}): Promise<Reply> {
    const request = { workspace, params, query: {}, headers: {}, body: () => body };
    const routes: ApiRoutes = this.wires.routes;
    try {
      const { body: answer } = await routes[route]!(request);
      await this.settled();
      return { body: answer };
    } catch (error) {
      if (error instanceof ThroughlineError) return { refused: error.code };
      throw error;
    }
  }

  /** The id of a task, as whoever is to answer it finds it in the list. */
  async taskId(of: { customer: string; key: string; since: string; step: string; openedAt: string }): Promise<string> {
    const customer = `u:${of.customer}`;
    const rows = await this.table.query(partition({ workspace, customer }));
    const enrolment = rows.find(({ entryKey, startedAt }) => entryKey === of.key && startedAt === of.since);
    const id = enrolment?.sk.slice('enrolment#'.length);
    const row = rows.find((one) => one.enrolmentId === id && one.stepId === of.step && one.openedAt === of.openedAt);
    return taskId({ customer, id: row?.sk.slice('task#'.length) ?? '' });
  }

  /** Resolves when nothing moves any more at this moment. */
  async settled(): Promise<void> {
    do await this.engine.room.settled();
    while (await this.#carried());
  }

  async #again(handle: Handle | undefined, event: unknown): Promise<unknown> {
    if (!handle) throw new Error('nobody is there for that');
    for (let times = 1; times < this.#times; times++) await this.#call(handle, event);
    return this.#call(handle, event);
  }

  #call(handle: Handle, event: unknown): Promise<unknown> {
    return this.#deaths.call(
      () => handle(structuredClone(event)),
      () => this.#interrupts(),
    );
  }

  /** A function has died: of messages that are claimed nobody knows. */
  #interrupts(): void {
    for (const { sk, status } of this.table.all())
      if (sk.startsWith('send#') && status === 'claimed') this.interrupted.add(sk.slice('send#'.length));
  }

  /** Carries what the table's stream and the bus hold to those who listen. False when there is nothing. */
  async #carried(): Promise<boolean> {
    const changes = this.#streamed.splice(0);
    const told = this.#told.splice(0);
    if (changes.length > 0) await this.#streams(changes);
    for (const { name, detail } of told) {
      if (name === 'JourneyEventEmitted') this.#emits(detail as EventOf<'JourneyEventEmitted'>); // by its name
      for (const listens of this.wires.listeners[name] ?? [])
        await this.#again(listens, name === 'TimerFired' ? detail : { 'detail-type': name, detail });
    }
    return changes.length + told.length > 0;
  }

  #emits(event: EventOf<'JourneyEventEmitted'>): void {
    this.emitted.set(event.id, event);
  }

  async #streams(changes: Change[]): Promise<void> {
    const Records = changes.map((change) => recordOf(change, this.time.now()));
    const isTouchpoint = (record: (typeof Records)[number]): boolean =>
      record.eventName === 'INSERT' && record.dynamodb?.Keys?.sk?.S?.startsWith('t#') === true;
    const { projects, relays } = this.wires;
    const touchpoints = Records.filter(isTouchpoint);
    const failed: unknown[] = [];
    const deliver = async (handle: typeof projects, records: typeof Records): Promise<void> => {
      if (records.length === 0) return;
      for (let times = 0; times < this.#times; times++)
        failed.push(...(await this.#deaths.call(() => handle({ Records: records }))).batchItemFailures);
    };
    await deliver(projects, touchpoints);
    await deliver(
      relays,
      Records.filter((record) => !isTouchpoint(record)),
    );
    if (failed.length > 0) throw new Error(`records that failed: ${JSON.stringify(failed)}`);
  }
}
