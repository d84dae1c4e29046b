/** The fields of one customer that the report shows. */
export interface ReportedCustomer {
  id: string;
  profile: {
    stage?: string;
    churn?: { band: string; score: number };
    enrolments: { journeyId: string; status: string; outcome?: string }[];
  };
  /** Oldest first. */
  timeline: ReportEntry[];
}

export interface ReportEntry {
  kind: string;
  at: string;
  name?: string;
  channel?: string;
  to?: string;
  from?: string;
  rule?: string;
  subject?: string;
  stepId?: string;
  journeyId?: string;
  status?: string;
  reason?: string;
  placement?: string;
  offer?: string;
  propensity?: number;
}

type Row = (string | number)[];

/** Formats a table with columns as wide as their widest cell, numbers to the right. */
export function table(title: string, head: string[], rows: Row[]): string {
  const all = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[], numbers: boolean[]): string =>
    row
      .map((cell, i) => (numbers[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const body = all.map((row) => `  ${line(row, numeric)}`);
  return [`\n${title}`, body[0], `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`, ...body.slice(1)].join(
    '\n',
  );
}

/** Counts each combination, most frequent first, ties by name. */
function tally(keys: string[][]): Row[] {
  const counts = new Map<string, number>();
  for (const key of keys.map((parts) => JSON.stringify(parts))) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([key, n]): Row => [...(JSON.parse(key) as string[]), n]);
}

const entriesOf = (customers: ReportedCustomer[], kind: string): ReportEntry[] =>
  customers.flatMap(({ timeline }) => timeline.filter((entry) => entry.kind === kind));

/** Returns a value between `before` and `after`, or nothing without a value. */
const ifKnown = (before: string, value: string | undefined, after = ''): string =>
  value === undefined ? '' : `${before}${value}${after}`;

function describeMessage({ journeyId = '', stepId = '', status = '', reason, subject }: ReportEntry): string {
  return `${journeyId}: ${stepId} — ${status}${ifKnown(' (', reason, ')')}${ifKnown(': “', subject, '”')}`;
}

const describers: Record<string, (entry: ReportEntry) => string> = {
  stage: ({ to = '?', from }) => `moves to ${to}${ifKnown(' from ', from)}`,
  message: describeMessage,
  decision: ({ placement = '', offer = '', propensity = 1 }) =>
    `${placement}: ${offer} (chosen in ${Math.round(propensity * 100)} %)`,
};

function describe(entry: ReportEntry): string {
  const { kind, name = '', channel = '' } = entry;
  return describers[kind]?.(entry) ?? `${name}, ${channel}`;
}

const maxLines = 30;

function timelineOf({ id, profile, timeline }: ReportedCustomer): string {
  const lines = timeline.map(
    (entry) => `  ${entry.at.slice(0, 16).replace('T', ' ')}  ${entry.kind.padEnd(10)}  ${describe(entry)}`,
  );
  const left = lines.length - maxLines;
  const band = profile.churn ? `, churn risk ${profile.churn.band} (${Math.round(profile.churn.score)})` : '';
  return [
    `\n${id}: stands in ${profile.stage ?? 'no stage'}${band}`,
    ...lines.slice(0, maxLines),
    ...(left > 0 ? [`  … and ${left} more`] : []),
  ].join('\n');
}

/**
 * Picks three different examples: an advocate, a customer who got a message when silent, and one at
 * risk.
 */
function threeOf(customers: ReportedCustomer[]): ReportedCustomer[] {
  const wanted: ((customer: ReportedCustomer) => boolean)[] = [
    ({ profile, timeline }) => profile.stage === 'advocacy' && timeline.some(({ kind }) => kind === 'message'),
    ({ profile }) => profile.enrolments.some(({ outcome }) => outcome === 'returned' || outcome === 'won-back'),
    ({ profile }) => profile.churn?.band === 'high',
    () => true,
    () => true,
    () => true,
  ];
  const found: ReportedCustomer[] = [];
  for (const fits of wanted) {
    const next = customers.find((customer) => !found.includes(customer) && fits(customer));
    if (next && found.length < 3) found.push(next);
  }
  return found;
}

/** The last page of the demo: counts over all customers. */
export function report(customers: ReportedCustomer[]): string {
  const enrolments = customers.flatMap(({ profile }) => profile.enrolments);
  return [
    table('Stages', ['stage', 'customers'], tally(customers.map(({ profile }) => [profile.stage ?? 'none']))),
    table(
      'Journeys',
      ['journey', 'outcome', 'enrolments'],
      tally(enrolments.map(({ journeyId, outcome, status }) => [journeyId, outcome ?? status])),
    ),
    table(
      'Messages',
      ['journey', 'step', 'outcome', 'messages'],
      tally(
        entriesOf(customers, 'message').map(({ journeyId = '', stepId = '', status = '', reason }) => [
          journeyId,
          stepId,
          reason === undefined ? status : `${status}: ${reason}`,
        ]),
      ),
    ),
    table(
      'Decisions',
      ['placement', 'offer', 'decisions'],
      tally(entriesOf(customers, 'decision').map(({ placement = '', offer = '' }) => [placement, offer])),
    ),
    table(
      'Churn risk',
      ['band', 'customers'],
      tally(customers.map(({ profile }) => [profile.churn?.band ?? 'not assessed'])),
    ),
    table(
      'Touchpoints',
      ['channel', 'touchpoints'],
      tally(entriesOf(customers, 'touchpoint').map(({ channel = '' }) => [channel])),
    ),
    '\nThree customers',
    ...threeOf(customers).map(timelineOf),
    '',
  ].join('\n');
}
