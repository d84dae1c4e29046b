import { describeFault, ThroughlineError } from '../../shared/errors.ts';
import { findPermanentRefusal, type WriteRefusal } from './write-refusal.ts';

/**
 * How to treat an error. `poison` never succeeds and is put aside. An `outage` is retried. An
 * `unforeseen` fault is a mistake of our own code. docs/architecture.md has the table.
 */
export type Fault =
  { kind: 'poison'; reason: WriteRefusal } | { kind: 'outage' } | { kind: 'unforeseen'; reason: 'fault.unforeseen' };

/** Fields of errors: the SDK's `$metadata`, Node's `code` of a connection, undici's `cause`. */
interface Raised {
  name?: string;
  code?: string;
  cause?: unknown;
  $metadata?: unknown;
}

/** Errors of the SDK and its HTTP handler without `$metadata`. */
const outages = new Set([
  'TimeoutError',
  'AbortError',
  'RequestTimeout',
  'NetworkingError',
  'CredentialsProviderError',
  'ThrottlingError',
]);

/**
 * Node's codes of a broken or missing connection. Codes of its argument checks begin with `ERR_`.
 */
const isOfConnection = (code = ''): boolean => /^(E(?!RR_)[A-Z_]+|UND_ERR_\w+)$/.test(code);

/** Returns whether an error itself, without its cause, is of a service or a connection. */
const isOfService = ({ name = '', code, $metadata }: Raised): boolean =>
  $metadata !== undefined || outages.has(name) || name.endsWith('Exception') || isOfConnection(code);

/**
 * Returns whether a service answered with an error (throttle, 5xx, missing permission or resource),
 * or did not answer.
 */
function isOutage(error: unknown): boolean {
  if (error instanceof ThroughlineError) return error.kind === 'unavailable' || error.kind === 'throttled';
  if (typeof error !== 'object' || error === null) return false;
  const raised: Raised = error;
  return isOfService(raised) || (raised.cause !== undefined && isOutage(raised.cause));
}

/** Classifies an error as poison, outage or unforeseen fault. */
export function faultOf(error: unknown): Fault {
  const reason = findPermanentRefusal(error);
  if (reason) return { kind: 'poison', reason };
  return isOutage(error) ? { kind: 'outage' } : { kind: 'unforeseen', reason: 'fault.unforeseen' };
}

/** How to treat an error, with the reason of its dead letter. An outage gets none. */
export type FaultDiagnosis = { kind: 'outage' } | { kind: 'poison' | 'unforeseen'; reason: string };

/** Classifies an error, and writes the reason of its dead letter. */
export function diagnose(error: unknown): FaultDiagnosis {
  const fault = faultOf(error);
  return fault.kind === 'outage' ? fault : { kind: fault.kind, reason: describeFault(fault.reason, error) };
}
