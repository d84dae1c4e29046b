import {
  doublyRobust,
  ipw,
  type LoggedReward,
  type ModelledReward,
  snipw,
  weightsOf,
} from '../../lib/decision/policies/policy-estimate.ts';
import { rewardModel } from '../../lib/decision/beliefs/reward-model.ts';
import { type Figure } from './figure.ts';
import { rowsOf, textOf } from './files.ts';

/** The reference's reward model: means by item, as if each had been shown two hundred times more with the mean of all. */
const strength = 200;

interface Shown {
  item: number;
  position: number;
  reward: number;
  propensity: number;
}

async function logOf(folder: string, name: string): Promise<Shown[]> {
  const rows = await rowsOf(folder, `obd_men/${name}.csv`);
  return rows.map(({ item_id, position, click, propensity_score }) => ({
    item: Number(item_id),
    position: Number(position) - 1,
    reward: Number(click),
    propensity: Number(propensity_score),
  }));
}

/** The judged policy: the probability of each item (row) at each position (column). */
type Chances = number[][];

async function banditOf(folder: string): Promise<Chances> {
  const lines = (await textOf(folder, 'obd_men/bts_action_dist.csv')).trim().split('\n');
  return lines.map((line) => line.split(',').map(Number));
}

const chance = (chances: Chances, { item, position }: Shown): number => chances[item]?.[position] ?? 0;

const judgedBy = (log: Shown[], chances: Chances): LoggedReward[] =>
  log.map((row) => ({ ...row, target: chance(chances, row) }));

function modelled(log: Shown[], chances: Chances): ModelledReward[] {
  const model = rewardModel(
    log.map(({ item, reward }) => ({ chosen: String(item), reward })),
    strength,
  );
  const expected = chances.map((_, item) => model(String(item)));
  return log.map((row) => ({
    ...row,
    target: chance(chances, row),
    expected: expected[row.item] ?? 0,
    expectedOfTarget: chances.reduce((sum, at, item) => sum + (at[row.position] ?? 0) * (expected[item] ?? 0), 0),
  }));
}

/** The log of the learning policy as if it had always chosen as it ended: propensities that are not those of the day. */
const misreported = (log: Shown[], chances: Chances): Shown[] =>
  log.map((row) => ({ ...row, propensity: chance(chances, row) }));

const exactly = (is: number, within = 1e-6) => ({ floor: { is, within }, target: { is, within } });

export async function estimators(folder: string): Promise<Figure[]> {
  const [random, learning, bandit] = [
    await logOf(folder, 'random'),
    await logOf(folder, 'bts'),
    await banditOf(folder),
  ];
  const even: Chances = bandit.map((at) => at.map(() => 1 / bandit.length));
  const judged = judgedBy(random, bandit);
  const wrong = weightsOf(judgedBy(misreported(learning, bandit), even));
  return [
    { name: 'Open Bandit men: IPW of BTS', ours: ipw(judged).value, ...exactly(0.00453356), reference: '.00453356' },
    {
      name: 'Open Bandit men: SNIPW of BTS',
      ours: snipw(judged).value,
      ...exactly(0.00460423),
      reference: '.00460423',
    },
    {
      name: 'Open Bandit men: DR of BTS',
      ours: doublyRobust(modelled(random, bandit)).value,
      ...exactly(0.00462391),
      reference: '.00462391',
    },
    {
      name: 'Open Bandit men: effective sample size',
      ours: weightsOf(judged).effective,
      ...exactly(2467, 0.5),
      reference: '2467',
    },
    { name: 'alarm: true propensities, random log', ours: Number(weightsOf(judged).alarm), floor: { max: 0 } },
    {
      name: 'alarm: true propensities, log of BTS',
      ours: Number(weightsOf(judgedBy(learning, even)).alarm),
      floor: { max: 0 },
    },
    {
      name: `alarm: wrong propensities, mean weight ${wrong.mean.toFixed(2)}`,
      ours: Number(wrong.alarm),
      floor: { min: 1 },
    },
  ];
}
