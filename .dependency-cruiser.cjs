const aws = '^node_modules/(@aws-sdk|@smithy|@aws-lambda-powertools|@middy|aws-cdk-lib|aws-lambda)/|^lib/aws/';

/** The floors of `lib`, the lowest first. A folder imports only folders before it in this list, types included. */
const floors = [
  'shared',
  'statistics',
  'states-language',
  'model',
  'aws',
  'quota',
  'predicate',
  'ingestion',
  'profile',
  'segment',
  'stage',
  'churn',
  'map',
  'report',
  'decision',
  'journey/definition',
  'journey/compilation',
  'journey/validation',
  'journey/publishing',
  'journey/enrolment',
  'journey/scheduling',
  'journey/messaging',
  'journey/execution',
  'journey/steps',
  'journey/insight',
  'journey/simulation',
  'journey/api',
  'projection',
  'relay',
  'api',
];

const floorRules = floors.map((floor, index) => ({
  name: `floor-${floor.replace('/', '-')}`,
  comment: `lib/${floor} may import ${index === 0 ? 'nothing else of lib' : `itself and ${floors.slice(0, index).join(', ')}`}. Order and reasons: docs/decisions/layout.md.`,
  severity: 'error',
  from: { path: `^lib/${floor}/` },
  to: { path: '^lib/', pathNot: `^lib/(${floors.slice(0, index + 1).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: 'every-file-of-lib-on-a-floor',
      comment: 'A folder of lib that stands in no list has no place in the order of imports.',
      severity: 'error',
      from: {},
      to: { path: '^lib/', pathNot: `^lib/(${floors.join('|')})/` },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or there is a third idea between them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-files-know-no-aws',
      comment:
        'Decisions take state, input and now, and return what happened: they run in a test, in the console and in a simulation. Only stores (…-store.ts), lib/aws, the channel adapters and what composes stores meet AWS. Types are free, and so are conditions of writes, which are data.',
      severity: 'error',
      from: {
        path: '^lib/',
        pathNot:
          '^lib/(aws|api|journey/messaging/channels)/|^lib/journey/execution/compose-step-guard\\.ts$|-store\\.ts$',
      },
      to: { path: aws, pathNot: '^lib/aws/table/conditions\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'lib-stands-alone',
      comment: 'lib is what functions, infrastructure, tests and the bench are made of; never the other way round.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(functions|infra|test|bench)/' },
    },
    {
      name: 'functions-never-import-each-other',
      comment: 'A function is deployed alone. What two of them share belongs in lib.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/([^/]+)/' },
      to: { path: '^functions/', pathNot: '^functions/$1/$2/' },
    },
    {
      name: 'functions-know-no-infrastructure',
      comment: 'A function knows its environment (env.ts) and nothing of how it is deployed.',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(infra|test|bench)/|^node_modules/(aws-cdk-lib|constructs)/' },
    },
    {
      name: 'handlers-get-their-clients',
      comment: 'index.ts makes clients and stores and hands them in; handler.ts is a function of its dependencies.',
      severity: 'error',
      from: { path: '^functions/.*/handler\\.ts$' },
      to: { path: '^node_modules/@aws-sdk/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-template-runs-nothing',
      comment:
        'Infrastructure reads the environment’s schema (env.ts), never the code; the local runner runs the bundles.',
      severity: 'error',
      from: { path: '^infra/' },
      to: { path: '^functions/', pathNot: '/env\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'local-is-not-deployed',
      comment: 'The deployed template knows nothing of the local runner.',
      severity: 'error',
      from: { path: '^infra/', pathNot: '^infra/local/' },
      to: { path: '^infra/local/' },
    },
    {
      name: 'no-development-packages-in-what-runs',
      comment: 'What runs in production stands under dependencies.',
      severity: 'error',
      from: { path: '^(lib|functions)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'nothing-unresolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^cloudfront$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.build|cdk\\.out|\\.throughline)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
