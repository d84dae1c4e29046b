import { type Workspace } from '#lib/model/workspace.ts';
import { type StepOf } from '#lib/journey/definition/step.ts';
import { durationMs } from '#lib/shared/time.ts';
import { type Customer } from './customers.ts';

const minute = 60_000;
const day = 86_400_000;

/** When clocks (UTC) next show the time of day they showed then. */
const sameTime = (then: number, now: number): number => now + ((((then - now) % day) + day) % day);

/** The first moment from then on that is not within quiet hours. */
function awake(from: number, quiet: Workspace['quietHours']): number {
  const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
  let at = from;
  while (quiet && (clock(at) >= quiet.from || clock(at) < quiet.to)) at += minute;
  return at;
}

function isEnough({ contacts }: Customer, { caps }: Workspace, now: number): boolean {
  return caps.some(({ max, within, purpose }) => {
    const since = now - durationMs(within);
    return contacts.filter((one) => one.at > since && (purpose ?? one.purpose) === one.purpose).length >= max;
  });
}

/** How a message ends that is due now, or until when it is put off. `heldSince`: when it was due before a pause. */
export function endOf(
  { purpose, late }: StepOf<'send'>,
  customer: Customer,
  { settings, heldSince, now }: { settings: Workspace; heldSince: number | undefined; now: number },
): string | number {
  const isMarketing = purpose === 'marketing';
  const { consent, hasAddress } = customer;
  if (!hasAddress) return 'no-address';
  if (isMarketing && (consent === false || (consent === undefined && settings.marketingConsent === 'opt-in')))
    return 'no-consent';
  if (heldSince !== undefined && late === 'skip') return 'late';
  const shifted = heldSince !== undefined && late === 'shift' ? sameTime(heldSince, now) : now;
  const when = isMarketing ? awake(shifted, settings.quietHours) : shifted;
  if (when > now) return when;
  return isMarketing && isEnough(customer, settings, now) ? 'frequency-cap' : 'sent';
}
