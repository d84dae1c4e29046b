import { type Local } from '../runner.ts';
import { type ReportedCustomer, type ReportEntry } from './demo-report.ts';

/** Returns a client of the back-office API. */
export function backOffice({ url, keys }: Local) {
  return async <Body>(path: string, body?: unknown): Promise<Body> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const headers = { authorization: `Bearer ${keys.secret}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { ...init, headers });
    if (!response.ok && response.status !== 404)
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Body; // as the OpenAPI description has it
  };
}

/** A request of the back-office API: GET, or POST with a body. */
export type Ask = ReturnType<typeof backOffice>;

/** Reads a customer with its whole timeline, oldest first. Undefined if it is unknown. */
export async function readCustomer(ask: Ask, id: string): Promise<ReportedCustomer | undefined> {
  const profile = await ask<ReportedCustomer['profile'] & { code?: string }>(`/v1/customers/${id}`);
  if (profile.code !== undefined) return undefined;
  const timeline: ReportEntry[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const path = `/v1/customers/${id}/timeline?limit=100${cursor && `&cursor=${cursor}`}`;
    const page: { items: ReportEntry[]; nextCursor?: string } = await ask(path);
    timeline.push(...page.items);
    cursor = page.nextCursor;
  }
  return { id, profile, timeline: timeline.reverse() };
}
