import { at as valueAt, type Json, type JsonObject } from '../json.ts';
import { type Template } from './step.ts';

/** Longest text a message may grow to by what customers' data puts into it. Characters. */
const maxBody = 20_000;
const maxSubject = 200;

export interface Rendered {
  subject?: string;
  body: string;
}

/** `{{ path | what to say where it is empty }}`; nothing in it is ever run, and what is put in is not looked at again. */
const place = /\{\{([^{}|]+)(?:\|([^{}]*))?\}\}/g;

function text(value: Json | undefined): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

const fill = (template: string, values: JsonObject): string =>
  template.replace(
    place,
    (_, path: string, fallback = '') => text(valueAt(values, path.trim())) ?? String(fallback).trim(),
  );

/**
 * A template with a customer's values in their places. Plain text: nothing is escaped, so it must not be sent as HTML. A subject is one
 * line, whatever a trait holds.
 */
export function render({ subject, body }: Template, values: JsonObject): Rendered {
  return {
    ...(subject !== undefined && {
      subject: fill(subject, values).replace(/\s+/g, ' ').trim().slice(0, maxSubject),
    }),
    body: fill(body, values).slice(0, maxBody),
  };
}
