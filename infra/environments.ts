import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import * as z from 'zod';

const LogDays = z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)]);
export type LogDays = z.infer<typeof LogDays>;

/** What differs between deployments of the one template. A misspelt setting is an error, not a default. */
export const Settings = z.strictObject({
  /** Whether the table and its logs outlive the stack, and the table refuses to be deleted. */
  keepsData: z.boolean(),
  /** Days that logs are kept: of functions, of the gateway, of state machines. */
  logDays: LogDays,
  /** MB of every function that asks for no other. Lambda gives processor time by memory: at 512 MB a cold start takes half as long as at 256. */
  memoryMb: z.int().min(128).max(10_240).default(512),
  /** What the gateway lets through before it answers 429: requests a second, and at once. */
  throttle: z.strictObject({ rate: z.int().min(1), burst: z.int().min(1) }),
  /**
   * Quota of the account for concurrent executions of Lambda, as Service Quotas shows it. Of it `collect`, `project`, `relay` and `send` reserve
   * shares (`infra/functions/reserved-concurrency.ts`). Missing: nothing is reserved, as a new account has 10 and a deployment that reserves more fails.
   */
  accountConcurrency: z.int().min(10).optional(),
  /** People let go on in a second when a paused journey is resumed: no burst for the providers. SES sends 14 a second to begin with. */
  releasePerSecond: z.int().min(1).max(500).default(10),
  /** Alarms cost about $0.10 each a month past the first ten of an account, also when idle. */
  alarms: z.boolean(),
  /** Who is told of alarms: a new topic that mails to this address, or a topic there is. */
  alarmEmail: z.email().optional(),
  alarmTopicArn: z.string().startsWith('arn:').optional(),
  /** The sender, and the SES identity (an address or a domain) that was verified for it. Without it e-mail is skipped: `channel-not-configured`. */
  email: z.strictObject({ from: z.email(), identity: z.string().min(1) }).optional(),
  /**
   * What text messages are sent from: the ARN of a phone number, pool or sender id of AWS End User Messaging SMS. `configurationSet`: the
   * name of the one that says where their deliveries are told.
   */
  sms: z
    .strictObject({
      originArn: z.string().regex(/^arn:aws[\w-]*:sms-voice:/),
      configurationSet: z.string().min(1).optional(),
    })
    .optional(),
  /** Apps that are pushed to: ARNs of SNS platform applications. A customer's trait `pushEndpoint` is an endpoint of one of them. */
  push: z
    .strictObject({ applicationArns: z.array(z.string().regex(/^arn:aws[\w-]*:sns:[\w-]+:\d+:app\//)).min(1) })
    .optional(),
  /** A phone number of AWS End User Messaging Social, by its ARN. */
  whatsapp: z
    .strictObject({ phoneNumberArn: z.string().regex(/^arn:aws[\w-]*:social-messaging:.*:phone-number-id\//) })
    .optional(),
  /** Own name of the API; its certificate lies in us-east-1. */
  domain: z.strictObject({ name: z.hostname(), certificateArn: z.string().startsWith('arn:') }).optional(),
  /** A WAF web ACL of scope CLOUDFRONT, which lies in us-east-1. */
  webAclArn: z.string().startsWith('arn:').optional(),
  /** Whether CloudFront logs its requests, too; the gateway always does. */
  edgeLogs: z.boolean().default(false),
  /** Where CloudFront answers from: `PriceClass_100` is North America and Europe, `PriceClass_All` everywhere. */
  priceClass: z.enum(PriceClass).default(PriceClass.PRICE_CLASS_ALL),
});
export type Settings = z.infer<typeof Settings>;

export const environmentNames = ['dev', 'staging', 'prod', 'local'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** `local` is never deployed: `npm start` runs it, and it differs in nothing that runs. */
const environments: Record<EnvironmentName, z.input<typeof Settings>> = {
  dev: { keepsData: false, logDays: 7, throttle: { rate: 100, burst: 200 }, alarms: false },
  staging: { keepsData: false, logDays: 30, throttle: { rate: 500, burst: 1_000 }, alarms: true },
  prod: { keepsData: true, logDays: 90, throttle: { rate: 5_000, burst: 5_000 }, alarms: true },
  local: {
    ...{ keepsData: false, logDays: 7, throttle: { rate: 10_000, burst: 5_000 }, alarms: true, releasePerSecond: 500 },
    // Reserved as in a usual account; the runner has processes of its own and reserves none.
    accountConcurrency: 1_000,
    // Nothing leaves the machine: the runner's outbox shows what would have been sent.
    email: { from: 'journeys@example.com', identity: 'example.com' },
    sms: { originArn: 'arn:aws:sms-voice:us-east-1:000000000000:phone-number/phone-local' },
    push: { applicationArns: ['arn:aws:sns:us-east-1:000000000000:app/GCM/local'] },
    whatsapp: {
      phoneNumberArn: 'arn:aws:social-messaging:us-east-1:000000000000:phone-number-id/phone-number-id-local',
    },
  },
};

/** The settings of an environment. Throws for a name that is none, and for settings that are not right. */
export function settingsOf(name: string): Settings {
  const known = environmentNames.find((each) => each === name);
  if (!known) throw new Error(`-c env=${name}: there is ${environmentNames.join(', ')}`);
  const read = Settings.safeParse(environments[known]);
  if (!read.success) throw new Error(`infra/environments.ts, ${known}: ${z.prettifyError(read.error)}`);
  return read.data;
}
