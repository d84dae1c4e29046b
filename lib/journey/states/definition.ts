import * as z from 'zod';
import { Json } from '../../json.ts';

/** Text, a number or the JSONata expression that yields one. */
const Amount = z.union([z.number(), z.string()]);
const Assign = z.record(z.string(), Json);

/** Times in seconds. Defaults are those of the States Language. */
export const Retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.int().min(1).default(1),
  MaxAttempts: z.int().min(0).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.int().min(1).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
});
export type Retrier = z.infer<typeof Retrier>;

const Catcher = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()).min(1),
  Next: z.string(),
  Assign: Assign.optional(),
  Output: Json.optional(),
});

const named = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONata').optional() };
const produces = { Assign: Assign.optional(), Output: Json.optional() };
const goesOn = { Next: z.string().optional(), End: z.literal(true).optional() };
const recovers = { Retry: z.array(Retrier).default([]), Catch: z.array(Catcher).default([]) };

const Pass = z.strictObject({ Type: z.literal('Pass'), ...named, ...produces, ...goesOn });
const Succeed = z.strictObject({ Type: z.literal('Succeed'), ...named, Output: Json.optional() });
const Fail = z.strictObject({
  Type: z.literal('Fail'),
  ...named,
  Error: z.string().optional(),
  Cause: z.string().optional(),
});
const Wait = z.strictObject({
  Type: z.literal('Wait'),
  ...named,
  ...produces,
  ...goesOn,
  Seconds: Amount.optional(),
  Timestamp: z.string().optional(),
});
const Rule = z.strictObject({
  Comment: z.string().optional(),
  Condition: z.union([z.string(), z.boolean()]),
  Next: z.string(),
  ...produces,
});
const Choice = z.strictObject({
  Type: z.literal('Choice'),
  ...named,
  ...produces,
  Choices: z.array(Rule).min(1),
  Default: z.string().optional(),
});
const Task = z.strictObject({
  Type: z.literal('Task'),
  ...named,
  ...produces,
  ...goesOn,
  ...recovers,
  Resource: z.string(),
  Arguments: Json.optional(),
  TimeoutSeconds: Amount.optional(),
  HeartbeatSeconds: Amount.optional(),
});

/** States that know each other by name: a whole machine, a branch, a Map's processor. */
export interface RegionDefinition {
  StartAt: string;
  States: Record<string, StateDefinition>;
}
const Region: z.ZodType<RegionDefinition> = z.lazy(() =>
  z.strictObject({
    Comment: z.string().optional(),
    QueryLanguage: z.literal('JSONata').optional(),
    ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE') }).optional(),
    StartAt: z.string(),
    States: z.record(z.string(), StateDefinition),
  }),
);
const Parallel = z.strictObject({
  Type: z.literal('Parallel'),
  ...named,
  ...produces,
  ...goesOn,
  ...recovers,
  Arguments: Json.optional(),
  Branches: z.array(Region).min(1),
});
const MapState = z.strictObject({
  Type: z.literal('Map'),
  ...named,
  ...produces,
  ...goesOn,
  ...recovers,
  Items: Json.optional(),
  ItemSelector: Json.optional(),
  MaxConcurrency: Amount.optional(),
  ItemProcessor: Region,
});

const StateDefinition = z.discriminatedUnion('Type', [Pass, Succeed, Fail, Wait, Choice, Task, Parallel, MapState]);
export type StateDefinition = z.infer<typeof StateDefinition>;
export type DefinitionOf<Type extends StateDefinition['Type']> = Extract<StateDefinition, { Type: Type }>;

/** A state machine in JSONata mode. What only JSONPath has (`Parameters`, `ResultPath` …) and Distributed Map are refused. */
export const MachineDefinition = z.strictObject({
  Comment: z.string().optional(),
  Version: z.literal('1.0').optional(),
  QueryLanguage: z.literal('JSONata'),
  TimeoutSeconds: z.int().min(1).optional(),
  StartAt: z.string(),
  States: z.record(z.string(), StateDefinition),
});
export type MachineDefinition = z.infer<typeof MachineDefinition>;
