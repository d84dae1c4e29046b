import { type OfferReason, type OfferVerdict } from './decision.ts';

type Text = OfferReason['text'];
type Bare = Omit<OfferReason, 'text'>;

const percent = (share = 0): string => `${Math.round(1_000 * share) / 10} %`;

const competed = ({ expected, propensity }: Bare): Text => ({
  en: `Expected to succeed in ${percent(expected)}; chosen in ${percent(propensity)} of such decisions`,
  ko: `예상 성공률 ${percent(expected)}; 같은 조건에서 선택될 확률 ${percent(propensity)}`,
});

const texts: Record<OfferVerdict, (reason: Bare) => Text> = {
  chosen: competed,
  outranked: competed,
  fallback: () => ({ en: 'No other offer may be shown now', ko: '지금 보여줄 수 있는 다른 제안이 없음' }),
  'not-eligible': () => ({ en: 'Not meant for this customer', ko: '대상 고객이 아님' }),
  'consent-refused': () => ({ en: 'The customer refused marketing', ko: '고객이 마케팅 수신을 거부함' }),
  'bad-experience': () => ({
    en: 'No promotion after a recent bad answer',
    ko: '최근 부정적 응답이 있어 프로모션 제외',
  }),
  'open-case': () => ({ en: 'No promotion while a case is open', ko: '처리 중인 문의가 있어 프로모션 제외' }),
  capped: () => ({ en: 'Offered often enough lately', ko: '최근 제안 횟수 한도에 도달함' }),
};

/** A reason with its words, which are made of the rest of it: so they need not be stored. */
export function withReasonText(reason: Bare): OfferReason {
  return { ...reason, text: texts[reason.verdict](reason) };
}
