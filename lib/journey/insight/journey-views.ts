import * as z from 'zod';
import { customerId } from '../../model/customer.ts';
import { etagOf } from '../../shared/http/preconditions.ts';
import { Label } from '../../model/stage.ts';
import { Instant } from '../../shared/time.ts';
import { Trimmed } from '../../shared/trim.ts';
import { JourneyDefinition, JourneyDraft } from '../definition/journey-definition.ts';
import { Enrolment } from '../enrolment/enrolment-record.ts';
import { type OwnedEnrolment } from '../enrolment/enrolment-store.ts';
import { type JourneyRecord, JourneyState, Migration, VersionRoute, Winner } from '../publishing/journey-record.ts';
import { JourneyForecast } from './cost-forecast.ts';
import { MigrationPreview } from '../publishing/preview-migration.ts';
import { type SavedJourneyDraft } from '../publishing/version-store.ts';
import { StepId } from '../definition/step.ts';

/** A journey in a list. `version` is the one most newcomers enter; missing before the first publication. */
export const JourneySummary = z.object({
  journeyId: z.string(),
  state: JourneyState,
  version: z.int().optional(),
  name: Label,
});
export type JourneySummary = z.infer<typeof JourneySummary>;

/** What is wrong, where, and what to do about it. An `error` keeps a journey from being published. */
export const DiagnosticView = z.object({
  code: z.string(),
  place: z.string(),
  hint: z.string(),
  severity: z.enum(['error', 'warning']).optional(),
});

const DraftView = z.object({ definition: JourneyDraft, savedAt: Instant, etag: z.string() });

/** Lists that were cut to fit the answer. */
const trimmed = z.array(Trimmed).optional();

const trial = z.int().optional().describe('The version that test people enter, and nobody else');

export const JourneyView = JourneySummary.extend({
  trial,
  /** When the state was last changed; missing for a journey that stands as it was deployed. */
  since: Instant.optional(),
  routes: z.array(VersionRoute),
  winners: z.record(StepId, Winner),
  migrations: z.array(Migration),
  /** Of `version`. */
  definition: JourneyDefinition.optional(),
  draft: DraftView.optional(),
  trimmed,
});
export type JourneyView = z.infer<typeof JourneyView>;

export const SavedDraft = DraftView.extend({ journeyId: z.string(), faults: z.array(DiagnosticView), trimmed });

/** What a journey does after it was changed. */
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

export const VersionSummary = z.object({
  version: z.int(),
  /** Share of newcomers who enter it, in percent. */
  weight: z.number(),
  /** Missing for a version that was deployed, and for one that publishing has not finished. */
  publishedAt: Instant.optional(),
  status: z.enum(['deployed', 'published', 'unfinished']),
});
export type VersionSummary = z.infer<typeof VersionSummary>;

export const VersionView = VersionSummary.extend({ definition: JourneyDefinition });

export const PublishedView = z.object({
  journeyId: z.string(),
  /** The version that was published, or would be. */
  version: z.int(),
  dryRun: z.boolean(),
  faults: z.array(DiagnosticView),
  /** What it will take: transitions, open executions against the account's limit, money. Missing where there are errors. */
  plan: JourneyForecast.optional(),
  /** What the journey does now; missing from a dry run. */
  head: JourneyRecordView.optional(),
  /** Of a dry run with a migration: who moves, stays or leaves. */
  migration: MigrationPreview.optional(),
  trimmed,
});
export type PublishedView = z.infer<typeof PublishedView>;

/** An enrolment in a list of its journey's. */
export const JourneyEnrolment = Enrolment.omit({ executionArn: true, leg: true, at: true }).extend({
  customerId: z.string(),
});
export type JourneyEnrolment = z.infer<typeof JourneyEnrolment>;

/** The version most newcomers enter. */
export const mainVersion = ({ routes }: Pick<JourneyRecord, 'routes'>): number | undefined =>
  routes.toSorted((a, b) => b.weight - a.weight)[0]?.version;

export function journeyRecordView({
  journeyId,
  state,
  since,
  routes,
  winners,
  migrations,
  trial: tried,
}: JourneyRecord): JourneyRecordView {
  const more = tried !== undefined && { trial: tried };
  return { journeyId, state, since, routes, winners, migrations, ...more };
}

export function draftView({ draft, savedAt, rev }: SavedJourneyDraft): z.infer<typeof DraftView> {
  return { definition: draft, savedAt, etag: etagOf(rev) };
}

export function journeyEnrolment({ enrolment, owner }: OwnedEnrolment): JourneyEnrolment {
  const { executionArn: _executionArn, leg: _leg, at: _at, ...shown } = enrolment;
  return { ...shown, customerId: customerId(owner.customer) };
}
