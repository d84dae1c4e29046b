import * as z from 'zod';
import { customerId } from '../../model/customer.ts';
import { etagOf } from '../../shared/http/preconditions.ts';
import { Label } from '../../model/stage.ts';
import { compact } from '../../shared/records.ts';
import { Instant } from '../../shared/time.ts';
import { Trimmed } from '../../shared/trim.ts';
import { JourneyDefinition, JourneyDraft } from '../definition/journey-definition.ts';
import { Enrolment, type OwnedEnrolment } from '../enrolment/enrolment-record.ts';
import { type JourneyRecord, JourneyState, Migration, VersionRoute, Winner } from '../publishing/journey-record.ts';
import { JourneyForecast } from './journey-forecast.ts';
import { MigrationPreview } from '../publishing/preview-migration.ts';
import { type SavedJourneyDraft } from '../publishing/version-store.ts';
import { StepId } from '../definition/step.ts';

/**
 * A journey in a list. `version` has the largest weight for new entries. Missing before the first
 * publication.
 */
export const JourneySummary = z.object({
  journeyId: z.string(),
  state: JourneyState,
  version: z.int().optional(),
  name: Label,
});
export type JourneySummary = z.infer<typeof JourneySummary>;

/** A diagnostic. An `error` prevents publishing. */
export const DiagnosticView = z.object({
  code: z.string(),
  place: z.string(),
  hint: z.string(),
  severity: z.enum(['error', 'warning']).optional(),
});

const DraftView = z.object({ definition: JourneyDraft, savedAt: Instant, etag: z.string() });

/** Lists that were cut to fit the answer. */
const trimmed = z.array(Trimmed).optional();

const trial = z.int().optional().describe('The version that only test people enter');

/** A journey as the API shows it. */
export const JourneyView = JourneySummary.extend({
  trial,
  /** When the state was last changed. Missing for a deployed journey without changes. */
  since: Instant.optional(),
  routes: z.array(VersionRoute),
  winners: z.record(StepId, Winner),
  migrations: z.array(Migration),
  /** Definition of `version`. */
  definition: JourneyDefinition.optional(),
  draft: DraftView.optional(),
  trimmed,
});
export type JourneyView = z.infer<typeof JourneyView>;

/** Answer to a saved draft, with its diagnostics. */
export const SavedDraft = DraftView.extend({ journeyId: z.string(), faults: z.array(DiagnosticView), trimmed });

/** What a journey does after a change. */
export const JourneyRecordView = z.object({
  journeyId: z.string(),
  state: JourneyState,
  since: Instant,
  routes: z.array(VersionRoute),
  winners: z.record(StepId, Winner),
  migrations: z.array(Migration),
  trial,
});
export type JourneyRecordView = z.infer<typeof JourneyRecordView>;

/** A version in a list. */
export const VersionSummary = z.object({
  version: z.int(),
  /** Share of new entries in this version, percent. */
  weight: z.number(),
  /** Missing for a deployed version, and for one whose publication has not finished. */
  publishedAt: Instant.optional(),
  status: z.enum(['deployed', 'published', 'unfinished']),
});
export type VersionSummary = z.infer<typeof VersionSummary>;

/** A version with its definition. */
export const VersionView = VersionSummary.extend({ definition: JourneyDefinition });

/** Answer to a publication, or to a dry run of one. */
export const PublishedView = z.object({
  journeyId: z.string(),
  /** Version that was published, or would be. */
  version: z.int(),
  dryRun: z.boolean(),
  faults: z.array(DiagnosticView),
  /** Forecast of transitions, open executions and cost. Missing if there are errors. */
  plan: JourneyForecast.optional(),
  /** What the journey does now. Missing in a dry run. */
  head: JourneyRecordView.optional(),
  /** Set in a dry run with a migration: which enrolments move, stay or exit. */
  migration: MigrationPreview.optional(),
  trimmed,
});
export type PublishedView = z.infer<typeof PublishedView>;

/** An enrolment in a list of its journey. */
export const JourneyEnrolment = Enrolment.omit({ executionArn: true, leg: true, at: true }).extend({
  customerId: z.string(),
});
export type JourneyEnrolment = z.infer<typeof JourneyEnrolment>;

/** Returns the version with the largest weight. */
export const mainVersion = ({ routes }: Pick<JourneyRecord, 'routes'>): number | undefined =>
  routes.toSorted((a, b) => b.weight - a.weight)[0]?.version;

/** Returns a journey record as the API shows it after a change. */
export function journeyRecordView(record: JourneyRecord): JourneyRecordView {
  const { journeyId, state, since, routes, winners, migrations } = record;
  return compact({ journeyId, state, since, routes, winners, migrations, trial: record.trial });
}

/** Returns a draft as the API shows it. */
export function draftView({ draft, savedAt, rev }: SavedJourneyDraft): z.infer<typeof DraftView> {
  return { definition: draft, savedAt, etag: etagOf(rev) };
}

/** Returns an enrolment as a list of its journey shows it. */
export function journeyEnrolment({ enrolment, owner }: OwnedEnrolment): JourneyEnrolment {
  const { executionArn: _executionArn, leg: _leg, at: _at, ...shown } = enrolment;
  return { ...shown, customerId: customerId(owner.customer) };
}
