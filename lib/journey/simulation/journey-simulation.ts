import { type Touchpoint } from '../../model/touchpoint.ts';
import { type ProfileChange } from '../../model/profile-change.ts';
import { stageModelOf } from '../../stage/stage-templates.ts';
import { type Instant, instantAt } from '../../shared/time.ts';
import { type EntryRequest } from '../enrolment/entry-request.ts';
import { makeTouchpoint, type SimulatedCustomer, type SimulationRules } from './customers/simulated-customer.ts';
import { SimulatedCounters } from './customers/simulated-counters.ts';
import { enterJourney } from './customers/simulated-entry.ts';
import { SimulatedTime } from './engine/simulated-time.ts';
import { type PlannedTouchpoint } from './engine/step-answers.ts';
import { SimulationTally } from './result-tally.ts';
import { SimulatedEnrolments } from './simulated-enrolments.ts';
import { type SimulationContext } from './simulation-context.ts';

/**
 * Simulates one journey with its customers, in memory and in simulated time. Uses the production
 * code: compiled definition and interpreter, projection, rules of admission, contact and
 * experiments. Only customers and providers are simulated, and each delivery succeeds.
 */
export class JourneySimulation {
  readonly context: SimulationContext;
  readonly time: SimulatedTime;
  readonly tally: SimulationTally;
  readonly #enrolments: SimulatedEnrolments;
  readonly #rules: SimulationRules;
  readonly #counters = new SimulatedCounters();

  constructor(context: SimulationContext) {
    this.context = context;
    const { definition, workspace, start } = context;
    this.time = new SimulatedTime(start);
    this.tally = new SimulationTally(definition);
    this.#rules = { workspace, model: stageModelOf(workspace), journeys: [definition] };
    this.#enrolments = new SimulatedEnrolments({
      context,
      time: this.time,
      tally: this.tally,
      schedule: (at, work) => this.schedule(at, work),
      touch: (customer, touchpoint) => this.touch(customer, touchpoint),
    });
  }

  /** Number of executions that have not ended. */
  get open(): number {
    return this.#enrolments.open;
  }

  /** Largest number of executions that were open at once. */
  get peakOpen(): number {
    return this.#enrolments.peakOpen;
  }

  now(): Instant {
    return instantAt(this.time.now());
  }

  /** Advances simulated time to `end`. Returns false if `isStopped` ended it before. */
  run(end: number, isStopped?: () => boolean): Promise<boolean> {
    return this.time.run(end, () => this.#enrolments.settled(), isStopped);
  }

  /** Makes a touchpoint for the customer now, and applies what follows to the journey. */
  touch(customer: SimulatedCustomer, { name, properties }: PlannedTouchpoint): void {
    this.replayTouchpoint(customer, makeTouchpoint(customer, { name, properties }, this.time.now()));
  }

  /** Applies a recorded touchpoint to the profile and to the journey. */
  replayTouchpoint(customer: SimulatedCustomer, touchpoint: Touchpoint): void {
    const { name, properties } = touchpoint;
    for (const change of this.#apply(customer, touchpoint, this.#rules))
      this.#react(customer, change, { name, properties });
  }

  /** Applies a touchpoint from before the simulation to the profile only. It starts no journey. */
  applyHistory(customer: SimulatedCustomer, touchpoint: Touchpoint): void {
    this.#apply(customer, touchpoint, { ...this.#rules, journeys: [] });
  }

  /** Requests an entry for a trigger other than a touchpoint. */
  requestEntry(customer: SimulatedCustomer, { name, properties }: PlannedTouchpoint): void {
    this.#enter(customer, { id: `${customer.person.id}-${this.time.now()}`, name, at: this.now(), properties });
  }

  /** Schedules work at a simulated time, epoch ms, rounded up. Infinity schedules nothing. */
  schedule(at: number, work: () => void): void {
    if (Number.isFinite(at)) this.time.at(Math.ceil(at), work);
  }

  #apply(customer: SimulatedCustomer, touchpoint: Touchpoint, rules: SimulationRules): ProfileChange[] {
    const { profile, signals } = this.context.apply(customer.profile, touchpoint, rules);
    customer.profile = profile;
    return signals;
  }

  /** Does what the relay does after a change of a profile. */
  #react(customer: SimulatedCustomer, change: ProfileChange, touchpoint: PlannedTouchpoint): void {
    if (change.type === 'triggered') {
      const { messageId: id, name, at } = change.cause;
      this.#enter(customer, { id, name, at, properties: touchpoint.properties }, touchpoint);
    } else if (change.type === 'exited') this.#enrolments.end(change.enrolmentId, 'exited');
    else if (change.type === 'woken') this.#enrolments.completeWait(customer, change);
    else if (change.type === 'goal' && change.guardrail === undefined) this.#enrolments.countGoal(change);
  }

  #enter(customer: SimulatedCustomer, request: EntryRequest, requesting?: PlannedTouchpoint): void {
    this.tally.countRequest();
    const { definition, workspace } = this.context;
    const touchpoint = requesting && makeTouchpoint(customer, requesting, this.time.now());
    const counters = this.#counters;
    const entry = { definition, workspace, request, touchpoint, counters, now: this.now() };
    const input = enterJourney(customer, entry);
    if (typeof input === 'string') this.tally.countRejection(input);
    else this.#enrolments.begin(customer, input);
  }
}
