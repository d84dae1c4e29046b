import { type RiskReason, type ChurnRiskWithText } from '../model/churn-risk.ts';

type Text = ChurnRiskWithText['reasons'][number]['text'];

function silent(days: number): Text {
  if (days < 1) return { en: 'less than a day', ko: '하루 미만 동안' };
  return { en: days === 1 ? '1 day' : `${days} days`, ko: `${days}일째` };
}

function silence([days = 0, usual]: number[]): Text {
  const { en, ko } = silent(days);
  if (usual === undefined) return { en: `No second purchase for ${en}`, ko: `${ko} 재구매 없음` };
  return { en: `No purchase for ${en}, usually every ${usual}`, ko: `${ko} 구매 없음 (평소 ${usual}일 간격)` };
}

function quiet([days = 0, usual]: number[]): Text {
  const { en, ko } = silent(days);
  if (usual === undefined) return { en: `No key event for ${en}`, ko: `${ko} 핵심 이벤트 없음` };
  return { en: `No key event for ${en}, usually every ${usual}`, ko: `${ko} 핵심 이벤트 없음 (평소 ${usual}일 간격)` };
}

function absence([days = 0]: number[]): Text {
  const { en, ko } = silent(days);
  return { en: `Not seen for ${en}`, ko: `${ko} 방문 없음` };
}

const rhythm = ([days = 0, usual = 0]: number[]): Text => ({
  en: `Bought on ${days} days, usually every ${usual}`,
  ko: `구매한 날 ${days}일 (평소 ${usual}일 간격)`,
});

const pace = ([days = 0, usual = 0]: number[]): Text => ({
  en: `Key events on ${days} days, usually every ${usual}`,
  ko: `핵심 이벤트가 있던 날 ${days}일 (평소 ${usual}일 간격)`,
});

const texts: Record<string, (values: number[]) => Text> = {
  silence,
  quiet,
  rhythm,
  pace,
  absence,
  badAnswer: () => ({ en: 'Last survey answer was bad', ko: '최근 설문 응답이 부정적임' }),
  complained: () => ({ en: 'Complained since the last purchase', ko: '마지막 구매 이후 불만을 제기함' }),
  refusedContact: () => ({ en: 'Unsubscribed from messages', ko: '메시지 수신을 거부함' }),
  cancelled: () => ({ en: 'Cancelled', ko: '해지함' }),
  other: () => ({ en: 'Everything else', ko: '그 밖의 요인' }),
  visited: () => ({ en: 'Still visits', ko: '계속 방문하고 있음' }),
};

/** How many numbers each text has. A silence lacks the second if there is no rhythm. */
const numbersOf: Record<string, number> = { silence: 2, quiet: 2, rhythm: 2, pace: 2, absence: 1 };

/**
 * Returns the text of a reason from its feature and numbers alone, so it need not be stored. Joined
 * reasons use their numbers in turn.
 */
export function reasonText({ feature, values = [] }: Pick<RiskReason, 'feature' | 'values'>): Text {
  const left = [...values];
  const parts = feature
    .split('+')
    .map((name) => texts[name]?.(left.splice(0, numbersOf[name] ?? 0)) ?? { en: name, ko: name });
  return { en: parts.map(({ en }) => en).join('; '), ko: parts.map(({ ko }) => ko).join('; ') };
}
