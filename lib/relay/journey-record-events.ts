import { type Instant } from '../shared/time.ts';
import { type JourneyRecord } from '../journey/publishing/journey-record.ts';

/** An event caused by a change of a journey record, without its envelope. */
export type JourneyEventDraft =
  | { name: 'JourneyPublished'; at: Instant; facts: { journeyId: string; version: number } }
  | { name: 'JourneyResumed' | 'JourneyStopped'; at: Instant; facts: { journeyId: string; since: Instant } };

const isStopped = (record: JourneyRecord | undefined): boolean => record?.state === 'stopped';

const isRunning = (state: JourneyRecord['state']): boolean => state === 'live' || state === 'closed';

/**
 * Derives events from the stream, so that no change is written without its event. A pause causes
 * none, because the step guard reads the record.
 */
export function journeyRecordEvents(
  before: JourneyRecord | undefined,
  after: JourneyRecord | undefined,
): JourneyEventDraft[] {
  if (!after) return [];
  const { journeyId, since, state, latest: version } = after;
  const drafts: JourneyEventDraft[] = [];
  if (version !== undefined && version !== before?.latest)
    drafts.push({ name: 'JourneyPublished', at: since, facts: { journeyId, version } });
  if (before?.state === 'paused' && isRunning(state))
    drafts.push({ name: 'JourneyResumed', at: since, facts: { journeyId, since } });
  if (isStopped(after) && !isStopped(before))
    drafts.push({ name: 'JourneyStopped', at: since, facts: { journeyId, since } });
  return drafts;
}
