import * as z from 'zod';
import { Purpose, SendChannel } from '../ingestion/workspace.ts';
import { JsonObject } from '../json.ts';
import { Predicate } from '../profile/predicate.ts';
import { Label } from '../stage/model.ts';
import { RiskBand } from '../churn/risk.ts';
import { Duration } from '../time.ts';

/** A step's name: what the Step Functions console shows as the state's name. */
export const StepId = z.string().regex(/^[A-Za-z][A-Za-z0-9 _-]{0,59}$/);

/** What a step is called on maps and in the console; its id is for the machine's history. */
const label = Label.optional();

/** Text with `{{traits.firstName | there}}` places: a path, and after the bar what to say where it is empty. */
export const Template = z.object({ subject: z.string().optional(), body: z.string().min(1) });
export type Template = z.infer<typeof Template>;

const Send = z.strictObject({
  kind: z.literal('send'),
  label,
  channel: SendChannel,
  purpose: Purpose,
  template: Template,
  /** Where a webhook posts to. Other channels find the address in the customer's traits. */
  url: z.url().optional(),
  next: StepId,
});
const WaitFor = z.strictObject({ kind: z.literal('wait'), label, for: Duration, next: StepId });
const WaitForEvent = z.strictObject({
  kind: z.literal('waitForEvent'),
  label,
  on: Predicate,
  timeout: Duration,
  next: StepId,
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
const Decide = z.strictObject({
  kind: z.literal('decide'),
  label,
  placement: z.string().min(1),
  /** What later templates call the answer: `{{vars.offer.content.title | …}}`. */
  as: z
    .string()
    .regex(/^[A-Za-z]\w{0,39}$/)
    .default('offer'),
  next: StepId,
});
const UpdateProfile = z.strictObject({
  kind: z.literal('updateProfile'),
  label,
  traits: JsonObject,
  next: StepId,
});
const HumanTask = z.strictObject({
  kind: z.literal('humanTask'),
  label,
  queue: z.string().min(1),
  title: z.string().min(1),
  timeout: Duration,
  /** Answer → step. */
  answers: z.record(z.string().min(1), StepId).refine((answers) => Object.keys(answers).length > 0, 'no answer'),
  onTimeout: StepId,
});
const Exit = z.strictObject({ kind: z.literal('exit'), label, outcome: z.string().min(1).default('completed') });

export const Step = z.discriminatedUnion('kind', [
  Send,
  WaitFor,
  WaitForEvent,
  Branch,
  RandomSplit,
  Decide,
  UpdateProfile,
  HumanTask,
  Exit,
]);
export type Step = z.infer<typeof Step>;
export type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

/** What lets a customer in. A touchpoint's `event` predicate is looked at when it is folded; the others arrive on the bus. */
export const Trigger = z.union([
  z.strictObject({ touchpoint: Predicate }),
  z.strictObject({ stageEntered: z.array(z.string()).min(1) }),
  z.strictObject({ churnBand: z.array(RiskBand).min(1) }),
  z.strictObject({ silentFor: Duration }),
]);
export type Trigger = z.infer<typeof Trigger>;

export const Entry = z.strictObject({
  triggers: z.array(Trigger).min(1),
  condition: Predicate.optional(),
  /** Dotted path in the trigger's properties (`orderId`): one enrolment per value. Without it one per customer. */
  key: z.string().optional(),
  /** When somebody who was in before may enter again; nobody is inside twice with one key. */
  reentry: z.union([z.enum(['never', 'always']), z.strictObject({ after: Duration })]).default('never'),
});

/** A journey as its author writes it. `steps` are reached from `start`; every path ends in an `exit`. */
export const JourneyDefinition = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  version: z.int().min(1),
  name: Label,
  entry: Entry,
  /** Met by a touchpoint at any moment, even in mid-wait: the customer leaves and nothing more is sent. */
  exit: Predicate.optional(),
  start: StepId,
  steps: z.record(StepId, Step),
});
export type JourneyDefinition = z.infer<typeof JourneyDefinition>;
