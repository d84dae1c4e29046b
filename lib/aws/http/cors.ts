/**
 * CORS headers of every answer of the API. Any page may call it: the key comes in a header or in the body, and cookies play no part, so
 * a page can read nothing that its own key does not open.
 */
export const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Retry-After, X-Request-Id',
} as const;

/** Methods of all routes. A preflight asks for a path, and is answered without knowing the routes. */
const methods = 'GET, POST, PUT, DELETE, OPTIONS';

/** Headers that routes read, for a preflight that names none. `*` would leave out Authorization. */
const usualHeaders =
  'authorization, content-encoding, content-type, idempotency-key, if-match, if-none-match, x-strict-mode';

/** The headers of a preflight's answer. Written for the edge: no spread, no destructuring. */
export function preflightHeaders(requested: string | undefined): Record<string, string> {
  return {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': methods,
    'access-control-allow-headers': requested ? requested : usualHeaders,
    'access-control-max-age': '86400',
  };
}
