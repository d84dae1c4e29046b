import { type Duration, durationMs } from '../time.ts';
import { type JourneyDefinition } from './definition.ts';
import { type Step, type StepOf } from './step.ts';

/** What is wrong with a definition, where, and what to do about it. */
export interface Fault {
  code: 'unknown-step' | 'unreachable-step' | 'endless' | 'too-long' | 'no-url';
  /** Dotted path in the definition. */
  place: string;
  hint: string;
}

/** A way out of a step: where the definition names it, and where it leads. */
type Way = readonly [place: string, target: string];

/** An execution lives a year at most: quota of Step Functions' standard workflows. All waits of the longest way must fit. */
const longest: Duration = '365d';

/** Quiet hours hold a marketing message back for less than a day. */
const longestDeferral: Duration = '1d';

const next = (step: { next: string }): Way[] => [['next', step.next]];

/** Ways out of each kind of step, and the longest time it may take. */
const kinds: { [Kind in Step['kind']]: { ways(step: StepOf<Kind>): Way[]; takes(step: StepOf<Kind>): number } } = {
  send: { ways: next, takes: ({ purpose }) => (purpose === 'marketing' ? durationMs(longestDeferral) : 0) },
  wait: { ways: next, takes: (step) => durationMs(step.for) },
  waitForEvent: {
    ways: (step) => [...next(step), ['onTimeout', step.onTimeout]],
    takes: ({ timeout }) => durationMs(timeout),
  },
  branch: {
    ways: (step) => [...step.cases.map((way, i): Way => [`cases.${i}.next`, way.next]), ['otherwise', step.otherwise]],
    takes: () => 0,
  },
  randomSplit: { ways: (step) => step.paths.map((path, i): Way => [`paths.${i}.next`, path.next]), takes: () => 0 },
  decide: { ways: next, takes: () => 0 },
  updateProfile: { ways: next, takes: () => 0 },
  humanTask: {
    ways: (step) => [
      ...Object.entries(step.answers).map(([answer, target]): Way => [`answers.${answer}`, target]),
      ['onTimeout', step.onTimeout],
    ],
    takes: ({ timeout }) => durationMs(timeout),
  },
  exit: { ways: () => [], takes: () => 0 },
};

function waysOf<Kind extends Step['kind']>(step: StepOf<Kind>): Way[] {
  return kinds[step.kind].ways(step);
}

function timeOf<Kind extends Step['kind']>(step: StepOf<Kind>): number {
  return kinds[step.kind].takes(step);
}

type Steps = JourneyDefinition['steps'];

const stepAt = (steps: Steps, id: string): Step | undefined => (Object.hasOwn(steps, id) ? steps[id] : undefined);

function unknownSteps({ start, steps }: JourneyDefinition): Fault[] {
  const named: Way[] = Object.entries(steps).flatMap(([id, step]) =>
    waysOf(step).map(([place, target]): Way => [`steps.${id}.${place}`, target]),
  );
  return [['start', start] as const, ...named].flatMap(([place, target]) =>
    stepAt(steps, target) ? [] : [{ code: 'unknown-step', place, hint: `there is no step "${target}"` } as const],
  );
}

/** Every step reached from the start, in an order in which a step comes after all that lead to it; and the ways that lead back. */
function walk({ start, steps }: JourneyDefinition): { order: string[]; back: Way[] } {
  const state = new Map<string, 'open' | 'done'>();
  const order: string[] = [];
  const back: Way[] = [];
  const visit = (id: string, place: string): void => {
    const step = stepAt(steps, id);
    if (!step || state.get(id) === 'done') return;
    if (state.get(id) === 'open') {
      back.push([place, id]);
      return;
    }
    state.set(id, 'open');
    for (const [way, target] of waysOf(step)) visit(target, `steps.${id}.${way}`);
    state.set(id, 'done');
    order.unshift(id);
  };
  visit(start, 'start');
  return { order, back };
}

function tooLong({ steps }: JourneyDefinition, order: string[]): Fault[] {
  const leftAt = new Map<string, number>();
  for (const id of order) {
    const step = stepAt(steps, id);
    if (!step) continue;
    const left = (leftAt.get(id) ?? 0) + timeOf(step);
    if (left > durationMs(longest))
      return [{ code: 'too-long', place: `steps.${id}`, hint: `the waits up to here exceed ${longest} in all` }];
    for (const [, target] of waysOf(step)) leftAt.set(target, Math.max(leftAt.get(target) ?? 0, left));
  }
  return [];
}

function sendFaults({ steps }: JourneyDefinition): Fault[] {
  return Object.entries(steps).flatMap(([id, step]) =>
    step.kind === 'send' && step.channel === 'webhook' && step.url === undefined
      ? [{ code: 'no-url', place: `steps.${id}.url`, hint: 'a webhook needs the URL it posts to' } as const]
      : [],
  );
}

/**
 * Everything that is wrong with a definition, before anything runs. No faults: it compiles to a state machine that ends, because every
 * way leads forward to a step that exists, and only an `exit` has no way out.
 */
export function check(definition: JourneyDefinition): Fault[] {
  const { order, back } = walk(definition);
  const reached = new Set(order);
  return [
    ...unknownSteps(definition),
    ...Object.keys(definition.steps).flatMap((id) =>
      reached.has(id)
        ? []
        : [{ code: 'unreachable-step', place: `steps.${id}`, hint: `nothing leads to "${id}"` } as const],
    ),
    ...back.map(([place, target]) => ({ code: 'endless', place, hint: `leads back to "${target}"` }) as const),
    ...(back.length === 0 ? tooLong(definition, order) : []),
    ...sendFaults(definition),
  ];
}
