import * as z from 'zod';

/**
 * The owner of a partition: `u:<user id>` or `a:<anonymous id>`. Two namespaces, because a source
 * may send an anonymous id equal to another customer's user id.
 */
export const CustomerRef = z.string().regex(/^[ua]:/);
export type CustomerRef = z.infer<typeof CustomerRef>;

/** A customer and its workspace (brand): the first parameter of every store function. */
export const Customer = z.object({ workspace: z.string(), customer: CustomerRef });
export type Customer = z.infer<typeof Customer>;

/**
 * Limit of an id, bytes of UTF-8. A key holds at most 1,024 bytes. The longest text before an id is
 * `<zone>#u:` of a segment member, 60 (longest zone name) + 1 + 2 = 63 bytes. That leaves 961, and
 * the limit is rounded down.
 */
export const maxIdBytes = 960;

/** Returns whether an id is well-formed text that every key can hold. */
export const isValidId = (id: string): boolean =>
  id.isWellFormed() && !id.includes('\0') && Buffer.byteLength(id) <= maxIdBytes;

/** A user id or an anonymous id in a request. */
export const CustomerId = z.string().min(1).refine(isValidId, `well-formed text of at most ${maxIdBytes} bytes`);

/** Returns the reference of a customer with a user id. */
export function userRef(userId: string): CustomerRef {
  return `u:${userId}`;
}

/** Returns the reference of a customer with an anonymous id. */
export function anonymousRef(anonymousId: string): CustomerRef {
  return `a:${anonymousId}`;
}

/** Returns whether a customer is known by an anonymous id only. */
export function isAnonymous(ref: CustomerRef): boolean {
  return ref.startsWith('a:');
}

/** Returns the id as the source sent it. */
export function customerId(ref: CustomerRef): string {
  return ref.slice(2);
}

/**
 * The id of a workspace. It begins every key, so it is short. It has no `#` (separator of keys) and
 * no `_` (separator of API keys).
 */
export const WorkspaceId = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);
