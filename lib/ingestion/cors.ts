/** Any page may send touchpoints: a write key is no secret, and cookies play no part. For every answer a browser may read. */
export const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Retry-After, X-Request-Id',
} as const;

/** What a preflight is told where it asks for nothing in particular. `*` would leave out Authorization. */
const usualHeaders = 'authorization, content-encoding, content-type, x-strict-mode';

/** The headers of a preflight's answer. Written for the edge: no spread, no destructuring. */
export function preflightHeaders(requested: string | undefined): Record<string, string> {
  return {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST, PUT, OPTIONS',
    'access-control-allow-headers': requested ? requested : usualHeaders,
    'access-control-max-age': '86400',
  };
}
