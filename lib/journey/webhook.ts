import { lookup as resolve } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { type RequestOptions, request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { type Deliver, type Outgoing } from './deliver.ts';
import { type SendEnd } from './send-store.ts';

/** How long a receiver may take to answer. Milliseconds; the function that sends has 30 s. */
const timeoutMs = 10_000;

/** Addresses that lead back into somebody's own network: loopback, private, link-local (the metadata service), and what stands for them. */
const closed = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  closed.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['2002::', 16],
] as const)
  closed.addSubnet(net, bits, 'ipv6');

export function isClosed(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return closed.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

const closedError = (): Error & { code: string } =>
  Object.assign(new Error('address not allowed'), { code: 'EADDRCLOSED' });

/** Resolves a name and refuses closed addresses: the address looked at is the one connected to, so no second answer can slip in. */
const openLookup: LookupFunction = (host, options, callback) => {
  resolve(host, { ...options, all: true }, (error, found) => {
    const [first] = error ? [] : found;
    if (!first || found.some(({ address }) => isClosed(address))) callback(error ?? closedError(), '', 0);
    else if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  });
};

/** Errors of the time before anything was sent. */
const beforehand = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRCLOSED']);

function endOf(status: number): SendEnd {
  if (status >= 200 && status < 300) return { status: 'sent', provider: 'webhook' };
  return { status: 'failed', provider: 'webhook', reason: `http-${status}` };
}

function bodyOf({ message, idempotencyKey, about }: Outgoing): string {
  return JSON.stringify({ messageId: idempotencyKey, ...about, ...message });
}

/**
 * Posts a message as JSON. HTTPS only, no redirects, no addresses inside anybody's network, unless `local`: then also plain HTTP to this
 * machine. A receiver that answers other than 2xx has not taken it; one that does not answer may have.
 */
export function webhook({ local }: { local: boolean }): Deliver {
  return async (outgoing) => {
    const url = URL.parse(outgoing.to);
    const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
    const allowed = local || (url?.protocol === 'https:' && !(isIP(host) !== 0 && isClosed(host)));
    if (!url || !/^https?:$/.test(url.protocol) || !allowed)
      return { status: 'failed', provider: 'webhook', reason: 'address-not-allowed' };
    const body = bodyOf(outgoing);
    const options: RequestOptions = {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'idempotency-key': outgoing.idempotencyKey,
        'user-agent': 'Throughline',
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(!local && { lookup: openLookup }),
    };
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((ended) => {
      const call = send(url, options, (response) => {
        response.resume();
        ended(endOf(response.statusCode ?? 0));
      });
      call.on('error', (error: NodeJS.ErrnoException) => {
        const code = error.code ?? error.name;
        ended({ status: beforehand.has(code) ? 'failed' : 'unknown', provider: 'webhook', reason: code });
      });
      call.end(body);
    });
  };
}
