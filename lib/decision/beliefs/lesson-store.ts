import { type Item, type Table, type Write } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { type Instant } from '../../shared/time.ts';
import { Decision } from '../choice/decision.ts';
import { type OfferCount, offerCountWrite } from './offer-stats-store.ts';
import { type Context, sumsWrite } from './offer-sums-store.ts';

/** An exposure or outcome of a decision. */
export interface DecisionLesson {
  decisionId: string;
  kind: 'exposure' | 'outcome';
  at: Instant;
}

/** `counted`: now. `known`: was counted before. `unknown`: no such decision, or it has expired. */
export type LessonResult = 'counted' | 'known' | 'unknown';

/** Counts exposures and outcomes of decisions. */
export interface LessonStore {
  /**
   * Counts an exposure or outcome once, in any order and also on duplicates. An outcome without its
   * exposure counts both. One read and one transaction of two writes (three with a context). Up to
   * three transactions if the outcome comes first.
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

/** Marks the lesson on the decision's row and adds it to the statistics, if the row lacks it. */
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
 * Returns transactions to try in order until one succeeds. If all fail, the lesson was counted
 * before. An outcome is tried as exposed, as unexposed, then as exposed again. An exposure may come
 * between the first two and is never undone, so the third fails only for a known outcome.
 */
function attempts(known: Known, { kind, at }: DecisionLesson): Write[][] {
  if (kind === 'exposure') return [lessonWrites(known, { exposedAt: at }, unexposed)];
  const usual = lessonWrites(known, { wonAt: at }, `attribute_exists(exposedAt) AND ${unwon}`);
  return [usual, lessonWrites(known, { exposedAt: at, wonAt: at }, `${unexposed} AND ${unwon}`), usual];
}

/** The store over the table. */
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
