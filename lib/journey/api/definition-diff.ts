import * as z from 'zod';
import { isJsonObject, Json } from '../../shared/json.ts';
import { compact } from '../../shared/records.ts';
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

type JsonMap = { [key: string]: Json };

/** Writes a value with its keys in order, so that equal values have equal texts. */
const canonicalJson = (value: Json): string =>
  JSON.stringify(value, (_key, part: Json) =>
    isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );

function isEqual(from: Json | undefined, to: Json | undefined): boolean {
  if (from === undefined || to === undefined) return from === to;
  return canonicalJson(from) === canonicalJson(to);
}

const ownValue = (object: JsonMap, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

function diffObjects(from: JsonMap, to: JsonMap, at: (name: string) => string): FieldChange[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name) => diffValues(ownValue(from, name), ownValue(to, name), at(name)));
}

function diffArrays(from: Json[], to: Json[], at: (name: string) => string): FieldChange[] {
  const length = Math.max(from.length, to.length);
  return Array.from({ length }, (_, i) => diffValues(from[i], to[i], at(String(i)))).flat();
}

/** Compares two values. Objects and arrays are compared by entry. */
function diffValues(from: Json | undefined, to: Json | undefined, path = ''): FieldChange[] {
  if (isEqual(from, to)) return [];
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (isJsonObject(from) && isJsonObject(to)) return diffObjects(from, to, at);
  if (Array.isArray(from) && Array.isArray(to)) return diffArrays(from, to, at);
  return [compact({ path, from, to })];
}

/** Maximum number of characters of a value in the text. */
const maxValueChars = 60;

function describeValue(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
  return text.length > maxValueChars ? `${text.slice(0, maxValueChars)}…` : text;
}

function describeChange(where: string, { path, from, to }: FieldChange): string {
  const what = path === '' ? where : `${where}: ${path}`;
  if (from === undefined) return `${what} is ${describeValue(to)}, which was not there before`;
  if (to === undefined) return `${what} is gone; it was ${describeValue(from)}`;
  return `${what} is ${describeValue(to)} instead of ${describeValue(from)}`;
}

const toJson = (draft: JourneyDraft): JsonMap => JSON.parse(JSON.stringify(draft)) as JsonMap;

const toMap = (value: Json | undefined): JsonMap => (isJsonObject(value) ? value : {});

function diffSteps(before: JsonMap, now: JsonMap): DefinitionDiff['steps'] {
  const [old, present] = [Object.keys(before), Object.keys(now)];
  const changed = present
    .filter((id) => Object.hasOwn(before, id))
    .map((step) => ({ step, fields: diffValues(before[step], now[step]) }))
    .filter(({ fields }) => fields.length > 0);
  return {
    added: present.filter((id) => !Object.hasOwn(before, id)),
    removed: old.filter((id) => !Object.hasOwn(now, id)),
    changed,
  };
}

function describeDiff({ steps, entry, journey }: Omit<DefinitionDiff, 'words'>): string[] {
  return [
    ...steps.added.map((id) => `Step “${id}” is new`),
    ...steps.removed.map((id) => `Step “${id}” is gone`),
    ...steps.changed.flatMap(({ step, fields }) => fields.map((field) => describeChange(`Step “${step}”`, field))),
    ...entry.map((field) => describeChange('Entry', field)),
    ...journey.map((field) => describeChange('Journey', field)),
  ];
}

/** Compares two definitions. Version numbers are ignored. */
export function diffDefinitions(from: JourneyDraft, to: JourneyDraft): DefinitionDiff {
  const { steps: oldSteps, entry: oldEntry, version: _old, ...oldRest } = toJson(from);
  const { steps: newSteps, entry: newEntry, version: _new, ...newRest } = toJson(to);
  const differences = {
    steps: diffSteps(toMap(oldSteps), toMap(newSteps)),
    entry: diffValues(oldEntry, newEntry),
    journey: diffValues(oldRest, newRest),
  };
  return { ...differences, words: describeDiff(differences) };
}
