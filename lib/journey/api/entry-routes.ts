import * as z from 'zod';
import { CustomerId } from '../../model/customer.ts';
import { JsonObject } from '../../shared/json.ts';
import { type ApiRouteTable } from '../../shared/http/api-route.ts';

/**
 * Maximum length of an entry key. A key over 200 characters is stored as its hash (`entryKeyFor`).
 */
const maxKeyChars = 1_000;

const id = z.string().min(1).max(200).describe('A repeated request with the same id has no further effect');

/** Request to enrol a customer in a journey with the trigger `api`. */
export const EnrolmentRequest = z.strictObject({
  customerId: CustomerId,
  properties: JsonObject.default({}),
  key: z.string().min(1).max(maxKeyChars).optional().describe('The entry key. Default: its value in the properties'),
  id: id.optional(),
  test: z
    .boolean()
    .optional()
    .describe(
      'A test person: enters the trial version, if there is one, and needs no trigger `api`. Skips holdouts and limits, gets all messages, and is in no statistics',
    ),
});
export type EnrolmentRequest = z.infer<typeof EnrolmentRequest>;

/** A business event for customers of journeys with a matching trigger. */
export const BusinessEventRequest = z.strictObject({
  name: z.string().min(1).max(100),
  properties: JsonObject.default({}),
  id: id.optional(),
});

/** Maximum size of the properties passed to the journey, in bytes of JSON. */
export const maxPropertiesBytes = 4_096;

/** Descriptions of the routes that start enrolments. */
export const entryRoutes: ApiRouteTable = {
  'POST /v1/journeys/{id}/enrolments': {
    id: 'enrol',
    summary: 'Request a customer’s entry into a journey',
    description:
      'For journeys with the trigger `api`. 202: the request was accepted. The journey’s entry rules decide on it, and the enrolment exists if they admit it.',
    key: 'secret',
    path: z.object({ id: z.string() }),
    body: { schema: EnrolmentRequest, example: { customerId: 'ada', properties: { orderId: 'o-1' }, id: 'order-o-1' } },
    status: 202,
    answer: z.object({ id: z.string(), enrolmentId: z.string() }),
    refusals: {
      400: 'An invalid body, or without the entry key',
      404: 'No such journey or customer',
      409: 'The journey accepts no entries, or none by API',
      503: 'Not accepted: retry',
    },
  },
  'POST /v1/business-events': {
    id: 'tellBusinessEvent',
    summary: 'Report a business event, such as back in stock or a price change',
    description:
      'Requests the entry of a segment’s members into every journey with a trigger of this name, with `match` only of those whose trait matches.',
    key: 'secret',
    body: {
      schema: BusinessEventRequest,
      example: { name: 'Back In Stock', properties: { sku: 'shoe-42' }, id: 'restock-2026-03-02-shoe-42' },
    },
    status: 202,
    answer: z.object({ id: z.string(), journeys: z.array(z.string()) }),
    refusals: { 400: 'An invalid body', 503: 'Not accepted: retry' },
  },
};
