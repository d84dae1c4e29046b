import { compact } from '../../shared/records.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type JourneyRecord } from '../publishing/journey-record.ts';
import { type JourneyVersion } from '../publishing/journey-store.ts';
import { type SavedJourneyDraft, type VersionRow } from '../publishing/version-store.ts';
import { draftView, type JourneySummary, type JourneyView, mainVersion, type VersionSummary } from './journey-views.ts';

/** What is stored of a journey. `published` is the version with the largest weight. */
export interface StoredJourney {
  record?: JourneyRecord | undefined;
  published?: JourneyVersion | undefined;
  draft?: SavedJourneyDraft | undefined;
}

/** What a journey without a record does: nothing was published. */
const unpublished = { state: 'draft', routes: [], winners: {}, migrations: [], trial: undefined } as const;

const nameOf = ({ published, draft }: StoredJourney): JourneySummary['name'] | undefined =>
  published?.definition.name ?? draft?.draft.name;

/**
 * Returns a journey as a list shows it. Undefined if no name is known, because the version's
 * publication has not finished and there is no draft.
 */
export function summariseJourney(journeyId: string, stored: StoredJourney): JourneySummary | undefined {
  const { record } = stored;
  const name = nameOf(stored);
  if (name === undefined) return undefined;
  return compact({ journeyId, state: record?.state ?? 'draft', name, version: record && mainVersion(record) });
}

/** Returns a journey as the API shows it. The id stands in for an unknown name. */
export function viewJourney(journeyId: string, stored: StoredJourney): JourneyView {
  const { record, published, draft } = stored;
  const { state, routes, winners, migrations, trial } = record ?? unpublished;
  return compact({
    journeyId,
    name: nameOf(stored) ?? { en: journeyId, ko: journeyId },
    state,
    since: record && record.rev > 0 ? record.since : undefined,
    version: record && mainVersion(record),
    routes: [...routes],
    winners,
    migrations: [...migrations],
    trial,
    definition: published?.definition,
    draft: draft && draftView(draft),
  });
}

/**
 * Returns a journey's versions, newest first. The version that CDK deployed is one of them, unless
 * the workspace has published one of the same number.
 */
export function summariseVersions(
  record: JourneyRecord | undefined,
  rows: readonly VersionRow[],
  deployed: JourneyDefinition | undefined,
): VersionSummary[] {
  const weightOf = (number: number): number => record?.routes.find(({ version }) => version === number)?.weight ?? 0;
  const own = rows.map(({ version, publishedAt }): VersionSummary => {
    const status = publishedAt === undefined ? 'unfinished' : 'published';
    return compact({ version, weight: weightOf(version), status, publishedAt } as const);
  });
  if (!deployed || own.some(({ version }) => version === deployed.version)) return own;
  const { version } = deployed;
  const all = [...own, { version, weight: weightOf(version), status: 'deployed' as const }];
  return all.sort((a, b) => b.version - a.version);
}
