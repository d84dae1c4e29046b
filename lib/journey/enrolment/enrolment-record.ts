import * as z from 'zod';
import { type Item } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { parsePartition, stripRange } from '../../model/keys/parse-keys.ts';
import { ranges } from '../../model/keys/table-keys.ts';
import { Instant } from '../../shared/time.ts';

/** `starting` until its execution has started, `active` while it runs, `ended` with an outcome. */
export const EnrolmentStatus = z.enum(['starting', 'active', 'ended']);
export type EnrolmentStatus = z.infer<typeof EnrolmentStatus>;

/** One customer's run through one version of a journey. */
export const Enrolment = z.object({
  enrolmentId: z.string(),
  journeyId: z.string(),
  version: z.int(),
  /** The value of the journey's entry key; empty where the journey has none. */
  entryKey: z.string(),
  status: EnrolmentStatus,
  /** The exit step's outcome, `exited` if the exit criteria were met, or the cause of a stop. */
  outcome: z.string().optional(),
  /** Name of the event that triggered the entry. */
  trigger: z.string(),
  startedAt: Instant,
  endedAt: Instant.optional(),
  executionArn: z.string().optional(),
  /** Time before which the execution of a throttled entry does nothing. */
  notBefore: Instant.optional(),
  /**
   * While the enrolment is suspended, no execution runs. A timer starts the next one at this time.
   */
  parkedUntil: Instant.optional(),
  /** The step at which the enrolment is suspended. */
  parkedAt: z.string().optional(),
  /** The customer is a test person. */
  test: z.boolean().optional(),
  /**
   * Number of the current execution, and the step at which it began. Missing for the first
   * execution.
   */
  leg: z.int().optional(),
  at: z.string().optional(),
});
export type Enrolment = z.infer<typeof Enrolment>;

/** An enrolment and the identity that entered. The row lies in the partition of that identity. */
export interface OwnedEnrolment {
  enrolment: Enrolment;
  owner: Customer;
}

/** Parses an enrolment's row. Throws a `ZodError` for a row that is no enrolment. */
export function readEnrolment({ sk, ...row }: Item): Enrolment {
  return Enrolment.parse({ ...row, enrolmentId: stripRange(sk, ranges.enrolment) });
}

/** Parses an enrolment's row, and its partition. */
export function readOwnedEnrolment(item: Item): OwnedEnrolment {
  return { enrolment: readEnrolment(item), owner: parsePartition(item.pk) };
}

/**
 * Returns an execution's name. Step Functions starts a name once, so a repeated start is harmless.
 * `leg` counts the executions that continued an earlier one. 0 is the first execution.
 */
export function executionName({ version, enrolmentId }: Pick<Enrolment, 'version' | 'enrolmentId'>, leg = 0): string {
  return leg === 0 ? `v${version}-${enrolmentId}` : `v${version}-${enrolmentId}-${leg}`;
}

/**
 * The reverse of `executionName`. Returns undefined for a name that `executionName` did not build.
 */
export function readExecutionName(name: string): { version: number; enrolmentId: string; leg: number } | undefined {
  const [, version, enrolmentId, leg = '0'] = /^v(\d+)-([0-9a-f]{32})(?:-(\d+))?$/.exec(name) ?? [];
  return enrolmentId === undefined ? undefined : { version: Number(version), enrolmentId, leg: Number(leg) };
}
