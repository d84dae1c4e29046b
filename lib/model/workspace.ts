import * as z from 'zod';
import { canonicalZone } from '../shared/calendar/wall-time.ts';
import { ChurnDefinition } from './churn-definition.ts';
import { StageModel } from './stage.ts';
import { Duration } from '../shared/time.ts';
import { WorkspaceId } from './customer.ts';

export const SendChannel = z.enum(['email', 'sms', 'push', 'whatsapp', 'in-app', 'webhook', 'slack']);
export type SendChannel = z.infer<typeof SendChannel>;

/** Why a message is sent. Marketing needs consent and keeps quiet hours and caps; transactional needs neither. */
export const Purpose = z.enum(['marketing', 'transactional']);
export type Purpose = z.infer<typeof Purpose>;

/** `09:30`, on the clocks of whichever zone is meant. */
export const LocalTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

export const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export type Weekday = z.infer<typeof Weekday>;

/** At most `max` messages within a rolling time, of one channel or purpose where they are named. */
export const FrequencyCap = z.object({
  max: z.int().min(1),
  within: Duration,
  channel: SendChannel.optional(),
  purpose: Purpose.optional(),
});
export type FrequencyCap = z.infer<typeof FrequencyCap>;

/** A brand: its stage model and its rules of contact. Every key in the table starts with its id. */
export const Workspace = z.object({
  id: WorkspaceId,
  name: z.string().min(1).max(100),
  /** IANA zone for customers who tell none. */
  timezone: z.string().default('UTC'),
  stageModel: z.union([z.enum(['five-stage', 'seven-stage', 'growth']), StageModel]).default('five-stage'),
  /** Touchpoints that are a purchase; their `revenue`, `total` or `value` property is its worth. */
  purchaseEvents: z.array(z.string()).default(['Order Completed', 'Purchase', 'Subscription Renewed']),
  /** What leaving means here: key events, horizon, whom it is asked of. */
  churn: ChurnDefinition.optional(),
  /** Marketing goes to whoever did not refuse it, or only to whoever agreed. */
  marketingConsent: z.enum(['opt-out', 'opt-in']).default('opt-out'),
  quietHours: z.object({ from: LocalTime, to: LocalTime }).optional(),
  caps: z.array(FrequencyCap).max(10).default([]),
  /** Ports that webhooks of journeys may call besides 443 and 8443. */
  webhookPorts: z.array(z.int().min(1).max(65_535)).max(20).optional(),
  /** Customers that no journey ever takes in, always the same ones for a salt: what all journeys together are worth. */
  holdout: z.object({ percent: z.number().gt(0).max(50), salt: z.string().min(1) }).optional(),
});
export type Workspace = z.infer<typeof Workspace>;

function isTimezone(name: string): boolean {
  try {
    return canonicalZone(name) !== '';
  } catch {
    return false;
  }
}

/** What a workspace may set of itself, its id left as it is. Strict: a misspelt rule of contact must not be taken for none. */
export const WorkspaceSettings = Workspace.extend({
  id: WorkspaceId.optional(),
  timezone: z.string().refine(isTimezone, 'an IANA time zone: "Asia/Seoul"').default('UTC'),
}).strict();
export type WorkspaceSettings = z.infer<typeof WorkspaceSettings>;
