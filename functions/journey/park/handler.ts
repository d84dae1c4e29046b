import * as z from 'zod';
import { type Executions } from '../../../lib/aws/executions.ts';
import { type Timers } from '../../../lib/aws/schedules.ts';
import { Rejected } from '../../../lib/errors.ts';
import { events } from '../../../lib/events.ts';
import { type EnrolmentStore } from '../../../lib/journey/enrolment-store.ts';
import { type LegDependencies, type Parked, startLeg, timerName } from '../../../lib/journey/parking.ts';
import { StepCall } from '../../../lib/journey/step-call.ts';
import { type JsonObject } from '../../../lib/json.ts';

interface Dependencies extends LegDependencies {
  enrolments: Pick<EnrolmentStore, 'get' | 'awoken' | 'park'>;
  executions: Pick<Executions, 'start' | 'stop' | 'versionOf'>;
  timers: Timers;
}

const Ended = z.object({ 'detail-type': z.literal('EnrolmentEnded'), detail: events.EnrolmentEnded });

type Result = { status: 'parked' | 'started' | 'over' | 'elsewhere'; because: JsonObject };

function parkedOf({ enrolment, vars, until, at, stepId }: StepCall, machineArn: string): Parked {
  if (until === undefined || at === undefined) throw new Rejected('journey.no-time', { stepId });
  // Who was held before an earlier step is not held any more.
  const { held: _, ...run } = enrolment.run;
  const input = { ...enrolment, vars, run: { ...run, leg: run.leg + 1, at } };
  return { input, machineArn, until: new Date(until).toISOString() };
}

/**
 * Parks an enrolment: its execution ends, and a timer starts the next one. The row is marked first, which only somebody who is inside can
 * be; then the timer is set under the leg's name, so a retry sets none twice. A time that has come starts the leg here and now. Told that a
 * parked enrolment has ended, it takes the timer away; should that be missed, `awaken` starts nothing.
 */
export function park({ timers, ...dependencies }: Dependencies) {
  const { enrolments, executions, clock } = dependencies;

  async function parked(call: StepCall): Promise<Result> {
    const { workspace, customer, enrolmentId } = call.enrolment;
    if (call.execution === undefined) throw new Rejected('journey.no-execution', { stepId: call.stepId });
    const next = parkedOf(call, await executions.versionOf(call.execution));
    const { until, input } = next;
    const because = { until, leg: input.run.leg };
    if (until <= clock.now()) return { status: await startLeg(dependencies, next), because };
    if (!(await enrolments.park({ workspace, customer }, enrolmentId, until))) return { status: 'over', because };
    await timers.set(timerName(enrolmentId, input.run.leg), until, next);
    return { status: 'parked', because };
  }

  return async (event: unknown): Promise<Result | undefined> => {
    const ended = Ended.safeParse(event);
    if (!ended.success) return parked(StepCall.parse(event));
    const { enrolmentId, parkedLeg } = ended.data.detail;
    if (parkedLeg !== undefined) await timers.clear(timerName(enrolmentId, parkedLeg));
    return undefined;
  };
}
