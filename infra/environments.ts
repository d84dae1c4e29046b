import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import * as z from 'zod';

const LogDays = z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)]);
export type LogDays = z.infer<typeof LogDays>;

/** Settings that differ between deployments of the template. A misspelt setting is an error. */
export const Settings = z.strictObject({
  /** Whether the table and logs outlive the stack, and the table has deletion protection. */
  keepsData: z.boolean(),
  /** Retention of logs of functions, gateway and state machines, days. */
  logDays: LogDays,
  /**
   * Memory of functions that state none, MB. Processor time follows memory: a cold start at 512 MB
   * takes half as long as at 256.
   */
  memoryMb: z.int().min(128).max(10_240).default(512),
  /** The gateway's limits before it answers 429: requests a second, and burst. */
  throttle: z.strictObject({ rate: z.int().min(1), burst: z.int().min(1) }),
  /**
   * The account's quota of concurrent Lambda executions, as Service Quotas shows it. Shares of it
   * are reserved (`infra/functions/reserved-concurrency.ts`). Undefined: none is reserved, because
   * a new account has 10 and a deployment that reserves more fails.
   */
  accountConcurrency: z.int().min(10).optional(),
  /**
   * Steps resumed a second after a pause, so that providers get no burst. SES starts at 14 a
   * second.
   */
  releasePerSecond: z.int().min(1).max(500).default(10),
  /** Alarms cost about $0.10 each a month past the first ten of an account, also when idle. */
  alarms: z.boolean(),
  /** Recipient of alarms: a new topic that mails to this address, or an existing topic. */
  alarmEmail: z.email().optional(),
  alarmTopicArn: z.string().startsWith('arn:').optional(),
  /**
   * The sender, and the verified SES identity (an address or a domain). Undefined: e-mail is
   * skipped, `channel-not-configured`.
   */
  email: z.strictObject({ from: z.email(), identity: z.string().min(1) }).optional(),
  /**
   * Origin of text messages: the ARN of a phone number, pool or sender id of AWS End User Messaging
   * SMS. `configurationSet` names the one that publishes delivery events.
   */
  sms: z
    .strictObject({
      originArn: z.string().regex(/^arn:aws[\w-]*:sms-voice:/),
      configurationSet: z.string().min(1).optional(),
    })
    .optional(),
  /** ARNs of SNS platform applications. A customer's trait `pushEndpoint` is an endpoint of one. */
  push: z
    .strictObject({ applicationArns: z.array(z.string().regex(/^arn:aws[\w-]*:sns:[\w-]+:\d+:app\//)).min(1) })
    .optional(),
  /** A phone number of AWS End User Messaging Social, by its ARN. */
  whatsapp: z
    .strictObject({ phoneNumberArn: z.string().regex(/^arn:aws[\w-]*:social-messaging:.*:phone-number-id\//) })
    .optional(),
  /** Own domain of the API. Its certificate must be in us-east-1. */
  domain: z.strictObject({ name: z.hostname(), certificateArn: z.string().startsWith('arn:') }).optional(),
  /** A WAF web ACL of scope CLOUDFRONT, in us-east-1. */
  webAclArn: z.string().startsWith('arn:').optional(),
  /** Whether CloudFront logs requests too. The gateway always does. */
  edgeLogs: z.boolean().default(false),
  /**
   * Locations of CloudFront: `PriceClass_100` is North America and Europe, `PriceClass_All`
   * everywhere.
   */
  priceClass: z.enum(PriceClass).default(PriceClass.PRICE_CLASS_ALL),
});
export type Settings = z.infer<typeof Settings>;

export const environmentNames = ['dev', 'staging', 'prod', 'local'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** `local` is never deployed. `npm start` runs it, with the same functions and machines. */
const environments: Record<EnvironmentName, z.input<typeof Settings>> = {
  dev: { keepsData: false, logDays: 7, throttle: { rate: 100, burst: 200 }, alarms: false },
  staging: { keepsData: false, logDays: 30, throttle: { rate: 500, burst: 1_000 }, alarms: true },
  prod: { keepsData: true, logDays: 90, throttle: { rate: 5_000, burst: 5_000 }, alarms: true },
  local: {
    ...{ keepsData: false, logDays: 7, throttle: { rate: 10_000, burst: 5_000 }, alarms: true, releasePerSecond: 500 },
    // Reserved as in a usual account. The runner has its own limit of processes and ignores it.
    accountConcurrency: 1_000,
    // Nothing leaves the machine: the runner's outbox shows the messages.
    email: { from: 'journeys@example.com', identity: 'example.com' },
    sms: { originArn: 'arn:aws:sms-voice:us-east-1:000000000000:phone-number/phone-local' },
    push: { applicationArns: ['arn:aws:sns:us-east-1:000000000000:app/GCM/local'] },
    whatsapp: {
      phoneNumberArn: 'arn:aws:social-messaging:us-east-1:000000000000:phone-number-id/phone-number-id-local',
    },
  },
};

/** Returns the settings of an environment. Throws for an unknown name and for invalid settings. */
export function settingsOf(name: string): Settings {
  const known = environmentNames.find((each) => each === name);
  if (!known) throw new Error(`-c env=${name}: there is ${environmentNames.join(', ')}`);
  const read = Settings.safeParse(environments[known]);
  if (!read.success) throw new Error(`infra/environments.ts, ${known}: ${z.prettifyError(read.error)}`);
  return read.data;
}
