import { QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { openJournal, type Journal } from '#infra/local/journal/open-journal.ts';
import {
  createLocalStepFunctions,
  type LocalStepFunctions,
  type StatesOptions,
} from '#infra/local/step-functions/local-step-functions.ts';

export const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine';
export const start = Date.UTC(2026, 0, 1);

type Handler = (payload: never) => unknown;

/** What Lambda reports of a function that threw. */
export function functionError(errorType: string, errorMessage = 'no luck'): Error {
  return Object.assign(new Error(errorMessage), { errorType, errorMessage, trace: [] });
}

export interface History {
  type: string;
  id: number;
  previousEventId: number;
  [details: string]: unknown;
}

export interface Described {
  status: string;
  output?: string;
  error?: string;
  cause?: string;
  [field: string]: unknown;
}

interface Room {
  states: LocalStepFunctions;
  clock: VirtualClock;
  journal: Journal;
  emitted: Record<string, unknown>[];
  invoked: { name: string; payload: unknown; at: number }[];
  /** The API; a test knows what it answers. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast, where the test says what it expects
  call: <Answer>(action: string, body: unknown) => Answer;
  /** Starts an execution and waits until it rests or has ended; answers its ARN. */
  begin: (input?: unknown, name?: string) => Promise<string>;
  /** `begin`, then the description and, where it succeeded, its output. */
  run: (input?: unknown) => Promise<Described & { result: unknown }>;
  describe: (executionArn: string) => Described;
  history: (executionArn: string) => History[];
  settled: () => Promise<void>;
  advance: (seconds: number) => Promise<void>;
  /** What is in the journal at this moment, as a kill -9 would leave it. */
  wreck: () => Journal;
}

export type Machine = { States: Record<string, unknown>; StartAt?: string; [field: string]: unknown };

/** The engine with one machine in a journal in memory, functions by name, and time that stands still until it is moved. */
export function room(
  machine: Machine,
  functions: Record<string, Handler> = {},
  options: Partial<StatesOptions> = {},
): Room {
  const clock = options.clock ?? new VirtualClock({ start, speed: 0 });
  const journal = options.journal ?? openJournal(':memory:');
  const activity = new QuiescenceTracker();
  const emitted: Record<string, unknown>[] = [];
  const invoked: Room['invoked'] = [];
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(machine.States)[0], ...machine });
  const states = createLocalStepFunctions({
    machines: [{ arn: machineArn, name: 'machine', definition, roleArn: 'arn:aws:iam::000000000000:role/machine' }],
    functions: {
      async invoke(name, payload) {
        invoked.push({ name, payload, at: clock.now() });
        const handler = functions[name];
        if (!handler) throw functionError('Lambda.ResourceNotFoundException', `Function not found: ${name}`);
        return await handler(JSON.parse(JSON.stringify(payload)) as never);
      },
      invokeAsync: (name, payload) => void invoked.push({ name, payload, at: clock.now() }),
    },
    clock,
    journal,
    activity,
    emit: (_source, _type, detail) => emitted.push(detail),
    ...options,
  });
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
  const call = <Answer>(action: string, body: unknown) => states.call(action, body) as Answer;
  const settled = async () => {
    await activity.quiet();
    await new Promise((done) => setImmediate(done));
    await activity.quiet();
  };
  const describe = (executionArn: string) => call<Described>('DescribeExecution', { executionArn });
  async function begin(input: unknown = {}, name?: string): Promise<string> {
    const request = { stateMachineArn: machineArn, input: JSON.stringify(input), ...(name !== undefined && { name }) };
    const { executionArn } = call<{ executionArn: string }>('StartExecution', request);
    await settled();
    return executionArn;
  }
  return {
    states,
    clock,
    journal,
    emitted,
    invoked,
    call,
    begin,
    describe,
    settled,
    async run(input) {
      const described = describe(await begin(input));
      return {
        ...described,
        result: described.output === undefined ? undefined : (JSON.parse(described.output) as unknown),
      };
    },
    history: (executionArn) =>
      call<{ events: History[] }>('GetExecutionHistory', { executionArn, maxResults: 1000 }).events,
    advance: (seconds) => clock.advance(seconds * 1_000, settled),
    wreck() {
      const copy = openJournal(':memory:');
      const tables = journal
        .prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name LIKE 'sfn_%'`)
        .all();
      for (const { name, sql } of tables as { name: string; sql: string }[]) {
        copy.exec(sql);
        for (const row of journal.prepare(`SELECT * FROM ${name}`).all()) {
          const columns = Object.keys(row);
          copy
            .prepare(`INSERT INTO ${name} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`)
            .run(...Object.values(row));
        }
      }
      return copy;
    },
  };
}

/** A Task on a function by name, as the journeys' compiler writes it. */
export function task(name: string, fields: Record<string, unknown> = {}, payload: unknown = '{% $states.input %}') {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: name, Payload: payload },
    Output: '{% $states.result.Payload %}',
    ...('Next' in fields ? {} : { End: true }),
    ...fields,
  };
}
