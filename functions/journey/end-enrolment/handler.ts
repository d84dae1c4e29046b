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
  /** Told how each stay ended: `failed` is for people to look into. */
  report: (outcome: 'ended' | 'failed', execution: { name: string }) => void;
}

const parsed = z.string().transform((text): unknown => JSON.parse(text));

/** `handedOver`: another execution leads the enrolment on, or a timer will start one. */
const Output = z.looseObject({ outcome: z.string().optional(), handedOver: z.boolean().optional() });

/** What Step Functions tells of an execution that ended. */
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

/** Also `handed-over`: the enrolment goes on in another execution; `unknown`, too, for an execution that is not one of ours. */
type Outcome = EnrolmentEnd | 'handed-over';

const outcomes = {
  SUCCEEDED: ({ output }) => output?.outcome ?? 'completed',
  FAILED: () => 'failed',
  TIMED_OUT: () => 'timed-out',
  ABORTED: () => 'stopped',
} as const satisfies Record<Detail['status'], (detail: Detail) => string>;

/**
 * An execution has ended. If it was the one that leads its enrolment, that has ended with it (`endEnrolment`); told again, it finishes what is
 * missing. One that handed over, or that another has taken over from, ends nothing; it only clears away an enrolment that was ended
 * meanwhile, which waits for nobody else. An enrolment that was ended by its exit criteria keeps that outcome.
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
    const { enrolmentId } = named;
    const outcome = outcomes[detail.status](detail);
    const ended = await endEnrolment(stores, { owner: detail.input, enrolmentId }, { outcome, at });
    if (ended === 'ended')
      report(detail.status === 'FAILED' || detail.status === 'TIMED_OUT' ? 'failed' : 'ended', detail);
    return { outcome: ended };
  };
}
