import { compileJourney, type StepFunction } from '../../lib/journey/compilation/compile-journey.ts';
import { type JourneyDefinition } from '../../lib/journey/definition/journey-definition.ts';
import { StepCall } from '../../lib/journey/execution/step-call.ts';
import { type ExecutionInput } from '../../lib/journey/enrolment/execution-input.ts';
import { type Machine, room } from '../infra/local/step-functions/machine-harness.ts';
import { anInput, functions } from './journey-examples.ts';

/** When the engine's clock begins. */
export const midnight = '2026-01-01T00:00:00.000Z';

export const day = 86_400;

export type Answers = Partial<Record<StepFunction, (call: StepCall) => unknown>>;

const usual: Record<StepFunction, unknown> = {
  send: { status: 'sent' },
  wait: { status: 'waiting' },
  branch: { case: -1 },
  decide: { decisionId: 'd1', id: 'free-shipping', content: { title: 'Free shipping' } },
  update: { status: 'updated' },
  assign: { variant: 0 },
  emit: { status: 'emitted' },
  webhook: { status: 200, body: 'ok' },
  park: { status: 'parked' },
};

/** A compiled journey on the local engine, with functions that answer as the test says. */
export async function running(
  definition: JourneyDefinition,
  answers: Answers = {},
  { resumeAt = [], ...input }: Partial<ExecutionInput> & { resumeAt?: string[] } = {},
) {
  const calls: StepCall[] = [];
  const handlers = Object.entries(functions).map(([name, arn]) => {
    const kind = name as StepFunction; // as `given` lists them
    const answer = (payload: unknown): unknown => {
      const call = StepCall.parse(payload);
      calls.push(call);
      return answers[kind]?.(call) ?? usual[kind];
    };
    return [arn, answer] as const;
  });
  const machine = compileJourney(definition, functions, { resumeAt });
  const world = room(machine as unknown as Machine, Object.fromEntries(handlers));
  const arn = await world.begin(anInput(input));
  return {
    ...world,
    calls,
    end: () => {
      const { status, output } = world.describe(arn);
      return output === undefined ? { status } : { status, ...(JSON.parse(output) as object) };
    },
    visited: () => calls.map(({ stepId }) => stepId),
    /** What Step Functions bills. */
    transitions: () => world.history(arn).filter(({ type }) => type.endsWith('StateEntered')).length,
    resume: async (output: unknown) => {
      world.call('SendTaskSuccess', { taskToken: calls.at(-1)?.token, output: JSON.stringify(output) });
      await world.settled();
    },
  };
}
