import * as z from 'zod';
import { type Histories } from '../../../lib/aws/step-functions/execution-histories.ts';
import { type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { mapConcurrent } from '../../../lib/shared/concurrency.ts';
import { NotFound } from '../../../lib/shared/errors.ts';
import { Customer } from '../../../lib/model/customer.ts';
import { executionName, type OwnedEnrolment } from '../../../lib/journey/enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '../../../lib/journey/enrolment/enrolment-store.ts';
import { journeyEnrolment } from '../../../lib/journey/insight/journey-views.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { machineName } from '../../../lib/journey/compilation/machine-name.ts';
import { identitiesOf } from '../../../lib/profile/customer-identities.ts';
import { type PublishStore } from '../../../lib/journey/publishing/version-store.ts';
import { type RejectionStore } from '../../../lib/journey/enrolment/rejection-store.ts';
import { type Trace, type TracedStep, traceSteps } from '../../../lib/journey/insight/trace.ts';
import { findCustomer } from '../../../lib/profile/views/list-customers.ts';
import { readCursor, writeCursor } from '../../../lib/shared/http/paging.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { bounded, pageWithin } from '../../../lib/shared/trim.ts';

interface Dependencies {
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  refusals: Pick<RejectionStore, 'find'>;
  journeys: Pick<JourneyStore, 'listRecords'>;
  drafts: Pick<PublishStore, 'versions'>;
  histories: Histories;
  /** Prefix of the names of state machines. */
  stack: string;
  /** Prefix of their ARNs. */
  machines: string;
}

/** Maximum events read of one execution: some thousand steps. */
const maxEvents = 10_000;
const maxLegs = 200;
const lanes = 8;

/** Position of a page of a trace: a step of an execution. */
const Place = z.object({ leg: z.int().min(0), step: z.int().min(0) });
type Place = z.infer<typeof Place>;

const placeIn = (cursor: string | undefined): Place =>
  cursor === undefined ? { leg: 0, step: 0 } : readCursor(cursor, Place);

/**
 * Routes that explain what journeys did. A trace is read from the histories of Step Functions,
 * which hold the result of each step and the inputs of its decision. It needs no writes, and is
 * there for 90 days after the end of an execution.
 */
export function handleTraceRoutes(dependencies: Dependencies): ApiRoutes {
  const { profiles, enrolments, refusals, journeys, drafts, histories, stack, machines } = dependencies;

  /**
   * ARNs of an execution: on the machine of the workspace's journey and on that of the deployed
   * one.
   */
  function arnsOf(
    workspace: string,
    of: { journeyId: string; version: number; enrolmentId: string },
    leg = 0,
  ): string[] {
    const prefix = machines.replace(':stateMachine:', ':execution:');
    const names = [machineName(stack, workspace, of.journeyId), `${stack}-${of.journeyId}`];
    return names.map((name) => `${prefix}${name}:${executionName(of, leg)}`);
  }

  /**
   * Finds the customer of an enrolment. The id names none, but executions are named after it and
   * their input does.
   */
  async function ownerOf(workspace: string, enrolmentId: string): Promise<Customer | undefined> {
    const heads = await journeys.listRecords(workspace);
    const wanted: string[] = [];
    await mapConcurrent(heads, lanes, async ({ journeyId, routes }) => {
      const own = (await drafts.versions(workspace, journeyId)).map(({ version }) => version);
      const versions = new Set([...routes.map(({ version }) => version), ...own]);
      for (const version of versions) wanted.push(...arnsOf(workspace, { journeyId, version, enrolmentId }));
    });
    let owner: Customer | undefined;
    await mapConcurrent(wanted, lanes, async (arn) => {
      if (owner) return;
      const found = Customer.safeParse(await histories.inputOf(arn));
      if (found.success && found.data.workspace === workspace) owner = found.data;
    });
    return owner;
  }

  async function placedOf(
    workspace: string,
    enrolmentId: string,
    customerId: string | undefined,
  ): Promise<OwnedEnrolment> {
    const owners =
      customerId === undefined ? undefined : identitiesOf(await findCustomer(profiles, workspace, customerId));
    const owner = owners ? undefined : await ownerOf(workspace, enrolmentId);
    const among = owners ?? (owner && ([{ workspace, customer: owner.customer }] as const));
    const placed = among && (await enrolments.find([...among] as Parameters<EnrolmentStore['find']>[0], enrolmentId));
    if (!placed) throw new NotFound('enrolment.unknown', { enrolmentId });
    return placed;
  }

  /** Returns the steps of one execution, on the version it ran. Undefined if no history is left. */
  async function legOf(
    { enrolment, owner }: OwnedEnrolment,
    leg: number,
  ): Promise<{ steps: TracedStep[]; whole: boolean } | undefined> {
    for (let version = enrolment.version; version > 0; version--)
      for (const arn of arnsOf(owner.workspace, { ...enrolment, version }, leg)) {
        const events = await histories.eventsOf(arn, maxEvents);
        if (events) return { steps: traceSteps(events, { version, leg }), whole: events.length < maxEvents };
      }
    return undefined;
  }

  /** Reads the executions in order from a position, until the page is full. */
  async function traceOf(placed: OwnedEnrolment, from: Place): Promise<Trace> {
    const steps: TracedStep[] = [];
    let complete = true;
    const legs = Math.min(placed.enrolment.leg ?? 0, maxLegs);
    for (let { leg, step } = from; leg <= legs; leg++, step = 0) {
      const found = await legOf(placed, leg);
      if (found?.whole !== true) complete = false;
      const next = [...steps, ...(found?.steps.slice(step) ?? [])];
      const page = pageWithin(next);
      if (page.length < next.length) {
        const nextCursor = writeCursor({ leg, step: step + page.length - steps.length });
        return { enrolment: journeyEnrolment(placed), steps: page, complete: false, nextCursor };
      }
      steps.push(...next.slice(steps.length));
    }
    return { enrolment: journeyEnrolment(placed), steps, complete };
  }

  return {
    'GET /v1/enrolments/{id}/trace': async ({ workspace, params: { id = '' }, query }) => ({
      body: await traceOf(await placedOf(workspace, id, query.customerId), placeIn(query.cursor)),
    }),

    'GET /v1/customers/{id}/refusals': async ({ workspace, params: { id = '' } }) => {
      const owners = identitiesOf(await findCustomer(profiles, workspace, id));
      const heads = await journeys.listRecords(workspace);
      const found = await Promise.all(heads.map(({ journeyId }) => refusals.find(owners, journeyId)));
      const items = found.filter((row) => row !== undefined).sort((a, b) => (a.at < b.at ? 1 : -1));
      // An entry request to a journey that is known to admit no customers is not made, so no
      // rejection is stored. These journeys are listed instead.
      const notLive = heads.filter(({ state }) => state !== 'live');
      const body = { items, notLive: notLive.map(({ journeyId, state, since }) => ({ journeyId, state, since })) };
      return { body: bounded(body, ['items', 'notLive']) };
    },
  };
}
