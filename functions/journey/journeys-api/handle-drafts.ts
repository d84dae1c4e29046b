import { type ApiRequest, type ApiResponse } from '#lib/aws/http/api-function.ts';
import { parseDraft } from '#lib/journey/api/parse-draft.ts';
import { draftView, type JourneySummary } from '#lib/journey/insight/journey-views.ts';
import { summariseJourney, viewJourney } from '#lib/journey/insight/summarise-journeys.ts';
import { loadValidationContext } from '#lib/journey/publishing/load-validation-context.ts';
import { validateJourney } from '#lib/journey/validation/validate-journey.ts';
import { ThroughlineError } from '#lib/shared/errors.ts';
import { pageById } from '#lib/shared/http/paging.ts';
import { checkPreconditions, etagOf } from '#lib/shared/http/preconditions.ts';
import { bounded } from '#lib/shared/trim.ts';
import { type Dependencies, readJourney, readMainVersion } from './read-journey.ts';

const byId = (a: JourneySummary, b: JourneySummary): number => (a.journeyId < b.journeyId ? -1 : 1);

/** Lists all journeys of the workspace by id, also those that exist as a draft only. */
export async function listJourneys(deps: Dependencies, { workspace, query }: ApiRequest): Promise<ApiResponse> {
  const [records, saved] = await Promise.all([deps.journeys.listRecords(workspace), deps.drafts.drafts(workspace)]);
  const drafts = new Map(saved.map((draft) => [draft.draft.id, draft]));
  const published = await Promise.all(records.map((record) => readMainVersion(deps, workspace, record)));
  const recorded = records.map((record, i) => {
    const { journeyId } = record;
    return summariseJourney(journeyId, { record, published: published[i], draft: drafts.get(journeyId) });
  });
  for (const { journeyId } of records) drafts.delete(journeyId);
  const others = [...drafts].map(([journeyId, draft]) => summariseJourney(journeyId, { draft }));
  const items = [...recorded, ...others].filter((summary) => summary !== undefined).sort(byId);
  return { body: pageById(items, query.cursor, { idOf: ({ journeyId }) => journeyId }) };
}

/** Shows a journey. The entity tag is that of its draft. */
export async function getJourney(deps: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { journeyId, record, draft } = await readJourney(deps, request);
  const published = await readMainVersion(deps, request.workspace, record);
  const body = bounded(viewJourney(journeyId, { record, published, draft }), ['migrations']);
  return { body, ...(draft && { headers: { etag: etagOf(draft.rev) } }) };
}

/** Writes a draft whole over the revision that the caller read, and answers its diagnostics. */
export async function saveDraft(deps: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { workspace, params, headers } = request;
  const { id: journeyId = '' } = params;
  const draft = parseDraft(request.body(), journeyId);
  const rev = (await deps.drafts.draft(workspace, journeyId))?.rev ?? 0;
  checkPreconditions(headers, rev);
  const next = { draft, rev, savedAt: deps.clock.now() };
  if (!(await deps.drafts.saveDraft(workspace, next)))
    throw new ThroughlineError('preconditionFailed', 'document.changed', { hint: 'written at the same time' });
  const saved = { ...next, rev: rev + 1 };
  const faults = validateJourney({ ...draft, version: 1 }, await loadValidationContext(deps, workspace));
  return {
    status: rev === 0 ? 201 : 200,
    headers: { etag: etagOf(saved.rev) },
    body: bounded({ journeyId, ...draftView(saved), faults }, ['faults']),
  };
}
