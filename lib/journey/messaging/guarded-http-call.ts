import { lookup } from 'node:dns';
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { type RequestOptions, request as httpsRequest } from 'node:https';
import { type LookupFunction } from 'node:net';
import { isPrivateAddress, namesPrivateAddress } from '../../shared/http/private-networks.ts';
import { type OpenPorts, portOf, usualPorts } from '../definition/webhook-ports.ts';

/** Timeout of one call, ms. The calling function has 30 s. */
const timeoutMs = 10_000;

/**
 * Maximum number of bytes read of an answer. Results of steps travel in the execution's input,
 * which may have 256 KiB.
 */
export const maxResponseBytes = 32 * 1024;

/** One call of a URL that a journey of the workspace names. */
export interface HttpCall {
  workspace: string;
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

/**
 * `refused`: the request was not sent. `unknown`: it may have arrived. `cut`: the answer exceeded
 * the maximum or broke off.
 */
export type HttpAnswer =
  | { outcome: 'answered'; status: number; contentType: string; text: string; cut: boolean }
  | { outcome: 'refused' | 'unknown'; reason: string };

/** Makes one attempt. Never throws. */
export type CallUrl = (call: HttpCall) => Promise<HttpAnswer>;

const closedError = (): Error & { code: string } =>
  Object.assign(new Error('address not allowed'), { code: 'EADDRCLOSED' });

/**
 * Resolves a host name, and fails if any of its addresses is private. The checked address is the
 * one connected to, which prevents DNS rebinding.
 */
const guardedLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    const [first] = error ? [] : found;
    if (!first || found.some(({ address }) => isPrivateAddress(address))) callback(error ?? closedError(), '', 0);
    else if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  });
};

/** Errors that occur before any byte is sent. */
const errorsBeforeSending = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRCLOSED',
]);

/** Limits on what may be called. */
interface Reach {
  /** Local environment: allows plain HTTP, any port and private addresses. */
  local: boolean;
  ports: OpenPorts;
}

type Target = { url: URL } | { refused: 'address-not-allowed' | 'port-not-allowed' };

/**
 * Returns the URL if it may be called: HTTPS, public address, and a usual port or one that the
 * workspace opened.
 */
async function targetOf({ url: text, workspace }: HttpCall, { local, ports }: Reach): Promise<Target> {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return { refused: 'address-not-allowed' };
  if (local) return { url };
  if (url.protocol !== 'https:' || namesPrivateAddress(url)) return { refused: 'address-not-allowed' };
  const port = portOf(url);
  const isOpen = usualPorts.includes(port) || (await ports(workspace)).includes(port);
  return isOpen ? { url } : { refused: 'port-not-allowed' };
}

/**
 * Creates a caller for HTTPS, public addresses and open ports. Redirects are not followed. If the
 * workspace's settings cannot be read, the port counts as closed. `local` lifts these limits.
 */
export function callUrl(reach: Reach): CallUrl {
  return async (call) => {
    const target = await targetOf(call, reach).catch((): Target => ({ refused: 'port-not-allowed' }));
    if ('refused' in target) return { outcome: 'refused', reason: target.refused };
    return exchange(target.url, call, reach.local);
  };
}

/** Sends the request and resolves with what happens first: a complete answer, or an error. */
function exchange(url: URL, call: HttpCall, local: boolean): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    try {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, requestOptions(call, local), (response) => readAnswer(response, resolve));
      request.on('error', (error) => resolve(answerOfError(error)));
      endRequest(request, call);
    } catch (error) {
      resolve(answerOfInvalidRequest(error));
    }
  });
}

function requestOptions({ method, headers, body }: HttpCall, local: boolean): RequestOptions {
  return {
    // Uses a new connection per call. A kept-alive connection may be dead after the environment was
    // frozen, and then it is unknown what arrived.
    agent: false,
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
    signal: AbortSignal.timeout(timeoutMs),
    ...(!local && { lookup: guardedLookup }),
  };
}

/**
 * Sends the body as bytes, because Node sends a string together with the headers and then encodes
 * these other than in Latin-1.
 */
function endRequest(request: ClientRequest, { body }: HttpCall): void {
  request.end(body === undefined ? undefined : Buffer.from(body));
}

/**
 * Reads an answer up to the maximum and passes it to `ended`. An error after the status has arrived
 * is `answered` with a cut body.
 */
function readAnswer(response: IncomingMessage, ended: (answer: HttpAnswer) => void): void {
  const { statusCode: status = 0, headers } = response;
  const contentType = headers['content-type'] ?? '';
  const parts: Buffer[] = [];
  let bytes = 0;
  const end = (cut: boolean): void => {
    const text = Buffer.concat(parts).subarray(0, maxResponseBytes).toString('utf8');
    ended({ outcome: 'answered', status, contentType, text, cut });
  };
  response.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes - part.length <= maxResponseBytes) parts.push(part);
    if (bytes <= maxResponseBytes) return;
    end(true);
    response.destroy();
  });
  response.on('end', () => end(false));
  response.on('error', () => end(true));
}

/** Returns `refused` for an error before the first byte was sent, else `unknown`. */
function answerOfError(error: NodeJS.ErrnoException): HttpAnswer {
  const reason = error.code ?? error.name;
  return { outcome: errorsBeforeSending.has(reason) ? 'refused' : 'unknown', reason };
}

/** Returns `refused`: Node sends no request that has a header which HTTP does not allow. */
function answerOfInvalidRequest(error: unknown): HttpAnswer {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'invalid';
  return { outcome: 'refused', reason };
}
