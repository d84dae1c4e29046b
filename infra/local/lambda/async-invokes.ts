import { randomUUID } from 'node:crypto';
import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { FunctionError } from './environment.ts';
import { minuteMs } from '#lib/shared/time.ts';

/** Retry policy of an asynchronous invoke. */
export interface AsyncPolicy {
  maxRetries: number;
  maxAgeMs: number;
  /**
   * On-failure destination, which gets the error, and the older dead-letter queue, which gets the
   * event.
   */
  onFailureArn?: string | undefined;
  deadLetterArn?: string | undefined;
}

export interface AsyncDependencies {
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
  /** Throws a `FunctionError`. */
  invoke: (functionArn: string, payload: string) => Promise<unknown>;
  policyOf: (functionArn: string) => AsyncPolicy;
  /** Writes to the journal before it returns. */
  sendToQueue: (queueArn: string, body: string, attributes: Record<string, string>) => void;
}

interface Row {
  id: number;
  requestId: string;
  functionArn: string;
  payload: string;
  attempts: number;
  firstAt: number;
}

/** Lambda waits one minute before its second attempt and two before the third. */
const retryDelayMs = (attempts: number): number => Math.min(attempts, 2) * minuteMs;

/**
 * Lambda's queue of asynchronous invokes. An event is in the journal until its function succeeded
 * or it became a dead letter, so it runs again after a kill. At least once: a kill after the
 * function's end and before the delete repeats it.
 */
export class AsyncInvokes {
  readonly #given: AsyncDependencies;

  constructor(given: AsyncDependencies) {
    this.#given = given;
    given.journal.exec(`CREATE TABLE IF NOT EXISTS async_invokes (
      id INTEGER PRIMARY KEY AUTOINCREMENT, requestId TEXT, functionArn TEXT, payload TEXT, attempts INTEGER, firstAt REAL, dueAt REAL)`);
  }

  add(functionArn: string, payload: unknown): void {
    const { journal, clock } = this.#given;
    const [requestId, text, now] = [randomUUID(), JSON.stringify(payload ?? null), clock.now()];
    const { lastInsertRowid } = journal
      .prepare(
        'INSERT INTO async_invokes (requestId, functionArn, payload, attempts, firstAt, dueAt) VALUES (?, ?, ?, 0, ?, ?)',
      )
      .run(requestId, functionArn, text, now, now);
    this.#run({ id: Number(lastInsertRowid), requestId, functionArn, payload: text, attempts: 0, firstAt: now });
  }

  /** Takes up what the last run of the runner left. */
  restore(): void {
    const { journal, clock } = this.#given;
    for (const row of journal.prepare('SELECT * FROM async_invokes ORDER BY id').all()) {
      const event = row as unknown as Row & { dueAt: number }; // the columns of the table above
      clock.at(event.dueAt, () => this.#run(event));
    }
  }

  #run(event: Row): void {
    void this.#given.activity.run(async () => {
      try {
        await this.#given.invoke(event.functionArn, event.payload);
        this.#forget(event);
      } catch (error) {
        if (error instanceof FunctionError && error.errorType !== 'Runner.Stopped') this.#failed(event, error);
      }
    });
  }

  #failed(event: Row, error: FunctionError): void {
    const { journal, clock, policyOf } = this.#given;
    const { maxRetries, maxAgeMs } = policyOf(event.functionArn);
    const attempts = event.attempts + 1;
    const dueAt = clock.now() + retryDelayMs(attempts);
    const tooOld = dueAt - event.firstAt > maxAgeMs;
    if (attempts > maxRetries || tooOld) return this.#giveUp({ ...event, attempts }, error, tooOld);
    journal.prepare('UPDATE async_invokes SET attempts = ?, dueAt = ? WHERE id = ?').run(attempts, dueAt, event.id);
    clock.at(dueAt, () => this.#run({ ...event, attempts }));
  }

  /** A kill between the two writes repeats the event once more, and then tells of it again. */
  #giveUp(event: Row, error: FunctionError, tooOld: boolean): void {
    const { policyOf, sendToQueue, clock } = this.#given;
    const { onFailureArn, deadLetterArn } = policyOf(event.functionArn);
    const { errorType, errorMessage, trace } = error;
    const record = {
      version: '1.0',
      timestamp: new Date(clock.now()).toISOString(),
      requestContext: {
        requestId: event.requestId,
        functionArn: `${event.functionArn}:$LATEST`,
        condition: tooOld ? 'EventAgeExceeded' : 'RetriesExhausted',
        approximateInvokeCount: event.attempts,
      },
      requestPayload: JSON.parse(event.payload) as unknown,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType, errorMessage, trace },
    };
    if (onFailureArn !== undefined) sendToQueue(onFailureArn, JSON.stringify(record), {});
    if (deadLetterArn !== undefined)
      sendToQueue(deadLetterArn, event.payload, {
        RequestID: event.requestId,
        ErrorCode: '200',
        ErrorMessage: errorMessage.slice(0, 1024),
      });
    this.#forget(event);
  }

  #forget({ id }: Row): void {
    this.#given.journal.prepare('DELETE FROM async_invokes WHERE id = ?').run(id);
  }
}
