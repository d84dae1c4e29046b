import { type Instant } from '../../../shared/time.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';
import { beginOf, type Counted, roomFor, spanOf } from '../../enrolment/admission-rules/entry-limits.ts';

/** What caps and throttles count of all customers together, by the rules of `limits`. */
export class Counters {
  readonly #entered = new Map<number, number>();
  #throttle: Counted['throttle'];

  /** What an entry at that time depends on. */
  counted({ entry: { cap } }: JourneyDefinition, now: Instant): Counted {
    return { entered: this.#entered.get(spanOf(now, cap?.within)) ?? 0, throttle: this.#throttle };
  }

  /** Counts an entry. Answers when it sets out, where that is later. */
  enters({ entry: { cap, throttle } }: JourneyDefinition, now: Instant): Instant | undefined {
    const span = spanOf(now, cap?.within);
    this.#entered.set(span, (this.#entered.get(span) ?? 0) + 1);
    if (!throttle) return undefined;
    const { isLater, ...room } = roomFor(throttle, this.#throttle, now);
    this.#throttle = room;
    return isLater ? beginOf(room.span, throttle.within) : undefined;
  }
}
