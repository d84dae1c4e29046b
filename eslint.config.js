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

/** Prefixes of keys belong to the module that builds and parses them. */
const keyPrefixes = [
  { selector: 'Literal[value=/^[a-z][a-z-]*#$/]', message: 'keys are built and parsed in lib/model/keys' },
  { selector: 'TemplateElement[value.raw=/^[a-z][a-z-]*#$/]', message: 'keys are built and parsed in lib/model/keys' },
];

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
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['../../../*'], message: 'write it from the root: #lib/shared/time.ts' }] },
      ],
    },
  },
  {
    files: ['lib/**', 'functions/**', 'infra/**'],
    rules: {
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['functions/**', 'infra/**'],
    rules: { 'no-restricted-syntax': ['error', zodNamespace, ...keyPrefixes] },
  },
  {
    files: ['lib/**'],
    ignores: ['lib/shared/**', 'lib/aws/**'],
    rules: { 'no-restricted-syntax': ['error', zodNamespace, ...keyPrefixes, randomness, timers] },
  },
  {
    // Its names of counters are attributes, no keys.
    files: ['lib/journey/insight/journey-stats-store.ts'],
    rules: { 'no-restricted-syntax': ['error', zodNamespace, randomness, timers] },
  },
  { files: ['lib/model/keys/**'], rules: { 'no-restricted-syntax': ['error', zodNamespace] } },
  {
    // A cast at the edge of a test says "I know this shape"; a wrong one fails the test itself.
    files: ['test/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/require-await': 'off' },
  },
);
