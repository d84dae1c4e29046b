import * as z from 'zod';

/** What opens a route: a workspace's write key (also as `writeKey` in the body), its secret key, or nothing. */
export type RouteKey = 'write' | 'secret' | 'none';

/** A route of the HTTP API as its readers need it. Refusals are problem+json; a 500 and, with a key, a 401 need not be named. */
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
  /** Of the answer; 200 unless told. */
  status?: 200 | 202;
  /** Statuses it refuses with, and when. */
  refusals?: Partial<Record<400 | 404 | 409 | 412 | 413 | 422 | 428 | 429 | 503, string>>;
}

/** Routes by API Gateway's route key, `GET /v1/customers/{id}`. Each word declares its own in a file `…-routes.ts`. */
export type ApiRouteTable = Record<string, ApiRoute>;

/** Preconditions of a write over a document whose GET answers an `ETag`. */
export const writing = z.object({ 'if-match': z.string().optional(), 'if-none-match': z.string().optional() });

/** How a listing is paged whose pages hold what fits into an answer. */
export const CursorQuery = z.object({ cursor: z.string().optional().describe('`nextCursor` of the page before') });

/** How a listing is paged. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).optional().describe('50 unless told'),
  cursor: z.string().optional().describe('`nextCursor` of the page before'),
});
