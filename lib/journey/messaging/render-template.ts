import { valueAtPath as valueAt, type Json, type JsonObject } from '../../shared/json.ts';
import { type MessageTemplate } from '../definition/step.ts';

/** Longest text a message may grow to by what customers' data puts into it. Characters. */
const maxBody = 20_000;
const maxSubject = 200;

export interface RenderedMessage {
  subject?: string;
  body: string;
}

/** `{{ path | what to say where it is empty }}`; nothing in it is ever run, and what is put in is not looked at again. */
const placeholder = /\{\{([^{}|]+)(?:\|([^{}]*))?\}\}/g;

/** Sources may send half a character, which neither tables nor providers take. */
function text(value: Json | undefined): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.toWellFormed() : undefined;
}

/** The beginning of a text, no longer than so many characters; none is cut in half. */
export const truncate = (whole: string, length: number): string =>
  whole.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');

/** A text with a customer's values in its places, of any length. */
export const interpolate = (template: string, values: JsonObject): string =>
  template.replace(
    placeholder,
    (_, path: string, fallback = '') => text(valueAt(values, path.trim())) ?? String(fallback).trim(),
  );

/**
 * A template with a customer's values in their places. Plain text: nothing is escaped, so it must not be sent as HTML. A subject is one
 * line, whatever a trait holds.
 */
export function renderMessage({ subject, body }: MessageTemplate, values: JsonObject): RenderedMessage {
  return {
    ...(subject !== undefined && {
      subject: truncate(interpolate(subject, values).replace(/\s+/g, ' ').trim(), maxSubject),
    }),
    body: truncate(interpolate(body, values), maxBody),
  };
}

/** JSON with every string in it filled. A string that is one place and nothing else becomes the value itself, whatever its type. */
export function interpolateJson(json: Json, values: JsonObject): Json {
  if (typeof json === 'string') {
    const path = /^\{\{([^{}|]+)\}\}$/.exec(json)?.[1]?.trim();
    return path === undefined ? interpolate(json, values) : (valueAt(values, path) ?? '');
  }
  if (Array.isArray(json)) return json.map((part) => interpolateJson(part, values));
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(Object.entries(json).map(([key, part]) => [key, interpolateJson(part, values)]));
}
