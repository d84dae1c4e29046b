import { type Placement } from '../../decision/placements/placement.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Touchpoint } from '../../model/touchpoint.ts';
import { type Json } from '../../shared/json.ts';
import { type ProfileChange } from '../../model/profile-change.ts';
import { stageModelOf } from '../../stage/stage-templates.ts';
import { type Instant } from '../../shared/time.ts';
import { compileJourney } from '../compilation/compile-journey.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { executionName } from '../enrolment/enrolment-record.ts';
import { type EntryRequest } from '../enrolment/entry-request.ts';
import { type HistoryEvent } from '../../states-language/execution/host.ts';
import { type StepCall } from '../execution/step-call.ts';
import { type ExecutionInput } from '../enrolment/execution-input.ts';
import {
  type ApplyTouchpoint,
  type SimulatedCustomer,
  type SimulationRules,
  makeTouchpoint,
} from './customers/simulated-customer.ts';
import { SimulatedCounters } from './customers/simulated-counters.ts';
import { enterJourney, leaveJourney } from './customers/simulated-entry.ts';
import { type ExecutionEnd, InMemoryStepFunctions } from './engine/in-memory-step-functions.ts';
import { simulatedFunctions } from '../compilation/simulated-functions.ts';
import { type Population } from './customers/population.ts';
import { type PlannedTouchpoint, answerStep, type StepAnswer } from './engine/step-answers.ts';
import { SimulationTally } from './result-tally.ts';
import { SimulatedTime } from './engine/simulated-time.ts';
import { type SatisfyingTouchpoint } from './customers/satisfying-touchpoints.ts';

/** What a simulation runs: the journey, its workspace and the simulated customers. */
export interface SimulationContext {
  apply: ApplyTouchpoint;
  definition: JourneyDefinition;
  workspace: Workspace;
  placements: readonly Placement[];
  population: Population;
  /** Touchpoints that customers may make. */
  wishes: readonly SatisfyingTouchpoint[];
  /** Epoch milliseconds. */
  start: number;
}

interface Inside {
  customer: SimulatedCustomer;
  input: ExecutionInput;
  /** Name of the running execution. undefined while suspended. */
  execution: string | undefined;
}

const machine = 'journey';

/**
 * Simulates one journey with its customers, in memory and in simulated time. Uses the production
 * code: compiled definition and interpreter, projection, rules of admission, contact and
 * experiments. Only customers and providers are simulated, and each delivery succeeds.
 */
export class JourneySimulation {
  readonly setting: SimulationContext;
  readonly time: SimulatedTime;
  readonly tally: SimulationTally;
  readonly #room: InMemoryStepFunctions;
  readonly #rules: SimulationRules;
  readonly #inside = new Map<string, Inside>();
  /** By enrolment. Kept after the end, because goals may be reached later. */
  readonly #enteredAt = new Map<string, number>();
  readonly #counters = new SimulatedCounters();
  peakOpen = 0;

  constructor(setting: SimulationContext) {
    this.setting = setting;
    const { definition, workspace, start } = setting;
    this.time = new SimulatedTime(start);
    this.tally = new SimulationTally(definition);
    this.#rules = { workspace, model: stageModelOf(workspace), journeys: [definition] };
    this.#room = new InMemoryStepFunctions({
      time: this.time,
      invoke: (_name, payload) => this.#invoked(payload as unknown as Omit<StepCall, 'vars'>), // as our own compiler writes it
      ended: (end) => this.#ended(end),
      happened: (name, event) => this.#happened(name, event),
    });
    this.#room.add(machine, compileJourney(definition, simulatedFunctions));
  }

  get open(): number {
    return this.#room.open;
  }

  now(): Instant {
    return new Date(this.time.now()).toISOString();
  }

  /** Advances simulated time to `end`. Returns false if `isStopped` ended it before. */
  run(end: number, isStopped?: () => boolean): Promise<boolean> {
    return this.time.run(end, () => this.#room.settled(), isStopped);
  }

  /** Makes a touchpoint for the customer now, and applies what follows to the journey. */
  act(customer: SimulatedCustomer, { name, properties }: PlannedTouchpoint): void {
    this.repeats(customer, makeTouchpoint(customer, { name, properties }, this.time.now()));
  }

  /** Applies a recorded touchpoint to the profile and to the journey. */
  repeats(customer: SimulatedCustomer, touchpoint: Touchpoint): void {
    const { name, properties } = touchpoint;
    for (const signal of this.#apply(customer, touchpoint, this.#rules))
      this.#told(customer, signal, { name, properties });
  }

  /** Applies a touchpoint from before the simulation to the profile only. It starts no journey. */
  remembers(customer: SimulatedCustomer, touchpoint: Touchpoint): void {
    this.#apply(customer, touchpoint, { ...this.#rules, journeys: [] });
  }

  #apply(customer: SimulatedCustomer, touchpoint: Touchpoint, rules: SimulationRules): ProfileChange[] {
    const { profile, signals } = this.setting.apply(customer.profile, touchpoint, rules);
    customer.profile = profile;
    return signals;
  }

  /** Requests an entry for a trigger other than a touchpoint. */
  knock(customer: SimulatedCustomer, { name, properties }: PlannedTouchpoint): void {
    this.#knocked(customer, { id: `${customer.person.id}-${this.time.now()}`, name, at: this.now(), properties });
  }

  /** Schedules `act` at a simulated time, epoch ms, rounded up. Infinity schedules nothing. */
  later(at: number, act: () => void): void {
    if (Number.isFinite(at)) this.time.at(Math.ceil(at), act);
  }

  #told(customer: SimulatedCustomer, signal: ProfileChange, act: PlannedTouchpoint): void {
    if (signal.type === 'triggered') {
      const { messageId: id, name, at } = signal.cause;
      this.#knocked(customer, { id, name, at, properties: act.properties }, act);
    } else if (signal.type === 'exited') this.#end(signal.enrolmentId, 'exited');
    else if (signal.type === 'woken') this.#woken(customer, signal);
    else if (signal.type === 'goal' && signal.guardrail === undefined) this.#reached(signal);
  }

  #woken(customer: SimulatedCustomer, { waitId, cause, ...more }: Extract<ProfileChange, { type: 'woken' }>): void {
    const token = customer.tokens.get(waitId);
    customer.tokens.delete(waitId);
    if (token !== undefined) this.#room.resume(token, { ...more, touchpoint: cause } as Json); // a signal is JSON
  }

  #reached({ enrolmentId, stepId, variant }: Extract<ProfileChange, { type: 'goal' }>): void {
    const enteredAt = this.#enteredAt.get(enrolmentId) ?? this.time.now();
    this.tally.goal({ enteredAt, now: this.time.now(), stepId, variant });
  }

  #knocked(customer: SimulatedCustomer, knock: EntryRequest, act?: PlannedTouchpoint): void {
    this.tally.knocked();
    const { definition, workspace } = this.setting;
    const now = this.now();
    const touchpoint = act && makeTouchpoint(customer, act, this.time.now());
    const entry = enterJourney(customer, { definition, workspace, knock, touchpoint, counters: this.#counters, now });
    if (typeof entry === 'string') return this.tally.refused(entry);
    const at = this.time.now();
    this.#enteredAt.set(entry.enrolmentId, at);
    this.tally.entered(entry.enrolmentId, at);
    this.#inside.set(entry.enrolmentId, { customer, input: entry, execution: undefined });
    this.#start(entry);
  }

  #start(input: ExecutionInput): void {
    const inside = this.#inside.get(input.enrolmentId);
    if (!inside) return;
    const name = executionName(input, input.run.leg);
    inside.execution = name;
    inside.input = input;
    this.#room.start(machine, name, input as Json); // its schema is JSON
    this.peakOpen = Math.max(this.peakOpen, this.#room.open);
  }

  #end(enrolmentId: string, outcome: string): void {
    const inside = this.#inside.get(enrolmentId);
    if (!inside) return;
    this.#inside.delete(enrolmentId);
    leaveJourney(inside.customer, enrolmentId);
    this.tally.ended(enrolmentId, outcome);
    if (inside.execution !== undefined) this.#room.stop(inside.execution);
  }

  #ended({ name, status, output }: ExecutionEnd): void {
    const enrolmentId = /^v\d+-(.+?\.\d+)(?:-\d+)?$/.exec(name)?.[1] ?? '';
    const inside = this.#inside.get(enrolmentId);
    if (inside?.execution !== name) return;
    inside.execution = undefined;
    if (status !== 'SUCCEEDED') return this.#end(enrolmentId, 'failed');
    const told = JSON.parse(output ?? '{}') as { outcome?: string; handedOver?: boolean }; // as compiled
    if (told.handedOver !== true) this.#end(enrolmentId, told.outcome ?? 'completed');
  }

  #happened(name: string, { type, stateEnteredEventDetails }: HistoryEvent): void {
    if (!type.endsWith('StateEntered')) return;
    const enrolmentId = /^v\d+-(.+?\.\d+)(?:-\d+)?$/.exec(name)?.[1] ?? '';
    this.tally.state(enrolmentId, (stateEnteredEventDetails as { name: string }).name); // the engine's own event
  }

  #invoked(sent: Omit<StepCall, 'vars'>): Json {
    const call: StepCall = { ...sent, vars: sent.enrolment.vars };
    const inside = this.#inside.get(call.enrolment.enrolmentId);
    if (!inside) return { gate: 'move' };
    const vars = (call as Partial<StepCall>).vars ?? call.enrolment.vars; // as `StepCall` reads it
    const { customer } = inside;
    const answered = answerStep({ ...call, vars }, { ...this.setting, customer, now: this.now() });
    this.#consequences(inside, call, answered);
    return answered.result;
  }

  #consequences({ customer }: Inside, { stepId, token, enrolment }: StepCall, answered: StepAnswer): void {
    const { sent, variant, acts = [], answersAt, resumesLeg } = answered;
    if (sent) this.tally.sent(stepId, sent);
    if (variant !== undefined) this.tally.assigned(stepId, variant);
    for (const { at, act } of acts) this.later(at, () => this.act(customer, act));
    if (answersAt && token !== undefined)
      this.later(answersAt.at, () => void this.#room.resume(token, answersAt.result));
    if (resumesLeg) this.later(resumesLeg.at, () => this.#start({ ...enrolment, ...resumesLeg.input }));
  }
}
