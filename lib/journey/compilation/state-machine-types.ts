/** The part of Amazon States Language that journeys compile to: JSONata mode only. https://states-language.net/spec.html */

export interface Retrier {
  ErrorEquals: string[];
  MaxAttempts: number;
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  ErrorEquals: string[];
  Next: string;
  Output: unknown;
}

export interface TaskState {
  Type: 'Task';
  Resource: string;
  Arguments: { FunctionName: string; Payload: Record<string, unknown> };
  Assign?: Record<string, unknown>;
  Output: unknown;
  TimeoutSeconds: number;
  Retry: Retrier[];
  Catch?: Catcher[];
  Next: string;
}

export interface WaitState {
  Type: 'Wait';
  /** A number, or an expression that yields one. */
  Seconds?: number | string;
  Timestamp?: string;
  Output?: unknown;
  Next: string;
}

export interface ChoiceRule {
  Condition: string;
  Output?: unknown;
  Next: string;
}

export interface ChoiceState {
  Type: 'Choice';
  Choices: ChoiceRule[];
  Default: string;
}

export interface SucceedState {
  Type: 'Succeed';
  Output: unknown;
}

export type AslState = TaskState | WaitState | ChoiceState | SucceedState;

export interface AslDefinition {
  Comment: string;
  QueryLanguage: 'JSONata';
  StartAt: string;
  States: Record<string, AslState>;
}
