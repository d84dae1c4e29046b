import { isDate } from '../../shared/calendar/wall-time.ts';
import { type SendChannel } from '../../model/workspace.ts';
import { namesPrivateAddress } from '../../shared/http/private-networks.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type ContactHours } from '../definition/contact-hours.ts';
import { type Trigger } from '../definition/trigger.ts';
import { isOwnHeader } from '../definition/http-header.ts';
import { portOf, usualPorts } from '../definition/webhook-ports.ts';
import { type StepOf } from '../definition/step.ts';
import { predicatesInJourney, traitsInPredicate } from './predicate-rules.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepAt, stepsOfKind, warningAt } from './diagnostic.ts';
import { type ValidationContext } from './validation-context.ts';

/** Channels that post to the step's URL instead of an address of the customer. */
const byUrl: readonly SendChannel[] = ['webhook', 'slack'];

/** Reports a URL that `callUrl` refuses, so that the step could never succeed. */
function checkCallable(place: string, url: string, { local, webhookPorts = [] }: ValidationContext): Diagnostic[] {
  const found = url.startsWith('https://')
    ? []
    : [warningAt('insecure-url', place, 'only HTTPS is called, except by the local environment')];
  const parsed = URL.parse(url);
  if (!parsed) return found;
  const fault = local ? warningAt : errorAt;
  if (namesPrivateAddress(parsed)) {
    const hint = `${parsed.hostname} is in a private network: name a host that the internet reaches`;
    return [...found, fault('closed-url', place, hint)];
  }
  const port = portOf(parsed);
  if (parsed.protocol !== 'https:' || [...usualPorts, ...webhookPorts].includes(port)) return found;
  const hint = `port ${port} is not called: use ${usualPorts.join(' or ')}, or name it in the workspace's webhookPorts`;
  return [...found, fault('closed-port', place, hint)];
}

function checkSendUrl(place: string, { channel, url }: StepOf<'send'>, context: ValidationContext): Diagnostic[] {
  if (!byUrl.includes(channel))
    return url === undefined ? [] : [warningAt('unused-url', place, `${channel} takes the address from a trait`)];
  if (url === undefined) return [errorAt('no-url', place, `${channel} needs the URL it posts to`)];
  return checkCallable(place, url, context);
}

/** Checks the URLs of webhooks and of channels that post to one. */
export const checkUrls: ValidationRule = (definition, context) => [
  ...stepsOfKind(definition, 'send').flatMap(({ place, step }) => checkSendUrl(`${place}.url`, step, context)),
  ...stepsOfKind(definition, 'webhook').flatMap(({ place, step }) => checkCallable(`${place}.url`, step.url, context)),
];

/** Warns about headers that the call sets itself. An author's value is dropped. */
export const checkHeaders: ValidationRule = (definition) =>
  stepsOfKind(definition, 'webhook').flatMap(({ place, step }) =>
    Object.keys(step.headers)
      .filter((name) => !isOwnHeader(name))
      .map((name) =>
        warningAt('unused-header', `${place}.headers.${name}`, 'is set by the call itself: this value is dropped'),
      ),
  );

/**
 * Traits with the address of a channel (`lib/journey/messaging/address.ts`). E-mail is left out,
 * because nearly all customers have it.
 */
const addressTraits: Partial<Record<SendChannel, string[]>> = {
  sms: ['phone'],
  whatsapp: ['whatsapp', 'phone'],
  push: ['pushEndpoint'],
};

/**
 * Warns about a message on a channel for which many customers have no address, if no predicate or
 * step of the journey uses the address trait.
 */
export const checkAddresses: ValidationRule = (definition) => {
  const read = new Set(predicatesInJourney(definition).flatMap(({ predicate }) => traitsInPredicate(predicate)));
  const set = new Set(stepsOfKind(definition, 'updateProfile').flatMap(({ step }) => Object.keys(step.traits)));
  return stepsOfKind(definition, 'send').flatMap(({ place, step }) => {
    const traits = addressTraits[step.channel];
    if (!traits || traits.some((trait) => read.has(trait) || set.has(trait))) return [];
    const hint = `skips customers without a trait ${traits.join(' or ')}: check it in the entry's condition or in a branch`;
    return [warningAt('no-address', place, hint)];
  });
};

/** Whether a trigger fires without an action of the customer. */
const firesUnasked = (trigger: Trigger): boolean =>
  ['segmentJoined', 'churnBand', 'silentFor', 'schedule'].some((kind) => kind in trigger);

/** Warns about messages whose purpose does not fit their channel or the journey's triggers. */
export const checkPurposes: ValidationRule = (definition) => {
  const isUnasked = definition.entry.triggers.every(firesUnasked);
  return stepsOfKind(definition, 'send').flatMap(({ place, step: { channel, purpose } }) => {
    if (purpose === 'marketing')
      return channel === 'slack'
        ? [warningAt('doubtful-purpose', `${place}.purpose`, 'a Slack channel is no customer: transactional')]
        : [];
    const hint = 'customers enter without having done anything: without consent only what they asked for may be sent';
    return isUnasked && !byUrl.includes(channel) ? [warningAt('doubtful-purpose', `${place}.purpose`, hint)] : [];
  });
};

/** Warns about e-mails without a subject. */
export const checkSubjects: ValidationRule = (definition) =>
  stepsOfKind(definition, 'send').flatMap(({ place, step: { channel, template } }) =>
    channel === 'email' && !template.subject?.trim()
      ? [warningAt('no-subject', `${place}.template.subject`, 'an e-mail without a subject is taken for spam')]
      : [],
  );

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof days)[number];

/** Number of days of a leap year, written as `12-25`. */
const daysOfYear = 366;

/**
 * Returns whether marketing may be sent at a time of a weekday. `HH:MM` compares in order of time.
 */
function isOpen(time: string, day: Day, { quiet, open }: ContactHours): boolean {
  if (open && !(open[day] && time >= open[day].from && time < open[day].to)) return false;
  if (!quiet) return true;
  const { from, to } = quiet;
  return !(from <= to ? time >= from && time < to : time >= from || time < to);
}

/** Returns the times of day at which `isOpen` can change. */
function edgesOf({ quiet, open }: ContactHours): string[] {
  const hours = [...(quiet ? [quiet] : []), ...Object.values(open ?? {})];
  return ['00:00', ...hours.flatMap(({ from, to }) => [from, to])];
}

/** Returns whether the calendar has the date. A date without a year is checked in a leap year. */
const isClosable = (date: string): boolean => isDate(date.length === 5 ? `2024-${date}` : date);

/** Reports closed days that no year has, such as 30 February. */
export const checkClosedDays: ValidationRule = ({ hours }) =>
  (hours?.closed ?? []).flatMap((date, i) =>
    isClosable(date) ? [] : [errorAt('no-such-date', `hours.closed.${i}`, `the calendar has no day "${date}"`)],
  );

/** Whether no time of any day is open and not quiet, or every day of the year is closed. */
const isNeverOpen = (hours: ContactHours): boolean =>
  new Set((hours.closed ?? []).filter((date) => date.length === 5 && isClosable(date))).size >= daysOfYear ||
  !days.some((day) => edgesOf(hours).some((time) => isOpen(time, day, hours)));

/** Warns about marketing right after a wait for a time of day that is never open. */
function findDeferred(definition: JourneyDefinition, hours: ContactHours): Diagnostic[] {
  return stepsOfKind(definition, 'wait').flatMap(({ id, place, step: { untilLocal, next } }) => {
    const message = stepAt(definition.steps, next);
    if (!untilLocal || message?.kind !== 'send' || message.purpose !== 'marketing') return [];
    const at = untilLocal.weekdays ?? days;
    if (at.some((day) => isOpen(untilLocal.time, day, hours))) return [];
    const hint = `"${id}" ends when "${next}" may not be sent: contact hours always defer it`;
    return [warningAt('always-deferred', `${place}.untilLocal`, hint)];
  });
}

/**
 * Reports marketing that contact hours never allow, and warns about marketing that they always
 * defer.
 */
export const checkContactHours: ValidationRule = (definition, { quietHours }: ValidationContext) => {
  const quiet = definition.hours?.quiet ?? quietHours;
  const hours: ContactHours = { missingZone: 'workspace', ...definition.hours, ...(quiet && { quiet }) };
  const marketing = stepsOfKind(definition, 'send').filter(({ step }) => step.purpose === 'marketing');
  if (marketing.length > 0 && isNeverOpen(hours)) {
    const names = marketing.map(({ id }) => `"${id}"`).join(', ');
    return [errorAt('never-open', 'hours', `no hour of any day is open and not quiet: ${names} can never be sent`)];
  }
  return findDeferred(definition, hours);
};
