import { type SimulatedStep, type SimulationResult } from './simulation-result.ts';

const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);

const joinCounts = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');

/** Columns of equal width, the first to the left, numbers to the right. */
function columns(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((field, i) => (i === 0 ? field.padEnd(widths[i] ?? 0) : field.padStart(widths[i] ?? 0))).join('  '),
    )
    .join('\n');
}

const headings = ['step', 'kind', 'visits', 'of entered', 'left here', 'open', 'sent', 'skipped', 'USD'];

const toRow = (step: SimulatedStep, entered: number): string[] => [
  step.stepId,
  step.kind,
  String(step.visits),
  percent(step.visits, entered),
  String(Object.values(step.ended).reduce((sum, n) => sum + n, 0)),
  String(step.open),
  step.sent === undefined ? '' : String(step.sent),
  step.skipped === undefined ? '' : joinCounts(step.skipped),
  step.usd.toFixed(2),
];

function stepTable({ steps, entered }: SimulationResult): string {
  return columns([headings, ...steps.map((step) => toRow(step, entered))]);
}

/** A result as people read it in a terminal. */
export function simulationText(result: SimulationResult): string {
  const { customers, days, seed, knocks, entered, refused, goal, sends, outcomes, experiments, cost, peakOpen } =
    result;
  const reached = goal && `goal: ${goal.reached} (${percent(goal.reached, entered)})`;
  const hours =
    goal?.hours && `, after ${goal.hours.p50.toFixed(1)} h (half), ${goal.hours.p90.toFixed(1)} h (nine in ten)`;
  const variants = Object.entries(experiments).map(
    ([stepId, each]) =>
      `experiment ${stepId}: ${Object.entries(each)
        .map(([id, n]) => `${id} ${n.reached}/${n.entered} (${percent(n.reached, n.entered)})`)
        .join(', ')}`,
  );
  return [
    `${customers} simulated customers over ${days} days from ${result.from}, seed ${seed}`,
    `requested entry ${knocks} times, entered ${entered}${knocks > entered ? `; rejected: ${joinCounts(refused)}` : ''}`,
    '',
    stepTable(result),
    '',
    `ended: ${joinCounts(outcomes) || 'none'}`,
    ...(reached === undefined ? [] : [`${reached}${hours ?? ''}`]),
    ...variants,
    `messages: ${sends.sent} sent${Object.keys(sends.skipped).length > 0 ? `; skipped: ${joinCounts(sends.skipped)}` : ''}`,
    `open executions: at most ${peakOpen} of the 1,000,000 an account may have`,
    `cost: $${cost.perThousandEntries.toFixed(2)} for 1,000 entries, $${cost.perMonth.toFixed(2)} a month (prices of ${cost.pricesOf})`,
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ].join('\n');
}
