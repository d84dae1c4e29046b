import { type Executions } from '../../lib/aws/step-functions/executions.ts';
import { executionArn } from '../../lib/shared/execution-arn.ts';
import { dynamoTable, type Table } from '../../lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '../../lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../lib/model/workspace.ts';
import { keys } from '../../lib/model/keys/table-keys.ts';
import { type DeliverMessage, type OutgoingMessage } from '../../lib/journey/messaging/deliver.ts';
import { enrolmentStore } from '../../lib/journey/enrolment/enrolment-store.ts';
import { type StepGuard } from '../../lib/journey/execution/step-guard.ts';
import { pausedStepStore } from '../../lib/journey/execution/paused-step-store.ts';
import { inAppStore } from '../../lib/journey/messaging/channels/in-app-store.ts';
import { journeyStore } from '../../lib/journey/publishing/journey-store.ts';
import { type ExecutionInput } from '../../lib/journey/enrolment/execution-input.ts';
import { taskStore } from '../../lib/journey/execution/human-task-store.ts';
import { type Profile } from '../../lib/model/profile.ts';
import { profileStore } from '../../lib/profile/profile-store.ts';
import { type Instant } from '../../lib/shared/time.ts';
import { anEngine, localClient, theTable } from '../support/engines.ts';
import { mina, start } from './journey-examples.ts';

export const aliasArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:test-welcome:live';

export const versionArn = aliasArn.replace(':live', ':1');

/** Step Functions as journeys see it: names start once, tokens resume once. */
function fakeExecutions() {
  const started = new Map<string, ExecutionInput>();
  const stopped: string[] = [];
  const resumed: { token: string; output: unknown }[] = [];
  const executions: Executions = {
    start: async (alias, name, input) => {
      if (!started.has(name)) started.set(name, input as ExecutionInput);
      return executionArn(alias, name);
    },
    stop: async (arn) => {
      stopped.push(arn);
    },
    machineOf: async () => versionArn,
    resume: async (token, output) => {
      if (resumed.some((other) => other.token === token)) return 'late';
      resumed.push({ token, output });
      return 'resumed';
    },
  };
  return { started, stopped, resumed, executions };
}

const openGate: StepGuard = () => Promise.resolve(undefined);

export type World = Awaited<ReturnType<typeof aWorld>>;

/** A table of a workspace, Step Functions and providers that only take notes, and a clock that stands still. */
export async function aWorld(rules: Partial<Workspace> = {}) {
  const engine = await anEngine();
  const table = dynamoTable(localClient(engine.endpoint), theTable.ref);
  await workspaceStore(table).save(Workspace.parse({ id: 'acme', name: 'Acme', ...rules }));
  const delivered: OutgoingMessage[] = [];
  const deliver: DeliverMessage = async (outgoing) => {
    delivered.push(outgoing);
    return { status: 'sent', provider: 'outbox' };
  };
  const profiles = profileStore(table);
  const clock = { now: (): Instant => start };
  return {
    table,
    profiles,
    enrolments: enrolmentStore(table),
    workspaces: workspaceStore(table),
    journeys: journeyStore(table, { clock, shipped: [] }),
    held: pausedStepStore(table),
    /** Stops nobody. */
    gate: openGate,
    tasks: taskStore(table),
    inApp: inAppStore(table),
    delivered,
    deliver,
    ...fakeExecutions(),
    clock,
    know: (profile: Profile) => profiles.save({ profile }, 0),
    /** Stores a touchpoint that nobody has folded yet. */
    touch: (name: string, at: Instant, customer = mina.customer) =>
      table.put({
        ...keys.touchpoint({ ...mina, customer }, at, `m-${name}`),
        doc: JSON.stringify({ type: 'track', name, channel: 'web' }),
      }),
  };
}

/**
 * Whoever shares this life dies right after its effect number `last`, counted over everything that changes something. Dying before
 * an effect is dying after the one before.
 */
export class Life {
  #left: number;

  constructor(last = Infinity) {
    this.#left = last;
  }

  live<T extends object>(thing: T, effects: (keyof T)[]): T {
    const lived = { ...thing };
    for (const name of effects) {
      const act = thing[name] as (...args: unknown[]) => Promise<unknown>;
      lived[name] = (async (...args: unknown[]) => {
        const done = await act(...args);
        if (--this.#left === 0) throw new Error('died');
        return done;
      }) as T[keyof T];
    }
    return lived;
  }

  table = (table: Table): Table => this.live(table, ['put', 'update', 'replace', 'transact']);

  executions = (executions: Executions): Executions => this.live(executions, ['start', 'stop', 'resume']);

  deliver = (deliver: DeliverMessage): DeliverMessage => this.live({ deliver }, ['deliver']).deliver;
}

/** Whether it ran to its end. */
export async function survives(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (error instanceof Error && error.message === 'died') return false;
    throw error;
  }
}
