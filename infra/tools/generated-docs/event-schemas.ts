import * as z from 'zod';
import { events } from '#lib/model/bus-events.ts';

/**
 * Replaces zod's global registry, where the OpenAPI document registers names if it was loaded
 * before.
 */
const unnamed = z.registry<Record<string, unknown>>();

/**
 * The event catalog as JSON Schema for rules and consumers in other languages: file name in
 * `events/bus/schemas/` → text. Each schema describes `detail`. Additional fields are allowed,
 * because events gain fields and lose none.
 */
export function eventSchemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(events).map(([name, shape]) => {
      const schema = { title: name, ...z.toJSONSchema(shape, { io: 'input', metadata: unnamed }) };
      return [`${name}.json`, `${JSON.stringify(schema, null, 2)}\n`];
    }),
  );
}
