import * as z from 'zod';
import { Customer } from '../../model/customer.ts';
import { type Clock, instantAt } from '../../shared/time.ts';
import { readExecutionName } from '../enrolment/enrolment-record.ts';
import { endEnrolment, type EndEnrolmentDependencies, type EnrolmentEnd } from './end-enrolment.ts';

const parsed = z.string().transform((text): unknown => JSON.parse(text));

/** `handedOver`: another execution continues the enrolment, or a timer will start one. */
const Output = z.looseObject({ outcome: z.string().optional(), handedOver: z.boolean().optional() });

/** The end of an execution, as Step Functions publishes it. */
export const ExecutionEndDetail = z.object({
  name: z.string(),
  status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
  /** Milliseconds since 1970. */
  stopDate: z.number().nullish(),
  input: parsed.pipe(Customer),
  output: parsed.pipe(Output).nullish(),
});
export type ExecutionEndDetail = z.infer<typeof ExecutionEndDetail>;

type ExecutionNumber = NonNullable<ReturnType<typeof readExecutionName>>;

/**
 * `handed-over`: another execution continues the enrolment. `unknown` also covers an execution that
 * is not of a journey.
 */
export type EnrolmentConclusion = EnrolmentEnd | 'handed-over';

/** Outcome of the enrolment for each status of its execution. */
const outcomes = {
  SUCCEEDED: ({ output }) => output?.outcome ?? 'completed',
  FAILED: () => 'failed',
  TIMED_OUT: () => 'timed-out',
  ABORTED: () => 'stopped',
} as const satisfies Record<ExecutionEndDetail['status'], (end: ExecutionEndDetail) => string>;

/** Returns whether the end of an execution ends its enrolment, or completes an end before. */
async function endsEnrolment(
  { enrolments }: Pick<EndEnrolmentDependencies, 'enrolments'>,
  { input, output }: ExecutionEndDetail,
  { enrolmentId, version, leg }: ExecutionNumber,
): Promise<boolean> {
  const enrolment = await enrolments.get(input, enrolmentId);
  if (!enrolment || enrolment.status === 'ended') return true;
  const isCurrent = enrolment.version === version && (enrolment.leg ?? 0) <= leg;
  return isCurrent && output?.handedOver !== true;
}

/**
 * Ends the enrolment of an execution that ended, if that one runs it (`endEnrolment`). Safe to
 * retry: a second delivery completes what is missing. A handed-over or superseded execution ends no
 * enrolment; it only completes one that has ended. Ended by exit criteria, it keeps that outcome.
 */
export async function concludeEnrolment(
  { clock, ...stores }: EndEnrolmentDependencies & { clock: Clock },
  end: ExecutionEndDetail,
): Promise<EnrolmentConclusion> {
  const named = readExecutionName(end.name);
  if (!named) return 'unknown';
  if (!(await endsEnrolment(stores, end, named))) return 'handed-over';
  const at = end.stopDate == null ? clock.now() : instantAt(end.stopDate);
  const outcome = outcomes[end.status](end);
  const { enrolmentId, leg } = named;
  return endEnrolment(stores, { owner: end.input, enrolmentId }, { outcome, at, leg });
}
