import { type Executions } from '../../aws/step-functions/executions.ts';
import { type JsonObject } from '../../shared/json.ts';
import { type JourneyStore } from '../publishing/journey-store.ts';
import { type PausedStep, type PausedStepStore } from './paused-step-store.ts';
import { type StepCall, tokenOf } from './step-call.ts';

/** The stores and the client that a pause uses. */
export interface PauseDependencies {
  journeys: Pick<JourneyStore, 'readRecord'>;
  held: Pick<PausedStepStore, 'add' | 'remove'>;
  executions: Pick<Executions, 'resume'>;
}

/** `waiting` for the journey to be resumed, or `resumed` because the pause is over. */
export interface PauseResult {
  status: 'waiting' | 'resumed';
  because?: JsonObject;
}

function toPausedStep(call: StepCall): PausedStep {
  const { workspace, customer, journeyId, enrolmentId } = call.enrolment;
  const owner = { workspace, customer };
  return { owner, journeyId, enrolmentId, stepId: call.stepId, since: call.enteredAt, token: tokenOf(call) };
}

/**
 * Pauses a step until its journey is resumed. Writes the row first, then reads the record again: a
 * resumption in between may have passed the row already.
 */
export async function pauseStep(
  { journeys, held, executions }: PauseDependencies,
  call: StepCall,
): Promise<PauseResult> {
  const step = toPausedStep(call);
  await held.add(step);
  const record = await journeys.readRecord(step.owner.workspace, step.journeyId, { consistent: true });
  if (record?.state === 'paused') return { status: 'waiting', because: { since: record.since } };
  await executions.resume(step.token, {});
  await held.remove(step);
  return { status: 'resumed' };
}
