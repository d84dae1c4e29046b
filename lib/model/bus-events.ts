import * as z from 'zod';
import { RiskBand, ChurnRiskWithText } from './churn-risk.ts';
import { CustomerRef } from './customer.ts';
import { Cause, goalFields, TouchpointRef } from './profile-change.ts';
import { JsonObject } from '../shared/json.ts';
import { Instant } from '../shared/time.ts';

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

/** Of a workspace, and no one customer. */
const ofWorkspace = <Shape extends z.ZodRawShape>(shape: Shape) =>
  Envelope.omit({ customer: true, customerId: true }).extend(shape);

/** `test`: a test person's, who is counted nowhere. */
const stay = {
  enrolmentId: z.string(),
  journeyId: z.string(),
  version: z.int(),
  test: z.boolean().optional(),
};

/**
 * The catalog: `detail-type` → shape of `detail`. Past tense, facts only; a sample of each lies in `events/bus/`, and its JSON Schema, made by
 * `npm run docs`, in `events/bus/schemas/`.
 */
export const events = {
  CustomerIdentified: event({ linked: CustomerRef }),
  StageEntered: event({
    stage: z.string(),
    from: z.string().optional(),
    rule: z.string(),
    touchpoint: TouchpointRef.optional(),
  }),
  StageExited: event({ stage: z.string(), to: z.string() }),
  ChurnRiskChanged: event({ from: RiskBand.optional(), risk: ChurnRiskWithText }),
  CustomerSilent: event({ for: z.string(), since: Instant }),
  EntryTriggered: event({
    journeyId: z.string(),
    cause: Cause,
    /** The entry key, where whoever knocks names it; else it is found in the cause's properties. */
    key: z.string().optional(),
    /** A test person, who enters past holdouts and limits and is counted nowhere. */
    test: z.boolean().optional(),
    /** How many journeys started one another on the way here. */
    depth: z.int().optional(),
  }),
  SegmentJoined: event({ segment: z.string(), touchpoint: TouchpointRef.optional(), filled: z.boolean().optional() }),
  SegmentLeft: event({ segment: z.string(), filled: z.boolean().optional() }),
  GoalReached: event({ ...goalFields, cause: Cause }),
  VariantAssigned: event({
    enrolmentId: z.string(),
    journeyId: z.string(),
    version: z.int(),
    stepId: z.string(),
    variant: z.string(),
  }),
  DecisionMade: event({
    decisionId: z.string(),
    placement: z.string(),
    offer: z.string(),
    stage: z.string(),
    propensity: z.number(),
  }),
  DecisionExposed: event({ decisionId: z.string() }),
  OutcomeObserved: event({ decisionId: z.string(), cause: Cause }),
  EnrolmentStarted: event({ ...stay }),
  EnrolmentEnded: event({
    ...stay,
    outcome: z.string(),
    /** The execution that a timer was to start. */
    parkedLeg: z.int().optional(),
  }),
  /** A journey's author wanted it told. */
  JourneyEventEmitted: event({
    ...{ enrolmentId: z.string(), journeyId: z.string(), version: z.int() },
    event: z.string(),
    properties: JsonObject,
  }),
  TaskOpened: event({ taskId: z.string(), journeyId: z.string(), queue: z.string(), title: z.string() }),
  /** A segment is new, means something else, or is gone. */
  SegmentChanged: ofWorkspace({ segment: z.string(), rev: z.int() }),
  /** A placement was created or replaced. */
  PlacementChanged: ofWorkspace({ placement: z.string() }),
  /** A version of a journey takes people in. */
  JourneyPublished: ofWorkspace({ journeyId: z.string(), version: z.int() }),
  /** People who are held may go on. `since` tells this pause's end from others'. */
  JourneyResumed: ofWorkspace({ journeyId: z.string(), since: Instant }),
  /** Whoever is inside is to leave. */
  JourneyStopped: ofWorkspace({ journeyId: z.string(), since: Instant }),
  /** People are being let go on, or ended, and this far it has come. */
  ReleaseAdvanced: ofWorkspace({
    journeyId: z.string(),
    since: Instant,
    kind: z.enum(['resume', 'stop']),
    list: z.int(),
    cursor: z.string().optional(),
  }),
  /** All customers are being looked at anew, and this far it has come; `cursor` is the lister's own. */
  RefreshAdvanced: ofWorkspace({ refresh: z.string(), list: z.int(), cursor: z.string().optional() }),
  BusinessEventReceived: ofWorkspace({ name: z.string(), properties: JsonObject, fanOuts: z.array(z.string()) }),
  /** A segment is being led to a journey's door, and this far it has come. */
  FanOutAdvanced: ofWorkspace({ fanOut: z.string() }),
  /** Somebody asked for a report. */
  ReportRequested: ofWorkspace({ reportId: z.string() }),
} as const;

export type EventName = keyof typeof events;
export type EventOf<Name extends EventName> = z.infer<(typeof events)[Name]>;

/** An event on its way to the bus. */
export type BusEvent = { [Name in EventName]: { name: Name; detail: EventOf<Name> } }[EventName];
