import { ThroughlineError } from '../../shared/errors.ts';
import { type Instant } from '../../shared/time.ts';
import { type JourneyRecord, type JourneyState } from './journey-record.ts';

/** What people do to a journey beside publishing it. */
export type LifecycleAction = 'pause' | 'resume' | 'close' | 'stop';

/** Where an action leads from each state it may be done in; `before` is the state that a pause interrupted. */
const ways: Record<LifecycleAction, Partial<Record<JourneyState, JourneyState | 'before'>>> = {
  pause: { live: 'paused', closed: 'paused', paused: 'paused' },
  resume: { paused: 'before', closed: 'live', live: 'live' },
  close: { live: 'closed', paused: 'paused', closed: 'closed' },
  stop: { live: 'stopped', closed: 'stopped', paused: 'stopped', stopped: 'stopped' },
};

/**
 * The journey after an action; the very same head where it changes nothing, as when it is asked for again. A paused journey that is closed
 * stays paused and takes nobody in when it is resumed. Throws a conflict, `journey.wrong-state`, for what cannot be done.
 */
export function applyAction(head: JourneyRecord, action: LifecycleAction, now: Instant): JourneyRecord {
  const { before: interrupted = 'live', ...rest } = head;
  const way = ways[action][head.state];
  if (way === undefined)
    throw new ThroughlineError('conflict', 'journey.wrong-state', {
      journeyId: head.journeyId,
      state: head.state,
      hint: `it can be ${action}d when it is ${Object.keys(ways[action]).join(' or ')}`.replace('stopd', 'stopped'),
    });
  const state = way === 'before' ? interrupted : way;
  if (head.state === 'paused' && state === 'paused')
    return action === 'close' && interrupted !== 'closed' ? { ...head, before: 'closed' } : head;
  if (state === head.state) return head;
  const before = state === 'paused' && (head.state === 'live' || head.state === 'closed') ? head.state : undefined;
  return { ...rest, state, since: now, ...(before && { before }) };
}
