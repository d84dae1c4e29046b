import { type JsonObject } from '../../../lib/shared/json.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type StatusEvent } from './execution-store.ts';

export type Emit = (source: string, detailType: string, detail: JsonObject) => unknown;

export interface StatusPublisher {
  tell: (announcement: StatusEvent) => void;
  stop(): void;
}

/** How long after a refusal the bus is told again. */
const againMs = 1_000;

/** Tells the bus of status changes, at least once each: one that it did not take is told again, by this run or the next. */
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
