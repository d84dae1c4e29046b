import * as z from 'zod';
import { wallTime } from '../../shared/calendar/wall-time.ts';
import { type Purpose, type SendChannel, type Workspace } from '../../model/workspace.ts';
import { type JsonObject } from '../../shared/json.ts';
import { type Profile } from '../../model/profile.ts';
import { homeZone } from '../../profile/facts/home-zone.ts';
import { durationMs, Instant, addMs } from '../../shared/time.ts';
import { addressOf } from './address.ts';
import { aheadOf } from '../scheduling/look-ahead.ts';
import { findReachability } from './reachable-hours.ts';
import { type ContactHours } from '../definition/contact-hours.ts';
import { decideAfterPause } from './after-pause.ts';
import { type StepOf } from '../definition/step.ts';

/** Why a message was not sent. */
export const SkipReason = z.enum([
  /** The customer has left the journey. */
  'left',
  /** Its time came while the journey was paused, and it is not to be sent late. */
  'late',
  'channel-not-configured',
  'no-address',
  'no-consent',
  /** The journey sends to nobody whose zone is not known. */
  'unknown-zone',
  /** No hour of the next two years is open. */
  'never-open',
  'frequency-cap',
]);
export type SkipReason = z.infer<typeof SkipReason>;

/** A message that was sent, or may have been: what frequency caps count. */
export const Contact = z.object({ at: Instant, channel: z.string(), purpose: z.string() });
export type Contact = z.infer<typeof Contact>;

export type SendDecision =
  { action: 'send'; to: string } | { action: 'skip'; reason: SkipReason } | { action: 'defer'; until: Instant };

type SendStep = Pick<StepOf<'send'>, 'channel' | 'purpose' | 'url' | 'late'>;

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
      const since = addMs(now, -durationMs(cap.within));
      const counted = contacts.filter(
        ({ at, ...contact }) =>
          at > since &&
          (cap.channel ?? contact.channel) === contact.channel &&
          (cap.purpose ?? contact.purpose) === contact.purpose,
      );
      return counted.length >= cap.max;
    });
}

/** What a message is decided by. */
export interface SendInput {
  step: SendStep;
  enrolmentId: string;
  profile: Profile;
  workspace: Workspace;
  /** The journey's own rules. */
  hours?: ContactHours | undefined;
  /** Channels there is a provider for. */
  channels: ReadonlySet<SendChannel>;
  contacts: Contact[];
  /** When the message's time came, where the journey was paused then. */
  heldSince?: Instant | undefined;
  now: Instant;
}

/**
 * Whether a step's message goes out now, later, or not at all. Marketing needs consent and keeps contact hours and frequency caps;
 * transactional messages need an address only. Nobody who left the journey is written to. What has to wait for more than a day is
 * deferred to a day before, to be decided anew by the zone data of then.
 */
export function decideSend(sending: SendInput): SendDecision {
  const { step, enrolmentId, profile, workspace, hours, channels, contacts, heldSince, now } = sending;
  const skip = (reason: SkipReason): SendDecision => ({ action: 'skip', reason });
  if (!Object.hasOwn(profile.journeys, enrolmentId)) return skip('left');
  if (!channels.has(step.channel)) return skip('channel-not-configured');
  const to = addressOf(profile, step);
  if (to === undefined) return skip('no-address');
  const isMarketing = step.purpose === 'marketing';
  if (isMarketing && !consents(profile, step, workspace.marketingConsent)) return skip('no-consent');
  const zone = homeZone(profile, workspace);
  const late = heldSince === undefined ? 'send' : decideAfterPause(step.late, { since: heldSince, zone, now });
  if (late === 'skip') return skip('late');
  const shifted = late === 'send' ? undefined : late.until;
  if (!isMarketing) return shifted === undefined ? { action: 'send', to } : { action: 'defer', until: shifted };
  const reach = findReachability(profile, { hours, workspace, now: shifted ?? now });
  if (reach.when === 'never') return skip(reach.reason);
  const until = reach.when === 'later' ? reach.until : shifted;
  if (until !== undefined) return { action: 'defer', until: aheadOf(until, shifted ?? now) ?? until };
  if (isCapped(step, contacts, { caps: workspace.caps, now })) return skip('frequency-cap');
  return { action: 'send', to };
}

/** What a message was decided on, for whoever asks why. */
export function decisionDetails({ step, profile, workspace, contacts, heldSince, now }: SendInput): JsonObject {
  const zone = homeZone(profile, workspace);
  return {
    stage: profile.stage?.id ?? null,
    consent: Object.fromEntries(Object.entries(profile.consent).map(([name, { value }]) => [name, value])),
    consentRule: workspace.marketingConsent,
    hasAddress: addressOf(profile, step) !== undefined,
    zone,
    localTime: wallTime(now, zone).time,
    recentMessages: contacts.length,
    ...(heldSince !== undefined && { heldSince }),
  };
}
