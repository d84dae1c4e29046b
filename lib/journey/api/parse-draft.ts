import { JourneyDraft } from '../definition/journey-definition.ts';
import { Rejected, ThroughlineError } from '../../shared/errors.ts';
import { issuesOf } from '../../shared/http/issues.ts';
import { isJsonObject } from '../../shared/json.ts';

/**
 * Maximum size of a definition, bytes of JSON. A version is one DynamoDB item, which holds 400 KB.
 */
const maxBytes = 256 * 1024;

/**
 * Parses the body of a draft. The id is optional there, because the address has it. Throws
 * `journey.invalid` for no definition or another id, and `journey.too-large`.
 */
export function parseDraft(body: unknown, id: string): JourneyDraft {
  const { version: _version, ...given } = isJsonObject(body) ? body : {};
  const read = JourneyDraft.safeParse(isJsonObject(body) ? { id, ...given } : body);
  if (!read.success) throw new Rejected('journey.invalid', { issues: issuesOf(read.error) });
  if (read.data.id !== id) throw new Rejected('journey.invalid', { hint: `the address says "${id}"` });
  if (Buffer.byteLength(JSON.stringify(read.data)) > maxBytes)
    throw new ThroughlineError('tooLarge', 'journey.too-large', { maxBytes });
  return read.data;
}

/** Parses the number of a version in an address. Throws `version.invalid` for other text. */
export function parseVersionNumber(text: string | undefined): number {
  const version = Number(text);
  if (!Number.isInteger(version) || version < 1) throw new Rejected('version.invalid', { hint: 'a number from 1 on' });
  return version;
}
