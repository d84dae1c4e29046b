import * as z from 'zod';
import { Rejected } from '../../shared/errors.ts';
import { issuesOf } from '../../shared/http/issues.ts';
import { checkPlan } from '../../map/check-plan.ts';
import { type Predicate } from '../../model/predicate.ts';
import { durationMs, dayMs } from '../../shared/time.ts';
import { AttributionAnswer, attributionKind, AttributionRequest } from './attribution-report.ts';
import { ConformanceAnswer, conformanceKind, ConformanceRequest } from './conformance-report.ts';
import { ContrastAnswer, contrastKind, ContrastRequest } from './comparison-report.ts';
import { FunnelAnswer, funnelKind, FunnelRequest } from './funnel-report.ts';
import { PathsAnswer, pathsKind, PathsRequest } from './paths-report.ts';
import { RetentionAnswer, retentionKind, RetentionRequest } from './retention-report.ts';
import { type ReportKindDefinition, type ReportAccumulator, type ReportWindow } from './report-kind.ts';
import { StagesAnswer, stagesKind, StagesRequest } from './stages-report.ts';
import { SurvivalAnswer, survivalKind, SurvivalRequest } from './survival-report.ts';
import { everyLeaf } from '../../model/visit-predicate.ts';

/** A request for a report: kind, time, audience, and the kind's own parameters. */
export const ReportRequest = z.discriminatedUnion('kind', [
  ConformanceRequest,
  PathsRequest,
  FunnelRequest,
  RetentionRequest,
  SurvivalRequest,
  AttributionRequest,
  ContrastRequest,
  StagesRequest,
]);
export type ReportRequest = z.infer<typeof ReportRequest>;
/** The name of a kind. */
export type ReportKind = ReportRequest['kind'];

/** The answer of a report, by kind. */
export const ReportAnswer = z.discriminatedUnion('kind', [
  ConformanceAnswer,
  PathsAnswer,
  FunnelAnswer,
  RetentionAnswer,
  SurvivalAnswer,
  AttributionAnswer,
  ContrastAnswer,
  StagesAnswer,
]);
export type ReportAnswer = z.infer<typeof ReportAnswer>;

type RequestOf<Name extends ReportKind> = Extract<ReportRequest, { kind: Name }>;
type AnswerOf<Name extends ReportKind> = Extract<ReportAnswer, { kind: Name }>;

/** Each kind with its definition. */
export const reportKinds: { [Name in ReportKind]: ReportKindDefinition<RequestOf<Name>, AnswerOf<Name>> } = {
  conformance: conformanceKind,
  paths: pathsKind,
  funnel: funnelKind,
  retention: retentionKind,
  survival: survivalKind,
  attribution: attributionKind,
  contrast: contrastKind,
  stages: stagesKind,
};

/** Starts a report. */
export function startReport(request: ReportRequest, scope: ReportWindow): ReportAccumulator<ReportAnswer> {
  // The row and the request have the same name. The cast is needed because an index by a union
  // loses the pairing.
  const kind = reportKinds[request.kind] as ReportKindDefinition<ReportRequest, ReportAnswer>;
  return kind.run(request, scope);
}

/** Longest time of a report, ms: ten years of 365 days. */
const maxSpanMs = 10 * 365 * dayMs;
/** Columns of a table of cohorts. It has as many rows, and must fit its item. */
const maxPeriods = 120;
/** Limit of a stored request, bytes of JSON. */
const maxBytes = 64 * 1024;

const periodMs = { week: 7 * dayMs, month: 28 * dayMs } as const;

/** Whether a predicate tests the touchpoint of the moment, which a report does not have. */
const asksForMoment = (predicate: Predicate): boolean => !everyLeaf(predicate, (leaf) => !('event' in leaf));

type Fault = Record<string, unknown>;

const spanOf = ({ from, to }: ReportRequest): number => Date.parse(to) - Date.parse(from);

/** Checks what every kind has in common. */
function commonFaultOf(request: ReportRequest): Fault | undefined {
  const span = spanOf(request);
  if (span <= 0) return { hint: 'from lies before to' };
  if (span > maxSpanMs) return { hint: 'at most ten years' };
  if (request.predicate && asksForMoment(request.predicate))
    return { hint: 'event is true for a moment only; did remembers' };
  return Buffer.byteLength(JSON.stringify(request)) > maxBytes ? { hint: `at most ${maxBytes} bytes` } : undefined;
}

function retentionFaultOf(request: RequestOf<'retention'>): Fault | undefined {
  if (spanOf(request) / periodMs[request.unit] <= maxPeriods) return undefined;
  return { hint: `at most ${maxPeriods} periods: ask for months, or for less` };
}

function contrastFaultOf(request: RequestOf<'contrast'>): Fault | undefined {
  if (durationMs(request.silentFor) < spanOf(request)) return undefined;
  return { hint: 'silentFor is shorter than the time: before it customers must have been here' };
}

function conformanceFaultOf({ map, plan }: RequestOf<'conformance'>): Fault | undefined {
  if ((map === undefined) === (plan === undefined)) return { hint: 'a map or a plan, one of them' };
  const faults = (plan ? checkPlan(plan) : []).filter(({ severity }) => severity === 'error');
  return faults.length > 0 ? { faults } : undefined;
}

/** Returns what the schema cannot check of a request. Undefined if it is valid. */
function faultOf(request: ReportRequest): Fault | undefined {
  const fault = commonFaultOf(request);
  if (fault) return fault;
  if (request.kind === 'retention') return retentionFaultOf(request);
  if (request.kind === 'contrast') return contrastFaultOf(request);
  return request.kind === 'conformance' ? conformanceFaultOf(request) : undefined;
}

/** Parses a request. Throws `Rejected('report.invalid')` with the issues. */
export function readRequest(body: unknown): ReportRequest {
  const read = ReportRequest.safeParse(body);
  if (!read.success) throw new Rejected('report.invalid', { issues: issuesOf(read.error) });
  const fault = faultOf(read.data);
  if (fault) throw new Rejected('report.invalid', fault);
  return read.data;
}
