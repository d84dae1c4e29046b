import { type Plan } from '../../lib/map/planned-map.ts';
import { createAligner } from '../../lib/report/conformance/choose-aligner.ts';
import { type Conformance, measureConformance } from '../../lib/report/conformance/measure-conformance.ts';
import { groupPathRows, pathsOf, type PathRow, tallyPaths } from '../../lib/report/paths/customer-path.ts';
import { findPathVariants } from '../../lib/report/paths/path-variants.ts';
import { type Evaluation, type Figure } from './figure.ts';
import { rowsOf } from './files.ts';

const reference = '4TU log, pm4py alignments';

interface Columns {
  path: string;
  name: string;
  at: string;
}

const columns: Columns = { path: 'case', name: 'activity', at: 'ts' };
const bookColumns: Columns = { path: 'case:concept:name', name: 'concept:name', at: 'time:timestamp' };

async function logOf(folder: string, name: string, named = columns): Promise<PathRow[]> {
  const rows = await rowsOf(folder, name);
  return rows.map((row) => ({
    customer: row[named.path] ?? '',
    name: row[named.name] ?? '',
    at: Date.parse(row[named.at] ?? ''),
  }));
}

/** Requests for compensation: van der Aalst, "Process Mining", 2nd edition 2016, fig. 2.6. All six cases of the log follow it. */
const compensation: Plan = {
  sequence: [
    { touchpoint: 'register request' },
    {
      loop: {
        sequence: [
          {
            parallel: [
              { choice: [{ touchpoint: 'examine thoroughly' }, { touchpoint: 'examine casually' }] },
              { touchpoint: 'check ticket' },
            ],
          },
          { touchpoint: 'decide' },
        ],
      },
      again: { touchpoint: 'reinitiate request' },
    },
    { choice: [{ touchpoint: 'pay compensation' }, { touchpoint: 'reject request' }] },
  ],
};

const paths = (rows: PathRow[]) => pathsOf(groupPathRows(rows));

/** The plan that most customers follow. */
function mostFrequent(rows: PathRow[]): Plan[] {
  const names = tallyPaths(paths(rows), findPathVariants()).variants[0]?.names ?? [];
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
  /** Half of the last digit that the reference gives, where that is more than the target's 1e-6. */
  rounded?: { average?: number; fitting?: number };
}

const near = (is: number, rounded = 1e-6): Pick<Figure, 'floor' | 'target'> => ({
  floor: { is, within: 1e-4 },
  target: { is, within: Math.max(1e-6, rounded) },
});

function figures(name: string, ours: Conformance, { average, log, fitting, rounded }: Expected): Figure[] {
  return [
    { name: `${name}, average fitness`, ours: ours.averageFitness, ...near(average, rounded?.average), reference },
    { name: `${name}, log fitness`, ours: ours.logFitness, ...near(log, rounded?.average), reference },
    { name: `${name}, share of fitting paths`, ours: ours.fitting, ...near(fitting, rounded?.fitting), reference },
  ];
}

/**
 * Log fitness as the reference has it for a plan with a loop: every silent step costs a ten-thousandth there, of which a loop that may
 * be left out has one more than it has rounds. Alignments are the same; only this sum shows it.
 */
function withSilentSteps(rows: PathRow[], plan: Plan): number {
  const { shortest, align } = createAligner(plan);
  const price = 1e-4;
  let [cost, whole] = [0, 0];
  for (const { steps } of paths(rows)) {
    const alignment = align(steps.map(({ name }) => name));
    const rounds = alignment.moves.filter(({ kind, name }) => kind === 'planned' && name === 'Wait').length;
    cost += alignment.cost + (rounds + 1) * price;
    whole += steps.length + shortest + price;
  }
  return 1 - cost / whole;
}

function timed<T>(work: () => T): { value: T; ms: number } {
  const began = performance.now();
  const value = work();
  return { value, ms: performance.now() - began };
}

/** Alignments of two public logs with their most frequent variant, and with a plan that has a loop. */
export const conformanceFigures: Evaluation = async (folder) => {
  const [receipt, helpdesk] = [await logOf(folder, 'receipt_min.csv'), await logOf(folder, 'helpdesk.csv')];
  const compare = (rows: PathRow[], plan: Plan) => timed(() => tallyPaths(paths(rows), measureConformance(plan)));
  const sequence = mostFrequent(receipt);
  const linear = compare(receipt, { sequence });
  // A choice of one is the same plan, but no longer a bare sequence: it is searched.
  const searched = compare(receipt, { choice: [{ sequence }] });
  const desk = compare(helpdesk, { sequence: mostFrequent(helpdesk) });
  const loop = { sequence: withWaiting(mostFrequent(helpdesk)) };
  const waiting = compare(helpdesk, loop);
  const ms = { floor: { max: 2_000 }, target: { max: 500 } };
  const apart = searched.value.averageFitness - linear.value.averageFitness;
  const book = tallyPaths(
    paths(await logOf(folder, 'running-example.csv', bookColumns)),
    measureConformance(compensation),
  );
  return [
    ...figures('receipt', linear.value, {
      average: 0.818053,
      log: 0.828706,
      fitting: 0.4972,
      rounded: { fitting: 5e-5 },
    }),
    { name: 'receipt, ms', ours: linear.ms, ...ms },
    { name: 'receipt by search, ms', ours: searched.ms, ...ms },
    { name: 'receipt, search less indel', ours: apart, floor: { is: 0, within: 1e-12 } },
    ...figures('helpdesk', desk.value, { average: 0.9140427, log: 0.9028436, fitting: 0.516594 }),
    ...figures(
      'helpdesk, loop on Wait',
      { ...waiting.value, logFitness: withSilentSteps(helpdesk, loop) },
      { average: 0.9451631, log: 0.9385759, fitting: 0.644323 },
    ),
    { name: 'log fitness, silent steps free', ours: waiting.value.logFitness },
    { name: 'helpdesk, loop on Wait, ms', ours: waiting.ms },
    {
      name: 'running example, average fitness',
      ours: book.averageFitness,
      ...near(1),
      reference: 'van der Aalst 2016',
    },
  ];
};
