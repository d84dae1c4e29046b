import { seeded, type Random } from '../../lib/shared/random.ts';
import { alwaysValidP } from '../../lib/statistics/sequential/always-valid.ts';
import { computeBoundaries } from '../../lib/statistics/sequential/boundaries.ts';
import { compareRates, differenceOf, type Pair } from '../../lib/statistics/inference/compare-metrics.ts';
import { rateOf } from '../../lib/statistics/inference/moments.ts';
import { type Figure } from './figure.ts';

const alpha = 0.05;
const looks = 200;
const batch = 100;
const runs = 4_000;
/** Looks of the planned design: every twentieth. */
const planned = computeBoundaries({ shape: 'obrien-fleming', looks: 10, alpha });

/** Successes among `batch` customers of a chance: one number drawn, looked up in the distribution. */
function successes(chance: number): (random: Random) => number {
  const cumulative: number[] = [];
  let term = (1 - chance) ** batch;
  for (let k = 0, sum = 0; k <= batch; k++) {
    cumulative.push((sum += term));
    term *= ((batch - k) / (k + 1)) * (chance / (1 - chance));
  }
  return (random) => {
    const point = random();
    const found = cumulative.findIndex((sum) => sum > point);
    return found === -1 ? batch : found;
  };
}

/** An experiment of two arms as it is seen at each look. */
function* snapshots([control, variant]: [number, number], random: Random): Generator<Pair> {
  const [drawControl, drawVariant] = [successes(control), successes(variant)];
  let [a, b] = [0, 0];
  for (let look = 1; look <= looks; look++) {
    a += drawControl(random);
    b += drawVariant(random);
    yield { control: rateOf(a, look * batch), variant: rateOf(b, look * batch) };
  }
}

interface Calls {
  naive: boolean;
  alwaysValid: boolean;
  planned: boolean;
}

/** Which methods call a difference at any look. The effect thought of (τ) is the one planned for, 1 point. */
function callsOf(pairs: Iterable<Pair>): Calls {
  const calls: Calls = { naive: false, alwaysValid: false, planned: false };
  let look = 0;
  for (const pair of pairs) {
    look++;
    calls.alwaysValid ||= alwaysValidP({ ...differenceOf(pair), mixing: 0.01 ** 2 }) <= alpha;
    const { statistic } = compareRates(pair, alpha);
    calls.naive ||= Math.abs(statistic) >= 1.959964;
    const bound = look % 20 === 0 ? planned[look / 20 - 1] : undefined;
    calls.planned ||= bound !== undefined && Math.abs(statistic) >= bound;
  }
  return calls;
}

function shares(chances: [number, number]): (method: keyof Calls) => number {
  const random = seeded(20_000);
  const all = Array.from({ length: runs }, () => callsOf(snapshots(chances, random)));
  return (method) => all.filter((calls) => calls[method]).length / runs;
}

/** Simulated experiments of 20,000 customers per arm, looked at after every hundred: without a difference, and with one. */
export function repeatedLooks(): Figure[] {
  const without = shares([0.1, 0.1]);
  const withOne = shares([0.1, 0.11]);
  return [
    { name: 'type I, fixed test at 200 looks', ours: without('naive'), reference: '.418: why not to peek' },
    {
      name: 'type I, always-valid at 200 looks',
      ours: without('alwaysValid'),
      floor: { max: 0.05 },
      reference: '.021',
    },
    { name: "type I, O'Brien–Fleming", ours: without('planned'), floor: { is: 0.05, within: 0.01 }, reference: '.05' },
    { name: 'power, always-valid', ours: withOne('alwaysValid'), floor: { min: 0.65 }, reference: '.685' },
    { name: "power, O'Brien–Fleming", ours: withOne('planned'), target: { min: 0.88 }, reference: '.890' },
  ];
}
