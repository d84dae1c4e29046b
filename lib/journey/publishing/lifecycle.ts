import { ThroughlineError } from '../../shared/errors.ts';
import { type Instant } from '../../shared/time.ts';
import { type JourneyRecord, type JourneyState } from './journey-record.ts';

/** Actions on a journey other than publishing. */
export type LifecycleAction = 'pause' | 'resume' | 'close' | 'stop';

/**
 * The next state by action and current state. A missing state forbids the action. `before` is the
 * state that a pause interrupted.
 */
const transitions: Record<LifecycleAction, Partial<Record<JourneyState, JourneyState | 'before'>>> = {
  pause: { live: 'paused', closed: 'paused', paused: 'paused' },
  resume: { paused: 'before', closed: 'live', live: 'live' },
  close: { live: 'closed', paused: 'paused', closed: 'closed' },
  stop: { live: 'stopped', closed: 'stopped', paused: 'stopped', stopped: 'stopped' },
};

const pastForms: Record<LifecycleAction, string> = {
  pause: 'paused',
  resume: 'resumed',
  close: 'closed',
  stop: 'stopped',
};

function wrongState({ journeyId, state }: JourneyRecord, action: LifecycleAction): ThroughlineError {
  const states = Object.keys(transitions[action]).join(' or ');
  const hint = `it can be ${pastForms[action]} when it is ${states}`;
  return new ThroughlineError('conflict', 'journey.wrong-state', { journeyId, state, hint });
}

/**
 * Returns a paused journey after an action that leaves it paused. `resume` then leads to `closed`.
 */
const applyWhilePaused = (record: JourneyRecord, action: LifecycleAction): JourneyRecord =>
  action === 'close' && record.before !== 'closed' ? { ...record, before: 'closed' } : record;

/** The state that `resume` restores after a pause. */
const interruptedState = ({ state }: JourneyRecord): 'live' | 'closed' | undefined =>
  state === 'live' || state === 'closed' ? state : undefined;

/**
 * Returns the journey record after an action. Returns the same object if nothing changes, as on a
 * retry. A paused journey that is closed stays paused, and `resume` leads to `closed`. Throws a
 * conflict, `journey.wrong-state`, if the state forbids the action.
 */
export function applyAction(record: JourneyRecord, action: LifecycleAction, now: Instant): JourneyRecord {
  const { before: interrupted = 'live', ...rest } = record;
  const next = transitions[action][record.state];
  if (next === undefined) throw wrongState(record, action);
  const state = next === 'before' ? interrupted : next;
  if (record.state === 'paused' && state === 'paused') return applyWhilePaused(record, action);
  if (state === record.state) return record;
  const before = state === 'paused' ? interruptedState(record) : undefined;
  return { ...rest, state, since: now, ...(before && { before }) };
}
