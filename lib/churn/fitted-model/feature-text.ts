import { type LogitPart } from './explain-logit.ts';

export interface Text {
  en: string;
  ko: string;
}

const days = (value: number): string => String(Math.round(value));

/**
 * Labels of features, with the number shown beside them if it is a count or a time. A logarithm is
 * shown as its argument.
 */
const texts: Record<string, (value: number, horizonDays: number) => Text> = {
  silence: (v, h) => silent(Math.exp(v) * h),
  silenceOfRepeater: (v, h) => silent(Math.exp(v) * h),
  silenceOfRegular: () => ({
    en: 'Silence, weighed by how often the customer came',
    ko: '방문 빈도를 감안한 무활동 기간',
  }),
  overdue: (v) => {
    const times = Math.sqrt(Math.expm1(v)).toFixed(1);
    return { en: `Silent for ${times} times the usual interval`, ko: `평소 간격의 ${times}배 동안 활동 없음` };
  },
  seldom: (v, h) => ({
    en: `To be expected every ${days(Math.exp(v) * h)} days or so`,
    ko: `약 ${days(Math.exp(v) * h)}일에 한 번꼴로 예상`,
  }),
  lastGap: (v, h) => ({
    en: `Last came back after ${days(Math.exp(v) * h)} days`,
    ko: `직전 방문 간격 ${days(Math.exp(v) * h)}일`,
  }),
  repeats: (v) => again(Math.expm1(v)),
  span: (v, h) => spanned(Math.expm1(v) * h),
  repeater: (v) =>
    v > 0
      ? { en: 'Has come back before', ko: '재방문 이력 있음' }
      : { en: 'Has not come back yet', ko: '재방문 이력 없음' },
  meanWorth: () => ({ en: 'Mean worth of key events', ko: '핵심 이벤트의 평균 금액' }),
  lastWorth: () => ({ en: 'Worth of the last key event', ko: '마지막 핵심 이벤트의 금액' }),
  worth: () => ({ en: 'Worth of all key events', ko: '핵심 이벤트의 총 금액' }),
  age: known,
};

/** The same names mean plain counts and days in the dropout model. */
const plainTexts: Record<string, (value: number) => Text> = {
  repeats: again,
  span: spanned,
  age: known,
};

function known(value: number): Text {
  return { en: `Known for ${days(value)} days`, ko: `첫 활동 후 ${days(value)}일 경과` };
}

function silent(value: number): Text {
  return { en: `No key event for ${days(value)} days`, ko: `${days(value)}일째 핵심 이벤트 없음` };
}

function again(value: number): Text {
  return { en: `Came back ${days(value)} times`, ko: `재방문 ${days(value)}회` };
}

function spanned(value: number): Text {
  return {
    en: `${days(value)} days from the first key event to the last`,
    ko: `첫 이벤트부터 마지막 이벤트까지 ${days(value)}일`,
  };
}

/**
 * Returns the text of a part of a logit. Attributes appear by their own name and value, in either
 * language.
 */
export function featureText(
  { feature, value }: Pick<LogitPart, 'feature' | 'value'>,
  terms: { plain: boolean; horizonDays: number },
): Text {
  const text = terms.plain ? plainTexts[feature]?.(value) : texts[feature]?.(value, terms.horizonDays);
  if (text) return text;
  const at = feature.indexOf('=');
  if (at < 0) return { en: `${feature}: ${value}`, ko: `${feature}: ${value}` };
  const [name, own] = [feature.slice(0, at), feature.slice(at + 1)];
  return value > 0
    ? { en: `${name} is ${own}`, ko: `${name}: ${own}` }
    : { en: `${name} is not ${own}`, ko: `${name}: ${own} 아님` };
}
