import { probabilitiesHighest } from '../../lib/decision/beliefs/probability-best.ts';
import { contextHelps } from '../../lib/decision/policies/context-test.ts';
import {
  addShownOffer,
  beliefsIn,
  emptySums,
  fitOfferLinearModel,
  type ShownOffer,
} from '../../lib/decision/beliefs/linear-model.ts';
import { endlessTemperature, propensities } from '../../lib/decision/policies/propensities.ts';
import { seeded } from '../../lib/shared/random.ts';
import { type Figure } from './figure.ts';
import { rowsOf } from './files.ts';
import { byHash } from './order.ts';
import { sampleByPropensity } from '../../lib/decision/choice/sample-offer.ts';

const batch = 100;

interface Labelled {
  context: number[];
  label: number;
}

async function labelledOf(folder: string, name: string): Promise<{ rows: Labelled[]; labels: number }> {
  const read = (await rowsOf(folder, name)).map((row) => Object.values(row));
  const names = [...new Set(read.map((fields) => fields.at(-1)))];
  const rows = read.map((fields) => ({
    context: fields.slice(0, -1).map(Number),
    label: names.indexOf(fields.at(-1)),
  }));
  return { rows: byHash(rows), labels: names.length };
}

/** Mean reward of the linear policy that is paid for naming the class of a row, and told in batches. */
function play({ rows, labels }: { rows: Labelled[]; labels: number }): number {
  const random = seeded(1);
  const sums = emptySums(labels, rows[0]?.context.length ?? 0);
  let rewards = 0;
  for (let from = 0; from < rows.length; from += batch) {
    const model = fitOfferLinearModel(sums);
    const seen = rows.slice(from, from + batch).map(({ context, label }): ShownOffer => {
      const shares = propensities(probabilitiesHighest(beliefsIn(model, context)), {
        sharpening: endlessTemperature.to,
        control: 0,
      });
      const offer = sampleByPropensity(shares, random());
      return { offer, context, reward: Number(offer === label) };
    });
    addShownOffer(sums, seen);
    rewards += seen.reduce((sum, { reward }) => sum + reward, 0);
  }
  return rewards / rows.length;
}

/** Whether an even log of the first rows shows that context helps. */
function found({ rows, labels }: { rows: Labelled[]; labels: number }): boolean {
  const random = seeded(2);
  const log = rows.slice(0, 3_000).map(({ context, label }) => {
    const offer = Math.floor(random() * labels);
    return { offer, context, reward: Number(offer === label), propensity: 1 / labels };
  });
  return contextHelps(log, { offers: labels, features: rows[0]?.context.length ?? 0 }).helps;
}

const sets = [
  { name: 'Shuttle', file: 'shuttle.csv', floor: 0.9, target: 0.92, reference: '.914' },
  { name: 'Satellite', file: 'satellite.csv', floor: 0.77, target: 0.79, reference: '.786' },
];

export async function bandits(folder: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, file, floor, target, reference } of sets) {
    const rows = await labelledOf(folder, file);
    const asked = { floor: { min: floor }, target: { min: target }, reference };
    figures.push({ name: `${name}: mean reward, batches of 100`, ours: play(rows), ...asked });
    figures.push({ name: `${name}: lift of context found`, ours: Number(found(rows)), floor: { min: 1 } });
  }
  return figures;
}
