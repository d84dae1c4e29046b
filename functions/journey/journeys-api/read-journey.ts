import { type ApiRequest } from '#lib/aws/http/api-function.ts';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { type EnrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { type StatsStore } from '#lib/journey/insight/journey-stats-store.ts';
import { mainVersion } from '#lib/journey/insight/journey-views.ts';
import { type JourneyRecord } from '#lib/journey/publishing/journey-record.ts';
import { type JourneyStore, type JourneyVersion } from '#lib/journey/publishing/journey-store.ts';
import { type ValidationContextDependencies } from '#lib/journey/publishing/load-validation-context.ts';
import { type PublishStore, type SavedJourneyDraft } from '#lib/journey/publishing/version-store.ts';
import { NotFound } from '#lib/shared/errors.ts';
import { type Clock } from '#lib/shared/time.ts';

/** What the routes of journeys use. */
export interface Dependencies extends ValidationContextDependencies {
  /** The journeys that CDK deployed. */
  shipped: readonly JourneyDefinition[];
  journeys: JourneyStore;
  drafts: PublishStore;
  enrolments: EnrolmentStore;
  stats: StatsStore;
  clock: Clock;
}

/** A journey of a request: its record, its draft, or both. */
export interface RequestedJourney {
  journeyId: string;
  record: JourneyRecord | undefined;
  draft: SavedJourneyDraft | undefined;
}

/**
 * Reads the journey that a request names. Throws `journey.unknown` if it has no record or draft.
 */
export async function readJourney(
  { journeys, drafts }: Pick<Dependencies, 'journeys' | 'drafts'>,
  { workspace, params }: ApiRequest,
): Promise<RequestedJourney> {
  const { id: journeyId = '' } = params;
  const [record, draft] = await Promise.all([
    journeys.readRecord(workspace, journeyId),
    drafts.draft(workspace, journeyId),
  ]);
  if (!record && !draft) throw new NotFound('journey.unknown', { journeyId });
  return { journeyId, record, draft };
}

/** Reads the version with the largest weight. Undefined if there is none, or no record. */
export async function readMainVersion(
  { journeys }: Pick<Dependencies, 'journeys'>,
  workspace: string,
  record: JourneyRecord | undefined,
): Promise<JourneyVersion | undefined> {
  const version = record && mainVersion(record);
  return version === undefined ? undefined : journeys.version(workspace, record?.journeyId ?? '', version);
}
