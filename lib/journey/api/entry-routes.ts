import * as z from 'zod';
import { CustomerId } from '../../model/customer.ts';
import { JsonObject } from '../../shared/json.ts';
import { type ApiRouteTable } from '../../shared/http/api-route.ts';

/**
 * Maximum length of an entry key. A key over 200 characters is stored as its hash (`entryKeyFor`).
 */
const maxKeyChars = 1_000;

const id = z.string().min(1).max(200).describe('The same id, sent again, does nothing twice');

/** Request to enrol a customer in a journey with the trigger `api`. */
export const EnrolmentRequest = z.strictObject({
  customerId: CustomerId,
  properties: JsonObject.default({}),
  key: z.string().min(1).max(maxKeyChars).optional().describe('The entry key; else it is found in the properties'),
  id: id.optional(),
  test: z
    .boolean()
    .optional()
    .describe(
      'A test person: enters the version on trial, if there is one, and needs no trigger `api`; passes holdouts and limits, really gets everything, is counted nowhere',
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

const unknown = 'No such journey, or no such customer';
const conflict = 'The journey takes nobody in, or not by API';

export const entryRoutes: ApiRouteTable = {
  'POST /v1/journeys/{id}/enrolments': {
    id: 'enrol',
    summary: 'Knock at a journey in a customer’s name',
    description:
      'For journeys with the trigger `api`. 202: it is on its way; the journey’s entry rules decide, and the enrolment exists once they let it in.',
    key: 'secret',
    path: z.object({ id: z.string() }),
    body: { schema: EnrolmentRequest, example: { customerId: 'ada', properties: { orderId: 'o-1' }, id: 'order-o-1' } },
    status: 202,
    answer: z.object({ id: z.string(), enrolmentId: z.string() }),
    refusals: {
      400: 'Not such a body, or without the entry key',
      404: unknown,
      409: conflict,
      503: 'Not taken: send it again',
    },
  },
  'POST /v1/business-events': {
    id: 'tellBusinessEvent',
    summary: 'Something happened to the business: back in stock, a price change',
    description:
      'Every journey with a trigger of this name is offered to its segment, of those whose trait matches where it says so.',
    key: 'secret',
    body: {
      schema: BusinessEventRequest,
      example: { name: 'Back In Stock', properties: { sku: 'shoe-42' }, id: 'restock-2026-03-02-shoe-42' },
    },
    status: 202,
    answer: z.object({ id: z.string(), journeys: z.array(z.string()) }),
    refusals: { 400: 'Not such a body', 503: 'Not taken: send it again' },
  },
};
