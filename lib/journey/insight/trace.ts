import * as z from 'zod';
import { isJsonObject, Json, JsonObject } from '../../shared/json.ts';
import { Instant } from '../../shared/time.ts';
import { JourneyEnrolment } from './journey-views.ts';

/** One visit of a step: what it decided and the values it decided on, as the step itself told Step Functions. */
export const TracedStep = z.object({
  stepId: z.string(),
  version: z.int(),
  leg: z.int(),
  enteredAt: Instant,
  /** Missing while the customer is there. */
  leftAt: Instant.optional(),
  /** What the step's function answered, without `because`. */
  answer: JsonObject.optional(),
  /** The values that were read. */
  because: JsonObject.optional(),
  /** What a wait was ended by. */
  heard: Json.optional(),
  timedOut: z.boolean().optional(),
  /** Tries that failed before. */
  failures: z.array(z.object({ error: z.string(), cause: z.string().optional() })).optional(),
  /** The step after it. */
  next: z.string().optional(),
  /** It stood still while the journey was paused, or until contact hours began. */
  detours: z.array(z.enum(['held', 'later', 'moved', 'parked'])).optional(),
});
export type TracedStep = z.infer<typeof TracedStep>;

/**
 * Why each step did what it did. `complete`: every execution's history was there, and read to its end. With a `nextCursor` more steps follow
 * than an answer holds.
 */
export const Trace = z.object({
  enrolment: JourneyEnrolment,
  steps: z.array(TracedStep),
  complete: z.boolean(),
  nextCursor: z.string().optional(),
});
export type Trace = z.infer<typeof Trace>;

interface Event {
  type: string;
  timestamp: Date;
  stateEnteredEventDetails?: { name: string } | undefined;
  [details: string]: unknown;
}

const detours = ['held', 'later', 'moved', 'parked'] as const;

function parsed(text: unknown): Json | undefined {
  try {
    return typeof text === 'string' ? (JSON.parse(text) as Json) : undefined;
  } catch {
    return undefined; // a history shows long data cut short
  }
}

const text = (details: unknown, field: string): string | undefined => {
  const value = isJsonObject(details) ? details[field] : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** What a task's success tells: a function's answer, or what came with a token. */
function told(details: unknown): Partial<TracedStep> {
  const output = parsed(text(details, 'output'));
  if (!isJsonObject(output)) return {};
  if (!isJsonObject(output.Payload)) return { heard: output };
  const { because, ...answer } = output.Payload;
  return { answer, ...(isJsonObject(because) && { because }) };
}

/** What a step that waits decided on when it began to. */
function asked(details: unknown): Partial<TracedStep> {
  const { because } = told(details);
  return because ? { because } : {};
}

function failure(details: unknown): { error: string; cause?: string } {
  const cause = text(details, 'cause');
  return { error: text(details, 'error') ?? 'unknown', ...(cause !== undefined && { cause: cause.slice(0, 500) }) };
}

/** The visits of one execution, in their order. States of a step's own making belong to its visit; those of the journey's start to none. */
export function traceSteps(events: readonly Event[], of: { version: number; leg: number }): TracedStep[] {
  const steps: TracedStep[] = [];
  const present = (): TracedStep | undefined => steps.at(-1);
  for (const event of events) {
    const at = event.timestamp.toISOString();
    const name = event.stateEnteredEventDetails?.name;
    const step = present();
    if (name !== undefined) {
      const [stepId = name, part] = name.split(': ');
      const detour = detours.find((each) => each === part);
      if (part !== undefined) {
        if (step?.stepId === stepId && detour) step.detours = [...(step.detours ?? []), detour];
        continue;
      }
      if (step?.stepId === stepId && step.detours) continue; // back at it after a detour: the same visit
      if (step) Object.assign(step, { leftAt: at, next: stepId });
      steps.push({ stepId, ...of, enteredAt: at });
    } else if (step && event.type === 'TaskSubmitted') Object.assign(step, asked(event.taskSubmittedEventDetails));
    else if (step && event.type === 'TaskSucceeded') Object.assign(step, told(event.taskSucceededEventDetails));
    else if (step && event.type === 'TaskTimedOut') step.timedOut = true;
    else if (step && event.type === 'TaskFailed')
      step.failures = [...(step.failures ?? []), failure(event.taskFailedEventDetails)];
    else if (step && event.type.startsWith('Execution')) step.leftAt = at;
  }
  return steps;
}
