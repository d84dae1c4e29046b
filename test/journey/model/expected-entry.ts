import { type Workspace } from '#lib/model/workspace.ts';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { durationMs } from '#lib/shared/time.ts';
import { isHeldBack } from './chances.ts';
import { type Customer, isNamed, type Stay } from './customers.ts';

/** Somebody who comes: earlier stays under the same key, and the touchpoint, where one brings the customer. */
export interface Comer {
  id: string;
  customer: Customer;
  before: Stay[];
  event: string | undefined;
}

const spanOf = (now: number, within: string | undefined): number =>
  within === undefined ? 0 : Math.floor(now / durationMs(within));

/** Who is let in, and how many were. */
export class Door {
  readonly #entered = new Map<number, number>();
  readonly #setOut = new Map<number, number>();
  readonly #house: Workspace['holdout'];

  constructor({ holdout }: Workspace) {
    this.#house = holdout;
  }

  /** Why somebody is not let in; undefined: may enter. */
  refusal({ entry, exit, holdout }: JourneyDefinition, comer: Comer, now: number): string | undefined {
    const { id, customer, before, event } = comer;
    const { reentry, condition, exclude, cap } = entry;
    if (isHeldBack(this.#house, id) || isHeldBack(holdout, id)) return 'holdout';
    if (exclude && customer.has(exclude)) return 'excluded';
    if (before.some(({ outcome }) => outcome === undefined)) return 'already-inside';
    if (before.length > 0 && reentry === 'never') return 'entered-before';
    if (typeof reentry === 'object' && before.length > 0) {
      if (reentry.atMost !== undefined && before.length >= reentry.atMost) return 'entered-enough';
      const last = before.at(-1)?.since ?? 0;
      if ('after' in reentry && now < last + durationMs(reentry.after)) return 'entered-lately';
    }
    if (condition && !customer.has(condition)) return 'condition-not-met';
    if (event !== undefined && isNamed(exit, event)) return 'exit-met';
    return cap && (this.#entered.get(spanOf(now, cap.within)) ?? 0) >= cap.max ? 'cap-reached' : undefined;
  }

  /** Counts an entry. Answers when it sets out: in the first span of the throttle that has room. */
  enters({ entry: { cap, throttle } }: JourneyDefinition, now: number): number {
    if (cap) add(this.#entered, spanOf(now, cap.within));
    if (!throttle) return now;
    let span = spanOf(now, throttle.within);
    while ((this.#setOut.get(span) ?? 0) >= throttle.max) span++;
    add(this.#setOut, span);
    return Math.max(now, span * durationMs(throttle.within));
  }
}

const add = (counts: Map<number, number>, span: number): void => void counts.set(span, (counts.get(span) ?? 0) + 1);
