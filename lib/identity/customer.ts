import * as z from 'zod';

/**
 * Whose partition it is: `u:<user id>` or `a:<anonymous id>`. Two namespaces, because nothing stops a source from sending an
 * anonymous id that equals somebody's user id. At most 1,024 bytes of id: the rest of DynamoDB's 2,048 belongs to the workspace.
 */
export const CustomerRef = z.string().regex(/^[ua]:/);
export type CustomerRef = z.infer<typeof CustomerRef>;

/** A customer and the workspace (brand) it belongs to: what every store function takes first. */
export const Customer = z.object({ workspace: z.string(), customer: CustomerRef });
export type Customer = z.infer<typeof Customer>;

export const maxIdBytes = 1_024;

/** Whether a source could have sent it: text that is whole, and that a key has room for. */
export const isNameable = (id: string): boolean =>
  id.isWellFormed() && !id.includes('\0') && Buffer.byteLength(id) <= maxIdBytes;

/** A customer as whoever calls us names it: by a user id or an anonymous id. */
export const CustomerId = z.string().min(1).refine(isNameable, 'whole text of at most 1,024 bytes');

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
