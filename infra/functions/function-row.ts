import type * as z from 'zod';

/** A function: environment, description and limits. */
export interface FunctionRow {
  /** Schema of its environment variables. */
  env: z.ZodObject;
  /** Description in the Lambda console. */
  description: string;
  timeoutSeconds: number;
  memoryMb?: number;
  /**
   * No customer and no caller waits for it. Where functions share processors, on one machine,
   * others run first.
   */
  canWait?: true;
}

/** Timeout of a function behind the gateway, s. The gateway times out after 30 s. */
export const behindGateway = 29;

/** Timeout of a step's function, s. The state that calls a step times out after 60 s. */
export const step = 30;
