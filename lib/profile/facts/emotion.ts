import * as z from 'zod';
import { msBetween, type Instant, dayMs } from '../../shared/time.ts';
import { type Profile } from '../../model/profile.ts';

/** The customer's last known emotion, from the customer or from a channel. */
export const Emotion = z.enum(['negative', 'neutral', 'positive']);
export type Emotion = z.infer<typeof Emotion>;

/** How long an emotion counts, ms: as long as a bad answer blocks promotions. */
const freshMs = 30 * dayMs;

/**
 * Limits on each scale. NPS: detractors and promoters (Reichheld 2003). CSAT (1–5): the outer two.
 * CES (1–7): the lower three and the upper two.
 */
const scales = {
  nps: { negative: 6, positive: 9, highest: 10 },
  csat: { negative: 2, positive: 4, highest: 5 },
  ces: { negative: 3, positive: 6, highest: 7 },
} as const satisfies Record<keyof Profile['answers'], Record<string, number>>;

/**
 * An answer above the scale's highest value comes from a wider scale, where only the lowest values
 * are conclusive.
 */
function answered(survey: keyof typeof scales, value: number): Emotion {
  const { negative, positive, highest } = scales[survey];
  if (value <= negative) return 'negative';
  return value >= positive && value <= highest ? 'positive' : 'neutral';
}

/**
 * Returns the latest emotion of survey answers and of the trait `emotion`. The trait is set by an
 * identify, or by any touchpoint with the property `emotion`. Undefined if there is none in the
 * last thirty days.
 */
export function emotionOf({ answers, traits }: Pick<Profile, 'answers' | 'traits'>, now: Instant): Emotion | undefined {
  const told = (Object.keys(scales) as (keyof typeof scales)[]).flatMap((survey) => {
    const answer = answers[survey];
    return answer ? [{ at: answer.at, emotion: answered(survey, answer.value) }] : [];
  });
  const trait = traits.emotion;
  const named = Emotion.safeParse(trait?.value);
  if (trait && named.success) told.push({ at: trait.at, emotion: named.data });
  const latest = told.reduce<(typeof told)[number] | undefined>((a, b) => (a && a.at >= b.at ? a : b), undefined);
  return latest && msBetween(latest.at, now) < freshMs ? latest.emotion : undefined;
}
