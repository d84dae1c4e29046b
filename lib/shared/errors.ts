/**
 * Details safe to show to the caller: ids, limits, hints. Never a secret or another workspace's
 * data.
 */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** HTTP status of each kind of error. */
const statusOf = {
  rejected: 400,
  unauthorized: 401,
  notFound: 404,
  conflict: 409,
  preconditionFailed: 412,
  tooLarge: 413,
  invalid: 422,
  preconditionRequired: 428,
  throttled: 429,
  unavailable: 503,
} as const;

/** Kind of an error, which determines its HTTP status. */
export type ErrorKind = keyof typeof statusOf;

/**
 * The one error family. `code` is stable and documented (`<word>.<what>`), `facts` are details,
 * `cause` is the caught error. Only `lib/aws/http/problem.ts` turns it into a response. `name` is
 * the kind, such as `Rejected`, because Step Functions retries by it and the bundler renames
 * classes.
 */
export class ThroughlineError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly facts: ErrorDetails;

  constructor(kind: ErrorKind, code: string, { cause, ...facts }: ErrorDetails & { cause?: unknown } = {}) {
    super(`${code} ${JSON.stringify(facts)}`, { cause });
    this.name = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    this.kind = kind;
    this.code = code;
    this.facts = facts;
  }

  get status(): number {
    return statusOf[this.kind];
  }
}

/** Names of errors that a retry cannot fix, so state machines do not retry them. */
export const permanentErrors = ['Rejected', 'Invalid', 'TooLarge'];

/** The input is invalid. A retry fails again. */
export class Rejected extends ThroughlineError {
  constructor(code: string, facts?: ErrorDetails & { cause?: unknown }) {
    super('rejected', code, facts);
  }
}

/** The resource does not exist, or belongs to another workspace. The two look the same. */
export class NotFound extends ThroughlineError {
  constructor(code: string, facts?: ErrorDetails & { cause?: unknown }) {
    super('notFound', code, facts);
  }
}

/** A temporary failure without effect. A retry may succeed. */
export class Unavailable extends ThroughlineError {
  constructor(code: string, facts?: ErrorDetails & { cause?: unknown }) {
    super('unavailable', code, facts);
  }
}

/** Returns the reason of a letter: the code, then the error's message. */
export function describeFault(code: string, error: unknown): string {
  return `${code}: ${error instanceof Error ? error.message : String(error)}`;
}
