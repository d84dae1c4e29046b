import { expect, test } from 'vitest';
import { handleTraceRoutes } from '#functions/journey/trace-api/handler.ts';
import { type ExecutionHistoryEvent } from '#lib/aws/step-functions/execution-histories.ts';
import { type ApiRequest } from '#lib/aws/http/api-function.ts';
import { type Trace } from '#lib/journey/insight/trace.ts';
import { aProfile, mina, start } from '../../journey/journey-examples.ts';

const stepsOfLeg = 30;
const enrolmentId = 'e'.repeat(32);

/** One leg of thirty steps, each of which answered 40 KB. */
function events(leg: number): ExecutionHistoryEvent[] {
  const output = JSON.stringify({ Payload: { text: 'x'.repeat(40_000) } });
  return Array.from({ length: stepsOfLeg }, (_, i) => [
    { id: i, type: 'TaskStateEntered', stateEnteredEventDetails: { name: `Step ${leg} ${i}` } },
    { id: i, type: 'TaskSucceeded', taskSucceededEventDetails: { output } },
  ]).flatMap((both) => both.map((event) => ({ ...event, timestamp: new Date(start) })));
}

function aTrace() {
  const read: string[] = [];
  const unused = (): never => {
    throw new Error('a trace does not use this');
  };
  const enrolment = {
    ...{ enrolmentId, journeyId: 'welcome', version: 1, entryKey: '', status: 'ended' as const },
    ...{ trigger: 'API', startedAt: start, leg: 3 },
  };
  const routes = handleTraceRoutes({
    profiles: { get: async () => aProfile() } as never,
    enrolments: { find: async () => ({ enrolment, owner: mina }) } as never,
    refusals: { find: unused },
    journeys: { listRecords: unused },
    drafts: { versions: unused },
    histories: {
      inputOf: unused,
      hasFailed: unused,
      eventsOf: async (arn) => {
        read.push(arn);
        return events(Number(/[0-9a-f]{32}-(\d+)$/.exec(arn)?.[1] ?? 0));
      },
    },
    ...{ stack: 'throughline', machines: 'arn:aws:states:us-east-1:0:stateMachine:' },
  });
  const ask = async (cursor?: string): Promise<Trace> => {
    const query = { customerId: 'mina', ...(cursor !== undefined && { cursor }) };
    const request = { workspace: 'acme', params: { id: enrolmentId }, query, headers: {}, body: () => ({}) };
    return (await routes['GET /v1/enrolments/{id}/trace']!(request satisfies ApiRequest)).body as Trace;
  };
  return { ask, read };
}

test('a long trace comes in pages under 1 MB, each step once and in order, and no leg is read before its page', async () => {
  const { ask, read } = aTrace();
  const first = await ask();
  expect(read).toHaveLength(1);
  expect(first.complete).toBe(false);
  const steps = [...first.steps];
  for (let { nextCursor } = first; nextCursor !== undefined;) {
    const page = await ask(nextCursor);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(1024 * 1024);
    steps.push(...page.steps);
    nextCursor = page.nextCursor;
  }
  const legs = [0, 1, 2, 3].flatMap((leg) => Array.from({ length: stepsOfLeg }, (_, i) => `Step ${leg} ${i}`));
  expect(steps.map(({ stepId }) => stepId)).toEqual(legs);
});

test('a cursor that is none of ours is refused', async () => {
  await expect(aTrace().ask('abc')).rejects.toMatchObject({ status: 400, code: 'cursor.invalid' });
});
