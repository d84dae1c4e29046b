import { type Instant } from '../shared/time.ts';
import { type JourneyRecord } from '../journey/publishing/journey-record.ts';

/** What a change of a journey tells the bus. */
export type JourneyEventDraft =
  | { name: 'JourneyPublished'; at: Instant; facts: { journeyId: string; version: number } }
  | { name: 'JourneyResumed' | 'JourneyStopped'; at: Instant; facts: { journeyId: string; since: Instant } };

/** Read off the stream, so that a change cannot be written without being told. Nothing for a pause: it takes effect by being read. */
export function journeyRecordEvents(
  before: JourneyRecord | undefined,
  after: JourneyRecord | undefined,
): JourneyEventDraft[] {
  if (!after) return [];
  const { journeyId, since, state, latest: version } = after;
  const told: JourneyEventDraft[] = [];
  if (version !== undefined && version !== before?.latest)
    told.push({ name: 'JourneyPublished', at: since, facts: { journeyId, version } });
  if (before?.state === 'paused' && (state === 'live' || state === 'closed'))
    told.push({ name: 'JourneyResumed', at: since, facts: { journeyId, since } });
  if (state === 'stopped' && before?.state !== 'stopped')
    told.push({ name: 'JourneyStopped', at: since, facts: { journeyId, since } });
  return told;
}
