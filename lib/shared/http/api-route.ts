import * as z from 'zod';

/**
 * The key that a route requires: a workspace's write key (also as `writeKey` in the body), its
 * secret key, or none.
 */
export type RouteKey = 'write' | 'secret' | 'none';

/**
 * A route of the HTTP API. Errors are problem+json; a 500, and a 401 of a route with a key, need
 * not be listed.
 */
export interface ApiRoute {
  id: string;
  summary: string;
  description?: string;
  key: RouteKey;
  path?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: { schema: z.ZodType; example?: unknown };
  answer: z.ZodType;
  /** Status of the answer, default 200. */
  status?: 200 | 202;
  /** Error statuses of the route, with their conditions. */
  refusals?: Partial<Record<400 | 404 | 409 | 412 | 413 | 422 | 428 | 429 | 503, string>>;
}

/**
 * Routes by API Gateway's route key, `GET /v1/customers/{id}`. Each word declares its routes in a
 * file `…-routes.ts`.
 */
export type ApiRouteTable = Record<string, ApiRoute>;

/** Preconditions of a write to a document whose GET returns an `ETag`. */
export const writing = z.object({ 'if-match': z.string().optional(), 'if-none-match': z.string().optional() });

/** Query of a listing whose pages hold as many items as fit an answer. */
export const CursorQuery = z.object({ cursor: z.string().optional().describe('`nextCursor` of the page before') });

/** Query of a listing with a page limit. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).optional().describe('Default: 50'),
  cursor: z.string().optional().describe('`nextCursor` of the page before'),
});
