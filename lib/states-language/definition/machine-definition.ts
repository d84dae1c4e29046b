import * as z from 'zod';
import { Json } from '../../shared/json.ts';
import { timestampMs } from '../timestamp.ts';

/** Maximum of a field that counts or measures. Limit of Step Functions. */
export const maxNumber = 99_999_999;
/** Maximum of `MaxDelaySeconds`: a year and a day. */
const maxDelay = 31_622_400;

/** JSONata in its marks, which enclose the whole text. */
const Jsonata = z.string().regex(/^\{%[\s\S]*%\}$/, 'is neither a value of this field nor JSONata');
/** A whole number, or JSONata that returns one. */
const whole = (min: number) => z.union([z.int().min(min).max(maxNumber), Jsonata]);

/** An identifier as Unicode defines it, of at most 80 characters. */
const VariableName = z.string().regex(/^\p{ID_Start}\p{ID_Continue}{0,79}$/u, 'is no name of a variable');
const Assign = z.record(
  VariableName.refine((name) => name !== 'states', 'is reserved'),
  Json,
);

/** A `Retry` entry, times in s. Defaults of the States Language, limits of Step Functions. */
export const Retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.int().min(1).max(maxNumber).default(1),
  MaxAttempts: z.int().min(0).max(maxNumber).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.int().min(1).max(maxDelay).optional(),
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
const goesOn = { Next: z.string().optional(), End: z.boolean().optional() };
const recovers = { Retry: z.array(Retrier).default([]), Catch: z.array(Catcher).default([]) };

const Pass = z.strictObject({ Type: z.literal('Pass'), ...named, ...produces, ...goesOn });
const Succeed = z.strictObject({ Type: z.literal('Succeed'), ...named, Output: Json.optional() });
const Fail = z.strictObject({
  Type: z.literal('Fail'),
  ...named,
  Error: z.string().optional(),
  Cause: z.string().optional(),
});
const Timestamp = z.string().refine((text) => timestampMs(text) !== undefined, 'is no RFC 3339 timestamp');
const Wait = z.strictObject({
  Type: z.literal('Wait'),
  ...named,
  ...produces,
  ...goesOn,
  Seconds: whole(0).optional(),
  Timestamp: z.union([Jsonata, Timestamp]).optional(),
});
const Rule = z.strictObject({
  Comment: z.string().optional(),
  Condition: z.union([Jsonata, z.boolean()]),
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
  TimeoutSeconds: whole(1).optional(),
  HeartbeatSeconds: whole(1).optional(),
});

/** States that name each other: a machine, a branch of a Parallel, a Map's processor. */
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
  Items: z.union([z.array(Json), Jsonata]).optional(),
  ItemSelector: Json.optional(),
  MaxConcurrency: whole(0).optional(),
  ItemProcessor: Region,
});

const StateDefinition = z.discriminatedUnion('Type', [Pass, Succeed, Fail, Wait, Choice, Task, Parallel, MapState]);
export type StateDefinition = z.infer<typeof StateDefinition>;
export type DefinitionOf<Type extends StateDefinition['Type']> = Extract<StateDefinition, { Type: Type }>;

/**
 * Shape of a state machine in JSONata mode. `checkRules` checks the rest. Fields of JSONPath mode
 * (`Parameters`, `ResultPath` …), Distributed Map and a Map over an object are rejected.
 */
export const MachineDefinition = z.strictObject({
  Comment: z.string().optional(),
  Version: z.literal('1.0').optional(),
  QueryLanguage: z.literal('JSONata'),
  TimeoutSeconds: z.int().min(1).max(maxNumber).optional(),
  StartAt: z.string(),
  States: z.record(z.string(), StateDefinition),
});
export type MachineDefinition = z.infer<typeof MachineDefinition>;
