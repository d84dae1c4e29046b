import { type Json, type JsonObject, isJsonObject } from '../../shared/json.ts';

/**
 * Limit of a channel's name, characters; longer ones are cut. The profile keeps one entry per
 * channel.
 */
const maxLength = 64;

const mobileLibrary = /ios|swift|cocoa|android|kotlin|react.?native|flutter|unity|xamarin|mobile/i;
const webLibrary = /analytics\.js|javascript|browser|\bweb\b|ajs/i;

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value.trim() : '');

const partOf = (context: JsonObject, name: string, field: string): string => {
  const part = context[name];
  return isJsonObject(part) ? textOf(part[field]) : '';
};

function ofLibrary(name: string): string | undefined {
  if (name === '') return undefined;
  if (mobileLibrary.test(name)) return 'mobile';
  return webLibrary.test(name) ? 'web' : 'server';
}

/**
 * Returns the channel of a message. The source's own name comes first (`channel`,
 * `context.channel`; Segment's `browser` is `web`). Else it follows from library, page, device and
 * campaign: `web`, `mobile`, `server`, `email` …; else `unknown`.
 */
export function channelOf(message: JsonObject, context: JsonObject): string {
  const said = textOf(message.channel) || textOf(context.channel);
  if (said !== '') return said === 'browser' ? 'web' : said.slice(0, maxLength);
  return (
    ofLibrary(partOf(context, 'library', 'name')) ??
    (isJsonObject(context.device) ? 'mobile' : undefined) ??
    (isJsonObject(context.page) ? 'web' : undefined) ??
    (partOf(context, 'campaign', 'medium').slice(0, maxLength) || 'unknown')
  );
}
