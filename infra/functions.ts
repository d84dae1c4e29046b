import type * as z from 'zod';

/** Every function there is, and the schema of its environment. What a folder holds without a row here is not deployed. */
interface Schemas {
  'ingestion/collect': typeof import('../functions/ingestion/collect/env.ts').Env;
  'ingestion/describe': typeof import('../functions/ingestion/describe/env.ts').Env;
  'ingestion/workspace': typeof import('../functions/ingestion/workspace/env.ts').Env;
  'profile/project': typeof import('../functions/profile/project/env.ts').Env;
  'profile/relay': typeof import('../functions/profile/relay/env.ts').Env;
  'profile/customers': typeof import('../functions/profile/customers/env.ts').Env;
  'decision/decide': typeof import('../functions/decision/decide/env.ts').Env;
  'decision/personalize': typeof import('../functions/decision/personalize/env.ts').Env;
  'decision/learn': typeof import('../functions/decision/learn/env.ts').Env;
  'decision/placements': typeof import('../functions/decision/placements/env.ts').Env;
  'churn/assess': typeof import('../functions/churn/assess/env.ts').Env;
  'churn/sweep': typeof import('../functions/churn/sweep/env.ts').Env;
  'journey/enrol': typeof import('../functions/journey/enrol/env.ts').Env;
  'journey/send': typeof import('../functions/journey/send/env.ts').Env;
  'journey/wait': typeof import('../functions/journey/wait/env.ts').Env;
  'journey/branch': typeof import('../functions/journey/branch/env.ts').Env;
  'journey/update': typeof import('../functions/journey/update/env.ts').Env;
  'journey/conclude': typeof import('../functions/journey/conclude/env.ts').Env;
  'journey/journeys': typeof import('../functions/journey/journeys/env.ts').Env;
  'journey/tasks': typeof import('../functions/journey/tasks/env.ts').Env;
}

export type FunctionEntry = keyof Schemas;

/** Variables that come with a permission: who grants the one sets the other, so neither can be forgotten. */
export type Granted = 'TABLE_NAME' | 'BUS_NAME' | 'DEAD_LETTER_QUEUE_URL';

type Input<Entry extends FunctionEntry> = z.input<Schemas[Entry]>;

/** What a capability gives its function by hand: everything its schema asks for that no grant sets. */
export type GivenEnv<Entry extends FunctionEntry> = Omit<Input<Entry>, Granted>;

/** The functions whose schema asks for a variable. */
export type Asking<Variable extends Granted> = {
  [Entry in FunctionEntry]: Variable extends keyof Input<Entry> ? Entry : never;
}[FunctionEntry];

interface Sizing {
  /** What it does, as the Lambda console shows it. */
  description: string;
  timeoutSeconds: number;
  memoryMb?: number;
}

/** Behind the gateway, which hangs up after 30 seconds. */
const behindGateway = 29;
/** A step of a journey: the state that calls it gives up after 60. */
const step = 30;

/** How much each function may take. Nothing is reserved or provisioned: what does not run costs nothing. */
export const functions: Record<FunctionEntry, Sizing> = {
  // Storing takes eight seconds at most; the Node library hangs up after ten.
  'ingestion/collect': { description: 'Stores touchpoints', timeoutSeconds: 10 },
  'ingestion/describe': { description: 'Health, OpenAPI, library settings, preflights', timeoutSeconds: 5 },
  'ingestion/workspace': { description: 'Workspace settings', timeoutSeconds: behindGateway },
  'profile/project': { description: 'Folds touchpoints into profiles, moves stages', timeoutSeconds: 60 },
  'profile/relay': { description: 'Publishes what changed, wakes and ends journeys', timeoutSeconds: 60 },
  'profile/customers': { description: 'Customers and their timelines', timeoutSeconds: behindGateway },
  'decision/decide': { description: 'Next best offer on demand', timeoutSeconds: 10 },
  'decision/personalize': { description: 'Next best offer on a new stage, and in journeys', timeoutSeconds: step },
  'decision/learn': { description: 'Counts exposures and outcomes of offers', timeoutSeconds: 30 },
  'decision/placements': { description: 'Placements and their offers', timeoutSeconds: behindGateway },
  'churn/assess': { description: 'Churn risk on a new stage', timeoutSeconds: 30 },
  'churn/sweep': { description: 'Churn risk of customers who fell silent', timeoutSeconds: 600 },
  'journey/enrol': { description: 'Starts journeys', timeoutSeconds: 30 },
  'journey/send': { description: 'Sends one message, at most once', timeoutSeconds: step },
  'journey/wait': { description: 'Registers waits for touchpoints and tasks for people', timeoutSeconds: step },
  'journey/branch': { description: 'Chooses a branch', timeoutSeconds: step },
  'journey/update': { description: 'Sets traits', timeoutSeconds: step },
  'journey/conclude': { description: 'Ends enrolments whose execution ended', timeoutSeconds: 30 },
  'journey/journeys': { description: 'Journeys and their enrolments', timeoutSeconds: behindGateway },
  'journey/tasks': { description: 'Tasks for people', timeoutSeconds: behindGateway },
};
