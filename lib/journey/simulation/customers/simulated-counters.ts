import { type Instant } from '#lib/shared/time.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';
import { type EntryCounters, nextFreeWindow, windowIndex } from '../../enrolment/admission-rules/entry-limits.ts';

/** Counts entries of all customers for caps and throttles. */
export class SimulatedCounters {
  readonly #entered = new Map<number, number>();
  #throttle: EntryCounters['throttle'];

  /** Returns the counts that an entry at `now` depends on. */
  counted({ entry: { cap } }: JourneyDefinition, now: Instant): EntryCounters {
    return { entered: this.#entered.get(windowIndex(now, cap?.within)) ?? 0, throttle: this.#throttle };
  }

  /** Counts an entry. */
  enters({ entry: { cap, throttle } }: JourneyDefinition, now: Instant): void {
    const span = windowIndex(now, cap?.within);
    this.#entered.set(span, (this.#entered.get(span) ?? 0) + 1);
    if (!throttle) return;
    const { span: window, n } = nextFreeWindow(throttle, this.#throttle, now);
    this.#throttle = { span: window, n };
  }
}
