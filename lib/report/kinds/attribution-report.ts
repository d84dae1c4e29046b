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

/** Credits of every model, dealt out way by way. */
function crediting(halfLifeMs: number): {
  add(way: TimedConversionPath): void;
  creditOf(model: Model, touch: string): z.infer<typeof Credit>;
} {
  const models: Record<Exclude<Model, 'markov'>, Credits> = {
    ...{ first: new Map(), last: new Map(), linear: new Map(), position: new Map() },
    'time-decay': new Map(),
  };
  const deal = (model: Exclude<Model, 'markov'>, credits: Credits): void =>
    credits.forEach((credit, touch) => assignCredit(models[model], touch, credit));
  return {
    add(way) {
      if (way.conversions === 0) return;
      for (const model of ruleModels) deal(model, creditByRule([way], creditRules[model]));
      deal('time-decay', timeDecay([way], halfLifeMs));
    },
    creditOf: (model, touch) =>
      (model === 'markov' ? undefined : models[model].get(touch)) ?? { conversions: 0, value: 0 },
  };
}

/** Which touches lead to conversions, by every model side by side. */
export const attributionKind: ReportKindDefinition<
  z.infer<typeof AttributionRequest>,
  z.infer<typeof AttributionAnswer>
> = {
  reads: 'touchpoints',
  lists: ['touches'],
  run({ conversion, touch, touchpoints, lookback, halfLife }) {
    const chain = chainTally();
    const credits = crediting(durationMs(halfLife));
    const known = new Set<string>();
    const isTouch = counts(touchpoints);
    let ways = 0;

    function bounded(name: string): string {
      if (known.size < maxTouches) known.add(name);
      return known.has(name) ? name : others;
    }

    const plan = {
      conversion,
      touchOf: (step: ReportTouchpoint) => (isTouch(step) ? bounded(step[touch]) : undefined),
      worthOf: ({ worth = 0 }: ReportTouchpoint) => worth,
      ...(lookback !== undefined && { lookbackMs: durationMs(lookback) }),
    };

    return {
      add({ profile, touches }) {
        for (const way of findConversionPaths([{ customer: profile.customer, steps: touches }], plan)) {
          ways++;
          chain.add(way);
          credits.add(way);
        }
      },
      result() {
        const markov = markovOf(chain.chain);
        const creditOf = (model: Model, name: string) =>
          (model === 'markov' && markov.credits.get(name)) || credits.creditOf(model, name);
        const told = [...markov.removalEffects].map(([name, removalEffect]) => ({
          touch: name,
          credits: {
            ...{ first: creditOf('first', name), last: creditOf('last', name), linear: creditOf('linear', name) },
            ...{ position: creditOf('position', name), 'time-decay': creditOf('time-decay', name) },
            markov: creditOf('markov', name),
          },
          removalEffect,
        }));
        const { conversions, value } = chain.chain;
        return {
          ...{ kind: 'attribution', conversions, ways, value },
          touches: told.sort((a, b) => b.credits.markov.conversions - a.credits.markov.conversions),
        };
      },
    };
  },
};
