import { expect, test } from 'vitest';
import { functionError, room, start, type Machine } from '../../infra/local/step-functions/machine-harness.ts';

/**
 * Where a rule is written. `spec#…` is a section of https://states-language.net/spec.html, `guide/…` a page of the AWS Step Functions
 * developer guide, `api/…` one of its API reference, `jsonata/…` one of https://docs.jsonata.org, `recorded/…` a test of LocalStack whose
 * snapshot was recorded from AWS.
 */
export type Source = `${'spec#' | 'guide/' | 'api/' | 'jsonata/' | 'recorded/'}${string}`;

export interface Rule {
  rule: string;
  from: Source;
}

/** How an execution ended; `RUNNING` for one that has not. The empty error is none at all. */
export type Ends =
  { result: unknown } | { error: string; cause?: RegExp } | { status: 'RUNNING' | 'ABORTED' | 'TIMED_OUT' };

export interface Case extends Rule {
  machine: Machine;
  input?: unknown;
  /** What the function `scripted` answers call by call, the last again and again; `!Name` throws an error of that name. */
  answers?: unknown[];
  ends: Ends;
  /** Seconds from start to end. Where none are given it ends at once. */
  lasts?: number;
  /** When functions were called, in seconds from the start. */
  called?: number[];
}

/** The functions that cases call: `scripted` besides. The plain ARN is that of a function too. */
export const plainArn = 'arn:aws:lambda:us-east-1:0:function:echo';
const echo = (payload: unknown) => payload;

export function functions(answers: unknown[] = []): Record<string, (payload: never) => unknown> {
  let calls = 0;
  return {
    echo,
    [plainArn]: echo,
    quiet: () => undefined,
    scripted() {
      const answer = answers[Math.min(calls++, answers.length - 1)];
      if (typeof answer === 'string' && answer.startsWith('!')) throw functionError(answer.slice(1));
      return answer;
    },
  };
}

export function expectEnd(described: { status: string; [field: string]: unknown }, ends: Ends): void {
  const { output } = described;
  const result = typeof output === 'string' ? (JSON.parse(output) as unknown) : undefined;
  if ('result' in ends) expect({ ...described, result }).toMatchObject({ status: 'SUCCEEDED', result: ends.result });
  else if ('status' in ends) expect(described).toMatchObject(ends);
  else {
    expect(described).toMatchObject({ status: 'FAILED', ...(ends.error !== '' && { error: ends.error }) });
    if (ends.error === '') expect(described).not.toHaveProperty('error');
    expect(described.cause ?? '').toMatch(ends.cause ?? /^/);
  }
}

/** One test for each row. */
export function check(cases: Case[]): void {
  test.each(cases)('$rule ($from)', async ({ machine, input, answers, ends, lasts, called }) => {
    const { begin, advance, describe, invoked } = room(machine, functions(answers));
    const arn = await begin(input);
    if (lasts !== undefined) {
      await advance(lasts - 1);
      expect(describe(arn).status).toBe('RUNNING');
      await advance(1);
      expect(describe(arn).stopDate).toBe(start / 1_000 + lasts);
    }
    expectEnd(describe(arn), ends);
    if (called) expect(invoked.map(({ at }) => (at - start) / 1_000)).toEqual(called);
  });
}

/** A machine of one state that ends. */
export const only = (fields: Record<string, unknown>): Machine => ({ States: { Only: { ...fields, End: true } } });

/** A region of one state that ends. */
export const region = (name: string, fields: Record<string, unknown>) => ({
  StartAt: name,
  States: { [name]: { Type: 'Pass', End: true, ...fields } },
});
