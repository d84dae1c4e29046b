import { survivalAt, survivalCurve } from '../../lib/statistics/survival/survival-curve.ts';
import { type Life, lifeTables } from '../../lib/statistics/survival/life-table.ts';
import { logRank } from '../../lib/statistics/survival/log-rank.ts';
import { type Evaluation, type Figure } from './figure.ts';
import { rowsOf } from './files.ts';

const reference: [months: number, survival: number][] = [
  [1, 0.945961],
  [12, 0.8432],
  [24, 0.788736],
  [36, 0.748545],
  [60, 0.664404],
  [72, 0.59279],
];

/** Telco: months as a customer, and whether the customer left; by contract for the log-rank test. References from R's survival. */
export const survival: Evaluation = async (folder) => {
  const rows = await rowsOf(folder, 'Telco-Customer-Churn.csv');
  const lives = rows.map(({ tenure, Churn }): Life => ({ time: Number(tenure), ended: Churn === 'Yes' }));
  const curve = survivalCurve(lifeTables(lives).get('') ?? []);
  const byContract = lives.map((life, i) => ({ ...life, group: rows[i]?.Contract ?? '' }));
  const { chi2, degrees } = logRank(lifeTables(byContract));
  return [
    ...reference.map(([months, is]): Figure => ({
      name: `Telco, share still here after ${months} months`,
      ours: survivalAt(curve, months),
      floor: { is, within: 1e-6 },
      reference: String(is),
    })),
    { name: 'Telco, log-rank by contract, χ²', ours: chi2, floor: { is: 2352.8725, within: 1e-3 } },
    { name: 'degrees of freedom', ours: degrees, floor: { is: 2, within: 0 } },
  ];
};
