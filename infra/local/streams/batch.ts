import { type WindowEntry } from './shard-window.ts';

/** Records of one invocation, and how often it was tried again. */
export interface Batch {
  entries: WindowEntry[];
  retries: number;
}

/** How an event source mapping treats a batch that fails. Limits of −1 are none. */
export interface FailurePolicy {
  bisect: boolean;
  reportsItemFailures: boolean;
  maxRetries: number;
  maxRecordAgeSeconds: number;
}

/** What to do after an invocation: batches to go on with, in order, and what is given up. */
export interface BatchVerdict {
  todo: Batch[];
  givenUp?: { batch: Batch; condition: GiveUpCondition };
  /** Whether to wait before going on: the batch is as it was and failed. */
  again: boolean;
}

export type GiveUpCondition = 'RetryAttemptsExhausted' | 'RecordAgeExpired';

const done: BatchVerdict = { todo: [], again: false };

/**
 * Index of the first record that failed, as the function reports it: undefined when none did, 0
 * when the report is not usable, which Lambda takes for a failure of the whole batch.
 */
export function firstFailure(batch: Batch, result: unknown): number | undefined {
  const report = (result as { batchItemFailures?: unknown } | null | undefined)?.batchItemFailures;
  if (report === undefined || report === null) return undefined;
  if (!Array.isArray(report)) return 0;
  const places = report.map((item: unknown) => {
    const failed = (item as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    return Math.max(
      0,
      batch.entries.findIndex(({ sequence }) => sequence === failed),
    );
  });
  return places.length === 0 ? undefined : Math.min(...places);
}

function retry(batch: Batch, policy: FailurePolicy): BatchVerdict {
  if (policy.maxRetries >= 0 && batch.retries >= policy.maxRetries)
    return { todo: [], givenUp: { batch, condition: 'RetryAttemptsExhausted' }, again: false };
  return { todo: [{ ...batch, retries: batch.retries + 1 }], again: true };
}

/**
 * After the function threw: in halves when the mapping says so, which costs no retry; else once
 * more as it was.
 */
export function afterError(batch: Batch, policy: FailurePolicy): BatchVerdict {
  const half = Math.ceil(batch.entries.length / 2);
  if (!policy.bisect || half === batch.entries.length) return retry(batch, policy);
  const parts = [batch.entries.slice(0, half), batch.entries.slice(half)];
  return { todo: parts.map((entries) => ({ ...batch, entries })), again: false };
}

/**
 * After the function answered. With `ReportBatchItemFailures` everything before the first failure
 * is done, and the rest is tried again from there; when that was the first record, nothing got on,
 * and a retry is spent.
 */
export function afterResult(batch: Batch, result: unknown, policy: FailurePolicy): BatchVerdict {
  const failed = policy.reportsItemFailures ? firstFailure(batch, result) : undefined;
  if (failed === undefined) return done;
  if (failed === 0) return retry(batch, policy);
  return { todo: [{ entries: batch.entries.slice(failed), retries: 0 }], again: true };
}

/** Before an invocation: records that are too old by now are given up. */
export function dropAged(batch: Batch, policy: FailurePolicy, nowMs: number): BatchVerdict {
  const aged = (entry: WindowEntry): boolean => nowMs - entry.createdAtMs > policy.maxRecordAgeSeconds * 1000;
  if (policy.maxRecordAgeSeconds < 0 || !batch.entries.some(aged)) return { todo: [batch], again: false };
  const old = { ...batch, entries: batch.entries.filter(aged) };
  const young = batch.entries.filter((entry) => !aged(entry));
  return {
    todo: young.length > 0 ? [{ ...batch, entries: young }] : [],
    givenUp: { batch: old, condition: 'RecordAgeExpired' },
    again: false,
  };
}
