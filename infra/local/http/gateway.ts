import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type LocalEdge, type EdgeRequest } from './edge.ts';
import { FunctionError, type LocalInvoker } from '../lambda/local-functions.ts';
import { type GatewayResponse, plain, toAnswer, toEvent } from './gateway-payload.ts';
import { type LocalRoute, router } from './gateway-routes.ts';

/** Options of a local gateway. */
export interface GatewayOptions {
  port: number;
  routes: LocalRoute[];
  edge: LocalEdge;
  functions: Pick<LocalInvoker, 'invoke'>;
  now: () => number;
  /** Routes of the runner itself, under `/local`. They bypass the edge. */
  local: (request: EdgeRequest, body: Buffer) => Promise<GatewayResponse>;
  log?: (line: string) => void;
}

/** The HTTP API on this machine. */
export interface LocalGateway {
  port: number;
  /** Returns the number of requests that wait for their answer. */
  open(): number;
  /** Accepts no new connections, answers open requests, then closes their connections. */
  stop(): Promise<void>;
}

/** Limits of an HTTP API, bytes: the body, and all headers together. */
const maxBodyBytes = 10 * 1024 * 1024;
const maxHeaderBytes = 10_240;

class TooLarge extends Error {}

/** Starts the HTTP API on the loopback interface. Rejects if the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<LocalGateway> {
  const { log = () => {} } = options;
  const handle = createHandler(options);
  const server = createServer({ maxHeaderSize: maxHeaderBytes, requestTimeout: 30_000, headersTimeout: 10_000 });
  // As behind an AWS load balancer, which keeps a connection longer than clients do.
  server.keepAliveTimeout = 60_000;
  let open = 0;
  server.on('request', (request, response) => {
    open++;
    response.once('close', () => open--);
    void serve({ request, response, requestId: randomUUID() }, { server, handle, log });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    if (socket.writable && error.code !== 'ECONNRESET') socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { port, open: () => open, stop: () => close(server) };
}

/** Answers a request. A failure closes the connection. */
async function serve(
  { request, response, requestId }: Exchange,
  { server, handle, log }: { server: Server; handle: Handle; log: (line: string) => void },
): Promise<void> {
  request.on('error', () => response.destroy());
  response.on('error', () => request.destroy());
  try {
    const answer = await handle(request, requestId).catch((error: unknown) => {
      if (error instanceof TooLarge) return plain(413, 'Request Entity Too Large');
      if (!request.readableAborted) log(`${request.method ?? ''} ${request.url ?? ''} ${String(error)}`);
      return plain(500, 'Internal Server Error');
    });
    // A connection kept alive would keep this server from stopping.
    response.shouldKeepAlive &&= server.listening;
    reply({ request, response, requestId }, answer);
  } catch {
    response.destroy();
  }
}

type Handle = (incoming: IncomingMessage, requestId: string) => Promise<GatewayResponse>;

function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  return closed;
}

function createHandler(options: GatewayOptions): Handle {
  const routeOf = router(options.routes);
  return async (incoming, requestId) => {
    const request = toRequest(incoming, requestId);
    if (!request) return plain(400, 'Bad Request');
    const body = await bodyOf(incoming);
    if (request.path === '/local' || request.path.startsWith('/local/')) return options.local(request, body);
    const passed = await passEdge(options, request);
    if ('answer' in passed) return passed.answer;
    return invokeRoute(options, { routeOf, request: passed.request, body }).catch(failed);
  };
}

async function passEdge({ edge, log = () => {} }: GatewayOptions, request: EdgeRequest): ReturnType<LocalEdge> {
  try {
    return await edge(request);
  } catch (error) {
    log(`edge: ${String(error)}`);
    return { answer: plain(503, 'The edge function failed') };
  }
}

async function invokeRoute(
  { functions, now }: GatewayOptions,
  { routeOf, request, body }: { routeOf: ReturnType<typeof router>; request: EdgeRequest; body: Buffer },
): Promise<GatewayResponse> {
  const match = routeOf(request.method, request.path);
  if (!match) return plain(404, 'Not Found');
  const event = toEvent(request, { match, body, now: new Date(now()) });
  const result = functions.invoke(match.route.functionArn, event);
  return toAnswer(await within(match.route.timeoutMs, result));
}

const slow = Symbol('slow');

/** Rejects after `ms`. The function continues. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // The reason is a mark, which `failed` knows.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    alarm = setTimeout(() => reject(slow), ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(alarm);
  }
}

function failed(error: unknown): GatewayResponse {
  if (error === slow) return plain(503, 'Service Unavailable');
  if (error instanceof URIError) return plain(400, 'Bad Request');
  if (!(error instanceof FunctionError)) throw error;
  if (error.errorType === 'RequestTooLargeException') return plain(413, 'Request Entity Too Large');
  return plain(error.errorType === 'Runner.Stopped' ? 503 : 500, 'Internal Server Error');
}

/** Undefined for a target that is not a path. */
function toRequest(incoming: IncomingMessage, requestId: string): EdgeRequest | undefined {
  const target = (incoming.url ?? '').replace(/^https?:\/\/[^/?]*/, '') || '/';
  if (!target.startsWith('/')) return undefined;
  const [path = '', ...query] = target.split('?');
  const headers: Record<string, string> = {};
  for (const [name, values = []] of Object.entries(incoming.headersDistinct))
    headers[name] = values.join(name === 'cookie' ? '; ' : ',');
  const ip = incoming.socket.remoteAddress ?? '127.0.0.1';
  return { method: incoming.method ?? 'GET', path, query: query.join('?'), headers, ip, requestId };
}

/**
 * Returns the whole body. Reads and discards what exceeds the limit, so that the client can read
 * the answer.
 */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (bytes > maxBodyBytes) throw new TooLarge();
  return Buffer.concat(chunks);
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
}

function reply({ request, response, requestId }: Exchange, { status, headers, cookies, body }: GatewayResponse): void {
  if (response.destroyed) return;
  const bodiless = status === 204 || status === 304 || status < 200;
  response.writeHead(status, {
    'apigw-requestid': requestId,
    ...headers,
    ...(cookies.length > 0 && { 'set-cookie': cookies }),
    ...(!bodiless && { 'content-length': body.length }),
  });
  response.end(bodiless || request.method === 'HEAD' ? undefined : body);
}
