import tseslint from 'typescript-eslint';

const zodNamespace = {
  selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier",
  message: "import * as z from 'zod': named imports pull in every locale, 450 KB instead of 90",
};

/** Jitter is drawn in lib/shared and lib/aws. Draws elsewhere are seeded, so that a retry repeats them. */
const randomness = {
  selector: "MemberExpression[object.name='Math'][property.name='random']",
  message: 'lib draws from lib/shared/random.ts, and gets jitter from lib/shared or lib/aws',
};
const timers = {
  selector: "Identifier[name='setTimeout'], ImportDeclaration[source.value=/^(node:)?timers/]",
  message: 'lib waits in lib/shared and lib/aws only; elsewhere a pause is a dependency',
};

export default tseslint.config(
  { ignores: ['bench/reference', 'node_modules', '.build', 'cdk.out', '.throughline', '**/*.js', '**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'max-params': ['error', 3],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', zodNamespace],
    },
  },
  {
    files: ['lib/**'],
    ignores: ['lib/shared/**', 'lib/aws/**'],
    rules: { 'no-restricted-syntax': ['error', zodNamespace, randomness, timers] },
  },
  {
    // Pauses between the tries to put a batch, with jitter of their own; lib/shared has no retry loop yet.
    files: ['lib/ingestion/message/put-all-store.ts'],
    rules: { 'no-restricted-syntax': ['error', zodNamespace] },
  },
  {
    // Pauses as long as a provider's throttle asks for; lib/shared has no retry loop yet.
    files: ['lib/journey/messaging/channels/send-once.ts'],
    rules: { 'no-restricted-syntax': ['error', zodNamespace, randomness] },
  },
  {
    // A cast at the edge of a test says "I know this shape"; a wrong one fails the test itself.
    files: ['test/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/require-await': 'off' },
  },
);
