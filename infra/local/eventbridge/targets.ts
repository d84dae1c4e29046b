import { type QuiescenceTracker } from '../../../lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type LocalInvoker } from '../lambda/local-functions.ts';
import { type Journal } from '../journal/open-journal.ts';
import { daySeconds } from '../../../lib/shared/time.ts';

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
  /** Takes up what the last run could not hand over. */
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
type Kind = (target: Target, payload: string) => unknown;

/**
 * A target accepts an event by writing it to the journal: an asynchronous invoke, a message, an
 * execution. One that throws is retried by its policy; then the event goes to its dead-letter queue
 * with the reason. At least once, also after a kill.
 */
export function createTargets(options: TargetsOptions): Targets {
  const { functions, sendToQueue, startExecution, journal, clock, activity } = options;
  journal.exec(`CREATE TABLE IF NOT EXISTS undelivered (
    id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT, payload TEXT, source TEXT, attempts INTEGER, firstAt REAL, dueAt REAL)`);
  const insert = journal.prepare(
    'INSERT INTO undelivered (target, payload, source, attempts, firstAt, dueAt) VALUES (?, ?, ?, 1, ?, ?)',
  );
  const again = journal.prepare('UPDATE undelivered SET attempts = ?, dueAt = ? WHERE id = ?');
  const forget = journal.prepare('DELETE FROM undelivered WHERE id = ?');

  const kinds: Record<string, Kind | undefined> = {
    lambda: ({ arn }, payload) => functions.invokeAsync(arn, JSON.parse(payload)),
    sqs: ({ arn }, payload) => sendToQueue(arn, payload, {}),
    states: startExecution && (({ arn }, payload) => startExecution(arn, payload)),
  };

  function hand(target: Target, payload: string): void {
    const kind = kinds[target.arn.split(':')[2] ?? ''];
    if (!kind) throw new Error(`${target.arn} is no target that runs locally`);
    kind(target, payload);
  }

  const backoffMs = (attempts: number): number => Math.min(firstBackoffMs * 2 ** (attempts - 1), maxBackoffMs);

  function retryLater(delivery: Delivery, dueAt: number): void {
    clock.at(dueAt, () => void activity.run(() => Promise.resolve(retry(delivery))));
  }

  function retry(delivery: Delivery): void {
    try {
      hand(delivery.target, delivery.payload);
      forget.run(delivery.id);
    } catch (error) {
      failed({ ...delivery, attempts: delivery.attempts + 1 }, error);
    }
  }

  function failed(delivery: Delivery, error: unknown): void {
    const { target, attempts, firstAt } = delivery;
    const dueAt = clock.now() + backoffMs(attempts);
    const tooOld = dueAt - firstAt > (target.maxAgeSeconds ?? defaultAgeSeconds) * 1000;
    if (tooOld || attempts > (target.maxRetries ?? defaultRetries)) return giveUp(delivery, error);
    again.run(attempts, dueAt, delivery.id);
    retryLater(delivery, dueAt);
  }

  /** A kill between the two writes tells the dead-letter queue twice. */
  function giveUp({ id, target, payload, source }: Delivery, error: unknown): void {
    if (target.deadLetterArn !== undefined)
      sendToQueue(target.deadLetterArn, payload, {
        RULE_ARN: source,
        TARGET_ARN: target.arn,
        ERROR_CODE: error instanceof Error ? error.name : 'Error',
        ERROR_MESSAGE: error instanceof Error ? error.message : String(error),
      });
    forget.run(id);
  }

  return {
    deliver(target, payload, from) {
      const text = JSON.stringify(payload);
      try {
        hand(target, text);
      } catch (error) {
        const firstAt = clock.now();
        const { lastInsertRowid } = insert.run(JSON.stringify(target), text, from, firstAt, firstAt);
        failed({ id: Number(lastInsertRowid), target, payload: text, source: from, attempts: 1, firstAt }, error);
      }
    },

    restore() {
      for (const row of journal.prepare('SELECT * FROM undelivered ORDER BY id').all()) {
        const kept = row as unknown as Omit<Delivery, 'target'> & { target: string; dueAt: number }; // the columns above
        retryLater({ ...kept, target: JSON.parse(kept.target) as Target }, kept.dueAt);
      }
    },
  };
}
