import { assignVariant } from '#functions/journey/assign-variant/handler.ts';
import { resumeSuspended } from '#functions/journey/resume-suspended/handler.ts';
import { chooseBranch } from '#functions/journey/choose-branch/handler.ts';
import { concludeExecution } from '#functions/journey/end-enrolment/handler.ts';
import { countJourneyEvent } from '#functions/journey/count-journey-events/handler.ts';
import { publishStepEvent } from '#functions/journey/publish-event/handler.ts';
import { enrolCustomers } from '#functions/journey/enrol-customer/handler.ts';
import { handleJourneyRoutes } from '#functions/journey/journeys-api/handler.ts';
import { handleEntryRoutes } from '#functions/journey/entry-api/handler.ts';
import { suspendEnrolment } from '#functions/journey/suspend-enrolment/handler.ts';
import { handlePublishRoutes } from '#functions/journey/publish-journey/handler.ts';
import { resumePausedJourney } from '#functions/journey/resume-paused-journey/handler.ts';
import { sendStepMessage } from '#functions/journey/send-message/handler.ts';
import { handleTaskRoutes } from '#functions/journey/tasks-api/handler.ts';
import { updateProfileStep } from '#functions/journey/update-profile/handler.ts';
import { waitForTouchpoint } from '#functions/journey/wait-for-event/handler.ts';
import { callStepWebhook } from '#functions/journey/call-webhook/handler.ts';
import { personalizeStep } from '#functions/decision/personalize-step/handler.ts';
import { createProjector } from '#functions/projection/project-touchpoints/handler.ts';
import { relayChanges } from '#functions/relay/relay-changes/handler.ts';
import { createDecider } from '#lib/decision/choice/decide-offer.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { policyStore } from '#lib/decision/policies/policy-store.ts';
import { statsReader } from '#lib/decision/beliefs/offer-stats-store.ts';
import { decisionStore } from '#lib/decision/choice/decision-store.ts';
import { type Bus } from '#lib/aws/bus.ts';
import { type Executions } from '#lib/aws/step-functions/executions.ts';
import { type Machines } from '#lib/aws/step-functions/state-machines.ts';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { type Timers } from '#lib/aws/timers.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type OutgoingMessage } from '#lib/journey/messaging/deliver.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { entryEvents } from '#lib/journey/enrolment/entry-request.ts';
import { fanOutStore } from '#lib/journey/scheduling/fan-out-store.ts';
import { createStepGuard } from '#lib/journey/execution/step-guard.ts';
import { createEnrolmentMigrator } from '#lib/journey/execution/migrate-enrolment.ts';
import { pausedStepStore } from '#lib/journey/execution/paused-step-store.ts';
import { type CallUrl } from '#lib/journey/messaging/guarded-http-call.ts';
import { inAppStore } from '#lib/journey/messaging/channels/in-app-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { touchpointsSince } from '#lib/profile/touchpoint-reader-store.ts';
import { createJourneyPublisher } from '#lib/journey/publishing/publish-journey.ts';
import { publishStore } from '#lib/journey/publishing/version-store.ts';
import { rejectionStore } from '#lib/journey/enrolment/rejection-store.ts';
import { sendStore } from '#lib/journey/messaging/send-ledger-store.ts';
import { simulatedFunctions } from '#lib/journey/compilation/simulated-functions.ts';
import { statsStore } from '#lib/journey/insight/journey-stats-store.ts';
import { taskStore } from '#lib/journey/execution/human-task-store.ts';
import { waitStore } from '#lib/journey/execution/wait-store.ts';
import { createJourneySignalHandler } from '#lib/journey/execution/journey-signals.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { type Clock } from '#lib/shared/time.ts';
import { other } from './journeys.ts';
import { type Deaths } from './crashes.ts';

/** What webhooks are signed with. */
const secret = `whsec_${Buffer.alloc(24).toString('base64')}`;

export type Handle = (event: unknown) => Promise<unknown>;

interface Services {
  table: Table;
  clock: Clock;
  bus: Bus;
  executions: Executions;
  machines: Machines;
  timers: Timers;
  call: CallUrl;
}

/** Services whose deeds may be the last of whoever does them. */
function mortal({ table, bus, executions, timers, call, ...services }: Services, { deed }: Deaths): Services {
  return {
    ...services,
    table: {
      ...table,
      put: deed((item, condition) => table.put(item, condition)),
      update: deed((key, set, condition) => table.update(key, set, condition)),
      replace: deed((item, condition, also) => table.replace(item, condition, also)),
      transact: deed((writes) => table.transact(writes)),
      putMany: deed((items) => table.putMany(items)),
    },
    bus: { put: deed((events) => bus.put(events)) },
    executions: {
      ...executions,
      start: deed((machine, name, input) => executions.start(machine, name, input)),
      stop: deed((arn, cause) => executions.stop(arn, cause)),
      resume: deed((token, output) => executions.resume(token, output)),
    },
    timers: {
      set: deed((name, at, input) => timers.set(name, at, input)),
      clear: deed((name) => timers.clear(name)),
    },
    call: deed(call),
  };
}

/** Nobody looks at metrics here. */
const report = (): void => undefined;

/** No record of a model is ever too old. */
const noLimits = { unforeseenAfterMs: Infinity, asideAfterMs: Infinity };

const deadLetters = async (letter: unknown): Promise<void> => {
  throw new Error(`a dead letter: ${JSON.stringify(letter)}`);
};

/** The product's handlers over its stores, each where the stack has it: who is called by what. */
export function wiring(given: Services, deaths: Deaths) {
  const services = mortal(given, deaths);
  const { table, clock } = services;
  const stores = {
    workspaces: workspaceStore(table),
    profiles: profileStore(table),
    enrolments: enrolmentStore(table),
    journeys: journeyStore(table, {
      clock,
      shipped: [other],
      arns: { other: 'arn:aws:states:us-east-1:0:stateMachine:other' },
    }),
    drafts: publishStore(table),
    held: pausedStepStore(table),
    tasks: taskStore(table),
    inApp: inAppStore(table),
    stats: statsStore(table),
    waits: waitStore(table),
    sends: sendStore(table),
    refusals: rejectionStore(table),
    fanOuts: fanOutStore(table),
    segments: segmentStore(table, clock),
    placements: placementStore(table, clock),
  };
  const since = (...[profile, at]: [Parameters<typeof touchpointsSince>[1], string]) =>
    touchpointsSince(table, profile, at);
  const common = { ...services, ...stores, report, deadLetters, touchpointsSince: since, shipped: [] };
  const gated = { ...common, gate: createStepGuard({ ...common, migrateEnrolment: createEnrolmentMigrator(common) }) };
  const publishing = { ...common, functions: simulatedFunctions, stack: 'test' };

  const delivered: OutgoingMessage[] = [];
  const deliver = {
    email: deaths.deed(async (outgoing: OutgoingMessage) => {
      delivered.push(outgoing);
      return { status: 'sent' as const, provider: 'outbox' };
    }),
  };
  const numbers = {
    stats: statsReader(table, clock),
    policies: policyStore(table, clock),
    linear: async () => undefined,
  };
  const deciding = { ...stores, decisions: decisionStore(table), ...numbers };
  const parks = suspendEnrolment(common);
  const counts = countJourneyEvent(common);
  const enters = enrolCustomers(common);
  const releases = resumePausedJourney({ ...common, perSecond: 1_000, sleep: async () => undefined });
  const steps: Record<string, Handle> = {
    send: sendStepMessage({ ...gated, deliver }),
    wait: waitForTouchpoint(common),
    branch: chooseBranch(gated),
    update: updateProfileStep(gated),
    emit: publishStepEvent(gated),
    assign: assignVariant(gated),
    webhook: callStepWebhook({ ...gated, secrets: async () => [secret] }),
    decide: personalizeStep({ ...gated, decide: createDecider(deciding) }),
    park: parks,
  };
  const listeners: Record<string, Handle[]> = {
    ...Object.fromEntries(entryEvents.map((name) => [name, [enters]])),
    ...{
      EnrolmentStarted: [counts],
      EnrolmentEnded: [counts, parks],
      GoalReached: [counts],
      VariantAssigned: [counts],
    },
    ...{ JourneyResumed: [releases], JourneyStopped: [releases], ReleaseAdvanced: [releases] },
    ExecutionEnded: [concludeExecution(common)],
    TimerFired: [resumeSuspended({ ...common, pause: async () => undefined })],
  };
  let ids = 0;
  return {
    ...stores,
    delivered,
    steps,
    listeners,
    projects: createProjector({ ...common, limits: noLimits }),
    relays: relayChanges({
      ...{
        ...common,
        limits: noLimits,
        directory: createMembershipIndex(table),
        journeys: createJourneySignalHandler(common),
      },
      bus: { offer: async (events) => (await common.bus.put(events)).map((place) => ({ place })) },
    }),
    routes: {
      ...handleJourneyRoutes(common),
      ...handlePublishRoutes({ ...common, publisher: createJourneyPublisher(publishing) }),
      ...handleTaskRoutes(common),
      ...handleEntryRoutes({ ...common, newId: () => `api-${++ids}` }),
    },
  };
}
