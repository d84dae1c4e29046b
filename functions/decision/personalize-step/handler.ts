import * as z from 'zod';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { type Decide, type Question } from '#lib/decision/choice/decide-offer.ts';
import { type Decision } from '#lib/decision/choice/decision.ts';
import { events } from '#lib/model/bus-events.ts';
import { type StepGuard, type StepBlocked } from '#lib/journey/execution/step-guard.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { StepCall, stepOf } from '#lib/journey/execution/step-call.ts';
import { type Clock } from '#lib/shared/time.ts';

/** Placement decided for a customer who enters a stage: the subject of the next contact. */
export const nextContact = 'next-contact';

interface Dependencies {
  decide: Decide;
  profiles: Pick<ProfileStore, 'get'>;
  gate: StepGuard;
  clock: Clock;
}

const StageEntered = z.object({ 'detail-type': z.literal('StageEntered'), detail: events.StageEntered });

/**
 * What later templates of the journey read: `{{vars.offer.content.title}}`. `because` is for the
 * trace: the verdict on each offer.
 */
export interface StepDecision extends Pick<Decision, 'decisionId' | 'placement' | 'propensity'> {
  id: string;
  content: Decision['offer']['content'];
  because: JsonObject;
}

function becauseOf({ stage, policyVersion, reasons }: Decision): JsonObject {
  return { stage, policyVersion, offers: Object.fromEntries(reasons.map(({ offer, verdict }) => [offer, verdict])) };
}

function questionOfEvent({ detail }: z.infer<typeof StageEntered>): Question {
  const { workspace, customer, id, occurredAt } = detail;
  const decisionId = deterministicId('decision', workspace, customer, id, nextContact);
  return { customer: { workspace, customer }, placement: nextContact, decisionId, at: occurredAt };
}

function questionOfStep(call: StepCall): Question {
  const { enrolment, stepId, occurrence, enteredAt } = call;
  const { workspace, customer, enrolmentId } = enrolment;
  const { placement } = stepOf(call, 'decide');
  const decisionId = deterministicId('decision', enrolmentId, stepId, String(occurrence), placement);
  return { customer: { workspace, customer }, placement, decisionId, at: new Date(enteredAt).toISOString() };
}

async function answerQuestion({ decide, clock }: Dependencies, question: Question): Promise<StepDecision> {
  const { decision, recorded } = await decide(question);
  const { decisionId, placement, propensity, offer } = decision;
  const outcome = recorded ? 'decided' : 'unknown-customer';
  writeLine(metricLine('personalize', { [outcome]: 1 }, { now: Date.parse(clock.now()), placement }));
  return { decisionId, placement, propensity, ...offer, because: becauseOf(decision) };
}

/** Returns why the step must not run. Reads the profile only for a step with a guard. */
async function blockOf({ profiles, gate }: Dependencies, call: StepCall): Promise<StepBlocked | undefined> {
  const profile = call.gated ? await profiles.get(call.enrolment) : undefined;
  return profile && gate(call, profile);
}

/**
 * Decides for a customer who enters a stage, and for the step `decide`. Idempotent: the decision's
 * id is made of the event or of the visit of the step, so every delivery gets the same decision.
 */
export function personalizeStep(dependencies: Dependencies) {
  return async (event: unknown): Promise<StepDecision | StepBlocked> => {
    const bus = StageEntered.safeParse(event);
    if (bus.success) return answerQuestion(dependencies, questionOfEvent(bus.data));
    const call = StepCall.parse(event);
    return (await blockOf(dependencies, call)) ?? answerQuestion(dependencies, questionOfStep(call));
  };
}
