import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type QuiescenceTracker } from '../../lib/states-language/quiescence-tracker.ts';
import { type AwsEndpoint, startAwsEndpoint } from './http/aws-endpoint.ts';
import { type LocalBus, createBus } from './eventbridge/event-bus.ts';
import { type VirtualClock } from './clock/virtual-clock.ts';
import { type Engine } from './engines/start-engine.ts';
import { createExports } from './s3-export/exports.ts';
import {
  createFunctions,
  type FunctionsOptions,
  localFunctions,
  type RunningFunctions,
} from './lambda/local-functions.ts';
import { type Journal } from './journal/open-journal.ts';
import { createMail, type Mail, sendEmailRoute } from './ses-sns/mail.ts';
import { createMessages, type Messages, sendWhatsAppRoute } from './ses-sns/messages.ts';
import { createObjects } from './s3-export/objects.ts';
import { createQueues, queuesAt, type Queues } from './sqs/queues.ts';
import { createSchedules, type Schedules } from './scheduler/schedules.ts';
import { createOneTimers } from './scheduler/one-time-schedules.ts';
import { createLocalStepFunctions, type LocalStepFunctions } from './step-functions/local-step-functions.ts';
import { createStreams, type Streams } from './streams/event-source-mappings.ts';
import { createTargets } from './eventbridge/targets.ts';
import { type StackTemplate } from './template/template.ts';

export interface ServicesOptions {
  template: StackTemplate;
  engine: Engine;
  /** Where functions reach the table. */
  dynamodb: string;
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
  /** Most environments of one function. */
  environments?: number | undefined;
  between?: FunctionsOptions['between'];
  /** Requests from outside that wait for their answer. */
  callers: () => number;
  /** Where functions reach the bus, given where it is. */
  eventbridge?: ((endpoint: string) => Promise<string>) | undefined;
  log: (source: string, text: string) => void;
}

/** Everything of the template that works behind the gateway. */
export interface Services {
  functions: RunningFunctions;
  streams: Streams;
  bus: LocalBus;
  queues: Queues;
  mail: Mail;
  messages: Messages;
  states: LocalStepFunctions;
  schedules: Schedules;
  endpoint: AwsEndpoint;
  stop(): Promise<void>;
}

/** Waiting requests, or foreground invocations, from which on streams are delayed. */
const crowded = 8;

/** Maximum delay of streams under load, and interval of checks, ms. */
const patience = { mostMs: 2_000, stepMs: 20 };

/**
 * Streams are read at once, except under load: foreground work runs first, and larger batches fold
 * more touchpoints of a customer in one write. (Lambda polls a shard four times a second.)
 */
async function pace(waiting: () => number): Promise<void> {
  for (let waited = 0; waited < patience.mostMs && waiting() >= crowded; waited += patience.stepMs)
    await sleep(patience.stepMs);
}

/** Starts them all, and what the last run left under way. When it resolves, everything can reach everything. */
export async function startServices({
  template,
  engine,
  dynamodb,
  environments,
  between,
  callers,
  eventbridge = (endpoint) => Promise.resolve(endpoint),
  log,
  ...shared
}: ServicesOptions): Promise<Services> {
  const { journal, clock } = shared;
  const queues = createQueues({ queues: template.queues, journal, clock, url: () => endpoint.url });
  const mail = createMail({ journal, clock });
  const messages = createMessages({ journal, clock });
  const sendToQueue: typeof queues.send = (...message) => queues.send(...message);
  const functions = createFunctions({
    ...shared,
    functions: localFunctions(template, environments),
    // Points all services at this endpoint, supported or not, so that no call leaves this machine.
    variables: (own) => ({
      ...queuesAt(endpoint.url, own),
      AWS_ENDPOINT_URL: endpoint.url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
      AWS_ENDPOINT_URL_EVENTBRIDGE: busEndpoint,
    }),
    sendToQueue,
    invoked: () => streams.nudge(),
    between,
    log,
  });
  const targets = createTargets({
    ...shared,
    functions,
    sendToQueue,
    startExecution: (stateMachineArn, input) => states.call('StartExecution', { stateMachineArn, input }),
  });
  const bus = createBus({ ...template, targets, clock });
  const objects = createObjects({ ...shared, ...template });
  const exports = createExports({ ...shared, ...template, objects, endpoint: engine.endpoint });
  const states = createLocalStepFunctions({
    ...shared,
    ...stateMachines(template),
    functions: { ...functions, callAws: (call, request) => exports.call(call.replace('dynamodb:', ''), request) },
    emit: (...event) => bus.emit(...event),
  });
  const schedules = createSchedules({ ...shared, ...template, targets });
  const timers = createOneTimers({ ...shared, targets });
  const endpoint = await startAwsEndpoint({
    handlers: {
      AWSEvents: (action, body) => bus.call(action, body),
      AWSStepFunctions: (action, body) => states.call(action, body),
      AmazonSQS: (action, body) => queues.call(action, body),
      [sendEmailRoute]: (action, body) => mail.call(action, body),
      PinpointSMSVoiceV2: (action, body) => messages.sms(action, body),
      'query 2010-03-31': (action, body) => messages.sns(action, body),
      [sendWhatsAppRoute]: (action, body) => messages.whatsapp(action, body),
      '/schedules': (action, body) => timers.call(action, body),
      ...Object.fromEntries(template.buckets.map(({ ref }) => [`/${ref}`, (action: string) => objects.call(action)])),
    },
  });
  const busEndpoint = await eventbridge(endpoint.url);
  const { tables, mappings } = template;
  const streams = await createStreams({
    ...shared,
    engine,
    tables,
    mappings,
    functions,
    sendToQueue,
    pace: () => pace(() => Math.max(callers(), functions.pressing())),
    log: (text) => log('streams', `${text}\n`),
  });
  functions.restore();
  targets.restore();
  states.restore();
  timers.restore();
  schedules.start();
  streams.nudge();

  return {
    ...{ functions, streams, bus, queues, mail, messages, states, schedules, endpoint },
    async stop() {
      // Stops what starts work first, so that nothing fails because of the stop.
      schedules.stop();
      timers.stop();
      states.stop();
      const read = streams.stop();
      await functions.stop();
      await read;
      await endpoint.stop();
    },
  };
}

function stateMachines(template: StackTemplate) {
  return {
    machines: template.stateMachines.map((machine) => ({
      arn: machine.arn,
      name: machine.arn.split(':').at(-1) ?? machine.id,
      definition: definitionOf(machine, template.directory),
      roleArn: machine.roleArn,
    })),
    versions: template.stateMachineVersions,
    aliases: template.stateMachineAliases.map(({ arn, routing }) => ({ aliasArn: arn, routing })),
  };
}

function definitionOf(machine: StackTemplate['stateMachines'][number], directory: string): string {
  const key = machine.definitionKey;
  const text = machine.definition ?? (key === undefined ? '{}' : readFileSync(join(directory, `asset.${key}`), 'utf8'));
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => machine.substitutions[name] ?? whole);
}
