/** Facts about what went wrong, safe to show to the caller: ids, limits, hints. Never a secret or another workspace's data. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** HTTP status of each kind of error: the caller's mistake, a thing that is not there, a state that forbids it, our trouble. */
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

export type ErrorKind = keyof typeof statusOf;

/**
 * The one error family. `code` is stable and documented (`<word>.<what>`), `facts` name the things concerned, `cause` is what was
 * caught. `lib/aws/http/problem.ts` maps it to problem+json; nothing else turns errors into responses. `name` is the kind, `Rejected`:
 * Step Functions retries by it, and the bundler renames classes.
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

/** Names of errors that no other try mends: machines that retry must not. A customer may still be put right, and the work redone. */
export const permanentErrors = ['Rejected', 'Invalid', 'TooLarge'];

/** What was sent cannot be taken as it is; sending it again changes nothing. */
export class Rejected extends ThroughlineError {
  constructor(code: string, facts?: ErrorDetails & { cause?: unknown }) {
    super('rejected', code, facts);
  }
}

/** The thing asked for is not there, or belongs to another workspace: the two are not told apart. */
export class NotFound extends ThroughlineError {
  constructor(code: string, facts?: ErrorDetails & { cause?: unknown }) {
    super('notFound', code, facts);
  }
}

/** It did not work this time and nothing was done; trying again may work. */
export class Unavailable extends ThroughlineError {
  constructor(code: string, facts?: ErrorDetails & { cause?: unknown }) {
    super('unavailable', code, facts);
  }
}
