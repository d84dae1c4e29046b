import { type ExperimentPlan, type Metric } from './experiment-plan.ts';
import { type Conclusion, type ExperimentFacts, type VariantResult } from './experiment-result.ts';

type Text = Record<'en' | 'ko', string>;

/** A difference in the metric's unit: points of a percentage for a rate. */
function amount({ kind }: Metric, value: number): string {
  const signed = kind === 'rate' ? 100 * value : value;
  const digits = Number(signed.toPrecision(3)).toString();
  return signed > 0 ? `+${digits}` : digits;
}

function range(metric: Metric, { interval: [low, high] }: VariantResult): Text {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { en: 'not known yet', ko: '아직 알 수 없음' };
  const [from, to] = [amount(metric, low), amount(metric, high)];
  const points = metric.kind === 'rate';
  return { en: `${from} to ${to}${points ? ' points' : ''}`, ko: `${from} ~ ${to}${points ? '%p' : ''}` };
}

interface ConclusionFacts {
  /** The variant it is about, its difference, and the range of what the difference may be. */
  name: string;
  metric: string;
  by: string;
  between: Text;
  /** Guard-rails that stand in the way. */
  rails: string;
  percent: number;
  ratioP: string;
}

const texts: Record<Conclusion, (input: ConclusionFacts) => Text> = {
  mismatch: ({ ratioP }) => ({
    en: `The split between the arms is not the planned one (p = ${ratioP}). Nothing may be concluded: find out why, and start anew.`,
    ko: `실험군 배정 비율이 계획과 다릅니다(p = ${ratioP}). 어떤 결론도 내릴 수 없습니다. 원인을 찾아 다시 시작하세요.`,
  }),
  collecting: ({ percent, between }) => ({
    en: `Nothing may be concluded yet${percent > 0 ? ` (${percent} % of the planned customers)` : ''}. The difference so far: ${between.en}.`,
    ko: `아직 결론을 내릴 수 없습니다${percent > 0 ? `(계획 고객의 ${percent}%)` : ''}. 현재까지의 차이: ${between.ko}.`,
  }),
  winner: ({ name, metric, by, between }) => ({
    en: `"${name}" is better on "${metric}" by ${by} (${between.en}), and no guard-rail suffers. Give it to everyone.`,
    ko: `"${name}" 안이 "${metric}" 지표에서 ${by} 더 좋고(${between.ko}) 보호 지표에 문제가 없습니다. 전체에 적용하세요.`,
  }),
  unproven: ({ name, metric, by, rails }) => ({
    en: `"${name}" is better on "${metric}" by ${by}, but harm to ${rails} is not ruled out yet. Go on.`,
    ko: `"${name}" 안이 "${metric}" 지표에서 ${by} 더 좋지만 ${rails} 악화 가능성을 아직 배제할 수 없습니다. 계속 진행하세요.`,
  }),
  unsafe: ({ name, metric, by, rails }) => ({
    en: `"${name}" is better on "${metric}" by ${by}, but ${rails} got worse. Keep the control.`,
    ko: `"${name}" 안이 "${metric}" 지표에서 ${by} 더 좋지만 ${rails} 지표가 나빠졌습니다. 기존 안을 유지하세요.`,
  }),
  worse: ({ metric, between }) => ({
    en: `No variant is as good as the control on "${metric}" (${between.en}). Keep the control.`,
    ko: `모든 변형이 "${metric}" 지표에서 기존 안보다 나쁩니다(${between.ko}). 기존 안을 유지하세요.`,
  }),
  undecided: ({ metric, between }) => ({
    en: `No difference was found on "${metric}". That is no proof of there being none: it lies within ${between.en}. Keep the control.`,
    ko: `"${metric}" 지표에서 차이를 찾지 못했습니다. 차이가 없다는 증명은 아니며 차이는 ${between.ko} 범위에 있습니다. 기존 안을 유지하세요.`,
  }),
};

/** What may be concluded, in a sentence or two. */
export function conclusionText({ metric }: ExperimentPlan, facts: ExperimentFacts): Text {
  const about = facts.variants.find(({ variant }) => variant === facts.variant) ?? facts.variants[0];
  if (!about) return { en: '', ko: '' };
  const state = facts.conclusion === 'unsafe' ? 'harmed' : 'unclear';
  const rails = about.guardrails.filter((rail) => rail.state === state).map((rail) => `"${rail.metric}"`);
  return texts[facts.conclusion]({
    name: about.variant,
    metric: metric.id,
    by: amount(metric, about.difference) + (metric.kind === 'rate' ? ' %p' : ''),
    between: range(metric, about),
    rails: rails.join(', '),
    percent: Math.floor(100 * facts.progress),
    ratioP: facts.sampleRatio.p.toPrecision(2),
  });
}
