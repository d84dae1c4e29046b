import { type Touchpoint } from '../../model/touchpoint.ts';
import { valueAtPath as valueAt, type Json } from '../../shared/json.ts';
import { type Instant } from '../../shared/time.ts';
import { type Profile } from '../../model/profile.ts';
import { lastWriteWins } from './last-write-wins.ts';

export type SurveyAnswers = Profile['answers'];
type Kind = keyof SurveyAnswers;

const kinds = ['nps', 'ces', 'csat'] as const satisfies Kind[];

/**
 * The highest value of each scale. NPS is 0–10. CES and CSAT use scales of 5, 7, 10 or per cent.
 */
const highest = { nps: 10, ces: 100, csat: 100 } as const satisfies Record<Kind, number>;

function kindOf({ name, properties }: Touchpoint): Kind | undefined {
  const told =
    name === 'Survey Answered' ? (properties.kind ?? properties.type) : / Answered$/.test(name) && name.slice(0, -9);
  const kind = typeof told === 'string' ? told.toLowerCase() : '';
  return kinds.find((known) => known === kind);
}

function scoreOf(properties: Record<string, Json>): number | undefined {
  const told = ['score', 'rating', 'value']
    .map((name) => valueAt(properties, name))
    .find((value) => value !== undefined);
  const score = typeof told === 'string' && told.trim() !== '' ? Number(told) : told;
  return typeof score === 'number' ? score : undefined;
}

/**
 * Returns the answer in `NPS Answered`, `CES Answered`, `CSAT Answered`, or `Survey Answered` with
 * its `kind`. The number is `score`, `rating` or `value`. One off the scale is ignored.
 */
export function readAnswers(touchpoint: Touchpoint, at: Instant): SurveyAnswers {
  const kind = kindOf(touchpoint);
  const value = kind && scoreOf(touchpoint.properties);
  if (!kind || value === undefined || !(value >= 0 && value <= highest[kind])) return {};
  return { [kind]: { value, at } };
}

/** Merges answers: the latest of each survey. */
export function mergeAnswers(a: SurveyAnswers, b: SurveyAnswers): SurveyAnswers {
  const all = { ...a };
  for (const kind of kinds) {
    const [before, now] = [a[kind], b[kind]];
    if (now) all[kind] = before ? lastWriteWins(before, now) : now;
  }
  return all;
}
