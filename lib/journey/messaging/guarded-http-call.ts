import { lookup as resolve } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { type RequestOptions, request as httpsRequest } from 'node:https';
import { type LookupFunction } from 'node:net';
import { isPrivateAddress, namesPrivateAddress } from '../../shared/http/private-networks.ts';
import { type OpenPorts, portOf, usualPorts } from '../definition/webhook-ports.ts';

/** How long a receiver may take to answer. Milliseconds; the function that calls has 30 s. */
const timeoutMs = 10_000;

/** Most that is read of an answer, in bytes: results of steps travel with the execution, whose input has 256 KiB. */
export const maxResponseBytes = 32 * 1024;

/** One call of a URL that a workspace's journey names. */
export interface HttpCall {
  workspace: string;
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

/** `refused`: it never arrived. `unknown`: it may have. `cut`: the answer was longer than is read, or broke off. */
export type HttpAnswer =
  | { outcome: 'answered'; status: number; contentType: string; text: string; cut: boolean }
  | { outcome: 'refused' | 'unknown'; reason: string };

/** One try. Never throws. */
export type CallUrl = (call: HttpCall) => Promise<HttpAnswer>;

const closedError = (): Error & { code: string } =>
  Object.assign(new Error('address not allowed'), { code: 'EADDRCLOSED' });

/** Resolves a name and refuses closed addresses: the address looked at is the one connected to, so no second answer can slip in. */
const guardedLookup: LookupFunction = (host, options, callback) => {
  resolve(host, { ...options, all: true }, (error, found) => {
    const [first] = error ? [] : found;
    if (!first || found.some(({ address }) => isPrivateAddress(address))) callback(error ?? closedError(), '', 0);
    else if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  });
};

/** Errors of the time before anything was sent. */
const rejectEarly = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRCLOSED']);

interface Reach {
  /** On a developer's machine: also plain HTTP, any port and this machine. */
  local: boolean;
  ports: OpenPorts;
}

type Target = { url: URL } | { refused: 'address-not-allowed' | 'port-not-allowed' };

/** Where a call may go: HTTPS to public addresses, on the usual ports and those that the workspace opened. */
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
 * Calls over HTTPS, to public addresses and open ports only, and follows no redirect. Where the settings cannot be read the port counts
 * as closed. `local` lifts these limits for the runner on a developer's machine.
 */
export function callUrl(reach: Reach): CallUrl {
  const { local } = reach;
  return async (call) => {
    const target = await targetOf(call, reach).catch((): Target => ({ refused: 'port-not-allowed' }));
    if ('refused' in target) return { outcome: 'refused', reason: target.refused };
    const { url } = target;
    return new Promise((ended) => {
      const failed = (error: NodeJS.ErrnoException): void => {
        const code = error.code ?? error.name;
        ended({ outcome: rejectEarly.has(code) ? 'refused' : 'unknown', reason: code });
      };
      try {
        exchange(url, call, { local, ended, failed });
      } catch (error) {
        // A header no request may have.
        ended({
          outcome: 'refused',
          reason: error instanceof Error && 'code' in error ? String(error.code) : 'invalid',
        });
      }
    });
  };
}

interface CallTimeouts {
  local: boolean;
  ended: (answer: HttpAnswer) => void;
  failed: (error: NodeJS.ErrnoException) => void;
}

function exchange(url: URL, { method, headers, body }: HttpCall, { local, ended, failed }: CallTimeouts): void {
  const options: RequestOptions = {
    // A connection of its own: one kept from an earlier call is dead when a frozen environment wakes, and then nobody knows what arrived.
    agent: false,
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
    signal: AbortSignal.timeout(timeoutMs),
    ...(!local && { lookup: guardedLookup }),
  };
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const call = send(url, options, (response) => {
    const { statusCode: status = 0, headers: told } = response;
    const contentType = told['content-type'] ?? '';
    const parts: Buffer[] = [];
    let bytes = 0;
    const done = (cut: boolean): void => {
      const text = Buffer.concat(parts).subarray(0, maxResponseBytes).toString('utf8');
      ended({ outcome: 'answered', status, contentType, text, cut });
    };
    response.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes - part.length <= maxResponseBytes) parts.push(part);
      if (bytes > maxResponseBytes) {
        done(true);
        response.destroy();
      }
    });
    response.on('end', () => done(false));
    // It has answered, and broke off what it had to say.
    response.on('error', () => done(true));
  });
  call.on('error', failed);
  // As bytes: a text goes out together with the headers, which then are no longer Latin-1.
  call.end(body === undefined ? undefined : Buffer.from(body));
}
