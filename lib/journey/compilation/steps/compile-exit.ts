import { type StepCompiler } from '../compile-context.ts';
import { quoteJsonata } from '../expressions.ts';

/** Compiles the end of a journey, with its outcome. */
export const compileExit: StepCompiler<'exit'> = (id, { outcome }) => ({
  [id]: { Type: 'Succeed', Output: { outcome: quoteJsonata(outcome) } },
});
