import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { AwsError } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { callApi } from './api/call-api.ts';
import { createStatusPublisher, type Emit } from './status-publisher.ts';
import { type FunctionCaller } from '#lib/states-language/execution/host.ts';
import { Catalog, type CatalogOptions } from './machine-catalog.ts';
import { ExecutionLists } from './execution-lists.ts';
import { Interpreter } from '#lib/states-language/execution/interpreter.ts';
import { ExecutionStore } from './execution-store.ts';
import { Tokens } from './task-tokens.ts';
import { dayMs } from '#lib/shared/time.ts';

/** What the state machines of a template need. */
export interface StatesOptions extends Pick<CatalogOptions, 'machines' | 'versions' | 'aliases'> {
  functions: FunctionCaller;
  clock: VirtualClock;
  journal: Journal;
  activity: QuiescenceTracker;
  /** Puts an event on the default bus. Retried if it throws. */
  emit: Emit;
}

/** Step Functions on this machine. */
export interface LocalStepFunctions {
  /**
   * The AWS JSON API: `StartExecution`, also as `AWSStepFunctions.StartExecution`. Its result is in
   * the journal. Throws an error with name and message, and always after `stop`.
   */
  call(action: string, body: unknown): unknown;
  /** Continues the executions of the last run. Call it once, when functions can be invoked. */
  restore(): void;
  stop(): void;
}

/** How long AWS keeps an ended execution and its name, ms. */
const retentionMs = 90 * dayMs;

/**
 * Step Functions for Standard workflows in JSONata mode. At least once: invoking a task, publishing
 * a status change. All other steps happen once, also after `kill -9`. Throws for a machine that it
 * cannot run.
 */
export function createLocalStepFunctions({
  functions,
  clock,
  journal,
  activity,
  emit,
  ...declared
}: StatesOptions): LocalStepFunctions {
  const now = () => clock.now();
  const announce = createStatusPublisher({ emit, clock, forget: (announcement) => store.forget(announcement) });
  const store = new ExecutionStore(journal, announce.tell);
  const catalog = new Catalog({ ...declared, journal, now });
  const machineOf = (hash: string) => catalog.machineOf(hash);
  const interpreter = new Interpreter({ store, tokens: new Tokens(journal), clock, activity, functions, machineOf });
  const lists = new ExecutionLists(journal, () => store.flush());
  const purging = new PurgeTimer(store, clock);
  let isOver = false;
  return {
    call(action, body) {
      if (isOver) throw new AwsError('ServiceUnavailable', 'the runner stops', { status: 503 });
      return callApi({ catalog, interpreter, store, lists, now }, action, body);
    },
    restore() {
      for (const announcement of store.untold()) announce.tell(announcement);
      interpreter.restore();
      purging.start();
    },
    stop() {
      isOver = true;
      purging.stop();
      announce.stop();
      interpreter.stop();
    },
  };
}

/** Deletes ended executions after their retention, once a day. */
class PurgeTimer {
  readonly #store: ExecutionStore;
  readonly #clock: VirtualClock;
  #cancel = (): void => {};

  constructor(store: ExecutionStore, clock: VirtualClock) {
    this.#store = store;
    this.#clock = clock;
  }

  start(): void {
    const now = this.#clock.now();
    this.#store.purge(now - retentionMs);
    this.#cancel = this.#clock.at(now + dayMs, () => this.start());
  }

  stop(): void {
    this.#cancel();
  }
}
