import { type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { getJourney, listJourneys, saveDraft } from './handle-drafts.ts';
import { getExperiment, getStats, listEnrolments } from './handle-results.ts';
import { diffVersions, getVersion, listVersions } from './handle-versions.ts';
import { type Dependencies } from './read-journey.ts';

/**
 * Routes of journeys for their authors: drafts, versions, differences, enrolments and statistics. A
 * draft is written whole over the revision read (`ETag`, `If-Match`). Its diagnostics are returned
 * but do not prevent saving; only a publication must be valid.
 */
export function handleJourneyRoutes(deps: Dependencies): ApiRoutes {
  return {
    'GET /v1/journeys': (request) => listJourneys(deps, request),
    'GET /v1/journeys/{id}': (request) => getJourney(deps, request),
    'PUT /v1/journeys/{id}': (request) => saveDraft(deps, request),
    'GET /v1/journeys/{id}/versions': (request) => listVersions(deps, request),
    'GET /v1/journeys/{id}/versions/{version}': (request) => getVersion(deps, request),
    'GET /v1/journeys/{id}/diff': (request) => diffVersions(deps, request),
    'GET /v1/journeys/{id}/stats': (request) => getStats(deps, request),
    'GET /v1/journeys/{id}/experiments/{step}': (request) => getExperiment(deps, request),
    'GET /v1/journeys/{id}/enrolments': (request) => listEnrolments(deps, request),
  };
}
