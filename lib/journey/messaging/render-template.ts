import { valueAtPath as valueAt, type Json, type JsonObject } from '../../shared/json.ts';
import { type MessageTemplate } from '../definition/step.ts';
import { mapValues } from '../../shared/records.ts';

/** Maximum number of characters of a rendered body and subject. */
const maxBody = 20_000;
const maxSubject = 200;

/** A message with its placeholders filled. */
export interface RenderedMessage {
  subject?: string;
  body: string;
}

/**
 * Matches `{{ path | fallback }}`. Inserted values are neither evaluated nor scanned for
 * placeholders.
 */
const placeholder = /\{\{([^{}|]+)(?:\|([^{}]*))?\}\}/g;

/** Returns the text of a value. Replaces lone surrogates, which tables and providers reject. */
function text(value: Json | undefined): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.toWellFormed() : undefined;
}

/** Returns the first `length` characters, without half of a surrogate pair. */
export const truncate = (whole: string, length: number): string =>
  whole.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');

/** Replaces the placeholders of a text by a customer's values. The result has no maximum length. */
export const interpolate = (template: string, values: JsonObject): string =>
  template.replace(
    placeholder,
    (_, path: string, fallback = '') => text(valueAt(values, path.trim())) ?? String(fallback).trim(),
  );

/**
 * Renders a template as plain text. Values are not escaped, so it must not be sent as HTML. A
 * subject becomes one line.
 */
export function renderMessage({ subject, body }: MessageTemplate, values: JsonObject): RenderedMessage {
  const text = truncate(interpolate(body, values), maxBody);
  if (subject === undefined) return { body: text };
  const line = interpolate(subject, values).replace(/\s+/g, ' ').trim();
  return { subject: truncate(line, maxSubject), body: text };
}

/**
 * Replaces the placeholders in all strings of a JSON value. A string that is a single placeholder
 * without fallback becomes the value with its type.
 */
export function interpolateJson(json: Json, values: JsonObject): Json {
  if (typeof json === 'string') {
    const path = /^\{\{([^{}|]+)\}\}$/.exec(json)?.[1]?.trim();
    return path === undefined ? interpolate(json, values) : (valueAt(values, path) ?? '');
  }
  if (Array.isArray(json)) return json.map((part) => interpolateJson(part, values));
  if (json === null || typeof json !== 'object') return json;
  return mapValues(json, (part) => interpolateJson(part, values));
}
