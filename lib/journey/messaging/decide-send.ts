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
import { mapValues } from '../../shared/records.ts';

/** Why a message was not sent. */
export const SkipReason = z.enum([
  /** The enrolment has ended. */
  'left',
  /** The message was due while the journey was paused, and its policy is `skip`. */
  'late',
  'channel-not-configured',
  'no-address',
  'no-consent',
  /** The journey does not send to customers without a known time zone. */
  'unknown-zone',
  /** No open hour within the next two years. */
  'never-open',
  'frequency-cap',
]);
export type SkipReason = z.infer<typeof SkipReason>;

/** A message that was sent or may have been sent. Frequency caps count these. */
export const Contact = z.object({ at: Instant, channel: z.string(), purpose: z.string() });
export type Contact = z.infer<typeof Contact>;

/** What to do with a message: send it to an address, skip it, or decide again at `until`. */
export type SendDecision =
  { action: 'send'; to: string } | { action: 'skip'; reason: SkipReason } | { action: 'defer'; until: Instant };

type SendStep = Pick<StepOf<'send'>, 'channel' | 'purpose' | 'url' | 'late'>;

/**
 * Returns whether the customer consents to a channel and purpose. Any refusal forbids. Without an
 * answer, `opt-out` allows and `opt-in` forbids.
 */
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

/** What the decision depends on. */
export interface SendInput {
  step: SendStep;
  enrolmentId: string;
  profile: Profile;
  workspace: Workspace;
  /** Contact hours of the journey. */
  hours?: ContactHours | undefined;
  /** Channels with a provider. */
  channels: ReadonlySet<SendChannel>;
  contacts: Contact[];
  /** When the message was due, if the journey was paused then. */
  heldSince?: Instant | undefined;
  now: Instant;
}

/**
 * Decides whether a step's message is sent now, later, or not at all. An ended enrolment gets none.
 * Marketing needs consent and keeps contact hours and frequency caps. A wait of over a day is
 * deferred to one day before its end, and decided again with the time zone data of that day.
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

/** Returns the values the decision was made on, for the trace. */
export function decisionDetails({ step, profile, workspace, contacts, heldSince, now }: SendInput): JsonObject {
  const zone = homeZone(profile, workspace);
  return {
    stage: profile.stage?.id ?? null,
    consent: mapValues(profile.consent, ({ value }) => value),
    consentRule: workspace.marketingConsent,
    hasAddress: addressOf(profile, step) !== undefined,
    zone,
    localTime: wallTime(now, zone).time,
    recentMessages: contacts.length,
    ...(heldSince !== undefined && { heldSince }),
  };
}
