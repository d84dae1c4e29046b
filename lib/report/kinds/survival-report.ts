import * as z from 'zod';
import { type Profile } from '../../model/profile.ts';
import { Duration, durationMs, dayMs } from '../../shared/time.ts';
import { medianOf, survivalCurve, type SurvivalPoint } from '../../statistics/survival/survival-curve.ts';
import { type Life, type LifeRow, type LifeTable, lifeTable } from '../../statistics/survival/life-table.ts';
import { logRank } from '../../statistics/survival/log-rank.ts';
import { Common, Name } from './report-options.ts';
import { isNewIn } from './new-customers.ts';
import { type ReportKindDefinition, type ReportTouchpoint } from './report-kind.ts';

const End = z.union([
  z.strictObject({ event: Name }).describe('a life ends with this touchpoint'),
  z
    .strictObject({ silentFor: Duration, active: Name.optional() })
    .describe('a life ends when nothing, or none of the touchpoints, has come for so long'),
]);
type End = z.infer<typeof End>;

export const SurvivalRequest = Common.extend({
  kind: z.literal('survival'),
  joins: Name.optional().describe('touchpoint a life begins with; the first of any kind when missing'),
  ends: End,
  by: z
    .union([z.strictObject({ trait: z.string().min(1).max(100) }), z.literal('channel')])
    .optional()
    .describe('groups to compare: by a trait as it is now, or by the channel of the first touchpoint'),
});

const Curve = z.object({
  group: z.string().describe('empty where there is one only'),
  customers: z.int(),
  ended: z.int(),
  medianDays: z.number().optional().describe('missing while more than half are here'),
  points: z.array(
    z.object({
      days: z.int(),
      atRisk: z.int(),
      survival: z.number(),
      interval: z.tuple([z.number(), z.number()]),
    }),
  ),
});

export const SurvivalAnswer = z.object({
  kind: z.literal('survival'),
  curves: z.array(Curve),
  logRank: z
    .object({
      chi2: z.number(),
      degrees: z.int(),
      p: z.number(),
      groups: z.array(z.object({ group: z.string(), observed: z.number(), expected: z.number() })),
    })
    .optional()
    .describe('whether the groups differ'),
});

/** Groups compared. Customers of smaller groups share one. */
const maxGroups = 12;
/** Limit of groups counted while customers pass. */
const maxCounted = 1_000;
const others = '~other';

/**
 * Limit of a curve's points. Between two points the true curve is at the former's value or lower.
 */
const maxPoints = 150;

function endOf(
  ends: End,
  { born, to, steps }: { born: number; to: number; steps: ReportTouchpoint[] },
): Omit<Life, 'group'> {
  const daysTo = (at: number): number => Math.floor((at - born) / dayMs);
  if ('event' in ends) {
    const end = steps.find(({ name, at }) => name === ends.event && at > born);
    return end ? { time: daysTo(end.at), ended: true } : { time: daysTo(to), ended: false };
  }
  const limit = durationMs(ends.silentFor);
  let latest = born;
  for (const { name, at } of steps) {
    if (at < born || (ends.active !== undefined && name !== ends.active)) continue;
    if (at - latest >= limit) break;
    latest = at;
  }
  const end = latest + limit;
  return end <= to ? { time: daysTo(end), ended: true } : { time: daysTo(to), ended: false };
}

function groupOf(by: z.infer<typeof SurvivalRequest>['by'], profile: Profile, first: ReportTouchpoint): string {
  if (by === undefined) return '';
  if (by === 'channel') return first.channel;
  const trait = Object.hasOwn(profile.traits, by.trait) ? profile.traits[by.trait]?.value : undefined;
  return trait === undefined || trait === null ? '~none' : typeof trait === 'string' ? trait : JSON.stringify(trait);
}

/** Returns at most `maxPoints` points, evenly over the curve and with its last. */
function thinCurve(curve: SurvivalPoint[]): SurvivalPoint[] {
  const every = Math.max(1, curve.length / maxPoints);
  const places = new Set(
    Array.from({ length: Math.min(maxPoints, curve.length) }, (_, i) => Math.ceil((i + 1) * every) - 1),
  );
  return curve.filter((_, i) => places.has(i));
}

/** Returns the life tables of the largest groups, and one of all others together. */
function largestGroups(groups: Map<string, LifeTable>): Map<string, LifeRow[]> {
  const named = [...groups].filter(([group]) => group !== others).sort(([, a], [, b]) => b.count() - a.count());
  const rest = lifeTable();
  for (const [, table] of named.slice(maxGroups)) rest.merge(table);
  rest.merge(groups.get(others) ?? lifeTable());
  const shown = named.slice(0, maxGroups).map(([group, table]) => [group, table.rows()] as const);
  return new Map([...shown, ...(rest.count() > 0 ? [[others, rest.rows()] as const] : [])]);
}

type Answer = z.infer<typeof SurvivalAnswer>;

function curveOf([group, rows]: [string, LifeRow[]]): Answer['curves'][number] {
  const curve = survivalCurve(rows);
  const medianDays = medianOf(curve);
  return {
    ...{ group, customers: rows[0]?.atRisk ?? 0, ended: rows.reduce((sum, { ended }) => sum + ended, 0) },
    ...(medianDays !== undefined && { medianDays }),
    points: thinCurve(curve).map(({ time: days, atRisk, survival, interval }) => ({
      days,
      atRisk,
      survival,
      interval,
    })),
  };
}

/** Returns the table of a group. Groups past the limit share one. */
function tableOf(groups: Map<string, LifeTable>, group: string): LifeTable {
  const name = groups.has(group) || groups.size < maxCounted ? group : others;
  const found = groups.get(name) ?? lifeTable();
  groups.set(name, found);
  return found;
}

/**
 * How long customers who joined in the time stay: the curve, its median, and whether groups differ.
 * Times are whole days.
 */
export const survivalKind: ReportKindDefinition<z.infer<typeof SurvivalRequest>, Answer> = {
  reads: 'touchpoints',
  lists: [],
  run({ joins, ends, by }, { from, to }) {
    const groups = new Map<string, LifeTable>();
    return {
      add({ profile, touches }) {
        const first = touches.find(({ name }) => joins === undefined || name === joins);
        if (!first || !isNewIn(profile, { from, joins })) return;
        tableOf(groups, groupOf(by, profile, first)).add(endOf(ends, { born: first.at, to, steps: touches }));
      },
      result() {
        const tables = largestGroups(groups);
        const curves = [...tables].map(curveOf);
        return { kind: 'survival', curves, ...(tables.size > 1 && { logRank: logRank(tables) }) };
      },
    };
  },
};
