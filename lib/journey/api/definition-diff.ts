import * as z from 'zod';
import { isJsonObject, Json } from '../../shared/json.ts';
import { type JourneyDraft } from '../definition/journey-definition.ts';

/**
 * A value that differs, by dotted path such as `template.subject`. A side without the value is
 * missing.
 */
export const FieldChange = z.object({ path: z.string(), from: Json.optional(), to: Json.optional() });
export type FieldChange = z.infer<typeof FieldChange>;

/** Differences between two definitions, by step, with a text. */
export const DefinitionDiff = z.object({
  steps: z.object({
    added: z.array(z.string()),
    removed: z.array(z.string()),
    changed: z.array(z.object({ step: z.string(), fields: z.array(FieldChange) })),
  }),
  /** Changes of entry rules. */
  entry: z.array(FieldChange),
  /** All other changes: name, exit, goal, hours, holdout, start. */
  journey: z.array(FieldChange),
  words: z.array(z.string()),
});
export type DefinitionDiff = z.infer<typeof DefinitionDiff>;

const sorted = (value: Json): string =>
  JSON.stringify(value, (_key, part: Json) =>
    isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );

function fields(from: Json | undefined, to: Json | undefined, path = ''): FieldChange[] {
  if (from !== undefined && to !== undefined && sorted(from) === sorted(to)) return [];
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  if (isJsonObject(from) && isJsonObject(to)) {
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return names.flatMap((name) => fields(own(from, name), own(to, name), below(name)));
  }
  if (Array.isArray(from) && Array.isArray(to))
    return Array.from({ length: Math.max(from.length, to.length) }, (_, i) =>
      fields(from[i], to[i], below(String(i))),
    ).flat();
  if (from === undefined && to === undefined) return [];
  return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
}

const own = (object: { [key: string]: Json }, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** Maximum number of characters of a value in the text. */
const longest = 60;

const said = (value: Json | undefined): string => {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
};

const inWords = (where: string, { path, from, to }: FieldChange): string => {
  const what = path === '' ? where : `${where}: ${path}`;
  if (from === undefined) return `${what} is ${said(to)}, which was not there before`;
  return to === undefined ? `${what} is gone; it was ${said(from)}` : `${what} is ${said(to)} instead of ${said(from)}`;
};

const asJson = (draft: JourneyDraft): { [key: string]: Json } =>
  JSON.parse(JSON.stringify(draft)) as { [key: string]: Json };

const objectOf = (value: Json | undefined): { [key: string]: Json } => (isJsonObject(value) ? value : {});

/** Compares two definitions. Version numbers are ignored. */
export function diffDefinitions(from: JourneyDraft, to: JourneyDraft): DefinitionDiff {
  const { steps: oldSteps, entry: oldEntry, version: _old, ...oldRest } = asJson(from);
  const { steps: newSteps, entry: newEntry, version: _new, ...newRest } = asJson(to);
  const [before, now] = [objectOf(oldSteps), objectOf(newSteps)];
  const added = Object.keys(now).filter((id) => !Object.hasOwn(before, id));
  const removed = Object.keys(before).filter((id) => !Object.hasOwn(now, id));
  const changed = Object.keys(now)
    .filter((id) => Object.hasOwn(before, id))
    .map((step) => ({ step, fields: fields(before[step], now[step]) }))
    .filter((change) => change.fields.length > 0);
  const entry = fields(oldEntry, newEntry);
  const journey = fields(oldRest, newRest);
  const words = [
    ...added.map((id) => `Step “${id}” is new`),
    ...removed.map((id) => `Step “${id}” is gone`),
    ...changed.flatMap((change) => change.fields.map((field) => inWords(`Step “${change.step}”`, field))),
    ...entry.map((field) => inWords('Entry', field)),
    ...journey.map((field) => inWords('Journey', field)),
  ];
  return { steps: { added, removed, changed }, entry, journey, words };
}
