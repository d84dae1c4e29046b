import { type Item, type Table, type Write } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { keys } from '../../model/table-keys.ts';
import { type Instant } from '../../shared/time.ts';
import { Decision } from '../choice/decision.ts';
import { type OfferCount, offerCountWrite } from './offer-stats-store.ts';
import { type Context, sumsWrite } from './offer-sums-store.ts';

/** What is learnt of a decision. */
export interface DecisionLesson {
  decisionId: string;
  kind: 'exposure' | 'outcome';
  at: Instant;
}

/** What learning did: `counted` now, `known` before, or `unknown`: there is no such decision (any more). */
export type LessonResult = 'counted' | 'known' | 'unknown';

export interface LessonStore {
  /**
   * Counts an exposure or outcome, once however often and in whatever order it is told: an outcome counts its exposure too, where that
   * was not told. One read and one transaction of two writes, three where the placement has a context; up to three of those when the outcome comes
   * first.
   */
  learn(owner: Customer, lesson: DecisionLesson): Promise<LessonResult>;
}

interface Known extends OfferCount {
  owner: Customer;
  at: Instant;
  context?: Context;
}

const ContextText = Decision.shape.context.unwrap();

function readKnown(owner: Customer, decisionId: string, item: Item): Known {
  const [at = '', placement = '', offer = '', stage = ''] = [item.at, item.placement, item.offer, item.stage].map(
    String,
  );
  const context = typeof item.context === 'string' ? ContextText.parse(JSON.parse(item.context)) : undefined;
  return { owner, workspace: owner.workspace, decisionId, at, placement, offer, stage, ...(context && { context }) };
}

/** Notes a lesson on the decision's row and adds it to the numbers, on condition that the row knows nothing of it. */
function lessonWrites(known: Known, learnt: { exposedAt?: Instant; wonAt?: Instant }, condition: string): Write[] {
  const noted = Object.entries(learnt);
  const set = {
    expression: `SET ${noted.map(([name]) => `${name} = :${name}`).join(', ')}`,
    values: Object.fromEntries(noted.map(([name, at]) => [`:${name}`, at])),
  };
  const row = keys.decision(known.owner, known.at, known.decisionId);
  const counted = noted.map(([name]) => (name === 'exposedAt' ? ('exposed' as const) : ('won' as const)));
  return [
    { update: row, set, if: { expression: `attribute_exists(pk) AND ${condition}` } },
    offerCountWrite(known, counted),
    ...(known.context ? [sumsWrite(known, known.context, counted)] : []),
  ];
}

const unexposed = 'attribute_not_exists(exposedAt)';
const unwon = 'attribute_not_exists(wonAt)';

/**
 * The transactions of which the first that is accepted counts the lesson; when none is, it was counted before. An outcome is tried as
 * that of an exposed decision, then as that of an unexposed one, then the first again: the exposure may have come between the two, and
 * as nothing undoes an exposure, the third fails only where the outcome is known.
 */
function attempts(known: Known, { kind, at }: DecisionLesson): Write[][] {
  if (kind === 'exposure') return [lessonWrites(known, { exposedAt: at }, unexposed)];
  const usual = lessonWrites(known, { wonAt: at }, `attribute_exists(exposedAt) AND ${unwon}`);
  return [usual, lessonWrites(known, { exposedAt: at, wonAt: at }, `${unexposed} AND ${unwon}`), usual];
}

export function lessonStore(table: Table): LessonStore {
  async function locate(owner: Customer, decisionId: string): Promise<Known | undefined> {
    const item = await table.get(keys.decided(owner, decisionId), { consistent: true });
    return item && readKnown(owner, decisionId, item);
  }

  return {
    async learn(owner, lesson) {
      const known = await locate(owner, lesson.decisionId);
      if (!known) return 'unknown';
      for (const writes of attempts(known, lesson)) if (await table.transact(writes)) return 'counted';
      return 'known';
    },
  };
}
