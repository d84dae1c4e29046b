import * as z from 'zod';
import { type Purpose, type SendChannel, type Workspace } from '../ingestion/workspace.ts';
import { type Profile } from '../profile/profile.ts';
import { durationMs, Instant, plus } from '../time.ts';
import { type StepOf } from './step.ts';
import { quietUntil, zoneOf } from './quiet-hours.ts';

/** Why a message was not sent. */
export const SkipReason = z.enum([
  /** The customer has left the journey. */
  'left',
  'channel-not-configured',
  'no-address',
  'no-consent',
  'frequency-cap',
]);
export type SkipReason = z.infer<typeof SkipReason>;

/** A message that was sent, or may have been: what frequency caps count. */
export const Contact = z.object({ at: Instant, channel: z.string(), purpose: z.string() });
export type Contact = z.infer<typeof Contact>;

export type SendDecision =
  { action: 'send'; to: string } | { action: 'skip'; reason: SkipReason } | { action: 'defer'; until: Instant };

type SendStep = Pick<StepOf<'send'>, 'channel' | 'purpose' | 'url'>;

const maxAddressLength = 320;

function emailOf({ traits }: Profile): string | undefined {
  const email = traits.email?.value;
  return typeof email === 'string' && email.length <= maxAddressLength && /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(email)
    ? email
    : undefined;
}

/** Where each channel finds a customer: undefined when it does not. No provider for a channel, no way to send on it. */
const addresses = {
  email: emailOf,
  webhook: (_profile, { url }) => url,
  sms: 'not-configured',
  push: 'not-configured',
} as const satisfies Record<SendChannel, 'not-configured' | ((profile: Profile, step: SendStep) => string | undefined)>;

/** What marketing needs and the workspace's way to ask for it: nobody said no, or somebody said yes. */
function consents({ consent }: Profile, { channel, purpose }: SendStep, rule: Workspace['marketingConsent']): boolean {
  const said = Object.entries(consent).filter(([name]) => [channel, purpose].includes(name.toLowerCase() as Purpose));
  if (said.some(([, { value }]) => !value)) return false;
  return rule === 'opt-out' || said.length > 0;
}

function isCapped(
  { channel, purpose }: SendStep,
  contacts: Contact[],
  { caps, now }: Pick<Workspace, 'caps'> & { now: Instant },
): boolean {
  return caps
    .filter((cap) => (cap.channel ?? channel) === channel && (cap.purpose ?? purpose) === purpose)
    .some((cap) => {
      const since = plus(now, -durationMs(cap.within));
      const counted = contacts.filter(
        ({ at, ...contact }) =>
          at > since &&
          (cap.channel ?? contact.channel) === contact.channel &&
          (cap.purpose ?? contact.purpose) === contact.purpose,
      );
      return counted.length >= cap.max;
    });
}

/**
 * Whether a step's message goes out now, later, or not at all. Marketing needs consent and keeps quiet hours and frequency caps;
 * transactional messages need an address only. Nobody who left the journey is written to.
 */
export function decideSend({
  step,
  enrolmentId,
  profile,
  workspace,
  contacts,
  now,
}: {
  step: SendStep;
  enrolmentId: string;
  profile: Profile;
  workspace: Workspace;
  contacts: Contact[];
  now: Instant;
}): SendDecision {
  if (!Object.hasOwn(profile.journeys, enrolmentId)) return { action: 'skip', reason: 'left' };
  const addressOf = addresses[step.channel];
  if (addressOf === 'not-configured') return { action: 'skip', reason: 'channel-not-configured' };
  const to = addressOf(profile, step);
  if (to === undefined) return { action: 'skip', reason: 'no-address' };
  if (step.purpose === 'transactional') return { action: 'send', to };
  if (!consents(profile, step, workspace.marketingConsent)) return { action: 'skip', reason: 'no-consent' };
  const until = workspace.quietHours && quietUntil(workspace.quietHours, zoneOf(profile, workspace), now);
  if (until !== undefined) return { action: 'defer', until };
  if (isCapped(step, contacts, { caps: workspace.caps, now })) return { action: 'skip', reason: 'frequency-cap' };
  return { action: 'send', to };
}
