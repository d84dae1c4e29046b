import { type Cause } from '../model/profile-change.ts';
import { type Touchpoint } from '../model/touchpoint.ts';
import { type JsonObject } from '../shared/json.ts';
import { type Instant } from '../shared/time.ts';

/** Most that travels along of a touchpoint's properties. Bytes of JSON. */
const maxPropertiesBytes = 4096;
/** Properties that travel along: those that fit, in their order, so that all signals of a write fit its item, and inputs of executions stay small. */
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

/** What of a touchpoint travels with what it caused. `at` is its corrected time. */
export function causeOf({ messageId, name, properties }: Touchpoint, at: Instant): Cause {
  return { messageId, name, at, properties: fittingProperties(properties) };
}
