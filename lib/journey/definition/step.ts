import * as z from 'zod';
import { LocalTime, Purpose, SendChannel, Weekday } from '../../model/workspace.ts';
import { JsonObject } from '../../shared/json.ts';
import { Predicate } from '../../model/predicate.ts';
import { Label } from '../../model/stage.ts';
import { Duration, Instant } from '../../shared/time.ts';
import { HeaderName, HeaderValue } from './http-header.ts';

/** A step's name: what the Step Functions console shows as the state's name. */
export const StepId = z.string().regex(/^[A-Za-z][A-Za-z0-9 _-]{0,59}$/);

/** A name that later templates read a step's answer under: `{{vars.offer.content.title | …}}`. */
const VariableName = z.string().regex(/^[A-Za-z]\w{0,39}$/);

/** What a step is called on maps and in the console; its id is for the machine's history. */
const label = Label.optional();

/** Text with `{{traits.firstName | there}}` places: a path, and after the bar what to say where it is empty. */
export const MessageTemplate = z.object({ subject: z.string().optional(), body: z.string().min(1) });
export type MessageTemplate = z.infer<typeof MessageTemplate>;

/** Tries beyond the first when a step fails, the first of them after `interval`, each next one after twice as long. */
export const StepRetry = z.strictObject({ attempts: z.int().min(0).max(10), interval: Duration });

/** What a step does when it fails for good: `onError` leads on; without it the kind of step says (`lib/journey/compilation/compile-journey.ts`). */
const trouble = { retry: StepRetry.optional(), onError: StepId.optional() };

/**
 * What becomes of a message whose time came while the journey was paused: it goes out when the journey is resumed (`send`), not at all
 * (`skip`), or when that time of day comes next where the customer lives (`shift`).
 */
export const AfterPausePolicy = z.enum(['send', 'skip', 'shift']);
export type AfterPausePolicy = z.infer<typeof AfterPausePolicy>;

const Send = z.strictObject({
  kind: z.literal('send'),
  label,
  channel: SendChannel,
  purpose: Purpose,
  template: MessageTemplate,
  /** Where a webhook or a Slack message is posted to. Other channels find the address in the customer's traits. */
  url: z.url().optional(),
  late: AfterPausePolicy.default('send'),
  ...trouble,
  next: StepId,
});

/** A time from a trait, before (`-3d`) or after (`2h`) it, at a time of day where the customer lives if one is named. */
export const TraitTime = z.strictObject({
  trait: z.string().min(1),
  offset: z
    .string()
    .regex(/^-?\d+(s|m|h|d)$/)
    .optional(),
  at: LocalTime.optional(),
});
export type TraitTime = z.infer<typeof TraitTime>;

/** Exactly one of `for`, `until`, `untilLocal`, `untilTrait` and `between`. A time that has passed waits for nothing. */
const WaitFor = z
  .strictObject({
    kind: z.literal('wait'),
    label,
    for: Duration.optional(),
    until: Instant.optional(),
    /** The next such time where the customer lives, on one of the days if any are named. */
    untilLocal: z.strictObject({ time: LocalTime, weekdays: z.array(Weekday).min(1).optional() }).optional(),
    untilTrait: TraitTime.optional(),
    /** Anything from the first to the second, drawn when the customer enters: the same for every try. */
    between: z.tuple([Duration, Duration]).optional(),
    /** Where to go when the trait of `untilTrait` is no time; without it on, at once. */
    onMissing: StepId.optional(),
    next: StepId,
  })
  .refine(
    (step) => [step.for, step.until, step.untilLocal, step.untilTrait, step.between].filter(Boolean).length === 1,
    'exactly one of for, until, untilLocal, untilTrait, between',
  );

/** The first of what is waited for wins: `on`, or one of `or`, each with its own way on. */
const WaitForEvent = z.strictObject({
  kind: z.literal('waitForEvent'),
  label,
  on: Predicate,
  next: StepId,
  or: z
    .array(z.strictObject({ on: Predicate, next: StepId }))
    .max(10)
    .optional(),
  /** What the touchpoint is called in later templates: `{{vars.reply.properties.score}}`. */
  as: VariableName.optional(),
  timeout: Duration,
  onTimeout: StepId,
});

const Branch = z.strictObject({
  kind: z.literal('branch'),
  label,
  cases: z.array(z.strictObject({ when: Predicate, next: StepId })).min(1),
  otherwise: StepId,
});

const RandomSplit = z.strictObject({
  kind: z.literal('randomSplit'),
  label,
  /** Same salt, same side: for re-entries and later versions too. */
  salt: z.string().min(1),
  paths: z.array(z.strictObject({ weight: z.number().positive(), next: StepId })).min(2),
});

const VariantId = z.string().regex(/^[A-Za-z][A-Za-z0-9 _-]{0,39}$/);

/** How an experiment ends: by hand, at a planned number of customers, or as soon as the evidence, looked at all the time, suffices. */
const Winner = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('manual') }),
  z.strictObject({ mode: z.literal('fixed'), customers: z.int().min(100) }),
  z.strictObject({ mode: z.literal('automatic') }),
]);

/** Customers are assigned by salted hash, so nothing is stored and nobody changes sides; those of the holdout go on without any variant. */
const Experiment = z.strictObject({
  kind: z.literal('experiment'),
  label,
  salt: z.string().min(1),
  variants: z
    .array(z.strictObject({ id: VariantId, weight: z.number().positive(), next: StepId }))
    .min(2)
    .max(19),
  holdout: z.strictObject({ weight: z.number().positive(), next: StepId }).optional(),
  goal: Predicate,
  /** For how long after the assignment the goal counts. */
  window: Duration,
  /** What must not get worse: each is counted like the goal, the fewer the better. */
  guardrails: z
    .array(z.strictObject({ name: z.string().min(1), event: Predicate }))
    .max(5)
    .refine(
      (rails) => new Set(['goal', ...rails.map(({ name }) => name)]).size === rails.length + 1,
      'each has a name of its own, and none is "goal"',
    )
    .default([]),
  winner: Winner.default({ mode: 'manual' }),
});

const Decide = z.strictObject({
  kind: z.literal('decide'),
  label,
  placement: z.string().min(1),
  as: VariableName.default('offer'),
  ...trouble,
  next: StepId,
});

const UpdateProfile = z.strictObject({
  kind: z.literal('updateProfile'),
  label,
  /** Strings may hold `{{…}}` places. */
  traits: JsonObject,
  ...trouble,
  next: StepId,
});

/** Tells the bus, as `JourneyEventEmitted`. Strings in the properties may hold `{{…}}` places. */
const EmitEvent = z.strictObject({
  kind: z.literal('emitEvent'),
  label,
  event: z.string().min(1),
  properties: JsonObject.default({}),
  ...trouble,
  next: StepId,
});

/** Calls a URL, signed as Standard Webhooks are, and keeps the answer (`status`, `body`) under `as`. An answer other than 2xx is a failure. */
const Webhook = z.strictObject({
  kind: z.literal('webhook'),
  label,
  url: z.url(),
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE', 'GET']).default('POST'),
  /** Values may hold `{{…}}` places. */
  headers: z.record(HeaderName, HeaderValue).default({}),
  /** Strings may hold `{{…}}` places. */
  body: JsonObject.optional(),
  as: VariableName.optional(),
  ...trouble,
  next: StepId,
});

const HumanTask = z.strictObject({
  kind: z.literal('humanTask'),
  label,
  queue: z.string().min(1),
  title: z.string().min(1),
  /** Who should do it; may be a `{{traits.owner}}` place. */
  assignee: z.string().min(1).optional(),
  timeout: Duration,
  /** Answer → step. */
  answers: z.record(z.string().min(1), StepId).refine((answers) => Object.keys(answers).length > 0, 'no answer'),
  onTimeout: StepId,
});

/** Knocks at the door of another journey of the workspace, with these properties; its entry rules decide. */
const StartJourney = z.strictObject({
  kind: z.literal('startJourney'),
  label,
  journey: z.string().min(1),
  properties: JsonObject.default({}),
  ...trouble,
  next: StepId,
});

/** Back to an earlier step, at most `limit` times; then on to `next`. */
const GoTo = z.strictObject({
  kind: z.literal('goTo'),
  label,
  to: StepId,
  limit: z.int().min(1).max(1_000),
  next: StepId,
});

const Exit = z.strictObject({ kind: z.literal('exit'), label, outcome: z.string().min(1).default('completed') });

export const Step = z.discriminatedUnion('kind', [
  Send,
  WaitFor,
  WaitForEvent,
  Branch,
  RandomSplit,
  Experiment,
  Decide,
  UpdateProfile,
  EmitEvent,
  Webhook,
  HumanTask,
  StartJourney,
  GoTo,
  Exit,
]);
export type Step = z.infer<typeof Step>;
export type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;
