import * as z from 'zod';
import { type ApiRoutes } from '../../../lib/aws/http.ts';
import { NotFound } from '../../../lib/errors.ts';
import { type JourneyDefinition } from '../../../lib/journey/definition.ts';
import { type EnrolmentStore } from '../../../lib/journey/enrolment-store.ts';
import { journeyEnrolment, journeySummary } from '../../../lib/journey/journey-view.ts';
import { readCursor, readLimit, writeCursor } from '../../../lib/paging.ts';

interface Dependencies {
  definitions: readonly JourneyDefinition[];
  enrolments: EnrolmentStore;
}

/** Reading journeys and who went through them, newest first. */
export function journeyRoutes({ definitions, enrolments }: Dependencies): ApiRoutes {
  function journey(journeyId = ''): JourneyDefinition {
    const definition = definitions.find(({ id }) => id === journeyId);
    if (!definition) throw new NotFound('journey.unknown', { journeyId });
    return definition;
  }

  return {
    'GET /v1/journeys': () => Promise.resolve({ body: { items: definitions.map(journeySummary) } }),

    'GET /v1/journeys/{id}': async ({ params }) => {
      const definition = await Promise.resolve(journey(params.id));
      return { body: { ...journeySummary(definition), definition } };
    },

    'GET /v1/journeys/{id}/enrolments': async ({ workspace, params, query }) => {
      const { id: journeyId } = journey(params.id);
      const before = query.cursor === undefined ? undefined : readCursor(query.cursor, z.string());
      const { placed, next } = await enrolments.list(
        { workspace, journeyId },
        { limit: readLimit(query.limit), before },
      );
      const items = placed.map(journeyEnrolment);
      return { body: { items, ...(next !== undefined && { nextCursor: writeCursor(next) }) } };
    },
  };
}
