import { type EnrolmentStatus } from '#lib/journey/enrolment/enrolment-record.ts';
import { type Item } from '#lib/aws/table/dynamo-table.ts';
import { type Model } from './expected-system.ts';
import { type Stay } from './customers.ts';
import { type System, workspace } from './system-under-test.ts';

const iso = (at: number): string => new Date(at).toISOString();

const sorted = <T>(all: T[]): T[] => [...all].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** What can be seen of a stay from outside. */
const stayView = (stay: Stay) => ({
  customer: stay.customer,
  key: stay.key,
  since: iso(stay.since),
  version: stay.version,
  status: stay.outcome === undefined ? 'active' : 'ended',
  outcome: stay.outcome,
  messages: sorted(
    stay.messages.map(({ step, status, body, at }) => `${iso(at)} ${step}: ${status === 'sent' ? body : status}`),
  ),
  calls: sorted([...stay.calls]),
  told: sorted([...stay.told.values()]),
  tasks: sorted(
    stay.tasks.map(({ step, openedAt, until, status, answer = '-' }) => {
      return `${iso(openedAt)} ${step}: ${status}, ${answer}, until ${iso(until)}`;
    }),
  ),
});

function statsOf({ stays }: Model): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1);
  for (const { version, enteredAs, outcome, goal, assigned } of stays) {
    add(`${enteredAs} entered`);
    if (outcome !== undefined) add(`${version} ${outcome}`);
    if (goal?.reached) add(`${enteredAs} goal`);
    for (const { step, variant, reached, ...one } of assigned) {
      add(`${one.version} ${step} ${variant} assigned`);
      if (reached) add(`${one.version} ${step} ${variant} goal`);
    }
  }
  return counts;
}

/** What should be seen from outside. */
export function expected(model: Model) {
  const inside = model.inside();
  return {
    stays: sorted(model.stays.map(stayView)),
    refusals: Object.fromEntries([...model.refusals].sort()),
    stats: statsOf(model),
    openExecutions: inside.filter(({ rest }) => rest?.on !== 'parked').length,
    insideBy: sorted(inside.map(({ customer }) => customer)),
    started: sorted([...model.started]),
    misdelivered: [],
  };
}

const customerOf = ({ pk }: Item): string => pk.slice(`${workspace}#u:`.length);

const startOf = (row: Item): string => `${String(row.startedAt)} ${customerOf(row)}: ${String(row.entryKey)}`;

/** Whose refusal a row is, and by which of the journeys. */
const whose = (row: Item): string => (row.sk === 'refusal#other' ? `${customerOf(row)} other` : customerOf(row));

interface MessageDoc {
  enrolmentId: string;
  stepId: string;
  status: string;
  reason?: string;
  body?: string;
}

/** Whether a function died in the middle of this message: nobody knows whether it went out, and so it is told. */
const isUnsure = (id: string, { status, reason }: MessageDoc, interrupted: ReadonlySet<string>): boolean =>
  status === 'unknown' && reason === 'interrupted' && interrupted.has(id);

/** What is seen from outside. */
export async function seen({ table, engine, wires, emitted, receiver, interrupted }: System) {
  const rows = table.all();
  const those = (prefix: string): Item[] => rows.filter(({ sk }) => sk.startsWith(prefix));
  const [messages, tasks] = [those('m#'), those('task#')];
  const docs = messages.map(({ sk, doc }) => {
    const [, at = '', id = ''] = sk.split('#');
    const message = JSON.parse(String(doc)) as MessageDoc;
    const { reason, status, body = '' } = message;
    const isSent = status === 'sent' || isUnsure(id, message, interrupted);
    return { ...message, at, id, line: `${at} ${message.stepId}: ${isSent ? body : (reason ?? status)}` };
  });
  const stays = those('enrolment#')
    .filter(({ journeyId }) => journeyId === 'journey')
    .map((row) => {
      const enrolmentId = row.sk.slice('enrolment#'.length);
      const mine = docs.filter((doc) => doc.enrolmentId === enrolmentId);
      return {
        customer: customerOf(row),
        key: row.entryKey as string,
        since: row.startedAt as string,
        version: row.version as number,
        status: row.status as EnrolmentStatus,
        outcome: row.outcome as string | undefined,
        messages: sorted(mine.map(({ line }) => line)),
        calls: sorted([
          ...new Set(receiver.calls.flatMap((one) => (one.enrolmentId === enrolmentId ? [one.line] : []))),
        ]),
        told: sorted([...emitted.values()].flatMap((one) => (one.enrolmentId === enrolmentId ? [one.event] : []))),
        tasks: sorted(
          tasks
            .filter((task) => task.enrolmentId === enrolmentId)
            .map(({ openedAt, stepId, status, answer = '-', until }) => {
              return `${String(openedAt)} ${String(stepId)}: ${String(status)}, ${String(answer)}, until ${String(until)}`;
            }),
        ),
      };
    });
  const counts: Record<string, number> = {};
  for (const { version, entered, ended, goal, experiments } of await wires.stats.read(workspace, 'journey')) {
    counts[`${version} entered`] = entered;
    counts[`${version} goal`] = goal;
    for (const [step, variants] of Object.entries(experiments))
      for (const [variant, { assigned, goal: reached }] of Object.entries(variants)) {
        counts[`${version} ${step} ${variant} assigned`] = assigned;
        counts[`${version} ${step} ${variant} goal`] = reached;
      }
    for (const [outcome, n] of Object.entries(ended)) counts[`${version} ${outcome}`] = n;
  }
  const profiles = await wires.profiles.getMany(
    those('profile').map((row) => ({ workspace, customer: `u:${customerOf(row)}` })),
  );
  const went = Map.groupBy(wires.delivered, ({ idempotencyKey }) => idempotencyKey);
  return {
    stays: sorted(stays),
    refusals: Object.fromEntries(
      those('refusal#')
        .map((row) => [whose(row), (JSON.parse(String(row.doc)) as { reason: string }).reason])
        .sort(),
    ) as Record<string, string>,
    stats: Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0)),
    openExecutions: engine.room.open,
    insideBy: sorted(
      [...profiles.values()].flatMap(({ profile: { customer, journeys } }) =>
        Object.keys(journeys).map(() => customer.slice(2)),
      ),
    ),
    started: sorted(
      those('enrolment#')
        .filter(({ journeyId }) => journeyId === 'other')
        .map(startOf),
    ),
    /** What went out twice, and what is told as sent and did not go out. */
    misdelivered: [
      ...[...went.values()].filter(({ length }) => length > 1),
      ...docs.filter(({ id, status }) => status === 'sent' && !went.has(id)),
    ],
  };
}
