import validate from 'asl-validator';
import { compileJourney, type StepFunctions } from '../../lib/journey/compilation/compile-journey.ts';
import { type OutgoingMessage } from '../../lib/journey/messaging/deliver.ts';
import { JourneyDefinition } from '../../lib/journey/definition/journey-definition.ts';
import { type StepCall } from '../../lib/journey/execution/step-call.ts';
import { type ExecutionInput, firstRun } from '../../lib/journey/enrolment/execution-input.ts';
import { newProfile, type Profile } from '../../lib/model/profile.ts';

export const start = '2026-03-02T10:00:00.000Z';
export const mina = { workspace: 'acme', customer: 'u:mina' };

const arn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
export const functions: StepFunctions = {
  send: arn('send'),
  wait: arn('wait'),
  branch: arn('branch'),
  decide: arn('decide'),
  update: arn('update'),
  assign: arn('assign'),
  emit: arn('emit'),
  webhook: arn('webhook'),
  park: arn('park'),
};

export const compiled = (definition: JourneyDefinition) => compileJourney(definition, functions);

/** What asl-validator has against a compiled journey; it writes into what it reads. */
export function aslFaults(definition: JourneyDefinition): string {
  const { isValid, errorsText } = validate(structuredClone(compiled(definition)));
  return isValid ? '' : errorsText('\n');
}

/** A journey that sends one welcome, with what the test is about. */
export function aJourney(more: Record<string, unknown> = {}): JourneyDefinition {
  return JourneyDefinition.parse({
    id: 'welcome',
    version: 1,
    name: { en: 'Welcome', ko: '환영' },
    entry: { triggers: [{ touchpoint: { event: 'Signed Up' } }], reentry: 'never' },
    exit: { event: 'Order Completed' },
    start: 'Hello',
    steps: { Hello: aSend(), Done: { kind: 'exit' } },
    ...more,
  });
}

export const aSend = (more: Record<string, unknown> = {}) => ({
  kind: 'send',
  channel: 'email',
  purpose: 'marketing',
  template: { subject: 'Hello {{traits.firstName | you}}', body: 'Welcome.' },
  next: 'Done',
  ...more,
});

export const dated = (values: Record<string, string>, at = start): Profile['traits'] =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, at }]));

/** Mina, with an e-mail address, inside the enrolment `e1`. */
export const aProfile = (more: Partial<Profile> = {}): Profile => ({
  ...newProfile(mina, start),
  traits: dated({ email: 'mina@example.com', firstName: 'Mina' }),
  journeys: { e1: { journeyId: 'welcome', version: 1, since: start } },
  ...more,
});

export const anInput = (more: Partial<ExecutionInput> = {}): ExecutionInput => ({
  ...mina,
  enrolmentId: 'e1',
  journeyId: 'welcome',
  version: 1,
  startedAt: start,
  trigger: { id: 'event-1', name: 'Signed Up', properties: {} },
  splits: {},
  vars: {},
  run: firstRun,
  ...more,
});

/** A message on its way to Mina. */
export const anOutgoing = (more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  ...{ channel: 'email', purpose: 'marketing', to: 'mina@example.com', message: { body: 'Hello' } },
  ...{ idempotencyKey: 'send-1', owner: mina, at: start },
  about: { workspace: 'acme', customerId: 'mina', journeyId: 'welcome', stepId: 'Hello' },
  ...more,
});

/** A call of one step of `aJourney`. */
export function aCall(step: unknown, more: Partial<StepCall> = {}) {
  return { enrolment: anInput(), stepId: 'Hello', occurrence: 0, enteredAt: start, step, vars: {}, ...more };
}
