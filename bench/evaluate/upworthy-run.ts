import { parentPort, workerData } from 'node:worker_threads';
import { beliefsOf, commonRate, priorSpread, type Trials } from '../../lib/decision/beliefs/prior-beliefs.ts';
import { endlessTemperature } from '../../lib/decision/policies/propensities.ts';
import {
  type SimulatedCourse,
  simulatePlacement,
  type SimulatedPolicy,
} from '../../lib/decision/policies/simulate-placement.ts';
import { type Likely, tuneTemperature } from '../../lib/decision/policies/tune-temperature.ts';
import { seeded, shuffled } from '../../lib/shared/random.ts';
import { rowsOf } from './files.ts';

const batches = 50;

interface Headlines {
  rates: number[];
  decisions: number;
}

/** Tests by their id, which begins with their date: oldest first. */
async function testsOf(folder: string): Promise<Headlines[]> {
  const tests = Map.groupBy(await rowsOf(folder, 'upworthy_arms_dev.csv'), ({ test = '' }) => test);
  const oldestFirst = [...tests].sort(([a], [b]) => (a < b ? -1 : 1));
  return oldestFirst.map(([, arms]) => ({
    rates: arms.map(({ ctr_shrunk: rate }) => Number(rate)),
    decisions: arms.reduce((sum, { impressions }) => sum + Number(impressions), 0),
  }));
}

interface Outcome {
  gain: number;
  most: number;
  found: boolean;
}

const mean = (all: number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;

function outcomeOf({ rates, decisions }: Headlines, { tries, expected }: SimulatedCourse, spread: number): Outcome {
  const even = decisions * mean(rates);
  const believed = beliefsOf(tries, spread).map(({ a, b }) => a / (a + b));
  const winner = believed.indexOf(Math.max(...believed));
  return {
    gain: expected - even,
    most: decisions * Math.max(...rates) - even,
    found: rates[winner] === Math.max(...rates),
  };
}

/** What is known after the first tenth of the tests, which ran without any knowledge: the rest is tuned by it. */
function learnt(history: { tries: Trials[]; decisions: number }[], control: number): SimulatedPolicy {
  const spread = priorSpread(history.map(({ tries }) => tries));
  const likely = history.map(({ tries, decisions }): Likely => ({
    rate: commonRate(tries, spread),
    offers: tries.length,
    plan: { decisions, batches },
  }));
  return { spread, control, sharpening: tuneTemperature(likely, { spread, control }) };
}

export interface Run {
  folder: string;
  seed: number;
  control: number;
}

/** What came of it: share of what was to gain, and of tests whose best headline was found. */
export interface Found {
  share: number;
  found: number;
}

function run(tests: Headlines[], { seed, control }: Run): Found {
  const random = seeded(seed);
  const history: { tries: Trials[]; decisions: number }[] = [];
  let policy: SimulatedPolicy = { spread: priorSpread([]), sharpening: endlessTemperature, control };
  const outcomes = tests.map(({ rates, decisions }, i): Outcome => {
    if (i === Math.ceil(tests.length / 10)) policy = learnt(history, control);
    const headlines = { rates: shuffled(rates, random), decisions };
    const course = simulatePlacement(headlines.rates, { decisions, batches }, { policy, random });
    history.push({ tries: course.tries, decisions });
    return outcomeOf(headlines, course, policy.spread);
  });
  const sum = (key: 'gain' | 'most') => outcomes.reduce((total, one) => total + one[key], 0);
  return { share: sum('gain') / sum('most'), found: mean(outcomes.map(({ found }) => Number(found))) };
}

// One run is one thread's work.
const asked = workerData as Run; // as `upworthy.ts` sends it
parentPort?.postMessage(run(await testsOf(asked.folder), asked));
