import { probabilitiesBest } from '../../lib/decision/beliefs/probability-best.ts';
import { contextHelps } from '../../lib/decision/policies/context-test.ts';
import { beliefsOf, priorSpread } from '../../lib/decision/beliefs/prior-beliefs.ts';
import { endlessTemperature, propensities } from '../../lib/decision/policies/propensities.ts';
import { seeded } from '../../lib/shared/random.ts';
import { type Figure } from './figure.ts';
import { rowsOf } from './files.ts';
import { byHash } from './order.ts';
import { sampleByPropensity } from '../../lib/decision/choice/sample-offer.ts';

const batch = 100;

interface Mailed {
  offer: number;
  reward: number;
  context: number[];
}

const levels = { zip_code: ['Urban', 'Surburban', 'Rural'], channel: ['Phone', 'Web', 'Multichannel'] };

async function mailedOf(folder: string): Promise<{ log: Mailed[]; offers: number }> {
  const rows = await rowsOf(folder, 'hillstrom.csv');
  const segments = [...new Set(rows.map(({ segment = '' }) => segment))].sort();
  const log = rows.map((row) => ({
    offer: segments.indexOf(row.segment ?? ''),
    reward: Number(row.visit),
    context: [
      ...['recency', 'history', 'mens', 'womens', 'newbie'].map((name) => Number(row[name])),
      ...Object.entries(levels).flatMap(([name, all]) => all.map((level) => Number(row[name] === level))),
    ],
  }));
  return { log: byHash(log), offers: segments.length };
}

/** Replay (Li et al. 2011): only rows where the policy chose what was sent are counted and learnt from. Mean reward of those. */
function replay(
  { log, offers }: { log: Mailed[]; offers: number },
  { seed, control }: { seed: number; control: number },
): number {
  const random = seeded(seed);
  const tries = Array.from({ length: offers }, () => ({ exposed: 0, won: 0 }));
  for (let from = 0; from < log.length; from += batch) {
    const chances = probabilitiesBest(beliefsOf(tries, priorSpread([tries])));
    const shares = propensities(chances, { sharpening: endlessTemperature.to, control });
    const matched = log.slice(from, from + batch).filter(({ offer }) => sampleByPropensity(shares, random()) === offer);
    for (const { offer, reward } of matched) {
      const one = tries[offer];
      if (one) [one.exposed, one.won] = [one.exposed + 1, one.won + reward];
    }
  }
  const [won, exposed] = [
    tries.reduce((sum, one) => sum + one.won, 0),
    tries.reduce((sum, one) => sum + one.exposed, 0),
  ];
  return won / exposed;
}

const seeds = [1, 2, 3];

export async function hillstrom(folder: string): Promise<Figure[]> {
  const mailed = await mailedOf(folder);
  const mean = (control: number) =>
    seeds.reduce((sum, seed) => sum + replay(mailed, { seed, control }), 0) / seeds.length;
  const log = mailed.log.map((row) => ({ ...row, propensity: 1 / mailed.offers }));
  const features = log[0]?.context.length ?? 0;
  const { helps, gain } = contextHelps(log, { offers: mailed.offers, features });
  return [
    {
      name: 'Hillstrom: replayed visits',
      ours: mean(0),
      floor: { min: 0.179 },
      target: { min: 0.182 },
      reference: '.1813 Thompson',
    },
    { name: 'Hillstrom: replayed visits, control of 5 %', ours: mean(0.05), floor: { min: 0.179 } },
    {
      name: 'Hillstrom: lift of context claimed',
      ours: Number(helps),
      floor: { max: 0 },
      target: { max: 0 },
      reference: 'there is none',
    },
    { name: `Hillstrom: gain of context (± ${gain.error.toFixed(4)})`, ours: gain.value, reference: '−.0003 ± .0020' },
  ];
}
