import { kebabCase, pascalCase } from './case.ts';
import { type Scaffold } from './edit.ts';

const compiler = (kind: string): string => `import { type StepCompiler } from '../compile-context.ts';
import { errorTarget, taskWithChoice } from '../task-with-choice.ts';

/** Calls the function \`emit\`. A failed call does not end the enrolment. */
export const compile${pascalCase(kind)}: StepCompiler<'${kind}'> = (id, step, context) =>
  taskWithChoice({ id, step, fn: context.functions.emit, onError: errorTarget(step) }, context, {
    rules: [],
    otherwise: step.next,
  });
`;

const test = (kind: string): string => `import { expect, test } from 'vitest';
import { aJourney } from '../journey-examples.ts';
import { running } from '../execution-harness.ts';

test('the step is carried out once, and the next one follows', async () => {
  const Hello = { kind: '${kind}', next: 'Done' };
  const run = await running(aJourney({ steps: { Hello, Done: { kind: 'exit' } } }));

  expect(run.calls.map(({ stepId }) => stepId)).toEqual(['Hello']);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'completed' });
});
`;

/**
 * Returns the files and rows of a step kind with a next step, to be changed into the one that is
 * wanted. It has an effect, so the step guard is checked before it.
 */
export function scaffoldStep(kind: string): Scaffold {
  const [type, file] = [pascalCase(kind), kebabCase(kind)];
  const definition = 'lib/journey/definition/step.ts';
  const compile = 'lib/journey/compilation/compile-step.ts';
  const schema = `const ${type} = z.strictObject({ kind: z.literal('${kind}'), label, ...trouble, next: StepId });\n`;
  const union = "export const Step = z.discriminatedUnion('kind', [";
  const graph = 'lib/journey/definition/graph.ts';
  const answers = 'lib/journey/simulation/engine/step-answers.ts';
  return {
    files: [
      { path: `lib/journey/compilation/steps/compile-${file}.ts`, text: compiler(kind) },
      { path: `test/journey/steps/${file}.unit.test.ts`, text: test(kind) },
    ],
    rows: [
      { path: definition, begins: 'const Exit =', ends: '/** A step of a journey, by kind. */', row: schema },
      { path: definition, begins: union, ends: ']);', row: `  ${type},` },
      { path: graph, begins: 'const edges:', ends: '};', row: `  ${kind}: withError,` },
      { path: graph, begins: 'export const effectKinds', ends: ']);', row: `  '${kind}',` },
      { path: compile, begins: 'const compilers:', ends: '};', row: `  ${kind}: compile${type},` },
      { path: 'lib/journey/insight/step-cost.ts', begins: 'const visits:', ends: '};', row: `  ${kind}: call,` },
      { path: answers, begins: 'const answers:', ends: '};', row: `  ${kind}: () => emitted,` },
    ],
    imports: [{ path: compile, line: `import { compile${type} } from './steps/compile-${file}.ts';` }],
    next: [
      `${definition}: its fields. lib/journey/definition/graph.ts: its transitions`,
      `lib/journey/compilation/steps/compile-${file}.ts: the function that carries it out, by CONTRIBUTING.md`,
      'lib/journey/insight/step-cost.ts and lib/journey/simulation/engine/step-answers.ts: cost and simulated answer',
      'docs/journeys.md: an example; test/docs/journey-examples.contract.test.ts asks for it',
      'npm run docs, npm run check, npm test -- test/journey test/docs',
    ],
  };
}
