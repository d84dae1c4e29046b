import * as z from 'zod';
import { type Histories } from '../../aws/step-functions/execution-histories.ts';
import { writeCursor } from '../../shared/http/paging.ts';
import { pageWithin } from '../../shared/trim.ts';
import { type OwnedEnrolment } from '../enrolment/enrolment-record.ts';
import { executionArnsOf, type MachineNaming } from './execution-arns.ts';
import { journeyEnrolment } from './journey-views.ts';
import { type Trace, type TracedStep, traceSteps } from './trace.ts';

/** What reading a trace uses. */
export interface TraceReader extends MachineNaming {
  histories: Pick<Histories, 'eventsOf'>;
}

/** Position of a page of a trace: a step of an execution. */
export const TracePosition = z.object({ leg: z.int().min(0), step: z.int().min(0) });
export type TracePosition = z.infer<typeof TracePosition>;

/** Maximum events read of one execution: some thousand steps. */
const maxEvents = 10_000;
/** Maximum number of the last execution that is read. */
const maxLegs = 200;

/** The steps of one execution. `isWhole`: its history exists and was read to its end. */
interface ExecutionTrace {
  steps: TracedStep[];
  isWhole: boolean;
}

/** Reads one execution, on the version that it ran: the enrolment's, or one before a migration. */
async function readExecution(
  deps: TraceReader,
  { enrolment, owner }: OwnedEnrolment,
  leg: number,
): Promise<ExecutionTrace> {
  const { journeyId, enrolmentId } = enrolment;
  for (let { version } = enrolment; version > 0; version--)
    for (const arn of executionArnsOf(deps, { ...owner, journeyId, enrolmentId, version, leg })) {
      const events = await deps.histories.eventsOf(arn, maxEvents);
      if (events) return { steps: traceSteps(events, { version, leg }), isWhole: events.length < maxEvents };
    }
  return { steps: [], isWhole: false };
}

/** Reads the executions of an enrolment in order from a position on, until the page is full. */
export async function readTrace(deps: TraceReader, placed: OwnedEnrolment, from: TracePosition): Promise<Trace> {
  const enrolment = journeyEnrolment(placed);
  const last = Math.min(placed.enrolment.leg ?? 0, maxLegs);
  const steps: TracedStep[] = [];
  let complete = true;
  for (let { leg, step } = from; leg <= last; leg++, step = 0) {
    const execution = await readExecution(deps, placed, leg);
    if (!execution.isWhole) complete = false;
    const next = [...steps, ...execution.steps.slice(step)];
    const page = pageWithin(next);
    if (page.length < next.length) {
      const nextCursor = writeCursor({ leg, step: step + page.length - steps.length });
      return { enrolment, steps: page, complete: false, nextCursor };
    }
    steps.push(...next.slice(steps.length));
  }
  return { enrolment, steps, complete };
}
