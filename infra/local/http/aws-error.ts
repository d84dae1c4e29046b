/** An error as an AWS service answers it. SDK clients find their exception class by `name`. */
export class AwsError extends Error {
  readonly status: number;
  /** SQS errors also have a name from before JSON. */
  readonly queryName: string | undefined;

  constructor(name: string, message: string, more: { status?: number; queryName?: string } = {}) {
    super(message);
    this.name = name;
    this.status = more.status ?? 400;
    this.queryName = more.queryName;
  }
}

/** No answer at all: the connection breaks, and the caller cannot know what became of its request. */
export class NoAnswer extends Error {}
