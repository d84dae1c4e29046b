import * as z from 'zod';
import { type ApiRequest, type ApiResponse, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { type Machines } from '#lib/aws/step-functions/state-machines.ts';
import { type EnrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { forecastJourney } from '#lib/journey/insight/cost-forecast.ts';
import { journeyRecordView, type PublishedView } from '#lib/journey/insight/journey-views.ts';
import { PublishRequest } from '#lib/journey/publishing/apply-publication.ts';
import { findExperiment } from '#lib/journey/insight/running-experiment.ts';
import { type JourneyPlace, type JourneyRecord, setWinner } from '#lib/journey/publishing/journey-record.ts';
import { type JourneyStore } from '#lib/journey/publishing/journey-store.ts';
import { type LifecycleAction, applyAction } from '#lib/journey/publishing/lifecycle.ts';
import { isError, type Publication } from '#lib/journey/publishing/plan-publication.ts';
import { type JourneyPublisher, updateJourneyRecord } from '#lib/journey/publishing/publish-journey.ts';
import { NotFound, Rejected, ThroughlineError } from '#lib/shared/errors.ts';
import { issuesOf } from '#lib/shared/http/issues.ts';
import { compact } from '#lib/shared/records.ts';
import { type Clock } from '#lib/shared/time.ts';
import { bounded } from '#lib/shared/trim.ts';
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
const WinnerRequest = z.strictObject({ variant: z.string().min(1).nullable() });

const placeOf = ({ workspace, params }: ApiRequest): JourneyPlace => ({ workspace, journeyId: params.id ?? '' });

function parseBody<Shape extends z.ZodType>(request: ApiRequest, shape: Shape): z.infer<Shape> {
  const read = shape.safeParse(request.body());
  if (!read.success) throw new Rejected('journey.invalid-request', { issues: issuesOf(read.error) });
  return read.data;
}

function published(record: JourneyRecord | undefined, journeyId: string): JourneyRecord {
  if (!record) throw new NotFound('journey.unknown', { journeyId, hint: 'it was never published' });
  return record;
}

function parsePublishRequest(request: ApiRequest): PublishRequest {
  const parsed = parseBody(request, PublishRequest);
  if (parsed.weight === 0 && parsed.migrate)
    throw new Rejected('journey.invalid-request', { hint: 'a trial version takes no migrated enrolments' });
  return parsed;
}

/** Returns what a publication does, or would do: its record is written unless it is a dry run. */
async function publishOrPreview(
  { publisher, enrolments, machines }: Dependencies,
  place: JourneyPlace,
  { request, publication }: { request: PublishRequest; publication: Publication },
): Promise<Pick<PublishedView, 'head' | 'migration'>> {
  if (!request.dryRun) return { head: journeyRecordView(await publisher.publish(place, publication, request.weight)) };
  if (!request.migrate) return {};
  return { migration: await previewEnrolments({ enrolments, machines }, place, publication) };
}

/** Publishes the draft. A definition with errors may loop for ever, so it gets no forecast. */
async function publish(deps: Dependencies, apiRequest: ApiRequest): Promise<ApiResponse> {
  const place = placeOf(apiRequest);
  const { journeyId } = place;
  const request = parsePublishRequest(apiRequest);
  const { dryRun, entriesPerDay } = request;
  const publication = await deps.publisher.plan(place, request);
  const { row, definition, faults } = publication;
  const isFaulty = faults.some(isError);
  if (!dryRun && isFaulty) throw new ThroughlineError('invalid', 'journey.faulty', { journeyId, faults });
  const plan = isFaulty ? undefined : forecastJourney(definition, entriesPerDay);
  const effect = await publishOrPreview(deps, place, { request, publication });
  const view: PublishedView = compact({ journeyId, version: row.version, dryRun, faults, plan, ...effect });
  return { body: bounded(view, lists) };
}

async function changeState(
  { journeys, clock }: Dependencies,
  request: ApiRequest,
  action: LifecycleAction,
): Promise<ApiResponse> {
  const place = placeOf(request);
  const now = clock.now();
  const record = await updateJourneyRecord(journeys, place, (stored) =>
    applyAction(published(stored, place.journeyId), action, now),
  );
  return { body: journeyRecordView(published(record, place.journeyId)) };
}

async function chooseWinner({ journeys, clock }: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const place = placeOf(request);
  const { workspace, journeyId } = place;
  const { step: stepId = '' } = request.params;
  const { variant } = parseBody(request, WinnerRequest);
  const { routes } = published(await journeys.readRecord(workspace, journeyId), journeyId);
  const versions = await Promise.all(routes.map(({ version }) => journeys.version(workspace, journeyId, version)));
  const definitions = versions.flatMap((version) => version?.definition ?? []);
  const { salt } = findExperiment(definitions, stepId, { journeyId, variant });
  const now = clock.now();
  const record = await updateJourneyRecord(journeys, place, (stored) =>
    setWinner(published(stored, journeyId), { stepId, salt, variant }, now),
  );
  return { body: journeyRecordView(published(record, journeyId)) };
}

/**
 * Routes that change a journey's behaviour: publish, pause, resume, close, stop, and name the
 * winner of an experiment. Each is one write over the journey record as read. Idempotent. Follow-up
 * work (resuming paused steps, ending enrolments) is triggered by the stream, so it survives a
 * crash of this function.
 */
export function handlePublishRoutes(deps: Dependencies): ApiRoutes {
  return {
    'POST /v1/journeys/{id}/publish': (request) => publish(deps, request),
    'POST /v1/journeys/{id}/pause': (request) => changeState(deps, request, 'pause'),
    'POST /v1/journeys/{id}/resume': (request) => changeState(deps, request, 'resume'),
    'POST /v1/journeys/{id}/close': (request) => changeState(deps, request, 'close'),
    'POST /v1/journeys/{id}/stop': (request) => changeState(deps, request, 'stop'),
    'POST /v1/journeys/{id}/experiments/{step}/winner': (request) => chooseWinner(deps, request),
  };
}
