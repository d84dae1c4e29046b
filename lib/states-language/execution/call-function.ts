import { type Json, isJsonObject } from '../../shared/json.ts';
import { type StateOutcome } from './execution-branch.ts';
import { type Resource } from '../definition/task-resource.ts';
import { type FunctionCaller } from './host.ts';
import { functionNameOf } from './task-state.ts';

/**
 * Makes the call of a task. Never throws: an error is a failed outcome, with the error type of
 * Lambda or the SDK.
 */
export async function callFunction(functions: FunctionCaller, resource: Resource, args: Json): Promise<StateOutcome> {
  if (resource.kind === 'sdk') return callAws(functions, resource, args);
  try {
    if (resource.kind === 'function') return { result: (await functions.invoke(resource.arn, args)) as Json };
    const { Payload = {}, InvocationType } = isJsonObject(args) ? args : {};
    if (InvocationType === 'Event') {
      functions.invokeAsync(functionNameOf(args), Payload);
      return { result: answered({}, 202) };
    }
    const payload = (await functions.invoke(functionNameOf(args), Payload)) ?? null;
    return { result: answered({ ExecutedVersion: '$LATEST', Payload: payload as Json }, 200) }; // a function answers JSON
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

async function callAws(
  functions: FunctionCaller,
  { call, errors }: Extract<Resource, { kind: 'sdk' }>,
  args: Json,
): Promise<StateOutcome> {
  try {
    if (!functions.callAws) throw new Error(`nothing answers ${call} here`);
    return { result: ((await functions.callAws(call, args)) ?? {}) as Json }; // the wire's JSON
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { failure: { error: `${errors}.${name}`, cause: message } };
  }
}

function answered(answer: Record<string, Json>, status: number): Json {
  return { ...answer, StatusCode: status, SdkHttpMetadata: { HttpStatusCode: status } };
}

/** Lambda's own report when there is one; otherwise the service could not run the function. */
function failureOf(error: unknown): { error: string; cause: string } {
  const { errorType, errorMessage, trace } = error as { errorType?: unknown; errorMessage?: unknown; trace?: unknown };
  if (typeof errorType === 'string')
    return { error: errorType, cause: JSON.stringify({ errorType, errorMessage, trace }) };
  return { error: 'Lambda.Unknown', cause: error instanceof Error ? error.message : String(error) };
}
