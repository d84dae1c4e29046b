/** An error of an AWS service. SDK clients find its exception class by `name`. */
export class AwsError extends Error {
  readonly status: number;
  /** Name of SQS errors in the protocol before JSON. */
  readonly queryName: string | undefined;

  constructor(name: string, message: string, more: { status?: number; queryName?: string } = {}) {
    super(message);
    this.name = name;
    this.status = more.status ?? 400;
    this.queryName = more.queryName;
  }
}

/** Breaks the connection, so that the caller cannot know the outcome of its request. */
export class NoAnswer extends Error {}
