import { SourceMap, type SourceMapPayload } from 'node:module';
import { text } from 'node:stream/consumers';
import { functionNames, sourceMapOf } from './build.ts';

/** A position in a bundle as stack traces write it: line and column, both from 1. */
const placeInBundle = /[^\s("]*index\.mjs:(\d+):(\d+)/g;

/** Returns the text with positions in the sources instead of those in the map's bundle. */
export function inSources(trace: string, map: string): string {
  const sources = new SourceMap(JSON.parse(map) as SourceMapPayload); // esbuild made it
  return trace.replace(placeInBundle, (place, line: string, column: string) => {
    const entry = sources.findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in entry)) return place;
    const file = entry.originalSource.replace(/^(\.\.\/)+/, '');
    return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

/**
 * `npm run where -- journey/send < trace.txt`: prints a stack trace of a deployed function with
 * positions in the sources. The sources must be those deployed; with others the positions are wrong
 * without any warning.
 */
async function main([name = '']: string[]): Promise<void> {
  if (!functionNames().includes(name)) {
    console.error(`npm run where -- FUNCTION < trace.txt\nFUNCTION is one of ${functionNames().join(' ')}`);
    process.exitCode = 2;
    return;
  }
  process.stdout.write(inSources(await text(process.stdin), await sourceMapOf(name)));
}

if (import.meta.main) await main(process.argv.slice(2));
