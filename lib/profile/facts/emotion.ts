import * as z from 'zod';
import { msBetween, type Instant } from '../../shared/time.ts';
import { type Profile } from '../../model/profile.ts';

/** How the customer last told us, or a channel saw, that they feel. */
export const Emotion = z.enum(['negative', 'neutral', 'positive']);
export type Emotion = z.infer<typeof Emotion>;

/** For how long a feeling counts: as long as a bad answer keeps promotions away. */
const freshMs = 30 * 86_400_000;

/** Ends of the scales: NPS detractors and promoters (Reichheld 2003), the outer two of CSAT (1–5), the outer three and two of CES (1–7). */
const scales = {
  nps: { negative: 6, positive: 9, highest: 10 },
  csat: { negative: 2, positive: 4, highest: 5 },
  ces: { negative: 3, positive: 6, highest: 7 },
} as const satisfies Record<keyof Profile['answers'], Record<string, number>>;

/** Asked on a wider scale only the very lowest answers tell something. */
function answered(survey: keyof typeof scales, value: number): Emotion {
  const { negative, positive, highest } = scales[survey];
  if (value <= negative) return 'negative';
  return value >= positive && value <= highest ? 'positive' : 'neutral';
}

/**
 * The latest of what is known: answers to surveys, and the trait `emotion`, which any touchpoint with the property `emotion` (or an
 * identify) sets: `negative`, `neutral` or `positive`. Undefined where nothing was told in the last thirty days.
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
