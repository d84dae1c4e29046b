import type * as z from 'zod';
import { type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { BusinessEventRequest, EnrolmentRequest, maxPropertiesBytes } from '#lib/journey/api/entry-routes.ts';
import { Rejected } from '#lib/shared/errors.ts';
import { issuesOf } from '#lib/shared/http/issues.ts';
import { type BusinessEventDependencies, receiveBusinessEvent } from './receive-business-event.ts';
import { requestEnrolment, type RequestEnrolmentDependencies } from './request-enrolment.ts';

interface Dependencies extends RequestEnrolmentDependencies, BusinessEventDependencies {
  journeys: RequestEnrolmentDependencies['journeys'] & BusinessEventDependencies['journeys'];
}

function read<Shape extends z.ZodType<{ properties: object }>>(shape: Shape, body: unknown): z.infer<Shape> {
  const found = shape.safeParse(body);
  if (!found.success) throw new Rejected('body.invalid', { issues: issuesOf(found.error) });
  if (Buffer.byteLength(JSON.stringify(found.data.properties)) > maxPropertiesBytes)
    throw new Rejected('body.properties-too-big', { maxBytes: maxPropertiesBytes });
  return found.data;
}

/**
 * Routes that request entry to journeys. A 202 means that the request is on the bus; the journey's
 * rules decide later, and the trace API shows the result. After any other answer a retry is safe,
 * and idempotent if the caller gives an id.
 */
export function handleEntryRoutes(dependencies: Dependencies): ApiRoutes {
  return {
    'POST /v1/journeys/{id}/enrolments': async ({ workspace, params, ...http }) => {
      const request = read(EnrolmentRequest, http.body());
      const journey = { workspace, journeyId: params.id ?? '' };
      return { status: 202, body: await requestEnrolment(dependencies, journey, request) };
    },
    'POST /v1/business-events': async ({ workspace, ...http }) => {
      const request = read(BusinessEventRequest, http.body());
      return { status: 202, body: await receiveBusinessEvent(dependencies, workspace, request) };
    },
  };
}
