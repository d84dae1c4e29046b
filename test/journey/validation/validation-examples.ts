import { expect, test } from 'vitest';
import { validateJourney, type Diagnostic, type ValidationContext } from '#lib/journey/validation/validate-journey.ts';
import { aJourney, aSend } from '../journey-examples.ts';

export const Done = { kind: 'exit' };

export const wait = (length: string, next = 'Done') => ({ kind: 'wait', for: length, next });

export const aTask = (answers: Record<string, string>) => ({
  kind: 'humanTask',
  queue: 'care',
  title: 'Call',
  timeout: '1d',
  answers,
  onTimeout: 'Done',
});

/** Steps that send one e-mail. */
export const saying = (body: string) => ({ Hello: aSend({ template: { subject: 'Hello', body } }), Done });

export const anExperiment = (more: Record<string, unknown> = {}) => ({
  kind: 'experiment',
  salt: 's',
  goal: { event: 'Order Completed' },
  window: '7d',
  variants: [
    { id: 'short', weight: 1, next: 'Short' },
    { id: 'long', weight: 1, next: 'Long' },
  ],
  ...more,
});

/** Steps that try two messages, each after a pause. */
export const tested = (more: Record<string, unknown> = {}, pause = '1d') => ({
  Hello: anExperiment(more),
  Short: wait(pause, 'Say short'),
  Long: wait(pause, 'Say long'),
  'Say short': aSend(),
  'Say long': aSend(),
  Done,
});

/** What is wrong, its code and place; and what is unlike a journey that sends one welcome. */
type Case = [title: string, code: string, place: string, more: Record<string, unknown>, known?: ValidationContext];

const found = (more: Record<string, unknown>, known?: ValidationContext): Partial<Diagnostic>[] =>
  validateJourney(aJourney(more), known).map(({ code, place, severity }) => ({ code, place, severity }));

export function findsErrors(cases: Case[]): void {
  test.each(cases)('%s is an error: %s at %s', (...[, code, place, more, known]) => {
    expect(found(more, known)).toEqual([{ code, place, severity: 'error' }]);
  });
}

export function warns(cases: Case[]): void {
  test.each(cases)('%s is a warning: %s at %s', (...[, code, place, more, known]) => {
    expect(found(more, known)).toEqual([{ code, place, severity: 'warning' }]);
  });
}

export function isFine(cases: [title: string, more: Record<string, unknown>, known?: ValidationContext][]): void {
  test.each(cases)('%s', (...[, more, known]) => {
    expect(found(more, known)).toEqual([]);
  });
}
