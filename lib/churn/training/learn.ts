import { type Instant } from '../../time.ts';
import { type ChurnDefinition } from '../definition.ts';
import { dayOf } from '../buying/key-days.ts';
import { train } from '../model/train.ts';
import { type CustomerHistory } from '../model/windows.ts';
import { lackingOf } from './state.ts';
import { type Trained } from './model-store.ts';

/** A model of what customers did until yesterday, with the line that tells of it. */
export function learnt(
  histories: readonly CustomerHistory[],
  { definition, run, now }: { definition: ChurnDefinition; run: string; now: Instant },
): Trained {
  const { horizonDays, bands, eligible } = definition;
  const { leastDays = 1 } = eligible;
  const model = train(histories, {
    now: dayOf(Date.parse(now)),
    horizonDays,
    eligible: ({ days }) => days >= leastDays,
    ...(bands && { bands }),
  });
  const { grade, notes } = model.page;
  const accepted = lackingOf(notes).length === 0;
  const line = { run, trainedAt: now, kind: model.kind, horizonDays, customers: histories.length };
  return { definition, model, line: { ...line, grade, notes, accepted } };
}
