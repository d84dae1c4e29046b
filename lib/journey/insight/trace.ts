import * as z from 'zod';
import { isJsonObject, Json, JsonObject } from '../../shared/json.ts';
import { Instant } from '../../shared/time.ts';
import { JourneyEnrolment } from './journey-views.ts';

/**
 * One visit of a step, with its decision and the values it was based on, from the execution's
 * history.
 */
export const TracedStep = z.object({
  stepId: z.string(),
  version: z.int(),
  leg: z.int(),
  enteredAt: Instant,
  /** Missing while the customer is at this step. */
  leftAt: Instant.optional(),
  /** What the step's function returned, without `because`. */
  answer: JsonObject.optional(),
  /** Values that the decision was based on. */
  because: JsonObject.optional(),
  /** Result that came with the task token and ended the wait. */
  heard: Json.optional(),
  timedOut: z.boolean().optional(),
  /** Failed attempts before. */
  failures: z.array(z.object({ error: z.string(), cause: z.string().optional() })).optional(),
  /** Step that followed. */
  next: z.string().optional(),
  /** Helper states that the visit passed: paused journey, contact hours, migration, suspension. */
  detours: z.array(z.enum(['held', 'later', 'moved', 'parked'])).optional(),
});
export type TracedStep = z.infer<typeof TracedStep>;

/**
 * The steps of an enrolment in order. `complete`: the history of each execution exists and was read
 * to its end. `nextCursor` is set if more steps follow.
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

/**
 * Reads the output of a succeeded task: a function's result, or the result that came with a token.
 */
function told(details: unknown): Partial<TracedStep> {
  const output = parsed(text(details, 'output'));
  if (!isJsonObject(output)) return {};
  if (!isJsonObject(output.Payload)) return { heard: output };
  const { because, ...answer } = output.Payload;
  return { answer, ...(isJsonObject(because) && { because }) };
}

/** Reads the values that a waiting step based its decision on. */
function asked(details: unknown): Partial<TracedStep> {
  const { because } = told(details);
  return because ? { because } : {};
}

function failure(details: unknown): { error: string; cause?: string } {
  const cause = text(details, 'cause');
  return { error: text(details, 'error') ?? 'unknown', ...(cause !== undefined && { cause: cause.slice(0, 500) }) };
}

/**
 * Returns the visits of one execution in order. Helper states (`step: part`) belong to the visit of
 * their step. States before the first step belong to none.
 */
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
