import { type Bill, billPartsOf, priceBill } from '../lib/shared/prices.ts';
import { type BenchWorld, message } from './world.ts';

/** What one touchpoint, or one entry into a journey, takes. All figures per piece. */
export interface Cost {
  dynamoRequests: number;
  writeUnits: number;
  readUnits: number;
  busEvents: number;
  invocations: number;
  stateTransitions: number;
  logBytes: number;
  /** US dollars a million, with the parts of it that matter. */
  usdPerMillion: number;
  parts: Record<string, number>;
}

/** Billed time of a warm invocation on arm64 at 512 MB: generous against the 5–15 ms of work and three calls of 5 ms seen on such functions. Seconds. */
const invocationSeconds = 0.03;
const gigabytes = 0.5;

/** The gateway's access log line, `infra/constructs/gateway.ts`, and what CloudWatch adds to each line it keeps. Bytes. */
const accessLogBytes = 230;
const perLineBytes = 26;

/** Of X-Ray: the default rule traces a request a second and 5 % of the rest. */
const traced = 0.05;

/** The answer with its headers, as CloudFront sends it. Bytes. */
const answerBytes = 600;

interface Measured {
  pieces: number;
  requests: number;
  stateTransitions: number;
}

function costOf({ ear, meter }: BenchWorld, { pieces, requests, stateTransitions }: Measured): Cost {
  const { invocations, busEvents, logBytes } = ear.heard();
  const { requests: dynamoRequests, writeUnits, readUnits } = meter.usage();
  const calls = Object.values(invocations).reduce((sum, n) => sum + n, 0);
  const logged = logBytes + calls * perLineBytes + requests * (accessLogBytes + perLineBytes);
  const bill: Bill = {
    httpApiRequest: requests,
    lambdaRequest: calls,
    lambdaGigabyteSecondArm: calls * invocationSeconds * gigabytes,
    dynamoWriteUnit: writeUnits,
    dynamoReadUnit: readUnits,
    busEvent: busEvents,
    stateTransition: stateTransitions,
    logGigabyte: logged / 1e9,
    xrayTrace: calls * traced,
  };
  const perMillion = Object.fromEntries(billPartsOf(bill).map(([part, dollars]) => [part, (dollars / pieces) * 1e6]));
  return {
    dynamoRequests: dynamoRequests / pieces,
    writeUnits: writeUnits / pieces,
    readUnits: readUnits / pieces,
    busEvents: busEvents / pieces,
    invocations: calls / pieces,
    stateTransitions: stateTransitions / pieces,
    logBytes: logged / pieces,
    usdPerMillion: (priceBill(bill) / pieces) * 1e6,
    parts: perMillion,
  };
}

/** CloudFront and its function on top, a request. US dollars a million. */
export const edgePerMillion =
  priceBill({ cloudFrontRequest: 1, cloudFrontFunction: 1, cloudFrontGigabyteOut: answerBytes / 1e9 }) * 1e6;

async function measured(world: BenchWorld, pieces: number, work: () => Promise<number>): Promise<Cost> {
  await world.local.settled();
  world.ear.reset();
  world.meter.reset();
  const requests = await work();
  await world.local.settled();
  return costOf(world, { pieces, requests, stateTransitions: transitionsSince(world) });
}

/** Steps that executions entered: a state entered is a transition. */
function transitionsSince({ ear, local }: BenchWorld): number {
  if (ear.heard().executions === 0) return 0;
  const machines = local.template.stateMachines.map(({ arn }) => arn);
  let entered = 0;
  for (const stateMachineArn of machines) {
    const { executions } = local.services.states.call('ListExecutions', { stateMachineArn }) as {
      executions: { executionArn: string }[];
    };
    for (const { executionArn } of executions) {
      const { events } = local.services.states.call('GetExecutionHistory', { executionArn, maxResults: 1000 }) as {
        events: { type: string }[];
      };
      entered += events.filter(({ type }) => type.endsWith('StateEntered')).length + 1;
    }
  }
  return entered;
}

const customers = 100;

/** Makes the customers known, so that what follows is the everyday touchpoint of somebody known. */
async function acquaint(world: BenchWorld): Promise<void> {
  const batch = Array.from({ length: customers }, (_, i) => [
    {
      type: 'identify',
      userId: `c${i}`,
      messageId: `known-${i}`,
      traits: { email: `c${i}@example.com`, firstName: 'Kim', plan: 'pro' },
    },
    ...Array.from({ length: 5 }, (_, k) => message(`c${i}`, `seen-${i}-${k}`, `Event ${k}`)),
  ]).flat();
  await world.post('/v1/batch', { batch });
}

export interface Costs {
  single: Cost;
  batched: Cost;
  journeyEntry: Cost;
}

/**
 * Touchpoints one by one, each folded before the next comes: the dearest way, as every one pays for its own reads, writes and invocations.
 * Then in batches of 100 of as many customers. Then customers who sign up: the touchpoint, the stage, the decision, the enrolment, the first
 * message and the wait.
 */
export async function measureCosts(world: BenchWorld): Promise<Costs> {
  await acquaint(world);
  const single = await measured(world, customers, async () => {
    for (let i = 0; i < customers; i++) {
      await world.post('/v1/track', message(`c${i}`, `single-${i}`));
      await world.local.settled();
    }
    return customers;
  });
  const batched = await measured(world, 10 * customers, async () => {
    for (let round = 0; round < 10; round++) {
      const batch = Array.from({ length: customers }, (_, i) => message(`c${i}`, `batched-${round}-${i}`));
      await world.post('/v1/batch', { batch });
      await world.local.settled();
    }
    return 10;
  });
  const entries = 50;
  const journeyEntry = await measured(world, entries, async () => {
    for (let i = 0; i < entries; i++) {
      const who = { userId: `new-${i}`, context: { traits: { email: `new-${i}@example.com` } } };
      await world.post('/v1/track', { ...message(`new-${i}`, `enter-${i}`, 'Signed Up'), ...who });
      await world.local.settled();
    }
    return entries;
  });
  return { single, batched, journeyEntry };
}
