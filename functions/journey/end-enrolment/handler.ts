import * as z from 'zod';
import { Customer } from '../../../lib/model/customer.ts';
import {
  type EnrolmentEnd,
  type EndEnrolmentDependencies,
  endEnrolment,
} from '../../../lib/journey/execution/end-enrolment.ts';
import { readExecutionName } from '../../../lib/journey/enrolment/enrolment-record.ts';
import { type Clock } from '../../../lib/shared/time.ts';

interface Dependencies extends EndEnrolmentDependencies {
  clock: Clock;
  /** Reports how each enrolment ended. `failed` needs an operator's attention. */
  report: (outcome: 'ended' | 'failed', execution: { name: string }) => void;
}

const parsed = z.string().transform((text): unknown => JSON.parse(text));

/** `handedOver`: another execution continues the enrolment, or a timer will start one. */
const Output = z.looseObject({ outcome: z.string().optional(), handedOver: z.boolean().optional() });

/** The event that Step Functions publishes when an execution ends. */
const Told = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
    /** Milliseconds since 1970. */
    stopDate: z.number().nullish(),
    input: parsed.pipe(Customer),
    output: parsed.pipe(Output).nullish(),
  }),
});

type Detail = z.infer<typeof Told>['detail'];

/**
 * `handed-over`: another execution continues the enrolment. `unknown` also covers an execution that
 * is not of a journey.
 */
type Outcome = EnrolmentEnd | 'handed-over';

const outcomes = {
  SUCCEEDED: ({ output }) => output?.outcome ?? 'completed',
  FAILED: () => 'failed',
  TIMED_OUT: () => 'timed-out',
  ABORTED: () => 'stopped',
} as const satisfies Record<Detail['status'], (detail: Detail) => string>;

/**
 * Ends the enrolment of the execution that ended, if that one leads it (`endEnrolment`). Safe to
 * retry: a second delivery completes what is missing. A handed-over or superseded execution ends no
 * enrolment; it only completes one that has ended already. An enrolment ended by its exit criteria
 * keeps that outcome.
 */
export function concludeExecution({ clock, report, ...stores }: Dependencies) {
  async function isOver(detail: Detail): Promise<boolean> {
    const { enrolmentId = '', version, leg = 0 } = readExecutionName(detail.name) ?? {};
    const enrolment = await stores.enrolments.get(detail.input, enrolmentId);
    if (!enrolment || enrolment.status === 'ended') return true;
    const led = enrolment.version === version && (enrolment.leg ?? 0) <= leg;
    return led && detail.output?.handedOver !== true;
  }

  return async (event: unknown): Promise<{ outcome: Outcome }> => {
    const { detail } = Told.parse(event);
    const named = readExecutionName(detail.name);
    if (!named) return { outcome: 'unknown' };
    if (!(await isOver(detail))) return { outcome: 'handed-over' };
    const at = detail.stopDate == null ? clock.now() : new Date(detail.stopDate).toISOString();
    const { enrolmentId, leg } = named;
    const outcome = outcomes[detail.status](detail);
    const ended = await endEnrolment(stores, { owner: detail.input, enrolmentId }, { outcome, at, leg });
    if (ended === 'ended')
      report(detail.status === 'FAILED' || detail.status === 'TIMED_OUT' ? 'failed' : 'ended', detail);
    return { outcome: ended };
  };
}
