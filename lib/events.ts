import * as z from 'zod';
import { ChurnRisk, RiskBand } from './churn/risk.ts';
import { CustomerRef } from './identity/customer.ts';
import { Cause } from './profile/signal.ts';
import { Instant } from './time.ts';

/** `source` of everything we put on the bus. */
export const eventSource = 'throughline';

/** What every event carries. `id` is the same however often the event is told: consumers are idempotent on it. */
const Envelope = z.object({
  id: z.string(),
  workspace: z.string(),
  customer: CustomerRef,
  customerId: z.string(),
  occurredAt: Instant,
});

const event = <Shape extends z.ZodRawShape>(shape: Shape) => Envelope.extend(shape);

const TouchpointRef = z.object({ messageId: z.string(), name: z.string() });

/** The catalog: `detail-type` → shape of `detail`. Past tense, facts only; a sample of each lies in `events/bus/`. */
export const events = {
  CustomerIdentified: event({ linked: CustomerRef }),
  StageEntered: event({
    stage: z.string(),
    from: z.string().optional(),
    rule: z.string(),
    touchpoint: TouchpointRef.optional(),
  }),
  StageExited: event({ stage: z.string(), to: z.string() }),
  ChurnRiskChanged: event({ from: RiskBand.optional(), risk: ChurnRisk }),
  CustomerSilent: event({ for: z.string(), since: Instant }),
  EntryTriggered: event({ journeyId: z.string(), cause: Cause }),
  DecisionMade: event({
    decisionId: z.string(),
    placement: z.string(),
    offer: z.string(),
    stage: z.string(),
    propensity: z.number(),
  }),
  DecisionExposed: event({ decisionId: z.string() }),
  OutcomeObserved: event({ decisionId: z.string(), cause: Cause }),
  EnrolmentStarted: event({ enrolmentId: z.string(), journeyId: z.string(), version: z.int() }),
  EnrolmentEnded: event({
    enrolmentId: z.string(),
    journeyId: z.string(),
    version: z.int(),
    outcome: z.string(),
  }),
  TaskOpened: event({ taskId: z.string(), journeyId: z.string(), queue: z.string(), title: z.string() }),
} as const;

export type EventName = keyof typeof events;
export type EventOf<Name extends EventName> = z.infer<(typeof events)[Name]>;

/** An event on its way to the bus. */
export type BusEvent = { [Name in EventName]: { name: Name; detail: EventOf<Name> } }[EventName];
