import { valueAtPath } from '../../shared/json.ts';
import { type CorrectedTouchpoint, type Reaction, type ReactionState } from '../projection-state.ts';

/** Message ids are 128 bits, in hex. */
const messageIdPattern = /^[0-9a-f]{32}$/;

function recordMessageSeen(state: ReactionState, { touchpoint, at }: CorrectedTouchpoint): ReactionState {
  if (touchpoint.name !== 'Message Seen') return state;
  const messageId = valueAtPath(touchpoint.properties, 'messageId');
  if (typeof messageId !== 'string' || !messageIdPattern.test(messageId)) return state;
  return { ...state, signals: [...state.signals, { type: 'seen', messageId, at }] };
}

/** Records that an in-app message was seen, named by `properties.messageId`. */
export const messageSeen: Reaction = { react: recordMessageSeen };
