import { Agent, request } from 'node:http';
import { assemble } from '../infra/local/template/assembly.ts';
import { type Local, startLocal } from '../infra/local/runner.ts';
import { createEar, type Ear } from './listen.ts';
import { type Meter, startMeter } from './meter.ts';

/** A running system that is listened to and metered. */
export interface BenchWorld {
  local: Local;
  ear: Ear;
  meter: Meter;
  /** Sends a body to collect and throws unless it was taken. */
  post(path: string, body: unknown): Promise<void>;
  stop(): Promise<void>;
}

const basic = `Basic ${Buffer.from('wk_local:').toString('base64')}`;

export async function startBenchWorld(): Promise<BenchWorld> {
  const ear = createEar();
  const meters: Meter[] = [];
  const dynamodb = async (endpoint: string): Promise<string> => {
    const started = await startMeter(endpoint);
    meters.push(started);
    return started.endpoint;
  };
  const local = await startLocal({ assembly: await assemble(), dynamodb, log: ear.log.bind(ear) });
  const [meter] = meters;
  if (!meter) throw new Error('the runner did not ask for the meter');
  ear.attach(local);
  return {
    local,
    ear,
    meter,
    post: (path, body) => post(local.url, path, body),
    stop: async () => {
      await local.stop();
      await meter.stop();
    },
  };
}

const agent = new Agent({ keepAlive: true });

/** Sends a body to collect and throws unless it was taken. By `node:http`: a client must cost less than what it measures. */
export function post(url: string, path: string, body: unknown): Promise<void> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: basic,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method: 'POST', agent, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (part: string) => (answer += part));
      response.on('end', () => {
        if (response.statusCode === 200 && !answer.includes('"rejected":[{')) resolve();
        else reject(new Error(`${response.statusCode ?? 0} ${answer}`));
      });
    });
    sent.on('error', reject).end(text);
  });
}

/** What a page sends through Segment's browser library, about 0.8 KB as it is stored. `Article Read` is no stage's and no journey's. */
export function message(customer: string, id: string, event = 'Article Read'): Record<string, unknown> {
  return {
    type: 'track',
    event,
    userId: customer,
    messageId: id,
    timestamp: new Date().toISOString(),
    properties: {
      article: `a-${id}`,
      section: 'help',
      position: 4,
      currency: 'EUR',
      value: 12.5,
      tags: ['new', 'blue'],
    },
    context: {
      library: { name: 'analytics.js', version: 'npm:next-1.84.3' },
      locale: 'en-GB',
      timezone: 'Europe/Berlin',
      page: { path: '/help', referrer: 'https://example.com/', title: 'Help', url: 'https://example.com/help' },
      userAgent:
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
    },
  };
}
