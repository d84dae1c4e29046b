import { type JsonObject } from '../../shared/json.ts';

/** Returns the key of an Authorization header: Basic with the key as user name, or Bearer. */
export function keyInHeader(authorization: string | undefined): string | undefined {
  const [, scheme, credentials = ''] = /^(basic|bearer)\s+(\S+)\s*$/i.exec(authorization ?? '') ?? [];
  if (scheme === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return credentials;
  return Buffer.from(credentials, 'base64').toString('utf8').split(':')[0];
}

/** Returns the key of a body. Mobile SDKs and browsers send no header. */
export function keyInBody(body: JsonObject): string | undefined {
  return typeof body.writeKey === 'string' ? body.writeKey : undefined;
}
