import { countRetention } from '../../lib/report/cohort/retention-cohorts.ts';
import { type PathRow, pathsOf, tallyPaths } from '../../lib/report/paths/customer-path.ts';
import { type Evaluation, type Figure } from './figure.ts';
import { textOf } from './files.ts';

const reference: Record<string, [customers: number, ...active: number[]]> = {
  January: [7_846, 1_157, 964, 810, 679, 736],
  February: [8_476, 1_312, 980, 783],
  March: [7_248, 1_032, 752, 756],
};

function purchase(line: string): PathRow[] {
  const [customer, date] = line.trim().split(/\s+/);
  const at = Date.parse(date?.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3') ?? '');
  return customer === undefined || Number.isNaN(at) ? [] : [{ customer, name: 'Order Completed', at }];
}

/** CDNOW master: who bought again in the months after the first purchase. */
export const cohorts: Evaluation = async (folder) => {
  const lines = (await textOf(folder, 'CDNOW_master.txt')).split('\n');
  const months = tallyPaths(pathsOf(lines.flatMap(purchase)), countRetention({ unit: 'month' }));
  return Object.entries(reference).flatMap(([month, [customers, ...active]], i) => [
    { name: `CDNOW, joined in ${month}`, ours: months[i]?.customers ?? 0, floor: { is: customers, within: 0 } },
    ...active.map((is, age): Figure => ({
      name: `${month}, active ${age + 1} months later`,
      ours: months[i]?.active[age + 1] ?? 0,
      floor: { is, within: 0 },
    })),
  ]);
};
