import { type Workspace } from '../model/workspace.ts';
import { type Predicate } from '../model/predicate.ts';
import { type Stage, type StageModel } from '../model/stage.ts';

/**
 * Stage models to choose from. Event names are Segment's, purchases the workspace's own. `event`
 * rules hold at that touchpoint only, so browsing starts with doing it. `did … within` rules hold
 * for a time, so one more product view does not move a buyer to an earlier stage.
 */
const browsing = ['Product List Viewed', 'Products Searched', 'Product Viewed', 'Product Clicked'];
const comparing = ['Product Added', 'Product Added to Wishlist', 'Cart Viewed', 'Pricing Viewed', 'Demo Requested'];
const checkout = ['Checkout Started', 'Checkout Step Completed', 'Payment Info Entered'];
const recommending = ['Referral Sent', 'Review Submitted', 'Product Reviewed', 'Product Shared', 'Invite Sent'];
const campaignClicks = ['Promotion Clicked', 'Email Link Clicked', 'Push Notification Tapped', 'Deep Link Opened'];
const productUsage = ['Activated', 'Onboarding Completed', 'Feature Used', 'Account Added User', 'Invite Sent'];

/** A score of 9 or 10 is a promoter, as the Net Promoter Score defines. */
const promoter: Predicate = { answer: 'nps', is: { gte: 9 } };
/** A score of 0 to 6 is a detractor. */
const detractor: Predicate = { answer: 'nps', is: { lte: 6 } };

/** The default stage, for a customer who matches no other rule. */
const defaultStage = (...others: string[]): Predicate => ({ not: { stage: others } });

const fiveStages = (purchases: string[]): Stage[] => [
  {
    id: 'awareness',
    label: { en: 'Awareness', ko: '인지' },
    entry: defaultStage('consideration', 'decision', 'retention', 'advocacy'),
  },
  {
    id: 'consideration',
    label: { en: 'Consideration', ko: '고려' },
    entry: { event: [...browsing, ...comparing, 'Signed Up', 'Account Created'] },
  },
  {
    id: 'decision',
    label: { en: 'Decision', ko: '결정' },
    entry: { did: [...checkout, 'Trial Started'], within: '14d' },
  },
  {
    id: 'retention',
    label: { en: 'Retention', ko: '유지' },
    entry: {
      any: [
        { did: [...purchases, 'Subscription Started', 'Subscription Renewed'], within: '180d' },
        { all: [{ stage: ['advocacy'] }, detractor] },
      ],
    },
  },
  {
    id: 'advocacy',
    label: { en: 'Advocacy', ko: '옹호' },
    entry: { any: [promoter, { did: recommending, within: '365d' }] },
  },
];

/** The stages of the seven before a purchase. */
const stagesBeforePurchase: readonly Stage[] = [
  {
    id: 'market-exploration',
    label: { en: 'Market exploration', ko: '시장 탐색' },
    entry: defaultStage(
      'trigger',
      'initial-consideration',
      'active-evaluation',
      'purchase-decision',
      'experience',
      'loyalty',
    ),
  },
  {
    id: 'trigger',
    label: { en: 'Trigger', ko: '계기' },
    entry: {
      all: [
        { event: [...campaignClicks, 'Signed Up', 'Application Installed'] },
        { not: { stage: ['initial-consideration', 'active-evaluation', 'purchase-decision'] } },
      ],
    },
  },
  {
    id: 'initial-consideration',
    label: { en: 'Initial consideration', ko: '초기 고려' },
    entry: { event: browsing },
  },
  {
    id: 'active-evaluation',
    label: { en: 'Active evaluation', ko: '적극 평가' },
    entry: {
      any: [
        { did: [...comparing, 'Trial Started'], within: '14d' },
        { did: 'Product Viewed', atLeast: 3, within: '14d' },
      ],
    },
  },
  {
    id: 'purchase-decision',
    label: { en: 'Purchase decision', ko: '구매 결정' },
    entry: { did: checkout, within: '7d' },
  },
];

const sevenStages = (purchases: string[]): Stage[] => [
  ...stagesBeforePurchase,
  {
    id: 'experience',
    label: { en: 'Experience', ko: '경험' },
    entry: {
      any: [
        { did: [...purchases, 'Subscription Started'], within: '60d' },
        { all: [{ stage: ['loyalty'] }, detractor] },
      ],
    },
  },
  {
    id: 'loyalty',
    label: { en: 'Loyalty', ko: '충성' },
    entry: {
      any: [
        { did: purchases, atLeast: 3, within: '180d' },
        { did: ['Subscription Renewed', ...recommending], within: '365d' },
        promoter,
      ],
    },
  },
];

const growthStages = (purchases: string[]): Stage[] => [
  { id: 'acquisition', label: { en: 'Acquisition', ko: '유입' }, entry: { event: 'Signed Up' } },
  {
    id: 'activation',
    label: { en: 'Activation', ko: '활성화' },
    entry: { did: [...productUsage, ...purchases], within: '90d' },
  },
  {
    id: 'adoption',
    label: { en: 'Adoption', ko: '정착' },
    entry: {
      any: [
        { did: productUsage, atLeast: 5, within: '30d' },
        { did: purchases, atLeast: 2, within: '180d' },
        { did: 'Subscription Renewed', within: '365d' },
      ],
    },
  },
];

type TemplateId = Extract<Workspace['stageModel'], string>;

const templates = {
  'five-stage': { label: { en: 'Five stages', ko: '5단계' }, stages: fiveStages },
  'seven-stage': { label: { en: 'Seven stages', ko: '7단계' }, stages: sevenStages },
  growth: { label: { en: 'Growth', ko: '성장' }, stages: growthStages },
} as const satisfies Record<TemplateId, { label: StageModel['label']; stages: (purchases: string[]) => Stage[] }>;

/**
 * Returns the stages of a workspace: its own model, or the chosen template with its purchase
 * events.
 */
export function stageModelOf({ stageModel, purchaseEvents }: Workspace): StageModel {
  if (typeof stageModel !== 'string') return stageModel;
  const { label, stages } = templates[stageModel];
  // A predicate names at least one event. For a workspace without purchases it names one that never
  // occurs.
  return { id: stageModel, label, stages: stages(purchaseEvents.length > 0 ? purchaseEvents : ['Order Completed']) };
}
