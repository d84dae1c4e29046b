import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type LocalInvoker } from '../lambda/local-functions.ts';
import { type Journal } from '../journal/open-journal.ts';
import { daySeconds } from '#lib/shared/time.ts';

/** A target of a rule or schedule, with its retry policy and dead-letter queue. */
export interface Target {
  arn: string;
  maxRetries?: number | undefined;
  maxAgeSeconds?: number | undefined;
  deadLetterArn?: string | undefined;
}

/** Delivers events to targets of rules and schedules. */
export interface Targets {
  /**
   * Returns when the event is delivered, or in the journal for a retry. `from` is the rule or
   * schedule.
   */
  deliver(target: Target, payload: unknown, from: string): void;
  /** Continues the retries of an earlier run. */
  restore(): void;
}

interface TargetsOptions {
  functions: Pick<LocalInvoker, 'invokeAsync'>;
  sendToQueue: (queueArn: string, body: string, attributes: Record<string, string>) => void;
  /** Starts an execution of a state machine. */
  startExecution?: (stateMachineArn: string, input: string) => unknown;
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
}

interface Delivery {
  id: number;
  target: Target;
  payload: string;
  source: string;
  attempts: number;
  firstAt: number;
}

/** EventBridge's default: retries for a day, 185 times at most, with exponential backoff. */
const defaultRetries = 185;
const defaultAgeSeconds = daySeconds;
const firstBackoffMs = 1_000;
const maxBackoffMs = 600_000;

/** Delivery by the service in the target's ARN. */
type Deliver = (target: Target, payload: string) => unknown;

function createDeliveries({
  functions,
  sendToQueue,
  startExecution,
}: TargetsOptions): Record<string, Deliver | undefined> {
  return {
    lambda: ({ arn }, payload) => functions.invokeAsync(arn, JSON.parse(payload)),
    sqs: ({ arn }, payload) => sendToQueue(arn, payload, {}),
    states: startExecution && (({ arn }, payload) => startExecution(arn, payload)),
  };
}

const backoffMs = (attempts: number): number => Math.min(firstBackoffMs * 2 ** (attempts - 1), maxBackoffMs);

const prepareStatements = (journal: Journal) => ({
  insert: journal.prepare(
    'INSERT INTO undelivered (target, payload, source, attempts, firstAt, dueAt) VALUES (?, ?, ?, 1, ?, ?)',
  ),
  again: journal.prepare('UPDATE undelivered SET attempts = ?, dueAt = ? WHERE id = ?'),
  forget: journal.prepare('DELETE FROM undelivered WHERE id = ?'),
  all: journal.prepare('SELECT * FROM undelivered ORDER BY id'),
});

/**
 * A target accepts an event by writing it to the journal: an asynchronous invoke, a message, an
 * execution. One that throws is retried by its policy; then the event goes to its dead-letter queue
 * with the reason. At least once, also after a kill.
 */
export const createTargets = (options: TargetsOptions): Targets => new JournaledTargets(options);

class JournaledTargets implements Targets {
  readonly #options: TargetsOptions;
  readonly #deliveries: Record<string, Deliver | undefined>;
  readonly #rows: ReturnType<typeof prepareStatements>;

  constructor(options: TargetsOptions) {
    this.#options = options;
    options.journal.exec(`CREATE TABLE IF NOT EXISTS undelivered (
    id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT, payload TEXT, source TEXT, attempts INTEGER, firstAt REAL, dueAt REAL)`);
    this.#rows = prepareStatements(options.journal);
    this.#deliveries = createDeliveries(options);
  }

  deliver(target: Target, payload: unknown, from: string): void {
    const text = JSON.stringify(payload);
    try {
      this.#deliverNow(target, text);
    } catch (error) {
      const firstAt = this.#options.clock.now();
      const { lastInsertRowid } = this.#rows.insert.run(JSON.stringify(target), text, from, firstAt, firstAt);
      const id = Number(lastInsertRowid);
      this.#handleFailure({ id, target, payload: text, source: from, attempts: 1, firstAt }, error);
    }
  }

  restore(): void {
    for (const row of this.#rows.all.all()) {
      const kept = row as unknown as Omit<Delivery, 'target'> & { target: string; dueAt: number }; // the columns above
      this.#retryAt({ ...kept, target: JSON.parse(kept.target) as Target }, kept.dueAt);
    }
  }

  #deliverNow(target: Target, payload: string): void {
    const deliver = this.#deliveries[target.arn.split(':')[2] ?? ''];
    if (!deliver) throw new Error(`${target.arn} is no target that runs locally`);
    deliver(target, payload);
  }

  #retryAt(delivery: Delivery, dueAt: number): void {
    const { clock, activity } = this.#options;
    clock.at(dueAt, () => void activity.run(() => Promise.resolve(this.#retry(delivery))));
  }

  #retry(delivery: Delivery): void {
    try {
      this.#deliverNow(delivery.target, delivery.payload);
      this.#rows.forget.run(delivery.id);
    } catch (error) {
      this.#handleFailure({ ...delivery, attempts: delivery.attempts + 1 }, error);
    }
  }

  #handleFailure(delivery: Delivery, error: unknown): void {
    const { target, attempts, firstAt } = delivery;
    const dueAt = this.#options.clock.now() + backoffMs(attempts);
    const tooOld = dueAt - firstAt > (target.maxAgeSeconds ?? defaultAgeSeconds) * 1000;
    if (tooOld || attempts > (target.maxRetries ?? defaultRetries)) return this.#giveUp(delivery, error);
    this.#rows.again.run(attempts, dueAt, delivery.id);
    this.#retryAt(delivery, dueAt);
  }

  /** A kill between the two writes sends the dead letter twice. */
  #giveUp({ id, target, payload, source }: Delivery, error: unknown): void {
    if (target.deadLetterArn !== undefined)
      this.#options.sendToQueue(target.deadLetterArn, payload, {
        RULE_ARN: source,
        TARGET_ARN: target.arn,
        ERROR_CODE: error instanceof Error ? error.name : 'Error',
        ERROR_MESSAGE: error instanceof Error ? error.message : String(error),
      });
    this.#rows.forget.run(id);
  }
}
