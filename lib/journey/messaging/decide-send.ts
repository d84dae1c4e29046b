import * as z from 'zod';
import { wallTime } from '../../shared/calendar/wall-time.ts';
import { type FrequencyCap, type Purpose, type SendChannel, type Workspace } from '../../model/workspace.ts';
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

/** Returns whether a cap counts messages of this channel and purpose. */
const capApplies = (cap: FrequencyCap, { channel, purpose }: { channel: string; purpose: string }): boolean =>
  (cap.channel ?? channel) === channel && (cap.purpose ?? purpose) === purpose;

/** Returns whether the contacts have reached a cap that applies to the step. */
function isCapped(
  step: SendStep,
  contacts: Contact[],
  { caps, now }: Pick<Workspace, 'caps'> & { now: Instant },
): boolean {
  return caps.some((cap) => {
    if (!capApplies(cap, step)) return false;
    const since = addMs(now, -durationMs(cap.within));
    return contacts.filter((contact) => contact.at > since && capApplies(cap, contact)).length >= cap.max;
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

const skip = (reason: SkipReason): SendDecision => ({ action: 'skip', reason });

const defer = (until: Instant): SendDecision => ({ action: 'defer', until });

/** Returns the address, or the reason why the customer gets no message whatever the time. */
function permitSend(input: SendInput): { to: string } | { reason: SkipReason } {
  const { step, enrolmentId, profile, workspace, channels } = input;
  if (!Object.hasOwn(profile.journeys, enrolmentId)) return { reason: 'left' };
  if (!channels.has(step.channel)) return { reason: 'channel-not-configured' };
  const to = addressOf(profile, step);
  if (to === undefined) return { reason: 'no-address' };
  const needsConsent = step.purpose === 'marketing';
  if (needsConsent && !consents(profile, step, workspace.marketingConsent)) return { reason: 'no-consent' };
  return { to };
}

/** Applies the step's policy to a message that was due while the journey was paused. */
function decideDelayedSend({
  step,
  profile,
  workspace,
  heldSince,
  now,
}: SendInput): 'send' | 'skip' | { until: Instant } {
  if (heldSince === undefined) return 'send';
  return decideAfterPause(step.late, { since: heldSince, zone: homeZone(profile, workspace), now });
}

/**
 * Applies contact hours and frequency caps to a permitted marketing message. `shifted` is the time
 * to which a pause moved it.
 */
function decideMarketing(input: SendInput, to: string, shifted: Instant | undefined): SendDecision {
  const { step, profile, workspace, hours, contacts, now } = input;
  const due = shifted ?? now;
  const reach = findReachability(profile, { hours, workspace, now: due });
  if (reach.when === 'never') return skip(reach.reason);
  const until = reach.when === 'later' ? reach.until : shifted;
  if (until !== undefined) return defer(aheadOf(until, due) ?? until);
  if (isCapped(step, contacts, { caps: workspace.caps, now })) return skip('frequency-cap');
  return { action: 'send', to };
}

/**
 * Decides whether a step's message is sent now, later, or not at all. An ended enrolment gets none.
 * Marketing needs consent and keeps contact hours and frequency caps. A wait of over a day is
 * deferred to one day before its end, and decided again with the time zone data of that day.
 */
export function decideSend(input: SendInput): SendDecision {
  const permission = permitSend(input);
  if ('reason' in permission) return skip(permission.reason);
  const { to } = permission;
  const delayed = decideDelayedSend(input);
  if (delayed === 'skip') return skip('late');
  const shifted = delayed === 'send' ? undefined : delayed.until;
  if (input.step.purpose === 'marketing') return decideMarketing(input, to, shifted);
  return shifted === undefined ? { action: 'send', to } : defer(shifted);
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
