import { type Table, type Item } from '../../lib/aws/table/dynamo-table.ts';
import { touchpointItem } from '../../lib/ingestion/message/touchpoint-store.ts';
import { inAppStore } from '../../lib/journey/messaging/channels/in-app-store.ts';
import { deployedJourneys } from '../../lib/journey/publishing/deployed-journeys.ts';
import { keys, listShard, lists } from '../../lib/model/keys/table-keys.ts';
import { mapStore } from '../../lib/map/map-store.ts';
import { newProfile, type Profile } from '../../lib/model/profile.ts';
import { segmentStore } from '../../lib/segment/segment-store.ts';
import { profileStore } from '../../lib/profile/profile-store.ts';
import { reportStore } from '../../lib/report/report-store.ts';
import { type ReportRequest } from '../../lib/report/kinds/report-request.ts';
import { addMs } from '../../lib/shared/time.ts';

/* One workspace with as much as every route can be asked for. */

const workspace = 'local';
export const began = '2026-02-01T00:00:00.000Z';
export const label = { en: 'Label', ko: '이름' };
export const many = <T>(n: number, each: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => each(i));
export const text = (length: number, i = 0): string => `${i} `.padEnd(length, 'x');
/** A long id, of characters that take two bytes: with a time beside it in a key of the index there is room for 900 bytes. */
const longId = (i: number): string => `${i}`.padEnd(450, 'é');

const big = { workspace, customer: 'u:big' };

const exit = { Done: { kind: 'exit' } };
const draftOf = (id: string, more: object = {}) => ({
  ...{ id, name: label, entry: { triggers: [{ api: true }], reentry: 'always' }, parkAfter: '30d' },
  ...{ start: 'Done', steps: exit, ...more },
});
/** A definition of 250 KB that has a fault at each step. */
export const faulty = {
  ...draftOf('faulty'),
  steps: {
    ...exit,
    ...Object.fromEntries(many(3_000, (i) => [`S${i}`.padEnd(50, 'x'), { kind: 'exit', outcome: 'o' }])),
  },
};
const experiment = {
  ...{ kind: 'experiment', salt: 's', goal: { event: 'Bought' }, window: '1d', winner: { mode: 'manual' } },
  variants: many(19, (i) => ({ id: `V${i}`.padEnd(40, 'x'), weight: 1, next: 'Done' })),
  guardrails: many(5, (i) => ({ name: '가'.repeat(199) + String(i), event: { event: 'Left' } })),
};
const tested = { ...draftOf('tested', { start: 'Try', steps: { Try: experiment, ...exit } }), version: 1 };
const branching = (value: string) => ({
  kind: 'branch',
  cases: many(900, (i) => ({ when: { trait: 'x', is: { in: [`${value}${i}`, text(100)] } }, next: 'Done' })),
  otherwise: 'Done',
});

const head = (journeyId: string, more: object = {}): Item => ({
  ...keys.journey(workspace, journeyId),
  rev: 1,
  doc: JSON.stringify({
    ...{ journeyId, state: 'live', since: began, routes: [{ version: 1, weight: 100 }], winners: {}, full: {} },
    ...{ migrations: [], latest: 1, ...more },
  }),
});
const version = (definition: { id: string; version: number }): Item => ({
  ...keys.journeyVersion(workspace, definition.id, definition.version),
  ...{ fingerprint: 'f', resumeAt: [], versionArn: 'arn', publishedAt: began, doc: JSON.stringify(definition) },
});
const draft = (one: { id: string; [field: string]: unknown }): Item => ({
  ...keys.journeyDraft(workspace, one.id),
  ...{ rev: 1, savedAt: began, doc: JSON.stringify(one) },
});
const mostMigrations = many(40, (i) => ({
  ...{ from: [i], to: i + 1, at: began },
  map: Object.fromEntries(many(150, (step) => [`Step ${step}`.padEnd(50, 'x'), null])),
}));

function journeyRows(): Item[] {
  const long = { ...draftOf('long'), version: 1 };
  const named = (i: number) => ({ en: text(60_000, i), ko: text(60_000, i) });
  return [
    ...many(10, (i) => draft({ ...draftOf(`draft-${i}`), name: named(i) })),
    ...[head('long', { migrations: mostMigrations }), version(long), draft({ ...draftOf('long'), name: named(1) })],
    ...many(300, (i) => version({ ...draftOf('often'), version: i + 1 })),
    head('often'),
    ...many(5, (i) => ({
      ...keys.journeyStats(workspace, { journeyId: 'long', version: i + 1, shard: 0 }),
      ...Object.fromEntries(many(350, (n) => [`ended#${text(900, n)}`, n])),
    })),
    ...[head('tested'), version(tested)],
    ...many(4, (shard) => ({
      ...keys.journeyStats(workspace, { journeyId: 'tested', version: 1, shard }),
      ...Object.fromEntries(
        experiment.variants.flatMap(({ id }) =>
          experiment.guardrails.map(({ name }) => [`step#Try#${id}#guardrail#${name}`, 7]),
        ),
      ),
    })),
    ...[head('differs'), version({ ...draftOf('differs', { steps: { A: branching('old'), ...exit } }), version: 1 })],
    draft(draftOf('differs', { steps: { A: branching('new'), ...exit } })),
    draft(draftOf('faulty', faulty)),
  ];
}

function enrolmentRows(): Item[] {
  const row = (journeyId: string, entryKey: string) => ({
    ...{ journeyId, version: 1, entryKey, status: 'ended', outcome: 'completed', trigger: 'API', startedAt: began },
    endedAt: began,
  });
  return [
    ...many(4_000, (i) => ({ ...keys.enrolment(big, `e${i}`), ...row('often', text(300, i)) })),
    ...many(70, (i) => ({
      ...{ ...keys.enrolment(big, `long${i}`), ...row('long', text(20_000, i)) },
      ...{ listPk: lists.enrolments(workspace, 'long', listShard(big)), listSk: `${began}#long${i}` },
    })),
  ];
}

const taskRows = (): Item[] =>
  many(70, (i) => ({
    ...keys.task(big, `t${i}`),
    ...{ enrolmentId: 'e', journeyId: 'long', stepId: 'Ask', queue: 'q', title: text(20_000, i), answers: ['yes'] },
    ...{ openedAt: addMs(began, i), until: '2027-01-01T00:00:00.000Z', status: 'open', token: 't' },
    ...{ listPk: lists.tasks(workspace, listShard(big)), listSk: `${addMs(began, i)}#t${i}` },
  }));

const refusalRows = (): Item[] =>
  [...deployedJourneys.map(({ id }) => id), 'long', 'often', 'tested', 'differs'].map((id) => ({
    ...keys.refusal(big, id),
    doc: JSON.stringify({ reason: 'condition', trigger: 'x', at: began, because: { trait: text(300_000) } }),
  }));

const timelineRows = (): Item[] =>
  many(50, (i) =>
    touchpointItem(workspace, {
      ...{ messageId: `m${i}`, at: addMs(began, i * 60_000), type: 'track', name: 'Viewed', channel: 'web' },
      ...{ userId: 'big', properties: { text: text(31_000, i) }, context: {} },
    }),
  );

const offer = (i: number) => ({
  ...{ id: `offer-${i}`, label, content: { text: text(3_900, i) }, purpose: 'transactional' },
  ...{ success: { event: 'Bought' }, window: '7d', promotion: false },
  variants: [1, 2].map((n) => ({ for: { channel: `c${n}` }, content: { text: text(3_900, n) } })),
});
const placementRows = (): Item[] =>
  many(8, (i) => ({
    ...keys.placement(workspace, `p${i}`),
    doc: JSON.stringify({ id: `p${i}`, label, offers: many(20, offer), fallback: 'offer-0' }),
  }));

const bigProfile: Profile = {
  ...newProfile(big, began),
  traits: Object.fromEntries(many(100, (i) => [text(100, i), { value: text(500, i), at: began }])),
  counts: Object.fromEntries(many(100, (i) => [text(100, i), { n: i, first: began, last: began }])),
  linked: many(50, (i) => `a:${longId(i)}`),
  // Where its touchpoints lead, so that none of them moves it while a test reads.
  stage: { id: 'awareness', since: began, rule: 'awareness' },
};

export async function storeLargest(table: Table): Promise<void> {
  const clock = { now: () => began };
  const profiles = profileStore(table);
  await profiles.save({ profile: bigProfile }, 0);
  for (let i = 0; i < 150; i++) {
    const who = { workspace, customer: `u:${longId(i)}` };
    const stage = { id: 'acquisition', since: addMs(began, i + 1), rule: 'acquisition' };
    await profiles.save({ profile: { ...newProfile(who, began), stage, segments: { s0: began } } }, 0);
    const listPk = lists.segment(workspace, 's0', listShard(who));
    await table.put({ ...keys.member(who, 's0'), listPk, listSk: `UTC#${i}` });
  }
  const segments = segmentStore(table, clock);
  for (const i of many(30, (n) => n))
    await segments.save(workspace, {
      ...{ id: `s${i}`, name: label, rev: 0 },
      predicate: { trait: 'x', is: { in: many(500, (n) => text(100, n)) } },
    });
  const plan = { choice: many(100, () => ({ choice: many(2, () => ({ touchpoint: 'A' })) })) };
  for (const i of many(12, (n) => n))
    await mapStore(table).save(workspace, {
      ...{ rev: 0, savedAt: began },
      map: { id: `m${i}`, label: { en: text(60_000, i), ko: text(60_000, i) }, plan },
    });
  const inApp = inAppStore(table);
  for (const i of many(30, (n) => n))
    await inApp.keep(big, {
      messageId: `i${i}`,
      journeyId: 'long',
      stepId: 'S',
      at: addMs(began, i),
      body: '가'.repeat(20_000),
    });
  await aReport(table);
}

export const reportId = 'a'.repeat(32);

/** The largest there is: a request of 60 KB, and a result of 350 KB. */
async function aReport(table: Table): Promise<void> {
  const reports = reportStore(table);
  const place = { workspace, reportId };
  const predicate = { trait: 'x', is: { in: many(500, (n) => text(100, n)) } };
  const request: ReportRequest = {
    kind: 'funnel',
    from: began,
    to: '2026-02-20T00:00:00.000Z',
    steps: ['A'],
    window: '7d',
    predicate,
  };
  await reports.create(workspace, { reportId, request, status: 'waiting', requestedAt: began });
  await reports.begin(place, { by: 'x', now: began });
  await table.put({
    ...keys.reportResult(workspace, reportId),
    doc: JSON.stringify({ trimmed: [], answer: largestFunnel }),
  });
  await table.update(keys.report(workspace, reportId), {
    expression: 'SET #status = :done, finishedAt = :now',
    ...{ names: { '#status': 'status' }, values: { ':done': 'done', ':now': began } },
  });
}

const largestFunnel = {
  kind: 'funnel',
  steps: many(2_000, (i) => ({ name: text(100, i), customers: 1, ofFirst: 1, ofPrevious: 1 })),
};

/** Rows that no store writes at once. */
export const largestRows = (): Item[] => [
  ...[...journeyRows(), ...enrolmentRows(), ...taskRows(), ...refusalRows(), ...timelineRows(), ...placementRows()],
];
