import { type ProfileChange } from '../../model/profile-change.ts';
import { type Json } from '../../shared/json.ts';
import { type Instant, instantAt } from '../../shared/time.ts';
import { type HistoryEvent } from '../../states-language/execution/host.ts';
import { compileJourney } from '../compilation/compile-journey.ts';
import { simulatedFunctions } from '../compilation/simulated-functions.ts';
import { executionName } from '../enrolment/enrolment-record.ts';
import { type ExecutionInput } from '../enrolment/execution-input.ts';
import { type StepCall } from '../execution/step-call.ts';
import { type SimulatedCustomer } from './customers/simulated-customer.ts';
import { leaveJourney } from './customers/simulated-entry.ts';
import { type ExecutionEnd, InMemoryStepFunctions } from './engine/in-memory-step-functions.ts';
import { type SimulatedTime } from './engine/simulated-time.ts';
import { answerStep, type PlannedTouchpoint, type StepAnswer } from './engine/step-answers.ts';
import { type SimulationTally } from './result-tally.ts';
import { type SimulationContext } from './simulation-context.ts';

interface ActiveEnrolment {
  customer: SimulatedCustomer;
  input: ExecutionInput;
  /** Name of the running execution. undefined while suspended. */
  execution: string | undefined;
}

/** What the enrolments of a simulation need from it. */
export interface SimulatedEnrolmentsOptions {
  context: SimulationContext;
  time: SimulatedTime;
  tally: SimulationTally;
  /** Schedules work at a simulated time, epoch ms. */
  schedule: (at: number, work: () => void) => void;
  /** Lets a customer make a touchpoint now. */
  touch: (customer: SimulatedCustomer, touchpoint: PlannedTouchpoint) => void;
}

const machine = 'journey';

/** Reads the enrolment from an execution's name. Ids of simulated enrolments contain a dot. */
const enrolmentIn = (name: string): string => /^v\d+-(.+?\.\d+)(?:-\d+)?$/.exec(name)?.[1] ?? '';

/**
 * The enrolments of a simulation. Runs their executions in memory, answers the calls of their steps
 * and counts what happens.
 */
export class SimulatedEnrolments {
  readonly #options: SimulatedEnrolmentsOptions;
  readonly #stepFunctions: InMemoryStepFunctions;
  readonly #active = new Map<string, ActiveEnrolment>();
  /** By enrolment. Kept after the end, because goals may be reached later. */
  readonly #enteredAt = new Map<string, number>();
  peakOpen = 0;

  constructor(options: SimulatedEnrolmentsOptions) {
    this.#options = options;
    this.#stepFunctions = new InMemoryStepFunctions({
      time: options.time,
      invoke: (_name, payload) => this.#answer(payload as unknown as Omit<StepCall, 'vars'>), // as our own compiler writes it
      ended: (end) => this.#onEnd(end),
      happened: (name, event) => this.#onEvent(name, event),
    });
    this.#stepFunctions.add(machine, compileJourney(options.context.definition, simulatedFunctions));
  }

  /** Number of executions that have not ended. */
  get open(): number {
    return this.#stepFunctions.open;
  }

  /** Resolves when no work is under way at the present simulated time. */
  settled(): Promise<void> {
    return this.#stepFunctions.settled();
  }

  /** Starts the first execution of an admitted customer. */
  begin(customer: SimulatedCustomer, input: ExecutionInput): void {
    const { time, tally } = this.#options;
    this.#enteredAt.set(input.enrolmentId, time.now());
    tally.countEntry(input.enrolmentId, time.now());
    this.#active.set(input.enrolmentId, { customer, input, execution: undefined });
    this.#startExecution(input);
  }

  /** Ends an enrolment and stops its execution. Does nothing if it has ended. */
  end(enrolmentId: string, outcome: string): void {
    const enrolment = this.#active.get(enrolmentId);
    if (!enrolment) return;
    this.#active.delete(enrolmentId);
    leaveJourney(enrolment.customer, enrolmentId);
    this.#options.tally.countEnd(enrolmentId, outcome);
    if (enrolment.execution !== undefined) this.#stepFunctions.stop(enrolment.execution);
  }

  /** Completes the wait that a touchpoint has met. */
  completeWait(customer: SimulatedCustomer, change: Extract<ProfileChange, { type: 'woken' }>): void {
    const { waitId, cause, ...match } = change;
    const token = customer.tokens.get(waitId);
    customer.tokens.delete(waitId);
    if (token !== undefined) this.#stepFunctions.resume(token, { ...match, touchpoint: cause } as Json); // a change is JSON
  }

  /** Counts a goal of the journey or of an experiment. */
  countGoal({ enrolmentId, stepId, variant }: Extract<ProfileChange, { type: 'goal' }>): void {
    const { time, tally } = this.#options;
    const enteredAt = this.#enteredAt.get(enrolmentId) ?? time.now();
    tally.countGoal({ enteredAt, now: time.now(), stepId, variant });
  }

  #now(): Instant {
    return instantAt(this.#options.time.now());
  }

  #startExecution(input: ExecutionInput): void {
    const enrolment = this.#active.get(input.enrolmentId);
    if (!enrolment) return;
    const name = executionName(input, input.run.leg);
    enrolment.execution = name;
    enrolment.input = input;
    this.#stepFunctions.start(machine, name, input as Json); // its schema is JSON
    this.peakOpen = Math.max(this.peakOpen, this.open);
  }

  #onEnd({ name, status, output }: ExecutionEnd): void {
    const enrolmentId = enrolmentIn(name);
    const enrolment = this.#active.get(enrolmentId);
    if (enrolment?.execution !== name) return;
    enrolment.execution = undefined;
    if (status !== 'SUCCEEDED') return this.end(enrolmentId, 'failed');
    const { outcome, handedOver } = JSON.parse(output ?? '{}') as { outcome?: string; handedOver?: boolean }; // as compiled
    if (handedOver !== true) this.end(enrolmentId, outcome ?? 'completed');
  }

  #onEvent(name: string, { type, stateEnteredEventDetails }: HistoryEvent): void {
    if (!type.endsWith('StateEntered')) return;
    const { name: state } = stateEnteredEventDetails as { name: string }; // the engine's own event
    this.#options.tally.countState(enrolmentIn(name), state);
  }

  #answer(sent: Omit<StepCall, 'vars'>): Json {
    const enrolment = this.#active.get(sent.enrolment.enrolmentId);
    if (!enrolment) return { gate: 'move' };
    const call: StepCall = { ...sent, vars: (sent as Partial<StepCall>).vars ?? sent.enrolment.vars }; // as `StepCall` reads it
    const { customer } = enrolment;
    const answer = answerStep(call, { ...this.#options.context, customer, now: this.#now() });
    this.#applyEffects(customer, call, answer);
    return answer.result;
  }

  #applyEffects(customer: SimulatedCustomer, { stepId, token, enrolment }: StepCall, answer: StepAnswer): void {
    const { tally, schedule, touch } = this.#options;
    const { sent, variant, touchpoints = [], taskAnswer, continuation } = answer;
    if (sent) tally.countMessage(stepId, sent);
    if (variant !== undefined) tally.countVariant(stepId, variant);
    for (const { at, touchpoint } of touchpoints) schedule(at, () => touch(customer, touchpoint));
    if (taskAnswer && token !== undefined)
      schedule(taskAnswer.at, () => void this.#stepFunctions.resume(token, taskAnswer.result));
    if (continuation) schedule(continuation.at, () => this.#startExecution({ ...enrolment, ...continuation.input }));
  }
}
