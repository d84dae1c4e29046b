import * as z from 'zod';

/** Name of a header: a token of RFC 9110. */
export const HeaderName = z.string().regex(/^[!#$%&'*+.^`|~\w-]{1,100}$/, 'no name of a header');

/** Value of a header as an author writes it: one line. */
export const HeaderValue = z
  .string()
  .max(2_000)
  .regex(/^[^\r\n]*$/, 'more than a line');

/** Headers that a call sets itself. */
const reserved = /^(webhook-|idempotency-key$|content-length$|host$|connection$|transfer-encoding$)/i;

/** Returns whether an author may set a header. */
export const isOwnHeader = (name: string): boolean => !reserved.test(name);

/**
 * Returns a value as it is sent. Control characters become spaces, so that a trait cannot add a
 * header. Text that is not Latin is sent as bytes of UTF-8.
 */
export const headerText = (value: string): string =>
  Buffer.from(value.replace(/\p{Cc}+/gu, ' ').trim()).toString('latin1');
