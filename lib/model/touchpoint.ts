import * as z from 'zod';
import { type CustomerRef, anonymousRef, userRef } from './customer.ts';
import { JsonObject } from '../shared/json.ts';
import { Instant } from '../shared/time.ts';

/** Type of a message, as in Segment's specification. */
export const TouchpointType = z.enum(['track', 'identify', 'page', 'screen', 'group', 'alias']);
export type TouchpointType = z.infer<typeof TouchpointType>;

/**
 * One contact of one customer, as its source sent it and independent of receipt, so that a retry
 * stores the same bytes. `at` is the source's clock. `properties` are the traits of an identify or
 * group. `name` is the event of a track, else `Page Viewed`, `Screen Viewed`, `Identified`, `Joined
 * Group` or `Aliased`.
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

/** Returns the owner of a touchpoint's partition: the user if named, else the anonymous visitor. */
export function ownerOf({ userId, anonymousId }: Pick<Touchpoint, 'userId' | 'anonymousId'>): CustomerRef | undefined {
  if (userId !== undefined) return userRef(userId);
  return anonymousId === undefined ? undefined : anonymousRef(anonymousId);
}
