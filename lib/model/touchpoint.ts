import * as z from 'zod';
import { type CustomerRef, anonymousRef, userRef } from './customer.ts';
import { JsonObject } from '../shared/json.ts';
import { Instant } from '../shared/time.ts';

export const TouchpointType = z.enum(['track', 'identify', 'page', 'screen', 'group', 'alias']);
export type TouchpointType = z.infer<typeof TouchpointType>;

/**
 * The stored fact: one contact of one customer, exactly as its source sent it, never as the server received it, so that a retry
 * stores the same bytes. `at` is the source's own clock. `properties` are the traits of an identify or group. `name` is what
 * predicates, counters and timelines call it: the event of a track, `Page Viewed`, `Screen Viewed`, `Identified`, `Joined Group`
 * or `Aliased` otherwise.
 */
export const Touchpoint = z.object({
  messageId: z.string(),
  at: Instant,
  type: TouchpointType,
  name: z.string(),
  channel: z.string(),
  userId: z.string().optional(),
  anonymousId: z.string().optional(),
  previousId: z.string().optional(),
  groupId: z.string().optional(),
  properties: JsonObject.default({}),
  context: JsonObject.default({}),
});
export type Touchpoint = z.infer<typeof Touchpoint>;

/** Whose partition a touchpoint is stored in: the user when it names one, else the anonymous visitor. */
export function ownerOf({ userId, anonymousId }: Pick<Touchpoint, 'userId' | 'anonymousId'>): CustomerRef | undefined {
  if (userId !== undefined) return userRef(userId);
  return anonymousId === undefined ? undefined : anonymousRef(anonymousId);
}
