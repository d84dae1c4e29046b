import { type Instant } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type AdmissionInput, type AdmissionRule, type EntryRejection } from './admission-rules/admission-input.ts';
import { checkCap } from './admission-rules/entry-cap.ts';
import { checkCompetition, type CompetingEnrolment, competingEnrolments } from './admission-rules/competition.ts';
import { checkCondition } from './admission-rules/condition.ts';
import { type EntryCounters, throttledStart } from './admission-rules/entry-limits.ts';
import { checkExclusion } from './admission-rules/exclusion.ts';
import { checkExitCriteria } from './admission-rules/exit-criteria.ts';
import { checkHoldout } from './admission-rules/holdout.ts';
import { checkReentry } from './admission-rules/reentry.ts';
import { type Enrolment } from './enrolment-record.ts';
import { type EntryRequest } from './entry-request.ts';

/** An admitted entry. `admissionWrites` and `admitToProfile` carry it out. */
export interface EntryAdmission {
  definition: JourneyDefinition;
  request: EntryRequest;
  /** The enrolment that the entry makes. */
  enrolment: Enrolment;
  /** Competing enrolments that the entry ends. */
  outranked: readonly CompetingEnrolment[];
  /** The counters that the admission was decided on. */
  counted: EntryCounters;
  now: Instant;
}

/** The rules in the order in which they are tested. The first that rejects gives the reason. */
const rules: readonly AdmissionRule[] = [
  checkHoldout,
  checkExclusion,
  checkReentry,
  checkCompetition,
  checkCondition,
  checkExitCriteria,
  checkCap,
];

function checkRules(input: AdmissionInput): EntryRejection | undefined {
  for (const rule of rules) {
    const rejection = rule(input);
    if (rejection) return rejection;
  }
  return undefined;
}

function newEnrolment(input: AdmissionInput): Enrolment {
  const { definition, request, enrolmentId, entryKey, counted, now } = input;
  const notBefore = request.test ? undefined : throttledStart(definition, counted, now);
  return {
    enrolmentId,
    entryKey,
    journeyId: definition.id,
    version: definition.version,
    status: 'starting',
    trigger: request.name,
    startedAt: now,
    ...(notBefore !== undefined && { notBefore }),
    ...(request.test && { test: true }),
  };
}

/**
 * Decides whether a customer may enter, and returns the enrolment that the entry makes. Otherwise
 * returns the first reason to reject it. Pure, so it is safe to repeat. Simulations use it too.
 */
export function decideAdmission(input: AdmissionInput): EntryAdmission | EntryRejection {
  const rejection = checkRules(input);
  if (rejection) return rejection;
  const { definition, request, profile, counted, now } = input;
  const outranked = competingEnrolments(definition, profile);
  return { definition, request, enrolment: newEnrolment(input), outranked, counted, now };
}
