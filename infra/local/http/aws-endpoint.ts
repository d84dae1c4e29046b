import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { AwsError, NoAnswer } from './aws-error.ts';
import { queryAnswer, queryError, readQuery } from './query-protocol.ts';

/** A response that is not JSON. */
export class Bytes {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Buffer;

  constructor(status: number, contentType: string, bytes: Buffer) {
    this.status = status;
    this.contentType = contentType;
    this.bytes = bytes;
  }
}

/**
 * One action of an AWS service. Takes the request's JSON and returns the response's, or bytes.
 * Throws an error with a `name` that the SDK knows.
 */
export type Call = (action: string, body: unknown) => unknown;

/**
 * Services by the prefix of `X-Amz-Target` (`AmazonSQS`), by method and path of REST
 * (`POST /v2/email/outbound-emails`, which is also the action), by the first part of a path with
 * names (`/schedules`, a bucket; the action is method and URL), or by the version of the query
 * protocol (`query 2010-03-31`).
 */
export type Handlers = Record<string, Call>;

/** A server that SDK clients use as AWS: set its URL as `AWS_ENDPOINT_URL_<SERVICE>`. */
export interface AwsEndpoint {
  url: string;
  stop(): Promise<void>;
}

/** Maximum body, bytes: above the limit of every service. */
const maxBodyBytes = 12_000_000;

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer); // no encoding is set
    bytes += (chunk as Buffer).length;
    if (bytes > maxBodyBytes)
      throw new AwsError('RequestEntityTooLargeException', 'request too large', { status: 413 });
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    throw new AwsError('SerializationException', 'the body is no JSON');
  }
}

/** SNS uses forms and XML. */
const isQuery = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;

async function dispatchQuery(handlers: Handlers, request: IncomingMessage): Promise<string> {
  const { service, action, body } = readQuery(await readText(request));
  const call = handlers[service];
  if (!call) throw new AwsError('InvalidAction', `nothing answers ${service} ${action} locally`, { status: 404 });
  return queryAnswer(action, await call(action, body));
}

async function dispatch(handlers: Handlers, request: IncomingMessage): Promise<Bytes> {
  if (isQuery(request)) return new Bytes(200, 'text/xml', Buffer.from(await dispatchQuery(handlers, request)));
  const answer = (await dispatchJson(handlers, request)) ?? {};
  if (answer instanceof Bytes) return answer;
  return new Bytes(200, 'application/x-amz-json-1.0', Buffer.from(JSON.stringify(answer)));
}

const unknownOperation = (name: string): AwsError =>
  new AwsError('UnknownOperationException', `nothing answers ${name} locally`, { status: 404 });

/** Dispatches a call of the JSON protocol, whose header names `<service>.<action>`. */
function dispatchTarget(handlers: Handlers, target: string, body: unknown): unknown {
  const [service = '', action] = target.split('.');
  const call = handlers[service];
  if (!call || action === undefined) throw unknownOperation(target);
  return call(action, body);
}

/**
 * Dispatches a call of the REST protocol by its family, the first part of its path, or its whole
 * path.
 */
function dispatchRest(handlers: Handlers, { method = '', url = '' }: IncomingMessage, body: unknown): unknown {
  const [path = ''] = url.split('?');
  const family = handlers[`/${path.split('/')[1] ?? ''}`];
  if (family) return family(`${method} ${url}`, body);
  const name = `${method} ${path}`;
  const call = handlers[name];
  if (!call) throw unknownOperation(name);
  return call(name, body);
}

async function dispatchJson(handlers: Handlers, request: IncomingMessage): Promise<unknown> {
  const body = parsed(await readText(request));
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' ? dispatchTarget(handlers, target, body) : dispatchRest(handlers, request, body);
}

interface AnsweredError {
  code: string;
  message: string;
  status: number;
  /** Name of the error in the older query protocol. */
  queryName?: string | undefined;
}

function describeError(error: unknown): AnsweredError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof AwsError) return { code: name, message, status: error.status, queryName: error.queryName };
  // A plain Error or TypeError is a fault of this code. Services name theirs.
  const isOurs = name === 'Error' || name.endsWith('TypeError');
  if (isOurs) console.error(error);
  return isOurs ? { code: 'InternalFailure', message, status: 500 } : { code: name, message, status: 400 };
}

function answerError(response: ServerResponse, error: unknown, query: boolean): void {
  if (error instanceof NoAnswer) {
    response.destroy();
    return;
  }
  const { code, message, status, queryName } = describeError(error);
  if (query) {
    response.writeHead(status, { 'content-type': 'text/xml' });
    response.end(queryError({ name: code, message, status }));
    return;
  }
  const older = queryName ? { 'x-amzn-query-error': `${queryName};Sender` } : {};
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code, ...older });
  response.end(JSON.stringify({ __type: code, message, Message: message }));
}

async function answerRequest(handlers: Handlers, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('x-amzn-requestid', randomUUID());
  const query = isQuery(request);
  try {
    const { status, contentType, bytes } = await dispatch(handlers, request);
    response.writeHead(status, { 'content-type': contentType });
    response.end(bytes);
  } catch (error) {
    answerError(response, error, query);
  }
}

/** Listens on a free port of the loopback interface. Does not verify signatures. */
export async function startAwsEndpoint({ handlers }: { handlers: Handlers }): Promise<AwsEndpoint> {
  const server = createServer((request, response) => void answerRequest(handlers, request, response));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
