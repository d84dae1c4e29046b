import * as z from 'zod';
import { type Histories } from '../../../lib/aws/step-functions/execution-histories.ts';
import { type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { mapConcurrent } from '../../../lib/shared/concurrency.ts';
import { NotFound } from '../../../lib/shared/errors.ts';
import { Customer } from '../../../lib/model/customer.ts';
import { executionName } from '../../../lib/journey/enrolment/enrolment-record.ts';
import { type EnrolmentStore, type OwnedEnrolment } from '../../../lib/journey/enrolment/enrolment-store.ts';
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
  /** What the names of our machines begin with. */
  stack: string;
  /** ARN of a machine but for its name. */
  machines: string;
}

/** Events read of one execution: some thousand steps. */
const maxEvents = 10_000;
const maxLegs = 200;
const lanes = 8;

/** Where a page of a trace begins: at a step of a leg. */
const Place = z.object({ leg: z.int().min(0), step: z.int().min(0) });
type Place = z.infer<typeof Place>;

const placeIn = (cursor: string | undefined): Place =>
  cursor === undefined ? { leg: 0, step: 0 } : readCursor(cursor, Place);

/**
 * Why journeys did what they did. The trace is read from Step Functions' own histories, which hold what every step answered and the values it
 * decided on: nothing more is written for it, and it is there for ninety days after a leg's end.
 */
export function handleTraceRoutes(dependencies: Dependencies): ApiRoutes {
  const { profiles, enrolments, refusals, journeys, drafts, histories, stack, machines } = dependencies;

  /** ARN of an execution, on the machine of the workspace's own journey and on that of the shipped one. */
  function arnsOf(
    workspace: string,
    of: { journeyId: string; version: number; enrolmentId: string },
    leg = 0,
  ): string[] {
    const prefix = machines.replace(':stateMachine:', ':execution:');
    const names = [machineName(stack, workspace, of.journeyId), `${stack}-${of.journeyId}`];
    return names.map((name) => `${prefix}${name}:${executionName(of, leg)}`);
  }

  /** Whose enrolment this is: its id names nobody, but the executions are named after it, and know. */
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

  /** The steps of one leg, on whichever version it ran; undefined where no history is left. */
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

  /** Leg after leg from a place on, until the answer is full: legs behind it are not read. */
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
      // Who comes to a journey known to take nobody in does not even knock: nothing is kept of that.
      const notLive = heads.filter(({ state }) => state !== 'live');
      const body = { items, notLive: notLive.map(({ journeyId, state, since }) => ({ journeyId, state, since })) };
      return { body: bounded(body, ['items', 'notLive']) };
    },
  };
}
