/** When people set out: before the night in which clocks were set forward in Morocco, and back in Australia and New Zealand. */
export const noon = '2025-04-05T12:00:00.000Z';

/** What is done with the people of a journey on their way through it, and what has to come of it. */
export interface Way {
  id: string;
  people: number;
  journey: Draft;
  /** Published when people are inside. */
  second?: { journey: Draft; migrate?: object };
  /** How a customer's stay ends, and the messages with the ends of their sends, in their order. */
  expect: (nth: number) => { outcome: string; version: number; sends: string[] };
}

interface Draft {
  exit?: object;
  parkAfter?: string;
  start: string;
  steps: Record<string, DraftStep>;
}

interface DraftStep {
  kind: string;
  for?: string;
  timeout?: string;
  onTimeout?: string;
  [more: string]: unknown;
}

export const mail = (subject: string, next = 'Done', purpose = 'transactional') => ({
  ...{ kind: 'send', channel: 'email', purpose, next },
  template: { subject, body: 'Hello.' },
});

const rest = (length: string, next: string) => ({ kind: 'wait', for: length, next });

const Done = { kind: 'exit' };

/** An hour, a message, an hour, a message. */
const walk = (purpose?: string): Draft => ({
  start: 'Rest',
  steps: {
    Rest: rest('1h', 'First'),
    First: mail('First', 'Rest again', purpose),
    'Rest again': rest('1h', 'Second'),
    Second: mail('Second', 'Done', purpose),
    Done,
  },
});

/** The length, `more`, a message. */
const brief = (length: string, more: Record<string, DraftStep> = {}): Draft => {
  const [next = 'First'] = Object.keys(more);
  return { start: 'Rest', steps: { Rest: rest(length, next), ...more, First: mail('First'), Done } };
};

/** A message in each of two nights, at a time that clocks set forward leave out, and that comes twice where they go back. */
const nights: Draft = {
  start: 'Night',
  steps: {
    Night: { kind: 'wait', untilLocal: { time: '02:30' }, next: 'Dream' },
    Dream: mail('Dream', 'Another'),
    Another: { kind: 'goTo', to: 'Night', limit: 1, next: 'Done' },
    Done,
  },
};

/** Waits for an answer, which has to come in time. */
const reply = (timeout: string, then: Record<string, DraftStep>): Draft => ({
  start: 'Await',
  steps: {
    Await: { kind: 'waitForEvent', on: { event: 'Answer' }, timeout, next: 'Thanks', onTimeout: 'Nothing' },
    ...then,
    Nothing: mail('Nothing'),
    Done,
  },
});

const go = { kind: 'startJourney', journey: 'thanked', next: 'Done' };

/** Waits for somebody’s answer. */
const ask: Draft = {
  start: 'Ask',
  steps: {
    Ask: {
      ...{ kind: 'humanTask', queue: 'all', title: 'Well?', timeout: '4h', onTimeout: 'No' },
      answers: { yes: 'Yes', no: 'No' },
    },
    Yes: mail('Yes'),
    No: mail('No'),
    Done,
  },
};

/** When it is half past two there, in the night in which the clocks are changed and in the one after it. */
export const halfPastTwo: Record<string, [first: string, second: string]> = {
  // From 02:00 to 03:00: the time is left out and comes as 03:30.
  'Africa/Casablanca': ['2025-04-06T02:30:00.000Z', '2025-04-07T01:30:00.000Z'],
  // From 03:00 back to 02:00: the time comes twice, and counts once.
  'Australia/Sydney': ['2025-04-05T15:30:00.000Z', '2025-04-06T16:30:00.000Z'],
  'Pacific/Auckland': ['2025-04-05T13:30:00.000Z', '2025-04-06T14:30:00.000Z'],
  // From 02:00 back to 01:30.
  'Australia/Lord_Howe': ['2025-04-05T16:00:00.000Z', '2025-04-06T16:00:00.000Z'],
};

const even = (nth: number): boolean => nth % 2 === 0;
const both = ['First: sent', 'Second: sent'];
const unwanted = 'skipped (no-consent)';
const completed = (...sends: string[]) => ({ outcome: 'completed', version: 1, sends });
const exited = (...sends: string[]) => ({ outcome: 'exited', version: 1, sends });

/** A thousand people in all. */
export const ways: Way[] = [
  { id: 'held', people: 100, journey: brief('1h'), expect: () => completed('First: sent') },
  {
    ...{ id: 'revised', people: 100, journey: walk(), second: { journey: brief('1h') } },
    expect: (nth) => (even(nth) ? completed(...both) : { ...completed('First: sent'), version: 2 }),
  },
  {
    ...{ id: 'moved', people: 100, journey: walk() },
    second: { journey: brief('1h', { Better: mail('Better', 'First') }), migrate: { map: { Rest: 'Better' } } },
    expect: () => ({ ...completed('Better: sent', 'First: sent'), version: 2 }),
  },
  {
    ...{ id: 'left', people: 150, journey: { ...walk(), exit: { event: 'Leave' } } },
    expect: (nth) => (even(nth) ? exited() : exited('First: sent')),
  },
  {
    ...{ id: 'silenced', people: 100, journey: walk('marketing') },
    expect: (nth) => completed(`First: ${even(nth) ? unwanted : 'sent'}`, `Second: ${unwanted}`),
  },
  {
    ...{ id: 'answered', people: 100, journey: reply('4h', { Thanks: mail('Thanks', 'Go'), Go: go }) },
    expect: () => completed('Thanks: sent'),
  },
  {
    id: 'late',
    people: 150,
    journey: reply('1h', { Thanks: mail('Thanks') }),
    expect: () => completed('Nothing: sent'),
  },
  { id: 'asked', people: 50, journey: ask, expect: () => completed('Yes: sent') },
  { id: 'nights', people: 100, journey: nights, expect: () => completed('Dream: sent', 'Dream: sent') },
  {
    ...{ id: 'parked', people: 50, journey: { ...brief('1d'), parkAfter: '12h', exit: { event: 'Leave' } } },
    expect: (nth) => (even(nth) ? exited() : completed('First: sent')),
  },
];
