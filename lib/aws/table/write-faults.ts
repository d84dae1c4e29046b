import { ThroughlineError } from '../../shared/errors.ts';
import { findPermanentRefusal, type WriteRefusal } from './write-refusal.ts';

/**
 * What to do about an error: `poison` will never succeed and is put aside, an `outage` is retried, and an `unforeseen` fault is a
 * mistake of our own code. The table in docs/architecture.md says how each is treated.
 */
export type Fault =
  { kind: 'poison'; reason: WriteRefusal } | { kind: 'outage' } | { kind: 'unforeseen'; reason: 'fault.unforeseen' };

/** What errors may carry: the SDK's `$metadata`, Node's `code` of a connection, undici's `cause`. */
interface Raised {
  name?: string;
  code?: string;
  cause?: unknown;
  $metadata?: unknown;
}

/** Errors of the SDK and of its HTTP handler that carry no `$metadata`. */
const outages = new Set([
  'TimeoutError',
  'AbortError',
  'RequestTimeout',
  'NetworkingError',
  'CredentialsProviderError',
  'ThrottlingError',
]);

/** Node's codes of a broken or missing connection; those of its own argument checks begin with `ERR_`. */
const isOfConnection = (code = ''): boolean => /^(E(?!RR_)[A-Z_]+|UND_ERR_\w+)$/.test(code);

/** An AWS service answered (throttle, 5xx, missing right, missing resource), or there was no answer. */
function isOutage(error: unknown): boolean {
  if (error instanceof ThroughlineError) return error.kind === 'unavailable' || error.kind === 'throttled';
  if (typeof error !== 'object' || error === null) return false;
  const { name = '', code, cause, $metadata }: Raised = error;
  if ($metadata !== undefined || outages.has(name) || name.endsWith('Exception') || isOfConnection(code)) return true;
  return cause !== undefined && isOutage(cause);
}

export function faultOf(error: unknown): Fault {
  const reason = findPermanentRefusal(error);
  if (reason) return { kind: 'poison', reason };
  return isOutage(error) ? { kind: 'outage' } : { kind: 'unforeseen', reason: 'fault.unforeseen' };
}

/** The reason as a letter has it: the code, then what the error says. */
export function describeFault(code: string, error: unknown): string {
  return `${code}: ${error instanceof Error ? error.message : String(error)}`;
}
