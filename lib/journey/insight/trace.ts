import * as z from 'zod';
import { isJsonObject, Json, JsonObject } from '../../shared/json.ts';
import { compact } from '../../shared/records.ts';
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

/** Maximum length of the cause of a failed attempt, in characters. */
const maxCauseChars = 500;

/** Parses JSON. Undefined for other text, because a history cuts long data short. */
function parseJson(text: unknown): Json | undefined {
  try {
    return typeof text === 'string' ? (JSON.parse(text) as Json) : undefined;
  } catch {
    return undefined;
  }
}

function readText(details: unknown, field: string): string | undefined {
  const value = isJsonObject(details) ? details[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/**
 * Reads the output of a succeeded task: a function's result, or the result that came with a token.
 */
function readResult(details: unknown): Partial<TracedStep> {
  const output = parseJson(readText(details, 'output'));
  if (!isJsonObject(output)) return {};
  if (!isJsonObject(output.Payload)) return { heard: output };
  const { because, ...answer } = output.Payload;
  return { answer, ...(isJsonObject(because) && { because }) };
}

/** Reads the values that a waiting step based its decision on. */
function readDecisionInputs(details: unknown): Partial<TracedStep> {
  const { because } = readResult(details);
  return because ? { because } : {};
}

function readFailure(details: unknown): { error: string; cause?: string } {
  const error = readText(details, 'error') ?? 'unknown';
  return compact({ error, cause: readText(details, 'cause')?.slice(0, maxCauseChars) });
}

/** What an event within a visit adds to it, by type. */
const additions: Partial<Record<string, (step: TracedStep, event: Event) => Partial<TracedStep>>> = {
  TaskSubmitted: (_, { taskSubmittedEventDetails }) => readDecisionInputs(taskSubmittedEventDetails),
  TaskSucceeded: (_, { taskSucceededEventDetails }) => readResult(taskSucceededEventDetails),
  TaskTimedOut: () => ({ timedOut: true }),
  TaskFailed: ({ failures = [] }, { taskFailedEventDetails }) => ({
    failures: [...failures, readFailure(taskFailedEventDetails)],
  }),
};

/** Adds an event within a visit. The end of the execution ends the visit. */
function addEvent(step: TracedStep, event: Event): void {
  const add = additions[event.type];
  if (add) Object.assign(step, add(step, event));
  else if (event.type.startsWith('Execution')) step.leftAt = event.timestamp.toISOString();
}

function addDetour(step: TracedStep, part: string): void {
  const detour = detours.find((each) => each === part);
  if (detour) step.detours = [...(step.detours ?? []), detour];
}

/** Adds an entered state: a new visit, or a helper state of the present one. */
function enterState(
  steps: TracedStep[],
  { name, at }: { name: string; at: Instant },
  of: { version: number; leg: number },
): void {
  const [stepId = name, part] = name.split(': ');
  const step = steps.at(-1);
  const isPresent = step?.stepId === stepId;
  if (part !== undefined) {
    if (isPresent) addDetour(step, part);
    return;
  }
  // A step that is entered again after a detour is the same visit.
  if (isPresent && step.detours) return;
  if (step) Object.assign(step, { leftAt: at, next: stepId });
  steps.push({ stepId, ...of, enteredAt: at });
}

/**
 * Returns the visits of one execution in order. Helper states (`step: part`) belong to the visit of
 * their step. States before the first step belong to none.
 */
export function traceSteps(events: readonly Event[], of: { version: number; leg: number }): TracedStep[] {
  const steps: TracedStep[] = [];
  for (const event of events) {
    const name = event.stateEnteredEventDetails?.name;
    const step = steps.at(-1);
    if (name !== undefined) enterState(steps, { name, at: event.timestamp.toISOString() }, of);
    else if (step) addEvent(step, event);
  }
  return steps;
}
