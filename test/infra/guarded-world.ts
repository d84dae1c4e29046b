import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { onTestFinished } from 'vitest';
import { assemble } from '../../infra/local/template/assembly.ts';
import { startWorld, type World } from '../support/world.ts';
import { functionIds, permissionsOf } from './synthesized-template.ts';

/** A permission that a function needs or has: `dynamodb:Query byList`. */
type Permission = string;

export interface GuardedWorld extends World {
  /** What each function has asked AWS for so far. */
  asked(): Record<string, Set<Permission>>;
  /** What the template lets each function ask for. */
  allowed: Record<string, Set<Permission>>;
}

interface Transaction {
  TransactItems: Record<string, unknown>[];
}

const transactActions = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
} as const;

/** The permissions a call needs, as IAM counts: a transaction needs those of its parts. SES and S3 have paths instead of targets. */
function permissionsFor(
  { url = '', target }: { url?: string | undefined; target: string },
  body: string,
): Permission[] {
  if (url.startsWith('/v2/email/outbound-emails')) return ['ses:SendEmail'];
  const [, object] = /[?&]x-id=(\w+)$/.exec(url) ?? [];
  if (object !== undefined) return [`s3:${object}`];
  const [service = '', operation = ''] = target.split('.');
  if (service === 'AWSEvents') return [`events:${operation}`];
  if (service === 'AWSStepFunctions') return [`states:${operation}`];
  if (service === 'AmazonSQS') return [`sqs:${operation}`];
  if (operation === 'TransactWriteItems') {
    const { TransactItems } = JSON.parse(body) as Transaction;
    return TransactItems.flatMap((item) => Object.keys(item)).map(
      (part) => `dynamodb:${transactActions[part as keyof typeof transactActions]}`,
    );
  }
  const { IndexName } = JSON.parse(body) as { IndexName?: string };
  return [`dynamodb:${operation}${IndexName === undefined ? '' : ` ${IndexName}`}`];
}

/** What lies in the template, in the same words. */
const permissionOf = ({ action, resource }: { action: string; resource: string }): Permission =>
  action + (/\/index\/(\w+)/.exec(resource)?.[1] ?? '').replace(/^/, ' ').trimEnd();

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer); // no encoding is set
  return Buffer.concat(chunks).toString('utf8');
}

/** Stands between all functions and AWS, and notes who asks for what: callers are told apart by their access keys. */
async function startGuard(backends: Promise<{ dynamodb: string; others: string }>) {
  const asked: Record<string, Set<Permission>> = {};
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await textOf(incoming);
      const target = String(incoming.headers['x-amz-target'] ?? '');
      const [, caller = ''] = /Credential=([^/]+)/.exec(incoming.headers.authorization ?? '') ?? [];
      const permissions = (asked[caller] ??= new Set());
      for (const permission of permissionsFor({ url: incoming.url, target }, body)) permissions.add(permission);
      const { dynamodb, others } = await backends;
      const { hostname, port } = new URL(target.startsWith('DynamoDB') ? dynamodb : others);
      const headers = { ...incoming.headers, authorization: incoming.headers.authorization?.replace(caller, 'local') };
      request({ hostname, port, agent, path: incoming.url, method: incoming.method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }).end(body);
    })();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  onTestFinished(() => {
    server.closeAllConnections();
    agent.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}`, asked };
}

interface Json {
  Resources: Record<
    string,
    {
      Type: string;
      Properties: { Environment?: { Variables?: Record<string, unknown> }; ScheduleExpression?: string };
    }
  >;
}

/** The table's endpoint is set by the runner, which asks us for it. */
const guardedServices = ['EVENTBRIDGE', 'SFN', 'SQS', 'SESV2', 'S3'];

const accessKeyOf = (entry: string): string => entry.replace('/', '0');

/** A copy of the assembly in which every function has an access key of its own and meets the guard instead of AWS. */
async function guardedAssembly(guard: string) {
  const directory = mkdtempSync(join(tmpdir(), 'throughline-guarded-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(await assemble(), directory, { recursive: true });
  const file = join(directory, readdirSync(directory).find((name) => name.endsWith('.template.json')) ?? '');
  const json = JSON.parse(readFileSync(file, 'utf8')) as Json;
  const template = Template.fromJSON(json);
  const ids = functionIds(template);
  for (const [entry, id] of Object.entries(ids)) {
    const { Environment: { Variables = {} } = {} } = json.Resources[id]!.Properties;
    const services = Object.fromEntries(guardedServices.map((name) => [`AWS_ENDPOINT_URL_${name}`, guard]));
    const guarded = { AWS_ACCESS_KEY_ID: accessKeyOf(entry), ...services };
    json.Resources[id]!.Properties.Environment = { Variables: { ...Variables, ...guarded } };
  }
  // Ninety-six looks a day at who fell silent would be most of what the test does.
  for (const { Type, Properties } of Object.values(json.Resources))
    if (Type === 'AWS::Scheduler::Schedule') Properties.ScheduleExpression = 'rate(1 day)';
  writeFileSync(file, JSON.stringify(json));
  const allowed = Object.fromEntries(
    Object.entries(ids).map(([entry, id]) => [entry, new Set(permissionsOf(template, id).map(permissionOf))]),
  );
  return { assembly: directory, allowed };
}

/** The whole system, with every call of a function to AWS noted. */
export async function aGuardedWorld(): Promise<GuardedWorld> {
  const backends = Promise.withResolvers<{ dynamodb: string; others: string }>();
  const { url, asked } = await startGuard(backends.promise);
  const { assembly, allowed } = await guardedAssembly(url);
  const world = await startWorld({ assembly, dynamodb: () => Promise.resolve(url) });
  onTestFinished(() => world.stop());
  backends.resolve({ dynamodb: world.local.engine.endpoint, others: world.local.services.endpoint.url });
  const byEntry = () =>
    Object.fromEntries(Object.keys(allowed).map((entry) => [entry, asked[accessKeyOf(entry)] ?? new Set<string>()]));
  return { ...world, asked: byEntry, allowed };
}
