import * as z from 'zod';
import { pastRefused, throwRefused } from '#lib/aws/table/past-refused.ts';
import { findCandidateJourneys } from '#lib/journey/enrolment/candidate-journeys.ts';
import {
  type EnrolCustomerDependencies,
  enrolCustomer,
  type EntryOutcome,
} from '#lib/journey/enrolment/enrol-customer.ts';
import { type EntryEvent, entryEvents, toEntryRequest } from '#lib/journey/enrolment/entry-request.ts';
import { type RejectionStore } from '#lib/journey/enrolment/rejection-store.ts';
import { createEntryResolver } from '#lib/journey/enrolment/resolve-entry.ts';
import { type JourneyStore } from '#lib/journey/publishing/journey-store.ts';
import { events } from '#lib/model/bus-events.ts';

export interface EnrolDependencies extends Omit<EnrolCustomerDependencies, 'resolveEntry'> {
  journeys: Pick<JourneyStore, 'readRecord' | 'recordOf' | 'live' | 'version'>;
  refusals: RejectionStore;
  /** Reports the outcome of each entry request. */
  report: (outcome: EntryOutcome, entry: { journeyId: string; eventId: string }) => void;
}

type Dependencies = EnrolDependencies & EnrolCustomerDependencies;

const Envelope = z.object({ 'detail-type': z.enum(entryEvents) });

function parseEvent(envelope: unknown): EntryEvent {
  const { 'detail-type': name } = Envelope.parse(envelope);
  const { detail } = z.object({ detail: events[name] }).parse(envelope);
  return { name, detail } as EntryEvent; // the schema was chosen by the name
}

/** Enrols the customer, and reports the outcome. Stores a rejection for the trace API. */
async function enrolAt(dependencies: Dependencies, journeyId: string, event: EntryEvent): Promise<EntryOutcome> {
  const { workspace, customer: id, occurredAt: at } = event.detail;
  const customer = { workspace, customer: id };
  const request = toEntryRequest(event);
  const outcome = await enrolCustomer(dependencies, { journeyId, customer, request });
  const name = typeof outcome === 'string' ? outcome : outcome.reason;
  if (typeof outcome !== 'string')
    await dependencies.refusals.save(customer, { journeyId, trigger: request.name, at, ...outcome });
  dependencies.report(name, { journeyId, eventId: event.detail.id });
  return name;
}

/** Enrols customers in the journeys that an event triggers, one after the other. */
export function enrolCustomers(given: EnrolDependencies) {
  const dependencies = { ...given, resolveEntry: createEntryResolver(given) };
  return async (envelope: unknown): Promise<Record<string, EntryOutcome>> => {
    const event = parseEvent(envelope);
    const outcomes: Record<string, EntryOutcome> = {};
    // A write that DynamoDB can never take does not stop the other journeys.
    const refused = await pastRefused(await findCandidateJourneys(given.journeys, event), 1, async (journeyId) => {
      outcomes[journeyId] = await enrolAt(dependencies, journeyId, event);
    });
    throwRefused(refused);
    return outcomes;
  };
}
