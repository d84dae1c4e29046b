/**
 * CORS headers of every API answer. Any page may call the API: the key is in a header or the body,
 * and cookies are not used. So a page can read only what its own key permits.
 */
export const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Retry-After, X-Request-Id',
} as const;

/** Methods of all routes. A preflight names a path, and is answered without reading the routes. */
const methods = 'GET, POST, PUT, DELETE, OPTIONS';

/**
 * Headers that routes read, for a preflight that names none. `*` does not include Authorization.
 */
const usualHeaders =
  'authorization, content-encoding, content-type, idempotency-key, if-match, if-none-match, x-strict-mode';

/**
 * Returns the headers of a preflight's answer. Runs at the edge, so it uses no spread and no
 * destructuring.
 */
export function preflightHeaders(requested: string | undefined): Record<string, string> {
  return {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': methods,
    'access-control-allow-headers': requested ? requested : usualHeaders,
    'access-control-max-age': '86400',
  };
}
