import { ThroughlineError } from '../../shared/errors.ts';
import { type Instant } from '../../shared/time.ts';
import { type JourneyRecord, type JourneyState } from './journey-record.ts';

/** Actions on a journey other than publishing. */
export type LifecycleAction = 'pause' | 'resume' | 'close' | 'stop';

/**
 * The next state by action and current state. A missing state forbids the action. `before` is the
 * state that a pause interrupted.
 */
const ways: Record<LifecycleAction, Partial<Record<JourneyState, JourneyState | 'before'>>> = {
  pause: { live: 'paused', closed: 'paused', paused: 'paused' },
  resume: { paused: 'before', closed: 'live', live: 'live' },
  close: { live: 'closed', paused: 'paused', closed: 'closed' },
  stop: { live: 'stopped', closed: 'stopped', paused: 'stopped', stopped: 'stopped' },
};

/**
 * Returns the journey record after an action. Returns the same object if nothing changes, as on a
 * retry. A paused journey that is closed stays paused, and `resume` leads to `closed`. Throws a
 * conflict, `journey.wrong-state`, if the state forbids the action.
 */
export function applyAction(record: JourneyRecord, action: LifecycleAction, now: Instant): JourneyRecord {
  const { before: interrupted = 'live', ...rest } = record;
  const way = ways[action][record.state];
  if (way === undefined)
    throw new ThroughlineError('conflict', 'journey.wrong-state', {
      journeyId: record.journeyId,
      state: record.state,
      hint: `it can be ${action}d when it is ${Object.keys(ways[action]).join(' or ')}`.replace('stopd', 'stopped'),
    });
  const state = way === 'before' ? interrupted : way;
  if (record.state === 'paused' && state === 'paused')
    return action === 'close' && interrupted !== 'closed' ? { ...record, before: 'closed' } : record;
  if (state === record.state) return record;
  const before =
    state === 'paused' && (record.state === 'live' || record.state === 'closed') ? record.state : undefined;
  return { ...rest, state, since: now, ...(before && { before }) };
}
