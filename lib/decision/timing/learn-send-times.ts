import { type Instant, dayMs } from '../../shared/time.ts';
import { spanMs, type WorkspaceSendTimeStats } from './contact-advice.ts';
import { type ContactOutcome, responseDecay } from './contact-frequency.ts';
import { type Engagement, sendTimeStatsOf } from './send-time.ts';
import { chosenStrengths } from './send-time-strength.ts';

/** How long after a message an act still counts as its response. Milliseconds. */
const responseMs = 3 * dayMs;

/** When a customer acted, and when marketing messages reached them, ms since 1970. */
export interface History {
  customer: string;
  acts: { at: number; channel: string; hour: number }[];
  contacts: number[];
}

/**
 * Returns messages whose response must have come by now, each with the number in the seven days
 * before it.
 */
function contactsOf({ acts, contacts }: History, now: number): ContactOutcome[] {
  return contacts
    .filter((at) => at < now - responseMs)
    .map((at) => ({
      before: contacts.filter((other) => other < at && other >= at - spanMs).length,
      responded: acts.some((act) => act.at > at && act.at <= at + responseMs),
    }));
}

const stored = (strength: number): number | null => (strength < Infinity ? strength : null);

/** Learns hours and message tolerance from customers' histories. Independent of their order. */
export function learnSendTimes(histories: readonly History[], now: Instant): WorkspaceSendTimeStats {
  const acts = histories.flatMap(({ customer, acts: mine }) =>
    mine.map(({ at, channel, hour }): Engagement & { at: number } => {
      return { customer: JSON.stringify([customer, channel]), segment: channel, hour, at };
    }),
  );
  acts.sort((a, b) => a.at - b.at || (a.customer < b.customer ? -1 : 1));
  const habits = sendTimeStatsOf(acts);
  const { segment, customer } = chosenStrengths(acts);
  const decay = responseDecay(histories.flatMap((history) => contactsOf(history, Date.parse(now))));
  return {
    at: now,
    all: habits.all,
    channels: Object.fromEntries(habits.segments),
    strengths: { segment: stored(segment), customer: stored(customer) },
    decay,
  };
}
