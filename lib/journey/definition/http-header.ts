import * as z from 'zod';

/** A name that a request may have as a header: a token of RFC 9110. */
export const HeaderName = z.string().regex(/^[!#$%&'*+.^`|~\w-]{1,100}$/, 'no name of a header');

/** What an author lets it say, on one line. */
export const HeaderValue = z
  .string()
  .max(2_000)
  .regex(/^[^\r\n]*$/, 'more than a line');

/** Headers of a call that are ours to say. */
const reserved = /^(webhook-|idempotency-key$|content-length$|host$|connection$|transfer-encoding$)/i;

/** Whether an author may set a header. */
export const isOwnHeader = (name: string): boolean => !reserved.test(name);

/** A value as it is sent: one line, whatever a trait put in, so that it adds no header; what is not Latin goes as the bytes of UTF-8. */
export const headerText = (value: string): string =>
  Buffer.from(value.replace(/\p{Cc}+/gu, ' ').trim()).toString('latin1');
