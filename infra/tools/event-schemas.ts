import * as z from 'zod';
import { events } from '../../lib/model/bus-events.ts';

/** Stands for zod's global registry, in which the OpenAPI document names schemas wherever it was loaded first. */
const unnamed = z.registry<Record<string, unknown>>();

/**
 * The catalog of events as JSON Schema, for rules and consumers in other languages: file name → text, of what lies in `events/bus/schemas/`.
 * Each describes `detail`. What it does not name may be there: events gain fields, and lose none.
 */
export function eventSchemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(events).map(([name, shape]) => {
      const schema = { title: name, ...z.toJSONSchema(shape, { io: 'input', metadata: unnamed }) };
      return [`${name}.json`, `${JSON.stringify(schema, null, 2)}\n`];
    }),
  );
}
