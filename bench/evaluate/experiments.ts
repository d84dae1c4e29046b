import { alwaysValidP, confidenceSequence } from '../../lib/statistics/sequential/always-valid.ts';
import { computeBoundaries, type BoundaryShape } from '../../lib/statistics/sequential/boundaries.ts';
import { compareRates } from '../../lib/statistics/inference/compare-metrics.ts';
import { mismatchLevel, sampleRatioP } from '../../lib/statistics/inference/sample-ratio.ts';
import { scanSampleRatios } from '../../lib/report/experiment/scan-sample-ratio.ts';
import { rateOf } from '../../lib/statistics/inference/moments.ts';
import { type Evaluation, type Figure } from './figure.ts';
import { rowsOf } from './files.ts';
import { repeatedLooks } from './repeated-looks.ts';

const tables: Record<BoundaryShape, [looks: number, bound: number][]> = {
  pocock: [
    [2, 2.1783],
    [3, 2.2895],
    [4, 2.3613],
    [5, 2.4132],
    [10, 2.555],
  ],
  'obrien-fleming': [
    [2, 1.9774],
    [3, 2.004],
    [4, 2.0243],
    [5, 2.0401],
    [10, 2.0865],
  ],
};

const ofTables = (): Figure[] =>
  (['pocock', 'obrien-fleming'] as const).flatMap((shape) =>
    tables[shape].map(([looks, is]) => ({
      name: `${shape}, last bound of ${looks} looks`,
      ours: computeBoundaries({ shape, looks, alpha: 0.05 }).at(-1) ?? Number.NaN,
      floor: { is, within: 6e-5 },
      reference: String(is),
    })),
  );

function workedExample(): Figure[] {
  const evidence = { difference: 0.01, variance: 1.8e-5, mixing: 1e-4, alpha: 0.05 };
  const [low, high] = confidenceSequence(evidence);
  return [
    { name: 'mSPRT p, worked example', ours: alwaysValidP(evidence), floor: { is: 0.243195, within: 1e-6 } },
    { name: 'mSPRT interval, low', ours: low, floor: { is: -0.0029305, within: 1e-7 } },
    { name: 'mSPRT interval, high', ours: high, floor: { is: 0.0229305, within: 1e-7 } },
  ];
}

/** MineThatData: arms of an e-mail test, visits. */
async function hillstrom(folder: string): Promise<Figure> {
  const rows = await rowsOf(folder, 'hillstrom.csv');
  const visitsOf = (segment: string) => {
    const arm = rows.filter((row) => row.segment === segment);
    return rateOf(arm.filter(({ visit }) => visit === '1').length, arm.length);
  };
  const pair = { control: visitsOf('No E-Mail'), variant: visitsOf('Mens E-Mail') };
  return {
    name: 'Hillstrom, Mens against none, z',
    ours: compareRates(pair, 0.05).statistic,
    floor: { is: 22.486, within: 1e-3 },
    reference: '22.486',
  };
}

/** The randomisation failure that Upworthy's archive publishes, by the day a test was created. */
const failure = { from: Date.UTC(2013, 5, 25) / 1000, to: Date.UTC(2014, 0, 11) / 1000 };

async function upworthy(folder: string): Promise<Figure[]> {
  const tests = Map.groupBy(await rowsOf(folder, 'upworthy_arms_dev.csv'), ({ test = '' }) => test);
  const experiments = [...tests].map(([id, arms]) => ({
    id,
    at: Number.parseInt(id.slice(0, 8), 16),
    arms: arms.map(({ impressions }) => ({ n: Number(impressions), weight: 1 })),
  }));
  const { mismatched, windows } = scanSampleRatios(experiments);
  const failed = experiments.filter(({ at }) => at >= failure.from && at < failure.to);
  const sound = experiments.filter(({ at }) => at < failure.from || at >= failure.to);
  const share = (of: typeof experiments) => of.filter(({ id }) => mismatched.has(id)).length / of.length;
  const alone = (of: typeof experiments) =>
    of.filter(({ arms }) => sampleRatioP(arms) < mismatchLevel).length / of.length;
  const [window] = windows;
  const days = (seconds = Number.NaN) => seconds / 86_400;
  return [
    { name: 'Upworthy, windows of mismatch found', ours: windows.length, target: { is: 1, within: 0 } },
    { name: 'window begins, days off', ours: days((window?.from ?? NaN) - failure.from), target: { is: 0, within: 3 } },
    { name: 'window ends, days off', ours: days((window?.to ?? NaN) - failure.to), target: { is: 0, within: 3 } },
    { name: 'p < .001 by itself, in the window', ours: alone(failed), reference: '.70' },
    { name: 'p < .001 by itself, outside', ours: alone(sound), reference: '.005' },
    { name: 'broken splits found, share', ours: share(failed), floor: { min: 0.69 }, reference: '.70' },
    { name: 'false alarms, share', ours: share(sound), floor: { max: 0.006 }, reference: '.005' },
  ];
}

/** Sequential tests, and public experiments. References: the tables of Jennison & Turnbull (2000), R, and the sets' publications. */
export const experiments: Evaluation = async (folder) => [
  ...ofTables(),
  ...workedExample(),
  ...repeatedLooks(),
  await hillstrom(folder),
  ...(await upworthy(folder)),
];
