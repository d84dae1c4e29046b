/*
 * The part of the Amazon States Language that journeys compile to: JSONata mode only.
 * https://states-language.net/spec.html
 */

export interface AslRetrier {
  ErrorEquals: string[];
  MaxAttempts: number;
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL' | 'NONE';
}

export interface AslCatcher {
  ErrorEquals: string[];
  Next: string;
  Output: unknown;
}

/** A call of a function. */
export interface AslTaskState {
  Type: 'Task';
  Resource: string;
  Arguments: { FunctionName: string; Payload: Record<string, unknown> };
  Assign?: Record<string, unknown>;
  Output: unknown;
  TimeoutSeconds: number;
  Retry: AslRetrier[];
  Catch?: AslCatcher[];
  Next: string;
}

export interface AslWaitState {
  Type: 'Wait';
  /** A number, or an expression that yields one. */
  Seconds?: number | string;
  Timestamp?: string;
  Output?: unknown;
  Next: string;
}

/** A rule of a Choice. The first that holds decides. */
export interface AslChoiceRule {
  Condition: string;
  Output?: unknown;
  Next: string;
}

export interface AslChoiceState {
  Type: 'Choice';
  Choices: AslChoiceRule[];
  Default: string;
}

export interface AslSucceedState {
  Type: 'Succeed';
  Output: unknown;
}

/** A state. */
export type AslState = AslTaskState | AslWaitState | AslChoiceState | AslSucceedState;

/** A state machine. */
export interface AslDefinition {
  Comment: string;
  QueryLanguage: 'JSONata';
  StartAt: string;
  States: Record<string, AslState>;
}
