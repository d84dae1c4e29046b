import { createContext, runInContext, Script } from 'node:vm';
import { type StackTemplate } from '../template/template.ts';

/** A request at the edge: header names in lower case, the raw query. */
export interface EdgeRequest {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  ip: string;
  requestId: string;
}

export interface EdgeAnswer {
  status: number;
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer;
}

/**
 * Returns the request for the API, or the edge's own answer. Rejects where CloudFront answers 503.
 */
export type LocalEdge = (request: EdgeRequest) => Promise<{ request: EdgeRequest } | { answer: EdgeAnswer }>;

interface Value {
  value: string;
  multiValue?: { value: string }[];
}

interface FunctionRequest {
  method: string;
  uri: string;
  querystring: Record<string, Value>;
  headers: Record<string, Value>;
  cookies: Record<string, Value>;
}

interface FunctionResponse {
  statusCode: number;
  headers?: Record<string, Value>;
  cookies?: Record<string, Value & { attributes?: string }>;
  body?: string | { encoding: 'text' | 'base64'; data: string };
}

type Handler = (event: object) => unknown;

/** Headers that a viewer-request function may read and not change. */
const readOnly = ['content-length', 'host', 'transfer-encoding', 'via'];

/** Passes requests unchanged, for a template or test without an edge. */
export const withoutEdge: LocalEdge = (request) => Promise.resolve({ request });

/** Runs the viewer-request function of the first matching behaviour. */
export function createEdge(template: Pick<StackTemplate, 'distributions' | 'edgeFunctions'>): LocalEdge {
  const handlers = new Map(template.edgeFunctions.map(({ ref, code }) => [ref, load(code)]));
  const behaviors = template.distributions
    .flatMap((distribution) => distribution.behaviors)
    .map(({ path, viewerRequest }) => ({ fits: pathPattern(path), viewerRequest }));
  return (request) => {
    const behavior = behaviors.find(({ fits }) => fits.test(request.path));
    const handler = behavior?.viewerRequest === undefined ? undefined : handlers.get(behavior.viewerRequest);
    return handler ? runHandler(handler, request) : Promise.resolve({ request });
  };
}

async function runHandler(handler: Handler, request: EdgeRequest): ReturnType<LocalEdge> {
  const given = await handler({
    version: '1.0',
    context: {
      distributionDomainName: 'local.cloudfront.net',
      distributionId: 'LOCAL',
      eventType: 'viewer-request',
      requestId: request.requestId,
    },
    viewer: { ip: request.ip },
    request: toFunction(request),
  });
  if (typeof given !== 'object' || given === null) throw new Error('the edge function answered nothing');
  return 'statusCode' in given
    ? { answer: toAnswer(given as FunctionResponse) }
    : { request: toRequest(request, given as FunctionRequest) };
}

/** Loads the function in its own context, which has the language and a console as on CloudFront. */
function load(code: string): Handler {
  const text = code.replace(/^\s*import\s+(\w+)\s+from\s*["']cloudfront["'];?/m, 'const $1 = __cloudfront;');
  const context = createContext({ console: { log: () => undefined }, __cloudfront: { kvs: emptyStore } });
  new Script(text, { filename: 'edge.js' }).runInContext(context);
  return runInContext('handler', context) as Handler; // CloudFront calls what has this name
}

/** An empty key-value store. */
const emptyStore = () => ({
  get: (key: string) => Promise.reject(new Error(`KeyNotFound: ${key}`)),
  exists: () => Promise.resolve(false),
  count: () => Promise.resolve(0),
});

/** `*` matches any text, `?` one character. */
function pathPattern(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^/?${text}$`);
}

const pairs = (text: string, separator: RegExp): [string, string][] =>
  text
    .split(separator)
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name, value.join('=')];
    });

function collect(list: [string, string][]): Record<string, Value> {
  const found: Record<string, Value> = {};
  for (const [name, value] of list) {
    const before = Object.hasOwn(found, name) ? found[name] : undefined;
    found[name] = before ? { value, multiValue: [...(before.multiValue ?? [before]), { value }] } : { value };
  }
  return found;
}

const spread = (values: Record<string, Value>): [string, string][] =>
  Object.entries(values).flatMap(([name, { value, multiValue }]) =>
    (multiValue ?? [{ value }]).map((one): [string, string] => [name, one.value]),
  );

function toFunction({ method, path, query, headers: { cookie = '', ...headers } }: EdgeRequest): FunctionRequest {
  return {
    method,
    uri: path,
    querystring: collect(pairs(query, /&/)),
    headers: collect(Object.entries(headers)),
    cookies: collect(pairs(cookie, /;\s*/)),
  };
}

function toRequest(before: EdgeRequest, { method, uri, querystring, headers, cookies }: FunctionRequest): EdgeRequest {
  const joined = (list: [string, string][], separator: string) =>
    list.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join(separator);
  const own = Object.fromEntries(spread(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const changed = readOnly.find((name) => own[name] !== before.headers[name]);
  if (changed) throw new Error(`the edge function changed the read-only header ${changed}`);
  const cookie = joined(spread(cookies), '; ');
  return {
    ...before,
    method,
    path: uri,
    query: joined(spread(querystring), '&'),
    headers: { ...own, ...(cookie && { cookie }) },
  };
}

function toAnswer({ statusCode, headers = {}, cookies = {}, body = '' }: FunctionResponse): EdgeAnswer {
  const { encoding, data } = typeof body === 'string' ? { encoding: 'text' as const, data: body } : body;
  return {
    status: statusCode,
    headers: Object.fromEntries(spread(headers)),
    cookies: Object.entries(cookies).map(
      ([name, { value, attributes }]) => `${name}=${value}${attributes ? `; ${attributes}` : ''}`,
    ),
    body: Buffer.from(data, encoding === 'base64' ? 'base64' : 'utf8'),
  };
}
