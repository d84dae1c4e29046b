import { type JourneyDefinition } from '../definition.ts';
import { type Step } from '../step.ts';
import { waysOf } from './graph.ts';

/**
 * Events of one execution's history that rounds may fill: Step Functions ends an execution at 25,000; what lies outside of loops, and what
 * pauses and contact hours add, has the rest.
 */
const eventsPerLeg = 15_000;

/** Events of one try of a task: scheduled, started, failed or succeeded, and a token's submission. */
const eventsPerTry = 4;

/** Most events one visit of a step leaves behind, its helpers included. */
function eventsOf(step: Step): number {
  const tries = 1 + ('retry' in step && step.retry ? step.retry.attempts : 5);
  switch (step.kind) {
    case 'randomSplit':
    case 'goTo':
      return 2;
    case 'wait':
      return step.for !== undefined || step.between ? 2 : 6 + tries * eventsPerTry;
    case 'exit':
      return 3;
    default:
      return 10 + tries * eventsPerTry; // the task, its choice, and a wait for contact hours
  }
}

/** Steps on some way from `from` to `to`, no goTo led back on the way. */
function between({ steps }: Pick<JourneyDefinition, 'steps'>, from: string, to: string): Set<string> {
  const reaches = new Map<string, boolean>();
  const onWay = (id: string): boolean => {
    if (id === to) return true;
    const known = reaches.get(id);
    if (known !== undefined) return known;
    reaches.set(id, false);
    const step = steps[id];
    const targets = step ? waysOf(step).filter(([place]) => step.kind !== 'goTo' || place !== 'to') : [];
    const found = targets.map(([, target]) => onWay(target)).some(Boolean);
    reaches.set(id, found);
    return found;
  };
  onWay(from);
  return new Set([to, ...[...reaches].filter(([, found]) => found).map(([id]) => id)]);
}

/**
 * How many rounds of each loop fit one execution, for loops that do not fit wholly: then they go on in a new leg. Loops inside loops
 * multiply: the rounds of the inner ones count with every round of the outer.
 */
export function roundsPerLeg(definition: Pick<JourneyDefinition, 'steps'>): Map<string, number> {
  const { steps } = definition;
  const loops = Object.entries(steps).flatMap(([id, step]) => (step.kind === 'goTo' ? [{ id, ...step }] : []));
  const bodies = new Map(loops.map(({ id, to }) => [id, between(definition, to, id)]));
  const fits = new Map<string, number>();
  // Inner loops first: they have the smaller bodies.
  const ordered = [...loops].sort((a, b) => (bodies.get(a.id)?.size ?? 0) - (bodies.get(b.id)?.size ?? 0));
  const eventsIn = (body: ReadonlySet<string>, self: string): number =>
    [...body].reduce((sum, id) => {
      const step = steps[id];
      if (!step) return sum;
      if (step.kind !== 'goTo' || id === self) return sum + eventsOf(step);
      const rounds = Math.min(step.limit, fits.get(id) ?? step.limit);
      return sum + rounds * eventsIn(bodies.get(id) ?? new Set([id]), id);
    }, 0);
  for (const { id, limit } of ordered) {
    const most = Math.max(1, Math.floor(eventsPerLeg / eventsIn(bodies.get(id) ?? new Set([id]), id)));
    if (limit > most) fits.set(id, most);
  }
  return fits;
}
