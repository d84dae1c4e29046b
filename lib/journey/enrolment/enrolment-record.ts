import * as z from 'zod';
import { Instant } from '../../shared/time.ts';

/** `starting` until its execution was started, `active` while inside, `ended` with an outcome. */
export const EnrolmentStatus = z.enum(['starting', 'active', 'ended']);
export type EnrolmentStatus = z.infer<typeof EnrolmentStatus>;

/** One customer's way through one version of a journey. */
export const Enrolment = z.object({
  enrolmentId: z.string(),
  journeyId: z.string(),
  version: z.int(),
  /** The value of the journey's entry key; empty where the journey has none. */
  entryKey: z.string(),
  status: EnrolmentStatus,
  /** How it ended: the exit step's outcome, `exited` by the exit criteria, or what stopped it. */
  outcome: z.string().optional(),
  /** Name of what let the customer in. */
  trigger: z.string(),
  startedAt: Instant,
  endedAt: Instant.optional(),
  executionArn: z.string().optional(),
  /** When a throttled entry sets out. */
  notBefore: Instant.optional(),
  /** No execution leads it until then: a timer starts the next. */
  parkedUntil: Instant.optional(),
  /** The step that it is parked at. */
  parkedAt: z.string().optional(),
  /** A test person's. */
  test: z.boolean().optional(),
  /** Number of the execution that leads it now, and the step that began at; missing for the first. */
  leg: z.int().optional(),
  at: z.string().optional(),
});
export type Enrolment = z.infer<typeof Enrolment>;

/** Name of an execution: Step Functions starts it once, whoever asks how often. `leg` counts those that took over from another. */
export function executionName({ version, enrolmentId }: Pick<Enrolment, 'version' | 'enrolmentId'>, leg = 0): string {
  return leg === 0 ? `v${version}-${enrolmentId}` : `v${version}-${enrolmentId}-${leg}`;
}

/** The reverse of `executionName`; undefined for an execution that is not ours. */
export function readExecutionName(name: string): { version: number; enrolmentId: string; leg: number } | undefined {
  const [, version, enrolmentId, leg = '0'] = /^v(\d+)-([0-9a-f]{32})(?:-(\d+))?$/.exec(name) ?? [];
  return enrolmentId === undefined ? undefined : { version: Number(version), enrolmentId, leg: Number(leg) };
}
