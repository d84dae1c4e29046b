import { type JsonObject } from '#lib/shared/json.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type StatusEvent } from './execution-store.ts';

export type Emit = (source: string, detailType: string, detail: JsonObject) => unknown;

export interface StatusPublisher {
  tell: (announcement: StatusEvent) => void;
  stop(): void;
}

/** Time after a refusal until the next attempt, ms. */
const againMs = 1_000;

/**
 * Publishes status changes at least once each. One that the bus refuses is retried, by this run or
 * the next.
 */
export function createStatusPublisher(options: {
  emit: Emit;
  clock: VirtualClock;
  forget: (announcement: StatusEvent) => void;
}): StatusPublisher {
  const { emit, clock, forget } = options;
  let stopped = false;

  async function told({ detail }: StatusEvent): Promise<void> {
    await emit('aws.states', 'Step Functions Execution Status Change', detail);
  }

  function tell(announcement: StatusEvent): void {
    if (stopped) return;
    told(announcement).then(
      () => stopped || forget(announcement),
      () => stopped || clock.at(clock.now() + againMs, () => tell(announcement)),
    );
  }

  return {
    tell,
    stop() {
      stopped = true;
    },
  };
}
