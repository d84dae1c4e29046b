import * as z from 'zod';
import { type ApiRequest, type ApiResponse } from '#lib/aws/http/api-function.ts';
import { parseVersionNumber } from '#lib/journey/api/parse-draft.ts';
import { experimentResultOf } from '#lib/journey/insight/experiment-winner.ts';
import { journeyEnrolment } from '#lib/journey/insight/journey-views.ts';
import { experimentOf } from '#lib/journey/insight/running-experiment.ts';
import { answerResult } from '#lib/report/experiment/result-request.ts';
import { NotFound } from '#lib/shared/errors.ts';
import { pageById, readCursor, readLimit, writeCursor } from '#lib/shared/http/paging.ts';
import { compact } from '#lib/shared/records.ts';
import { bounded } from '#lib/shared/trim.ts';
import { newestFirst } from './handle-versions.ts';
import { type Dependencies, readJourney } from './read-journey.ts';

/** Shows what was counted of each version. */
export async function getStats(deps: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { journeyId } = await readJourney(deps, request);
  const stats = await deps.stats.read(request.workspace, journeyId);
  return { body: pageById(stats, request.query.cursor, newestFirst) };
}

/**
 * Shows what an experiment has shown so far. Its step is that of the newest version with entries.
 */
export async function getExperiment(deps: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { workspace, params, query } = request;
  const { journeyId, record } = await readJourney(deps, request);
  const { step: stepId = '' } = params;
  const version = query.version === undefined ? record?.routes[0]?.version : parseVersionNumber(query.version);
  const experiment = await experimentOf(deps, { workspace, journeyId, version: version ?? 0, stepId });
  if (!experiment) throw new NotFound('journey.unknown-experiment', { journeyId, stepId });
  const { step, counts } = experiment;
  const result = answerResult(experimentResultOf(stepId, step, counts));
  const body = compact({ stepId, counts, result, winner: record?.winners[stepId] });
  return { body: bounded(body, ['result.variants']) };
}

/** Lists a journey's enrolments, newest first. */
export async function listEnrolments(deps: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { workspace, query } = request;
  const { journeyId } = await readJourney(deps, request);
  const before = query.cursor === undefined ? undefined : readCursor(query.cursor, z.string());
  const page = { limit: readLimit(query.limit), before };
  const { placed, next } = await deps.enrolments.list({ workspace, journeyId }, page);
  const nextCursor = next === undefined ? undefined : writeCursor(next);
  return { body: compact({ items: placed.map(journeyEnrolment), nextCursor }) };
}
