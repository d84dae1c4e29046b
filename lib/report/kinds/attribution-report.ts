import * as z from 'zod';
import { Duration, durationMs } from '../../shared/time.ts';
import { chainTally } from '../attribution/markov-chain.ts';
import { markovOf } from '../attribution/markov-attribution.ts';
import { creditByRule, creditRules, timeDecay, type TimedConversionPath } from '../attribution/credit-rules.ts';
import { type Credits, assignCredit } from '../attribution/conversion-path.ts';
import { findConversionPaths } from '../attribution/find-conversion-paths.ts';
import { Common, counts, Name, Touchpoints } from './report-options.ts';
import { type ReportKindDefinition, type ReportTouchpoint } from './report-kind.ts';

type Model = 'first' | 'last' | 'linear' | 'position' | 'time-decay' | 'markov';

export const AttributionRequest = Common.extend({
  kind: z.literal('attribution'),
  conversion: Name.describe('touchpoint that is the conversion'),
  touch: z.enum(['channel', 'name']).default('channel').describe('what is credited'),
  touchpoints: Touchpoints.optional().describe('which touchpoints are touches; all but the conversion when missing'),
  lookback: Duration.optional().describe('touches longer before the end of a way do not count'),
  halfLife: Duration.default('7d').describe('of time decay'),
  worth: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('property of the conversion that is its value, as a dotted path'),
});

const Credit = z.object({ conversions: z.number(), value: z.number() });

export const AttributionAnswer = z.object({
  kind: z.literal('attribution'),
  conversions: z.int().describe('with a touch before them: all models deal these out, and nothing else'),
  ways: z.int().describe('with or without a conversion at their end'),
  value: z.number(),
  touches: z.array(
    z.object({
      touch: z.string(),
      credits: z.object({
        ...{ first: Credit, last: Credit, linear: Credit, position: Credit },
        ...{ 'time-decay': Credit, markov: Credit },
      } satisfies Record<Model, typeof Credit>),
      removalEffect: z
        .number()
        .describe('share of the conversions that goes when all who would meet the touch are lost'),
    }),
  ),
});

/**
 * Limit of distinct touches, because the Markov chain grows with their square. Further ones share
 * one name.
 */
const maxTouches = 300;
const others = '~other';

const ruleModels = ['first', 'last', 'linear', 'position'] as const satisfies Model[];

type Credit = z.infer<typeof Credit>;
type RuleModel = Exclude<Model, 'markov'>;
type RuleCredits = Record<RuleModel, Credits>;

/** Adds the credits of a path, by every model but the Markov chain. */
function addCredits(byModel: RuleCredits, path: TimedConversionPath, halfLifeMs: number): void {
  if (path.conversions === 0) return;
  const give = (model: RuleModel, credits: Credits): void =>
    credits.forEach((credit, touch) => assignCredit(byModel[model], touch, credit));
  for (const model of ruleModels) give(model, creditByRule([path], creditRules[model]));
  give('time-decay', timeDecay([path], halfLifeMs));
}

/** Returns the test of a touch's name, which replaces names past the limit. */
function limitNames(): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.size < maxTouches) known.add(name);
    return known.has(name) ? name : others;
  };
}

/** What was counted of all paths. */
interface Attribution {
  chain: ReturnType<typeof chainTally>;
  byModel: RuleCredits;
  ways: number;
}

function answerAttribution({ chain: { chain }, byModel, ways }: Attribution): z.infer<typeof AttributionAnswer> {
  const markov = markovOf(chain);
  const none: Credit = { conversions: 0, value: 0 };
  const creditOf = (model: RuleModel, touch: string): Credit => byModel[model].get(touch) ?? none;
  const touches = [...markov.removalEffects].map(([touch, removalEffect]) => ({
    touch,
    credits: {
      ...{ first: creditOf('first', touch), last: creditOf('last', touch), linear: creditOf('linear', touch) },
      ...{ position: creditOf('position', touch), 'time-decay': creditOf('time-decay', touch) },
      markov: markov.credits.get(touch) ?? none,
    },
    removalEffect,
  }));
  touches.sort((a, b) => b.credits.markov.conversions - a.credits.markov.conversions);
  return { kind: 'attribution', conversions: chain.conversions, ways, value: chain.value, touches };
}

function planOf({ conversion, touch, touchpoints, lookback }: z.infer<typeof AttributionRequest>) {
  const isTouch = counts(touchpoints);
  const limited = limitNames();
  return {
    conversion,
    touchOf: (step: ReportTouchpoint) => (isTouch(step) ? limited(step[touch]) : undefined),
    worthOf: ({ worth = 0 }: ReportTouchpoint) => worth,
    ...(lookback !== undefined && { lookbackMs: durationMs(lookback) }),
  };
}

/** Which touches lead to conversions, by every model side by side. */
export const attributionKind: ReportKindDefinition<
  z.infer<typeof AttributionRequest>,
  z.infer<typeof AttributionAnswer>
> = {
  reads: 'touchpoints',
  lists: ['touches'],
  run(request) {
    const plan = planOf(request);
    const halfLifeMs = durationMs(request.halfLife);
    const byModel = {
      first: new Map(),
      last: new Map(),
      linear: new Map(),
      position: new Map(),
      'time-decay': new Map(),
    };
    const attribution: Attribution = { chain: chainTally(), byModel, ways: 0 };
    return {
      add({ profile, touches }) {
        for (const path of findConversionPaths([{ customer: profile.customer, steps: touches }], plan)) {
          attribution.ways++;
          attribution.chain.add(path);
          addCredits(byModel, path, halfLifeMs);
        }
      },
      result: () => answerAttribution(attribution),
    };
  },
};
