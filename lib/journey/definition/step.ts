import * as z from 'zod';
import { LocalTime, Purpose, SendChannel, Weekday } from '../../model/workspace.ts';
import { JsonObject } from '../../shared/json.ts';
import { Predicate } from '../../model/predicate.ts';
import { Label } from '../../model/stage.ts';
import { Duration, Instant } from '../../shared/time.ts';
import { HeaderName, HeaderValue } from './http-header.ts';

/** Id of a step. It is the name of its state in the Step Functions console. */
export const StepId = z.string().regex(/^[A-Za-z][A-Za-z0-9 _-]{0,59}$/);

/** Name under which templates read a step's result: `{{vars.offer.content.title | …}}`. */
const VariableName = z.string().regex(/^[A-Za-z]\w{0,39}$/);

/** Name of a step on maps and in the console. Its id is for the machine's history. */
const label = Label.optional();

/**
 * Text with placeholders such as `{{traits.firstName | there}}`: a path, and a fallback for an
 * empty value.
 */
export const MessageTemplate = z.object({ subject: z.string().optional(), body: z.string().min(1) });
export type MessageTemplate = z.infer<typeof MessageTemplate>;

/** Attempts after a failure. The first comes after `interval`, and each next delay doubles. */
export const StepRetry = z.strictObject({ attempts: z.int().min(0).max(10), interval: Duration });

/**
 * Failure handling. After the last attempt the enrolment goes to `onError`. Without it the step
 * kind decides (`lib/journey/compilation/compile-journey.ts`).
 */
const trouble = { retry: StepRetry.optional(), onError: StepId.optional() };

/**
 * What to do with a message that was due while the journey was paused: send it on resuming
 * (`send`), drop it (`skip`), or send it at that time of day on the customer's clocks (`shift`).
 */
export const AfterPausePolicy = z.enum(['send', 'skip', 'shift']);
export type AfterPausePolicy = z.infer<typeof AfterPausePolicy>;

const Send = z.strictObject({
  kind: z.literal('send'),
  label,
  channel: SendChannel,
  purpose: Purpose,
  template: MessageTemplate,
  /**
   * URL to which a webhook or Slack message is posted. Other channels read the address from traits.
   */
  url: z.url().optional(),
  late: AfterPausePolicy.default('send'),
  ...trouble,
  next: StepId,
});

/**
 * A time from a trait, with an offset before (`-3d`) or after (`2h`) it, and an optional time of
 * day on the customer's clocks.
 */
export const TraitTime = z.strictObject({
  trait: z.string().min(1),
  offset: z
    .string()
    .regex(/^-?\d+(s|m|h|d)$/)
    .optional(),
  at: LocalTime.optional(),
});
export type TraitTime = z.infer<typeof TraitTime>;

/**
 * Exactly one of `for`, `until`, `untilLocal`, `untilTrait` and `between`. A past time does not
 * wait.
 */
const WaitFor = z
  .strictObject({
    kind: z.literal('wait'),
    label,
    for: Duration.optional(),
    until: Instant.optional(),
    /** The next such time on the customer's clocks, on one of `weekdays` if given. */
    untilLocal: z.strictObject({ time: LocalTime, weekdays: z.array(Weekday).min(1).optional() }).optional(),
    untilTrait: TraitTime.optional(),
    /** Random duration between both. Drawn at entry, so the same on each attempt. */
    between: z.tuple([Duration, Duration]).optional(),
    /** Step if the trait of `untilTrait` is no time. Default: `next`, without delay. */
    onMissing: StepId.optional(),
    next: StepId,
  })
  .refine(
    (step) => [step.for, step.until, step.untilLocal, step.untilTrait, step.between].filter(Boolean).length === 1,
    'exactly one of for, until, untilLocal, untilTrait, between',
  );

/** The first match wins: `on` or one of `or`, each with its own next step. */
const WaitForEvent = z.strictObject({
  kind: z.literal('waitForEvent'),
  label,
  on: Predicate,
  next: StepId,
  or: z
    .array(z.strictObject({ on: Predicate, next: StepId }))
    .max(10)
    .optional(),
  /** Name of the touchpoint in later templates: `{{vars.reply.properties.score}}`. */
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
  /** The same salt assigns a customer to the same side, also in re-entries and later versions. */
  salt: z.string().min(1),
  paths: z.array(z.strictObject({ weight: z.number().positive(), next: StepId })).min(2),
});

const VariantId = z.string().regex(/^[A-Za-z][A-Za-z0-9 _-]{0,39}$/);

/**
 * How an experiment ends: by hand, at a planned sample size, or by sequential testing once the
 * evidence suffices.
 */
const Winner = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('manual') }),
  z.strictObject({ mode: z.literal('fixed'), customers: z.int().min(100) }),
  z.strictObject({ mode: z.literal('automatic') }),
]);

/**
 * Customers are assigned by salted hash, so nothing is stored and no customer changes variant. The
 * holdout continues without a variant.
 */
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
  /** How long the goal counts after the assignment. */
  window: Duration,
  /** Events that must not become more frequent. Each is counted like the goal. */
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
  /** Strings may hold `{{…}}` placeholders. */
  traits: JsonObject,
  ...trouble,
  next: StepId,
});

/**
 * Publishes `JourneyEventEmitted` on the bus. Strings in `properties` may hold `{{…}}`
 * placeholders.
 */
const EmitEvent = z.strictObject({
  kind: z.literal('emitEvent'),
  label,
  event: z.string().min(1),
  properties: JsonObject.default({}),
  ...trouble,
  next: StepId,
});

/**
 * Calls a URL, signed by Standard Webhooks, and stores `status` and `body` under `as`. An answer
 * other than 2xx is a failure.
 */
const Webhook = z.strictObject({
  kind: z.literal('webhook'),
  label,
  url: z.url(),
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE', 'GET']).default('POST'),
  /** Values may hold `{{…}}` placeholders. */
  headers: z.record(HeaderName, HeaderValue).default({}),
  /** Strings may hold `{{…}}` placeholders. */
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
  /** Person who should do it. May be a placeholder such as `{{traits.owner}}`. */
  assignee: z.string().min(1).optional(),
  timeout: Duration,
  /** Next step by answer. */
  answers: z.record(z.string().min(1), StepId).refine((answers) => Object.keys(answers).length > 0, 'no answer'),
  onTimeout: StepId,
});

/**
 * Requests an entry to another journey of the workspace with these properties. Its entry rules
 * decide.
 */
const StartJourney = z.strictObject({
  kind: z.literal('startJourney'),
  label,
  journey: z.string().min(1),
  properties: JsonObject.default({}),
  ...trouble,
  next: StepId,
});

/** Goes back to an earlier step, at most `limit` times, then to `next`. */
const GoTo = z.strictObject({
  kind: z.literal('goTo'),
  label,
  to: StepId,
  limit: z.int().min(1).max(1_000),
  next: StepId,
});

const Exit = z.strictObject({ kind: z.literal('exit'), label, outcome: z.string().min(1).default('completed') });

/** A step of a journey, by kind. */
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
/** A step of one kind. */
export type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;
