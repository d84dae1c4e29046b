import { Unavailable } from '../../shared/errors.ts';
import { conflict, retryOnConflict } from '../../shared/retry.ts';
import { type JourneyRecord } from './journey-record.ts';
import { type JourneyStore } from './journey-store.ts';

/** A journey of a workspace. */
export interface JourneyPlace {
  workspace: string;
  journeyId: string;
}

/** Most tries to write one journey record. Each concurrent write costs one try. */
const maxTries = 10;

/**
 * Changes a journey record, and retries after a concurrent write. `change` may return undefined or
 * the same object to write nothing. Throws `Unavailable('journey.contended')` after ten tries.
 */
export function updateJourneyRecord(
  journeys: Pick<JourneyStore, 'readRecord' | 'saveRecord'>,
  { workspace, journeyId }: JourneyPlace,
  change: (record: JourneyRecord | undefined) => JourneyRecord | undefined,
): Promise<JourneyRecord | undefined> {
  const contended = (): Unavailable => new Unavailable('journey.contended', { journeyId });
  return retryOnConflict({ maxTries, contended }, async () => {
    const record = await journeys.readRecord(workspace, journeyId, { consistent: true });
    const next = change(record);
    if (!next || next === record) return record;
    return (await journeys.saveRecord(workspace, next)) ? { ...next, rev: next.rev + 1 } : conflict;
  });
}
