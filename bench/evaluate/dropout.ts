import { expectedPurchases } from '../../lib/churn/purchase-model/dropout-model.ts';
import { fitDropout } from '../../lib/churn/purchase-model/fit-dropout.ts';
import { purchaseCountsOf, buildPurchaseHistory } from '../../lib/churn/purchase-model/purchase-history.ts';
import { fitSpending } from '../../lib/churn/purchase-model/spending.ts';
import { type Evaluation, type Figure } from './figure.ts';
import { cdnow, dayOf } from './purchases.ts';

/** BG/NBD, MBG/NBD and gamma-gamma on the CDNOW sample, weeks to 1997-09-30 (Fader, Hardie and Lee 2005). */
export const dropout: Evaluation = async (folder) => {
  const until = dayOf('1997-09-30');
  const seen = [...(await cdnow(folder, 'CDNOW_sample.txt')).values()].map((events) =>
    events.filter(({ day }) => day <= until),
  );
  const habits = seen.flatMap((events) => buildPurchaseHistory(events) ?? []);
  const counts = habits.map((habit) => purchaseCountsOf(habit, until, 7));
  const began = performance.now();
  const bg = fitDropout('bg', counts);
  const ms = performance.now() - began;
  const mbg = fitDropout('mbg', counts);
  const repeats = seen.flatMap((events) => {
    const first = Math.min(...events.map(({ day }) => day));
    const later = buildPurchaseHistory(events.filter(({ day }) => day > first));
    return later ? [{ n: later.days, mean: later.worth / later.days }] : [];
  });
  const worth = fitSpending(repeats);
  const near = (name: string, ours: number, is: number): Figure => ({
    name,
    ours,
    floor: { is, within: 0.005 * is },
    reference: String(is),
  });
  return [
    { name: 'BG/NBD log-likelihood', ours: bg.logLikelihood, floor: { min: -9582.43 }, reference: '-9582.4292' },
    near('BG/NBD r', bg.model.r, 0.242595),
    near('BG/NBD alpha', bg.model.alpha, 4.413602),
    near('BG/NBD a', bg.model.a, 0.792922),
    near('BG/NBD b', bg.model.b, 2.425907),
    {
      name: 'BG/NBD E[39 weeks | 2, 30.43, 38.86]',
      ours: expectedPurchases(bg.model, { x: 2, tx: 30.43, T: 38.86 }, 39),
      floor: { is: 1.226, within: 0.001 },
      reference: '1.226',
    },
    { name: 'BG/NBD fit, ms', ours: ms, target: { max: 1000 } },
    { name: 'MBG/NBD log-likelihood', ours: mbg.logLikelihood, floor: { min: -9582.137 }, reference: '-9582.1357' },
    { name: 'gamma-gamma p', ours: worth?.p ?? 0, reference: '6.2496' },
    { name: 'gamma-gamma q', ours: worth?.q ?? 0, reference: '3.7442' },
    { name: 'gamma-gamma v', ours: worth?.v ?? 0, reference: '15.4435' },
  ];
};
