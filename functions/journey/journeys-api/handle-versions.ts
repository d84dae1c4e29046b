import { type ApiRequest, type ApiResponse } from '#lib/aws/http/api-function.ts';
import { diffDefinitions } from '#lib/journey/api/definition-diff.ts';
import { parseVersionNumber } from '#lib/journey/api/parse-draft.ts';
import { type JourneyDefinition, type JourneyDraft } from '#lib/journey/definition/journey-definition.ts';
import { mainVersion, type VersionSummary } from '#lib/journey/insight/journey-views.ts';
import { summariseVersions } from '#lib/journey/insight/summarise-journeys.ts';
import { NotFound } from '#lib/shared/errors.ts';
import { pageById } from '#lib/shared/http/paging.ts';
import { bounded } from '#lib/shared/trim.ts';
import { type Dependencies, readJourney, type RequestedJourney } from './read-journey.ts';

/** Order of a list of versions: newest first. */
export const newestFirst = {
  idOf: ({ version }: { version: number }): string => String(version),
  isAfter: (version: string, last: string): boolean => Number(version) < Number(last),
};

/** Lists of a difference that may be cut to the size limit. */
const lists = ['words', 'steps.changed', 'steps.added', 'steps.removed', 'entry', 'journey'];

async function readDefinition(
  { journeys }: Dependencies,
  { workspace, journeyId }: { workspace: string; journeyId: string },
  version: number,
): Promise<JourneyDefinition> {
  const published = await journeys.version(workspace, journeyId, version);
  if (!published) throw new NotFound('journey.unknown-version', { journeyId, version });
  return published.definition;
}

async function readVersions(
  { drafts, shipped }: Dependencies,
  workspace: string,
  { journeyId, record }: RequestedJourney,
): Promise<VersionSummary[]> {
  const rows = await drafts.versions(workspace, journeyId);
  const deployed = shipped.find((definition) => definition.id === journeyId);
  return summariseVersions(record, rows, deployed);
}

/** Reads one side of a difference: `draft`, or a version's number. */
async function readSide(
  deps: Dependencies,
  { workspace, journey }: { workspace: string; journey: RequestedJourney },
  side: string,
): Promise<JourneyDraft> {
  const { journeyId, draft } = journey;
  if (side !== 'draft') return readDefinition(deps, { workspace, journeyId }, parseVersionNumber(side));
  if (!draft) throw new NotFound('journey.no-draft', { journeyId });
  return draft.draft;
}

/** Lists a journey's versions. */
export async function listVersions(deps: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const journey = await readJourney(deps, request);
  const versions = await readVersions(deps, request.workspace, journey);
  return { body: pageById(versions, request.query.cursor, newestFirst) };
}

/** Shows a version with its definition. */
export async function getVersion(deps: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { workspace, params } = request;
  const journey = await readJourney(deps, request);
  const version = parseVersionNumber(params.version);
  const summary = (await readVersions(deps, workspace, journey)).find((one) => one.version === version);
  const definition = await readDefinition(deps, { workspace, journeyId: journey.journeyId }, version);
  return { body: { ...summary, definition } };
}

/** Shows what differs between two versions, or between a version and the draft. */
export async function diffVersions(deps: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { workspace, query } = request;
  const journey = await readJourney(deps, request);
  const current = journey.record && mainVersion(journey.record);
  const { from = String(current ?? ''), to = 'draft' } = query;
  const [before, after] = await Promise.all([
    readSide(deps, { workspace, journey }, from),
    readSide(deps, { workspace, journey }, to),
  ]);
  return { body: bounded({ from, to, ...diffDefinitions(before, after) }, lists) };
}
