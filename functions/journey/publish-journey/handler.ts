import * as z from 'zod';
import { type ApiRequest, type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { type Machines } from '../../../lib/aws/step-functions/state-machines.ts';
import { NotFound, Rejected, ThroughlineError } from '../../../lib/shared/errors.ts';
import { issuesOf } from '../../../lib/shared/http/issues.ts';
import { type EnrolmentStore } from '../../../lib/journey/enrolment/enrolment-store.ts';
import { type JourneyRecord, type Winner } from '../../../lib/journey/publishing/journey-record.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { journeyRecordView, type PublishedView } from '../../../lib/journey/insight/journey-views.ts';
import { type LifecycleAction, applyAction } from '../../../lib/journey/publishing/lifecycle.ts';
import { forecastJourney } from '../../../lib/journey/insight/cost-forecast.ts';
import { PublishRequest } from '../../../lib/journey/publishing/apply-publication.ts';
import {
  updateJourneyRecord,
  isError,
  type JourneyPublisher,
} from '../../../lib/journey/publishing/publish-journey.ts';
import { type Clock } from '../../../lib/shared/time.ts';
import { bounded } from '../../../lib/shared/trim.ts';
import { previewEnrolments } from './preview-enrolments.ts';

interface Dependencies {
  journeys: JourneyStore;
  enrolments: EnrolmentStore;
  machines: Machines;
  publisher: JourneyPublisher;
  clock: Clock;
}

/** Lists of a publication's answer that may be cut to the size limit. */
const lists = ['faults', 'head.migrations', 'migration.people'];

/** `variant: null` removes the winner: customers are assigned to variants again. */
export const WinnerRequest = z.strictObject({ variant: z.string().min(1).nullable() });

function readBody<Shape extends z.ZodType>(request: ApiRequest, shape: Shape): z.infer<Shape> {
  const read = shape.safeParse(request.body());
  if (!read.success) throw new Rejected('journey.invalid-request', { issues: issuesOf(read.error) });
  return read.data;
}

/**
 * Routes that change a journey's behaviour: publish, pause, resume, close, stop, and name the
 * winner of an experiment. Each is one write over the journey record as read. Idempotent. Follow-up
 * work (resuming paused steps, ending enrolments) is triggered by the stream, so it survives a
 * crash of this function.
 */
export function handlePublishRoutes({ journeys, enrolments, machines, publisher, clock }: Dependencies): ApiRoutes {
  const placeOf = ({ workspace, params }: ApiRequest) => ({ workspace, journeyId: params.id ?? '' });

  function known(head: JourneyRecord | undefined, journeyId: string): JourneyRecord {
    if (!head) throw new NotFound('journey.unknown', { journeyId, hint: 'it was never published' });
    return head;
  }

  const act =
    (action: LifecycleAction) =>
    async (request: ApiRequest): Promise<{ body: unknown }> => {
      const place = placeOf(request);
      const now = clock.now();
      const head = await updateJourneyRecord(journeys, place, (present) =>
        applyAction(known(present, place.journeyId), action, now),
      );
      return { body: journeyRecordView(known(head, place.journeyId)) };
    };

  return {
    'POST /v1/journeys/{id}/publish': async (request) => {
      const place = placeOf(request);
      const asked = readBody(request, PublishRequest);
      if (asked.weight === 0 && asked.migrate)
        throw new Rejected('journey.invalid-request', { hint: 'nobody is moved to a version on trial' });
      const publication = await publisher.plan(place, asked);
      const { row, definition, faults, migrations, versions } = publication;
      if (!asked.dryRun && faults.some(isError))
        throw new ThroughlineError('invalid', 'journey.faulty', { journeyId: place.journeyId, faults });
      const { journeyId } = place;
      // A definition with errors may loop for ever, so it gets no forecast.
      const plan = faults.some(isError) ? undefined : forecastJourney(definition, asked.entriesPerDay);
      const told = { journeyId, version: row.version, dryRun: asked.dryRun, faults, ...(plan && { plan }) };
      if (!asked.dryRun) {
        const head = await publisher.publish(place, publication, asked.weight);
        return { body: bounded({ ...told, head: journeyRecordView(head) } satisfies PublishedView, lists) };
      }
      const who = asked.migrate && (await previewEnrolments({ enrolments, machines }, place, { versions, migrations }));
      return { body: bounded({ ...told, ...(who && { migration: who }) } satisfies PublishedView, lists) };
    },

    'POST /v1/journeys/{id}/pause': act('pause'),
    'POST /v1/journeys/{id}/resume': act('resume'),
    'POST /v1/journeys/{id}/close': act('close'),
    'POST /v1/journeys/{id}/stop': act('stop'),

    'POST /v1/journeys/{id}/experiments/{step}/winner': async (request) => {
      const place = placeOf(request);
      const { workspace, journeyId } = place;
      const { step: stepId = '' } = request.params;
      const { variant } = readBody(request, WinnerRequest);
      const present = known(await journeys.readRecord(workspace, journeyId), journeyId);
      const found = await Promise.all(
        present.routes.map(({ version }) => journeys.version(workspace, journeyId, version)),
      );
      const [step] = found.flatMap((version) => version?.definition.steps[stepId] ?? []);
      if (step?.kind !== 'experiment') throw new NotFound('journey.unknown-experiment', { journeyId, stepId });
      if (variant !== null && !step.variants.some(({ id }) => id === variant))
        throw new Rejected('journey.unknown-variant', { stepId, variants: step.variants.map(({ id }) => id) });
      const now = clock.now();
      const head = await updateJourneyRecord(journeys, place, (one) => {
        const { [stepId]: before, ...others } = known(one, journeyId).winners;
        if (variant === null) return before ? { ...known(one, journeyId), winners: others } : one;
        if (before?.variant === variant && before.salt === step.salt) return one;
        const winner: Winner = { variant, salt: step.salt, by: 'manual', at: now };
        return { ...known(one, journeyId), winners: { ...others, [stepId]: winner } };
      });
      return { body: journeyRecordView(known(head, journeyId)) };
    },
  };
}
