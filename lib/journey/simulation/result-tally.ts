import { bareRecord } from '../../shared/json.ts';
import { hourMs } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type SimulatedStep, type SimulationResult } from './simulation-result.ts';

const increment = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

/** The present step of an open enrolment. `since` is the time of entry, epoch ms. */
interface Position {
  at: string;
  since: number;
}

interface StepTally {
  visits: number;
  next: Record<string, number>;
  ended: Record<string, number>;
  sent: number;
  skipped: Record<string, number>;
  deferred: number;
  parked: number;
  transitions: number;
}

const newStep = (): StepTally => ({
  visits: 0,
  next: bareRecord(),
  ended: bareRecord(),
  sent: 0,
  skipped: bareRecord(),
  deferred: 0,
  parked: 0,
  transitions: 0,
});

/** Returns a quantile by linear interpolation (type 7: Hyndman and Fan 1996). */
function quantile(sorted: number[], q: number): number {
  const place = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
  return low + (high - low) * (place - Math.floor(place));
}

/** Counts what happens in a simulated journey. */
export class SimulationTally {
  readonly #definition: JourneyDefinition;
  readonly #steps = new Map<string, StepTally>();
  readonly #positions = new Map<string, Position>();
  readonly #rejections: Record<string, number> = bareRecord();
  readonly #outcomes: Record<string, number> = bareRecord();
  readonly #experiments: SimulationResult['experiments'] = bareRecord();
  readonly #goals: number[] = [];
  #requests = 0;
  #entered = 0;

  constructor(definition: JourneyDefinition) {
    this.#definition = definition;
    for (const id of Object.keys(definition.steps)) this.#steps.set(id, newStep());
  }

  /** Counts an entry request. */
  countRequest(): void {
    this.#requests++;
  }

  countRejection(reason: string): void {
    increment(this.#rejections, reason);
  }

  countEntry(enrolmentId: string, at: number): void {
    this.#entered++;
    this.#positions.set(enrolmentId, { at: '', since: at });
  }

  /** Counts a state. Helper states of a step are named after it, with a colon. */
  countState(enrolmentId: string, state: string): void {
    const [id = state] = state.split(': ');
    const step = this.#steps.get(id) ?? this.#steps.get(this.#definition.start);
    if (!step) return;
    step.transitions++;
    if (state === `${id}: parked`) step.parked++;
    if (this.#steps.has(state)) this.#countVisit(enrolmentId, state, step);
  }

  /** Counts a visit, unless the enrolment is at the step already, as after a helper state. */
  #countVisit(enrolmentId: string, stepId: string, step: StepTally): void {
    const position = this.#positions.get(enrolmentId);
    if (!position || position.at === stepId) return;
    step.visits++;
    const before = this.#steps.get(position.at);
    if (before) increment(before.next, stepId);
    position.at = stepId;
  }

  countMessage(stepId: string, end: { status: 'sent' | 'skipped' | 'deferred'; reason?: string }): void {
    const step = this.#steps.get(stepId);
    if (!step) return;
    if (end.status === 'skipped') increment(step.skipped, end.reason ?? 'unknown');
    else step[end.status]++;
  }

  countVariant(stepId: string, variant: string): void {
    this.#variant(stepId, variant).entered++;
  }

  /** Counts a reached goal: of an experiment if it names a variant, else of the journey. */
  countGoal(reached: {
    enteredAt: number;
    now: number;
    stepId?: string | undefined;
    variant?: string | undefined;
  }): void {
    const { enteredAt, now, stepId, variant } = reached;
    if (stepId !== undefined && variant !== undefined) this.#variant(stepId, variant).reached++;
    else this.#goals.push((now - enteredAt) / hourMs);
  }

  countEnd(enrolmentId: string, outcome: string): void {
    const position = this.#positions.get(enrolmentId);
    if (!position) return;
    this.#positions.delete(enrolmentId);
    increment(this.#outcomes, outcome);
    const step = this.#steps.get(position.at);
    if (step) increment(step.ended, outcome);
  }

  #variant(stepId: string, variant: string): { entered: number; reached: number } {
    const variants = (this.#experiments[stepId] ??= bareRecord());
    return (variants[variant] ??= { entered: 0, reached: 0 });
  }

  /** Returns all counts except cost and executions. */
  result(): Pick<
    SimulationResult,
    'knocks' | 'entered' | 'refused' | 'outcomes' | 'goal' | 'sends' | 'experiments' | 'transitions'
  > & { steps: (Omit<SimulatedStep, 'usd'> & { parked: number })[] } {
    const open = Map.groupBy(this.#positions.values(), ({ at }) => at);
    const steps = [...this.#steps].map(([stepId, { sent, skipped, deferred, ...step }]) => {
      const kind = this.#definition.steps[stepId]?.kind ?? '';
      return {
        stepId,
        kind,
        ...step,
        open: open.get(stepId)?.length ?? 0,
        ...(kind === 'send' && { sent, skipped, deferred }),
      };
    });
    const skipped: Record<string, number> = {};
    for (const step of this.#steps.values())
      for (const [reason, n] of Object.entries(step.skipped)) skipped[reason] = (skipped[reason] ?? 0) + n;
    const hours = this.#goals.sort((a, b) => a - b);
    return {
      knocks: this.#requests,
      entered: this.#entered,
      refused: this.#rejections,
      outcomes: this.#outcomes,
      ...(this.#definition.goal && {
        goal: {
          reached: hours.length,
          share: this.#entered === 0 ? 0 : hours.length / this.#entered,
          ...(hours.length > 0 && { hours: { p50: quantile(hours, 0.5), p90: quantile(hours, 0.9) } }),
        },
      }),
      sends: { sent: [...this.#steps.values()].reduce((sum, step) => sum + step.sent, 0), skipped },
      experiments: this.#experiments,
      steps,
      transitions: [...this.#steps.values()].reduce((sum, step) => sum + step.transitions, 0),
    };
  }
}
