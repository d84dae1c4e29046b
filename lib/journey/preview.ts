import * as z from 'zod';
import { type Machines } from '../aws/machines.ts';
import { inLanes } from '../aws/lanes.ts';
import { customerId } from '../identity/customer.ts';
import { type JourneyDefinition } from './definition.ts';
import { type EnrolmentStore, type Placed } from './enrolment-store.ts';
import { type Migration } from './head.ts';
import { moveOf, nextMeetings } from './migration.ts';

/**
 * What a migration means to one person inside: `moves` to a step of the new version, `leaves`, `stays`; or `depends` on which way the step leads
 * where the person stands.
 */
export const Fate = z.enum(['moves', 'leaves', 'stays', 'depends']);
export type Fate = z.infer<typeof Fate>;

export const PersonMove = z.object({
  customerId: z.string(),
  enrolmentId: z.string(),
  version: z.int(),
  /** Where the person stands; missing where Step Functions does not know yet. */
  step: z.string().optional(),
  fate: Fate,
  /** Step of the new version. */
  to: z.array(z.string()),
});
export type PersonMove = z.infer<typeof PersonMove>;

export const Preview = z.object({
  people: z.array(PersonMove),
  counts: z.record(Fate, z.int()),
  /** More people are inside than were looked at. */
  sample: z.boolean(),
});
export type Preview = z.infer<typeof Preview>;

/** People looked at, and rows of earlier people passed over to find them. A position is one call of Step Functions, which takes 20 a second. */
const most = { people: 200, rows: 2_000 };
const lanes = 8;

/** Whoever waits to try a step again, or is held before it, acts at the step itself. */
const before = [': held', ': later'];

/** The steps at which somebody in a state of a version is met next. */
function meetingsAt(definition: JourneyDefinition, state: string | undefined): { step?: string; met: string[] } {
  const [step = ''] = (state ?? '').split(': ');
  if (!Object.hasOwn(definition.steps, step)) return { met: nextMeetings(definition, definition.start) };
  if (before.some((suffix) => state?.endsWith(suffix))) return { step, met: [step] };
  return { step, met: nextMeetings(definition, step) };
}

/** What becomes of somebody in a state of a version. */
export function fateOf(
  definition: JourneyDefinition,
  state: string | undefined,
  migrations: Migration[],
): Pick<PersonMove, 'step' | 'fate' | 'to'> {
  const { step, met } = meetingsAt(definition, state);
  const { version } = definition;
  const moves = met.map((stepId) => moveOf({ state: 'live', migrations }, { version, stepId }));
  const fates = new Set(moves.map((move): Fate => (!move ? 'stays' : move.kind === 'to' ? 'moves' : 'leaves')));
  const [fate = 'stays'] = fates;
  const to = [...new Set(moves.flatMap((move) => (move?.kind === 'to' ? [move.at] : [])))];
  return { ...(step !== undefined && { step }), fate: fates.size > 1 ? 'depends' : fate, to };
}

/** The people inside, newest first, and whether there are more. */
async function inside(
  enrolments: EnrolmentStore,
  place: { workspace: string; journeyId: string },
): Promise<{ placed: Placed[]; sample: boolean }> {
  const placed: Placed[] = [];
  let cursor: string | undefined;
  for (let rows = 0; rows < most.rows; rows += 100) {
    const page = await enrolments.list(place, { limit: 100, before: cursor });
    placed.push(...page.placed.filter(({ enrolment }) => enrolment.status !== 'ended'));
    cursor = page.next;
    if (cursor === undefined || placed.length > most.people) break;
  }
  return { placed: placed.slice(0, most.people), sample: cursor !== undefined || placed.length > most.people };
}

/** Who would move, stay or leave: read only. Positions are those of the moment; people go on while they are read. */
export async function preview(
  { enrolments, machines }: { enrolments: EnrolmentStore; machines: Pick<Machines, 'position'> },
  place: { workspace: string; journeyId: string },
  { versions, migrations }: { versions: ReadonlyMap<number, JourneyDefinition>; migrations: Migration[] },
): Promise<Preview> {
  const { placed, sample } = await inside(enrolments, place);
  const people: PersonMove[] = [];
  await inLanes(placed, lanes, async ({ enrolment, owner }) => {
    const { enrolmentId, version, executionArn } = enrolment;
    const definition = versions.get(version);
    const state = executionArn === undefined ? undefined : await machines.position(executionArn);
    const fate = definition ? fateOf(definition, state, migrations) : { fate: 'stays' as const, to: [] };
    people.push({ customerId: customerId(owner.customer), enrolmentId, version, ...fate });
  });
  people.sort((a, b) => (a.enrolmentId < b.enrolmentId ? -1 : 1));
  const counts: Record<Fate, number> = { moves: 0, leaves: 0, stays: 0, depends: 0 };
  for (const { fate } of people) counts[fate]++;
  return { people, counts, sample };
}
