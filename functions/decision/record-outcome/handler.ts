import * as z from 'zod';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { type LessonResult, type DecisionLesson, type LessonStore } from '#lib/decision/beliefs/lesson-store.ts';
import { events } from '#lib/model/bus-events.ts';
import { type Customer } from '#lib/model/customer.ts';
import { identitiesOf } from '#lib/profile/customer-identities.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { type Clock } from '#lib/shared/time.ts';

const OutcomeEvent = z.discriminatedUnion('detail-type', [
  z.object({ 'detail-type': z.literal('DecisionExposed'), detail: events.DecisionExposed }),
  z.object({ 'detail-type': z.literal('OutcomeObserved'), detail: events.OutcomeObserved }),
]);

interface Dependencies {
  lessons: LessonStore;
  profiles: ProfileStore;
  clock: Clock;
}

/** Records a lesson with the customer's decision, or with the one of a linked identity. */
async function learnFromIdentities(
  { lessons, profiles }: Dependencies,
  { workspace, customer }: Customer,
  lesson: DecisionLesson,
): Promise<LessonResult> {
  const result = await lessons.learn({ workspace, customer }, lesson);
  if (result !== 'unknown') return result;
  const profile = await profiles.get({ workspace, customer });
  for (const owner of profile ? identitiesOf(profile) : []) {
    const elsewhere = owner.customer === customer ? 'unknown' : await lessons.learn(owner, lesson);
    if (elsewhere !== 'unknown') return elsewhere;
  }
  return 'unknown';
}

/**
 * Records exposures and outcomes of decisions. Idempotent, in any order and at any delay. A
 * decision for an anonymous visitor stays in that partition. The linked identities are read only if
 * the customer's own partition has no such decision.
 */
export function recordOutcome(dependencies: Dependencies) {
  return async (envelope: unknown): Promise<LessonResult> => {
    const { 'detail-type': name, detail } = OutcomeEvent.parse(envelope);
    const kind = name === 'DecisionExposed' ? 'exposure' : 'outcome';
    const lesson = { decisionId: detail.decisionId, kind, at: detail.occurredAt } as const;
    const result = await learnFromIdentities(dependencies, detail, lesson);
    writeLine(metricLine('learn', { [result]: 1 }, { now: Date.parse(dependencies.clock.now()), kind }));
    return result;
  };
}
