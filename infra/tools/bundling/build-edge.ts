import { build } from 'esbuild';

/** CloudFront's limit for the text of one function, bytes. */
const maxEdgeBytes = 10_240;

/**
 * Features that JavaScript runtime 2.0 of CloudFront Functions lacks (ES 5.1 and parts of later
 * versions). Using one fails the build instead of the edge.
 */
const edgeLacks = {
  'array-spread': false,
  class: false,
  'default-argument': false,
  destructuring: false,
  'for-of': false,
  generator: false,
  'object-accessors': false,
};

/**
 * Returns the text of a CloudFront Function for a module that exports `handler`. Throws if it uses
 * a feature that CloudFront lacks, or is over the limit.
 */
export async function edgeFunction(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2017',
    supported: edgeLacks,
    external: ['cloudfront'],
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  });
  const text = asScript(outputFiles[0]?.text ?? '');
  const bytes = Buffer.byteLength(text);
  if (bytes > maxEdgeBytes) throw new Error(`the edge function has ${bytes} bytes, CloudFront takes ${maxEdgeBytes}`);
  return text;
}

/** CloudFront calls a global function `handler` and supports no exports. */
function asScript(text: string): string {
  const [exported, name] = /export\s*\{\s*([\w$]+)(?:\s+as\s+handler)?\s*\};?\s*$/.exec(text) ?? [];
  if (exported === undefined || name === undefined)
    throw new Error('the edge function must export `handler` and nothing else');
  const body = text.slice(0, -exported.length);
  return name === 'handler' ? body : `${body}function handler(event){return ${name}(event)}\n`;
}
