import { type Plan } from '../../lib/map/plan.ts';
import { type Conformance, conformance } from '../../lib/report/conformance/conformance.ts';
import { grouped, pathsOf, type PathRow, tallied } from '../../lib/report/paths/path.ts';
import { variants } from '../../lib/report/paths/variants.ts';
import { type Evaluation, type Figure } from './figure.ts';
import { rowsOf } from './files.ts';

const reference = '4TU log, pm4py alignments';

async function logOf(folder: string, name: string): Promise<PathRow[]> {
  const rows = await rowsOf(folder, name);
  return rows.map((row) => ({
    customer: row['case'] ?? '',
    name: row['activity'] ?? '',
    at: Date.parse(row['ts'] ?? ''),
  }));
}

const paths = (rows: PathRow[]) => pathsOf(grouped(rows));

/** The plan that most customers follow. */
function mostFrequent(rows: PathRow[]): Plan[] {
  const names = tallied(paths(rows), variants()).variants[0]?.names ?? [];
  return names.map((touchpoint) => ({ touchpoint }));
}

/** `Wait` may come any number of times after the ticket was taken. */
function withWaiting(steps: Plan[]): Plan[] {
  return steps.flatMap((step) => [
    step,
    ...('touchpoint' in step && step.touchpoint.startsWith('Take in charge')
      ? [{ optional: { loop: { touchpoint: 'Wait' } } }]
      : []),
  ]);
}

interface Expected {
  average: number;
  log: number;
  fitting: number;
  /** Half of the last digit that the reference gives. */
  digits: [average: number, fitting: number];
}

function figures(name: string, ours: Conformance, { average, log, fitting, digits }: Expected): Figure[] {
  const near = (is: number, digit: number): Pick<Figure, 'floor' | 'target'> => ({
    floor: { is, within: 1e-4 },
    target: { is, within: Math.max(1e-6, digit) },
  });
  return [
    { name: `${name}, average fitness`, ours: ours.averageFitness, ...near(average, digits[0]), reference },
    { name: `${name}, log fitness`, ours: ours.logFitness, ...near(log, digits[0]), reference },
    { name: `${name}, share of fitting paths`, ours: ours.fitting, ...near(fitting, digits[1]), reference },
  ];
}

function timed<T>(work: () => T): { value: T; ms: number } {
  const began = performance.now();
  const value = work();
  return { value, ms: performance.now() - began };
}

/** Alignments of two public logs with their most frequent variant, and with a plan that has a loop. */
export const conformanceFigures: Evaluation = async (folder) => {
  const [receipt, helpdesk] = [await logOf(folder, 'receipt_min.csv'), await logOf(folder, 'helpdesk.csv')];
  const compare = (rows: PathRow[], plan: Plan) => timed(() => tallied(paths(rows), conformance(plan)));
  const linear = compare(receipt, { sequence: mostFrequent(receipt) });
  const searched = compare(receipt, {
    parallel: [{ sequence: mostFrequent(receipt) }, { optional: { touchpoint: '' } }],
  });
  const desk = compare(helpdesk, { sequence: mostFrequent(helpdesk) });
  const waiting = compare(helpdesk, { sequence: withWaiting(mostFrequent(helpdesk)) });
  const ms = { floor: { max: 2_000 }, target: { max: 500 } };
  return [
    ...figures('receipt', linear.value, { average: 0.818053, log: 0.828706, fitting: 0.4972, digits: [5e-7, 5e-5] }),
    { name: 'receipt, ms', ours: linear.ms, ...ms },
    {
      name: 'receipt by A* less by indel',
      ours: searched.value.averageFitness - linear.value.averageFitness,
      floor: { is: 0, within: 1e-12 },
    },
    { name: 'receipt by A*, ms', ours: searched.ms, ...ms },
    ...figures('helpdesk', desk.value, { average: 0.9140427, log: 0.9028436, fitting: 0.516594, digits: [5e-8, 5e-7] }),
    ...figures('helpdesk, loop on Wait', waiting.value, {
      average: 0.9451631,
      log: 0.9385759,
      fitting: 0.644323,
      digits: [5e-8, 5e-7],
    }),
    { name: 'helpdesk, loop on Wait, ms', ours: waiting.ms },
  ];
};
