import { type Cause } from '../model/profile-change.ts';
import { type Touchpoint } from '../model/touchpoint.ts';
import { type JsonObject } from '../shared/json.ts';
import { type Instant } from '../shared/time.ts';

/** Limit of the properties copied from a touchpoint, bytes of JSON. */
const maxPropertiesBytes = 4096;
/**
 * Returns the properties that fit the limit, in their order. So all signals of a write fit its
 * item, and inputs of executions stay small.
 */
export function fittingProperties(properties: JsonObject): JsonObject {
  let left = maxPropertiesBytes;
  const fitting = Object.entries(properties).filter((entry) => {
    const bytes = Buffer.byteLength(JSON.stringify(entry));
    const fits = bytes <= left;
    if (fits) left -= bytes;
    return fits;
  });
  return Object.fromEntries(fitting);
}

/** Returns the part of a touchpoint that its effects carry. `at` is the corrected time. */
export function causeOf({ messageId, name, properties }: Touchpoint, at: Instant): Cause {
  return { messageId, name, at, properties: fittingProperties(properties) };
}
