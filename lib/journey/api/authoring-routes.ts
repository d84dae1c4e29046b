import * as z from 'zod';
import { CursorQuery, type ApiRoute, type ApiRouteTable, writing } from '../../shared/http/api-route.ts';
import { JourneyDraft } from '../definition/journey-definition.ts';
import {
  JourneyRecordView,
  JourneySummary,
  JourneyView,
  PublishedView,
  SavedDraft,
  VersionSummary,
  VersionView,
} from '../insight/journey-views.ts';
import { PublishRequest } from '../publishing/apply-publication.ts';
import { DefinitionDiff } from './definition-diff.ts';
import { draft } from './draft-example.ts';
import { IdPath, invalidCursor, pageOf, trimmed, unknownJourney } from './route-parts.ts';

const describeAction = (id: string, summary: string): ApiRoute => ({
  id,
  summary,
  description: 'A repeated request changes nothing.',
  key: 'secret',
  path: IdPath,
  answer: JourneyRecordView,
  refusals: { 404: 'It was never published', 409: 'Its state forbids it' },
});

/** Routes with which authors write, publish and control journeys. */
export const authoringRoutes: ApiRouteTable = {
  'GET /v1/journeys': {
    id: 'listJourneys',
    summary: 'Journeys: the deployed ones and the workspace’s own, drafts included',
    key: 'secret',
    query: CursorQuery,
    answer: pageOf(JourneySummary),
    refusals: invalidCursor,
  },
  'GET /v1/journeys/{id}': {
    id: 'getJourney',
    summary: 'One journey: its state, the definition with most new entries, its draft',
    description: '`ETag` is the draft’s.',
    key: 'secret',
    path: IdPath,
    answer: JourneyView,
    refusals: unknownJourney,
  },
  'PUT /v1/journeys/{id}': {
    id: 'saveJourney',
    summary: 'Write a journey’s draft',
    description:
      'Replaces the draft as a whole. An existing draft requires `If-Match` with the `ETag` that was read. Problems of the draft are in `faults`; errors prevent publishing only.',
    key: 'secret',
    path: IdPath,
    headers: writing,
    body: { schema: JourneyDraft.partial({ id: true }), example: draft },
    answer: SavedDraft,
    refusals: {
      400: 'No valid definition',
      412: 'Another request has written it, or it exists already',
      413: 'More than 256 KB',
      428: 'It exists already: If-Match is missing',
    },
  },
  'POST /v1/journeys/{id}/publish': {
    id: 'publishJourney',
    summary: 'Publish the draft as a new version',
    description:
      'Active enrolments stay on their version, unless `migrate.map` moves them: from the step that they carry out next to a step of the new version, or to `exit`. `weight` is the share of new entries in the new version. With `weight` 0 only test people enter it (`POST …/enrolments`, `test`), also while the journey is a draft or closed. `dryRun` returns the effect and writes nothing. A repeated request completes what a failure left undone, and publishes nothing twice.',
    key: 'secret',
    path: IdPath,
    body: { schema: PublishRequest, example: { migrate: { map: { 'Wait a day': 'Ask again' } }, dryRun: true } },
    answer: PublishedView,
    refusals: {
      400: 'An invalid request',
      404: 'No such draft',
      409: 'Another request published it at the same time',
      422: 'The definition or the map has errors',
    },
  },
  'POST /v1/journeys/{id}/pause': describeAction(
    'pauseJourney',
    'Pause: no entries; active enrolments wait before their next effect',
  ),
  'POST /v1/journeys/{id}/resume': describeAction(
    'resumeJourney',
    'Resume: paused enrolments continue at a steady rate; a closed journey accepts entries again',
  ),
  'POST /v1/journeys/{id}/close': describeAction('closeJourney', 'Close: no entries; active enrolments continue'),
  'POST /v1/journeys/{id}/stop': describeAction('stopJourney', 'Stop: no entries, and every enrolment ends'),
  'GET /v1/journeys/{id}/versions': {
    id: 'listJourneyVersions',
    summary: 'Published versions, newest first',
    key: 'secret',
    path: IdPath,
    query: CursorQuery,
    answer: pageOf(VersionSummary),
    refusals: { ...invalidCursor, ...unknownJourney },
  },
  'GET /v1/journeys/{id}/versions/{version}': {
    id: 'getJourneyVersion',
    summary: 'One version and its definition',
    key: 'secret',
    path: IdPath.extend({ version: z.string() }),
    answer: VersionView,
    refusals: { 400: 'Not a number', 404: 'No such journey or version' },
  },
  'GET /v1/journeys/{id}/diff': {
    id: 'diffJourney',
    summary: 'Differences between two versions, by step and as text',
    key: 'secret',
    path: IdPath,
    query: z.object({
      from: z.string().optional().describe('a version’s number or `draft`. Default: the version with most new entries'),
      to: z.string().optional().describe('a version’s number or `draft`. Default: the draft'),
    }),
    answer: DefinitionDiff.extend({ from: z.string(), to: z.string(), trimmed }),
    refusals: { 400: 'Not a version', 404: 'No such journey, version or draft' },
  },
};
