import * as z from 'zod';
import { canonicalZone } from '../shared/calendar/wall-time.ts';
import { ChurnDefinition } from './churn-definition.ts';
import { StageModel } from './stage.ts';
import { Duration } from '../shared/time.ts';
import { WorkspaceId } from './customer.ts';

/** A channel of messages to customers. */
export const SendChannel = z.enum(['email', 'sms', 'push', 'whatsapp', 'in-app', 'webhook', 'slack']);
export type SendChannel = z.infer<typeof SendChannel>;

/**
 * Why a message is sent. Marketing requires consent and obeys quiet hours and caps; transactional
 * does not.
 */
export const Purpose = z.enum(['marketing', 'transactional']);
export type Purpose = z.infer<typeof Purpose>;

/** A time of day such as `09:30`, in the zone given by its use. */
export const LocalTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** A day of the week. */
export const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export type Weekday = z.infer<typeof Weekday>;

/** At most `max` messages within a rolling time, of one channel or purpose if named. */
export const FrequencyCap = z.object({
  max: z.int().min(1),
  within: Duration,
  channel: SendChannel.optional(),
  purpose: Purpose.optional(),
});
export type FrequencyCap = z.infer<typeof FrequencyCap>;

/** A brand: its stage model and its contact rules. Its id starts every key of the table. */
export const Workspace = z.object({
  id: WorkspaceId,
  name: z.string().min(1).max(100),
  /** IANA zone of customers without a zone of their own. */
  timezone: z.string().default('UTC'),
  stageModel: z.union([z.enum(['five-stage', 'seven-stage', 'growth']), StageModel]).default('five-stage'),
  /** Touchpoints that are a purchase. `revenue`, `total` or `value` is the worth. */
  purchaseEvents: z.array(z.string()).default(['Order Completed', 'Purchase', 'Subscription Renewed']),
  /** The churn definition: key events, horizon, eligible customers. */
  churn: ChurnDefinition.optional(),
  /** Marketing is sent to customers who did not refuse, or only to those who agreed. */
  marketingConsent: z.enum(['opt-out', 'opt-in']).default('opt-out'),
  quietHours: z.object({ from: LocalTime, to: LocalTime }).optional(),
  caps: z.array(FrequencyCap).max(10).default([]),
  /** Ports that journeys' webhooks may call besides 443 and 8443. */
  webhookPorts: z.array(z.int().min(1).max(65_535)).max(20).optional(),
  /**
   * Customers excluded from all journeys, the same ones for a salt. They measure the effect of all
   * journeys together.
   */
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

/**
 * The settings that a workspace may change, without its id. Strict, so that a misspelt contact rule
 * is not ignored.
 */
export const WorkspaceSettings = Workspace.extend({
  id: WorkspaceId.optional(),
  timezone: z.string().refine(isTimezone, 'an IANA time zone: "Asia/Seoul"').default('UTC'),
}).strict();
export type WorkspaceSettings = z.infer<typeof WorkspaceSettings>;
