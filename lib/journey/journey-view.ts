import * as z from 'zod';
import { customerId } from '../identity/customer.ts';
import { Label } from '../stage/model.ts';
import { JourneyDefinition } from './definition.ts';
import { Enrolment } from './enrolment.ts';
import { type Placed } from './enrolment-store.ts';

/** A journey in a list. */
export const JourneySummary = z.object({ journeyId: z.string(), version: z.int(), name: Label });
export type JourneySummary = z.infer<typeof JourneySummary>;

export const JourneyView = JourneySummary.extend({ definition: JourneyDefinition });
export type JourneyView = z.infer<typeof JourneyView>;

/** An enrolment in a list of its journey's. */
export const JourneyEnrolment = Enrolment.omit({ executionArn: true }).extend({ customerId: z.string() });
export type JourneyEnrolment = z.infer<typeof JourneyEnrolment>;

export function journeySummary({ id, version, name }: JourneyDefinition): JourneySummary {
  return { journeyId: id, version, name };
}

export function journeyEnrolment({ enrolment, owner }: Placed): JourneyEnrolment {
  const { executionArn: _executionArn, ...shown } = enrolment;
  return { ...shown, customerId: customerId(owner.customer) };
}
