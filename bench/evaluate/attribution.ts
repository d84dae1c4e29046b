import { markovAttribution } from '../../lib/report/attribution/markov-attribution.ts';
import { creditByRule, creditRules } from '../../lib/report/attribution/credit-rules.ts';
import { type ConversionPath } from '../../lib/report/attribution/conversion-path.ts';
import { type Evaluation, type Figure } from './figure.ts';
import { rowsOf } from './files.ts';

const removalEffects = {
  eta: 0.349026,
  iota: 0.405835,
  alpha: 0.558399,
  beta: 0.264039,
  theta: 0.20601,
  lambda: 0.134022,
  kappa: 0.028663,
  zeta: 0.039811,
  epsilon: 0.062639,
  gamma: 0.01788,
  delta: 0.000482,
  mi: 0.00018,
};

const touches = {
  first: { eta: 3164, iota: 4606, alpha: 6308 },
  last: { eta: 4167, iota: 3355, alpha: 8447 },
  linear: { eta: 3539.951, iota: 3857.096, alpha: 7574.719 },
} as const;

function* waysOf(rows: Record<string, string>[]): Generator<ConversionPath> {
  for (const { path = '', total_conversions, total_conversion_value, total_null } of rows) {
    yield {
      touches: path.split(' > '),
      conversions: Number(total_conversions),
      nulls: Number(total_null),
      value: Number(total_conversion_value),
    };
  }
}

/** The fastest of a few tries: what a warm function takes. */
function fastestMs(work: () => void): number {
  const tries = Array.from({ length: 5 }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return Math.min(...tries);
}

/** PathData: paths over twelve channels. References were computed exactly, by solving the chain with each channel taken out. */
export const attribution: Evaluation = async (folder) => {
  const rows = await rowsOf(folder, 'PathData.csv');
  const { conversion, removalEffects: ours } = markovAttribution(waysOf(rows));
  const markov = Object.entries(removalEffects).map(([channel, is]): Figure => ({
    name: `Markov removal effect, ${channel}`,
    ours: ours.get(channel) ?? Number.NaN,
    floor: { is, within: 1e-6 },
    reference: String(is),
  }));
  const heuristic = Object.entries(touches).flatMap(([rule, credits]) => {
    const given = creditByRule(waysOf(rows), creditRules[rule as keyof typeof touches]);
    return Object.entries(credits).map(([channel, is]): Figure => ({
      name: `${rule} touch, ${channel}`,
      ours: given.get(channel)?.conversions ?? Number.NaN,
      floor: { is, within: 1e-3 },
      reference: String(is),
    }));
  });
  return [
    ...markov,
    { name: 'Markov base conversion', ours: conversion, floor: { is: 19_785 / 88_387, within: 1e-9 } },
    {
      name: 'Markov, 10,000 paths, ms',
      ours: fastestMs(() => void markovAttribution(waysOf(rows))),
      target: { max: 50 },
    },
    ...heuristic,
  ];
};
