import * as z from 'zod';
import { type ApiRequest, type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { NotFound, Rejected, ThroughlineError } from '../../../lib/shared/errors.ts';
import { issuesOf } from '../../../lib/shared/http/issues.ts';
import { validateJourney } from '../../../lib/journey/validation/validate-journey.ts';
import { type JourneyDefinition, JourneyDraft } from '../../../lib/journey/definition/journey-definition.ts';
import { diffDefinitions } from '../../../lib/journey/api/definition-diff.ts';
import { type EnrolmentStore } from '../../../lib/journey/enrolment/enrolment-store.ts';
import { experimentOf } from '../../../lib/journey/insight/running-experiment.ts';
import { type JourneyRecord } from '../../../lib/journey/publishing/journey-record.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import {
  draftView,
  journeyEnrolment,
  type JourneySummary,
  type JourneyView,
  mainVersion,
  type VersionSummary,
} from '../../../lib/journey/insight/journey-views.ts';
import { type SavedJourneyDraft, type PublishStore } from '../../../lib/journey/publishing/version-store.ts';
import { type StatsStore } from '../../../lib/journey/insight/journey-stats-store.ts';
import {
  loadValidationContext,
  type ValidationContextDependencies,
} from '../../../lib/journey/publishing/load-validation-context.ts';
import { experimentResultOf } from '../../../lib/journey/insight/experiment-winner.ts';
import { isJsonObject } from '../../../lib/shared/json.ts';
import { pageById, readCursor, readLimit, writeCursor } from '../../../lib/shared/http/paging.ts';
import { answerResult } from '../../../lib/report/experiment/result-request.ts';
import { checkPreconditions, etagOf } from '../../../lib/shared/http/preconditions.ts';
import { type Clock } from '../../../lib/shared/time.ts';
import { bounded } from '../../../lib/shared/trim.ts';

interface Dependencies extends ValidationContextDependencies {
  /** The journeys that CDK deployed. */
  shipped: readonly JourneyDefinition[];
  journeys: JourneyStore;
  drafts: PublishStore;
  enrolments: EnrolmentStore;
  stats: StatsStore;
  clock: Clock;
}

/**
 * Maximum size of a definition, bytes of JSON. A version is one DynamoDB item, which holds 400 KB.
 */
const maxBytes = 256 * 1024;

/**
 * Parses a draft. The id is optional in the body, as the address has it. Throws if the two differ.
 */
function readDraft(body: unknown, id: string): JourneyDraft {
  const { version: _version, ...given } = isJsonObject(body) ? body : {};
  const read = JourneyDraft.safeParse(isJsonObject(body) ? { id, ...given } : body);
  if (!read.success) throw new Rejected('journey.invalid', { issues: issuesOf(read.error) });
  if (read.data.id !== id) throw new Rejected('journey.invalid', { hint: `the address says "${id}"` });
  if (Buffer.byteLength(JSON.stringify(read.data)) > maxBytes)
    throw new ThroughlineError('tooLarge', 'journey.too-large', { maxBytes });
  return read.data;
}

/** Parses the number of a version in an address. Throws if it is none. */
function readVersion(text: string | undefined): number {
  const version = Number(text);
  if (!Number.isInteger(version) || version < 1) throw new Rejected('version.invalid', { hint: 'a number from 1 on' });
  return version;
}

/** Versions are listed newest first. */
const byVersion = {
  idOf: ({ version }: { version: number }): string => String(version),
  isAfter: (version: string, last: string): boolean => Number(version) < Number(last),
};

const byId = (a: { journeyId: string }, b: { journeyId: string }): number => (a.journeyId < b.journeyId ? -1 : 1);

/**
 * Routes of journeys for their authors: drafts, versions, differences, enrolments and statistics. A
 * draft is written whole over the revision read (`ETag`, `If-Match`). Its diagnostics are returned
 * but do not prevent saving; only a publication must be valid.
 */
export function handleJourneyRoutes(dependencies: Dependencies): ApiRoutes {
  const { shipped, journeys, drafts, enrolments, stats, clock } = dependencies;
  const deployed = (id: string): JourneyDefinition | undefined => shipped.find((definition) => definition.id === id);

  async function found({
    workspace,
    params,
  }: ApiRequest): Promise<{ head?: JourneyRecord; draft?: SavedJourneyDraft; id: string }> {
    const { id = '' } = params;
    const [head, draft] = await Promise.all([journeys.readRecord(workspace, id), drafts.draft(workspace, id)]);
    if (!head && !draft) throw new NotFound('journey.unknown', { journeyId: id });
    return { id, ...(head && { head }), ...(draft && { draft }) };
  }

  async function definitionOf(workspace: string, id: string, version: number): Promise<JourneyDefinition> {
    const published = await journeys.version(workspace, id, version);
    if (!published) throw new NotFound('journey.unknown-version', { journeyId: id, version });
    return published.definition;
  }

  async function versionsOf(workspace: string, id: string): Promise<VersionSummary[]> {
    const [head, rows] = await Promise.all([journeys.readRecord(workspace, id), drafts.versions(workspace, id)]);
    const weightOf = (n: number): number => head?.routes.find(({ version }) => version === n)?.weight ?? 0;
    const own = rows.map(({ version, publishedAt }): VersionSummary => {
      const status = publishedAt === undefined ? 'unfinished' : 'published';
      return { version, weight: weightOf(version), status, ...(publishedAt !== undefined && { publishedAt }) };
    });
    const first = deployed(id);
    const isOwn = own.some(({ version }) => version === first?.version);
    if (!first || isOwn) return own;
    const { version } = first;
    return [...own, { version, weight: weightOf(version), status: 'deployed' as const }].sort(
      (a, b) => b.version - a.version,
    );
  }

  /** Returns the draft or a version. `side` is `draft` or a version's number. */
  async function sideOf(request: ApiRequest, side: string): Promise<JourneyDraft> {
    const { id, draft } = await found(request);
    if (side !== 'draft') return definitionOf(request.workspace, id, readVersion(side));
    if (!draft) throw new NotFound('journey.no-draft', { journeyId: id });
    return draft.draft;
  }

  async function summaryOf(
    workspace: string,
    head: JourneyRecord,
    draft?: SavedJourneyDraft,
  ): Promise<JourneySummary | undefined> {
    const { journeyId, state } = head;
    const version = mainVersion(head);
    const published = version === undefined ? undefined : await journeys.version(workspace, journeyId, version);
    const name = published?.definition.name ?? draft?.draft.name;
    return name && { journeyId, state, name, ...(version !== undefined && { version }) };
  }

  return {
    'GET /v1/journeys': async ({ workspace, query }) => {
      const [heads, all] = await Promise.all([journeys.listRecords(workspace), drafts.drafts(workspace)]);
      const drafted = new Map(all.map((draft) => [draft.draft.id, draft]));
      const known = await Promise.all(heads.map((head) => summaryOf(workspace, head, drafted.get(head.journeyId))));
      for (const { journeyId } of heads) drafted.delete(journeyId);
      const fresh = [...drafted.values()].map(({ draft }): JourneySummary => {
        return { journeyId: draft.id, state: 'draft', name: draft.name };
      });
      const items = [...known.filter((one) => one !== undefined), ...fresh].sort(byId);
      return { body: pageById(items, query.cursor, { idOf: ({ journeyId }) => journeyId }) };
    },

    'GET /v1/journeys/{id}': async (request) => {
      const { id: journeyId, head, draft } = await found(request);
      const version = head && mainVersion(head);
      const published =
        version === undefined ? undefined : await journeys.version(request.workspace, journeyId, version);
      const name = published?.definition.name ?? draft?.draft.name ?? { en: journeyId, ko: journeyId };
      const body: JourneyView = {
        journeyId,
        name,
        state: head?.state ?? 'draft',
        ...(head && head.rev > 0 && { since: head.since }),
        ...(version !== undefined && { version }),
        routes: head?.routes ?? [],
        winners: head?.winners ?? {},
        migrations: head?.migrations ?? [],
        ...(head?.trial !== undefined && { trial: head.trial }),
        ...(published && { definition: published.definition }),
        ...(draft && { draft: draftView(draft) }),
      };
      return { body: bounded(body, ['migrations']), ...(draft && { headers: { etag: etagOf(draft.rev) } }) };
    },

    'PUT /v1/journeys/{id}': async (request) => {
      const { workspace, params, headers } = request;
      const { id = '' } = params;
      const draft = readDraft(request.body(), id);
      const rev = (await drafts.draft(workspace, id))?.rev ?? 0;
      checkPreconditions(headers, rev);
      const next = { draft, rev, savedAt: clock.now() };
      if (!(await drafts.saveDraft(workspace, next)))
        throw new ThroughlineError('preconditionFailed', 'document.changed', { hint: 'written at the same time' });
      const saved = { ...next, rev: rev + 1 };
      const faults = validateJourney({ ...draft, version: 1 }, await loadValidationContext(dependencies, workspace));
      return {
        status: rev === 0 ? 201 : 200,
        headers: { etag: etagOf(saved.rev) },
        body: bounded({ journeyId: id, ...draftView(saved), faults }, ['faults']),
      };
    },

    'GET /v1/journeys/{id}/versions': async (request) => {
      const { id } = await found(request);
      return { body: pageById(await versionsOf(request.workspace, id), request.query.cursor, byVersion) };
    },

    'GET /v1/journeys/{id}/versions/{version}': async (request) => {
      const { id } = await found(request);
      const version = readVersion(request.params.version);
      const summary = (await versionsOf(request.workspace, id)).find((one) => one.version === version);
      return { body: { ...summary, definition: await definitionOf(request.workspace, id, version) } };
    },

    'GET /v1/journeys/{id}/diff': async (request) => {
      const { head } = await found(request);
      const present = head && mainVersion(head);
      const { from = String(present ?? ''), to = 'draft' } = request.query;
      const [before, now] = await Promise.all([sideOf(request, from), sideOf(request, to)]);
      const lists = ['words', 'steps.changed', 'steps.added', 'steps.removed', 'entry', 'journey'];
      return { body: bounded({ from, to, ...diffDefinitions(before, now) }, lists) };
    },

    'GET /v1/journeys/{id}/stats': async (request) => {
      const { id } = await found(request);
      return { body: pageById(await stats.read(request.workspace, id), request.query.cursor, byVersion) };
    },

    'GET /v1/journeys/{id}/experiments/{step}': async (request) => {
      const { id: journeyId, head } = await found(request);
      const { workspace, params } = request;
      const { step: stepId = '' } = params;
      const version =
        request.query.version === undefined ? head?.routes[0]?.version : readVersion(request.query.version);
      const place = { workspace, journeyId, version: version ?? 0, stepId };
      const experiment = await experimentOf({ stats, journeys }, place);
      if (!experiment) throw new NotFound('journey.unknown-experiment', { journeyId, stepId });
      const { step, counts } = experiment;
      const winner = head?.winners[stepId];
      const result = answerResult(experimentResultOf(stepId, step, counts));
      return { body: bounded({ stepId, counts, result, ...(winner && { winner }) }, ['result.variants']) };
    },

    'GET /v1/journeys/{id}/enrolments': async (request) => {
      const { id: journeyId } = await found(request);
      const { workspace, query } = request;
      const before = query.cursor === undefined ? undefined : readCursor(query.cursor, z.string());
      const { placed, next } = await enrolments.list(
        { workspace, journeyId },
        { limit: readLimit(query.limit), before },
      );
      const items = placed.map(journeyEnrolment);
      return { body: { items, ...(next !== undefined && { nextCursor: writeCursor(next) }) } };
    },
  };
}
