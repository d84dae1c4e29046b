import * as z from 'zod';

/**
 * Whose partition it is: `u:<user id>` or `a:<anonymous id>`. Two namespaces, because nothing stops a source from sending an
 * anonymous id that equals somebody's user id.
 */
export const CustomerRef = z.string().regex(/^[ua]:/);
export type CustomerRef = z.infer<typeof CustomerRef>;

/** A customer and the workspace (brand) it belongs to: what every store function takes first. */
export const Customer = z.object({ workspace: z.string(), customer: CustomerRef });
export type Customer = z.infer<typeof Customer>;

/**
 * Longest id, in bytes of UTF-8: every key made of one has room for it. A sort key of DynamoDB holds 1,024 bytes. The longest prefix
 * of an id is that of a member in the list of a segment, `<zone>#u:`: 60 (longest name of a zone) + 1 + 2 = 63, which leaves 961.
 */
export const maxIdBytes = 960;

/** Whether a source could have sent it: text that is whole, and that every key has room for. */
export const isValidId = (id: string): boolean =>
  id.isWellFormed() && !id.includes('\0') && Buffer.byteLength(id) <= maxIdBytes;

/** A customer as whoever calls us names it: by a user id or an anonymous id. */
export const CustomerId = z.string().min(1).refine(isValidId, `whole text of at most ${maxIdBytes} bytes`);

export function userRef(userId: string): CustomerRef {
  return `u:${userId}`;
}

export function anonymousRef(anonymousId: string): CustomerRef {
  return `a:${anonymousId}`;
}

export function isAnonymous(ref: CustomerRef): boolean {
  return ref.startsWith('a:');
}

/** The id as the source sent it. */
export function customerId(ref: CustomerRef): string {
  return ref.slice(2);
}

/** Short enough to lead every key; no `#` (the key separator) and no `_` (the separator of API keys). */
export const WorkspaceId = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);
