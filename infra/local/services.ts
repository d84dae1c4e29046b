import { type QuiescenceTracker } from '../../lib/states-language/quiescence-tracker.ts';
import { type AwsEndpoint, type Handlers, startAwsEndpoint } from './http/aws-endpoint.ts';
import { type LocalBus, createBus } from './eventbridge/event-bus.ts';
import { type VirtualClock } from './clock/virtual-clock.ts';
import { type Engine } from './engines/start-engine.ts';
import { createExports } from './s3-export/exports.ts';
import { createFunctions, type FunctionsOptions, type RunningFunctions } from './lambda/local-functions.ts';
import { localFunctions } from './lambda/template-functions.ts';
import { type Journal } from './journal/open-journal.ts';
import { createMail, type Mail, sendEmailRoute } from './ses-sns/mail.ts';
import { createMessages, type Messages, sendWhatsAppRoute } from './ses-sns/messages.ts';
import { createObjects } from './s3-export/objects.ts';
import { createQueues, queuesAt, type Queues } from './sqs/queues.ts';
import { createSchedules, type Schedules } from './scheduler/schedules.ts';
import { createOneTimers } from './scheduler/one-time-schedules.ts';
import { createLocalStepFunctions, type LocalStepFunctions } from './step-functions/local-step-functions.ts';
import { stateMachines } from './step-functions/template-machines.ts';
import { createStreams, type Streams } from './streams/event-source-mappings.ts';
import { pace } from './streams/stream-pace.ts';
import { createTargets } from './eventbridge/targets.ts';
import { type StackTemplate } from './template/template.ts';

/** What the services need, and seams for tests. */
export interface ServicesOptions {
  template: StackTemplate;
  engine: Engine;
  /** Endpoint at which functions reach the table. */
  dynamodb: string;
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
  /** Most environments of one function. */
  environments?: number | undefined;
  between?: FunctionsOptions['between'];
  /** Returns the number of requests from outside that wait for their answer. */
  callers: () => number;
  /** Returns the endpoint at which functions reach the bus, given the bus's own. */
  eventbridge?: ((endpoint: string) => Promise<string>) | undefined;
  log: (source: string, text: string) => void;
}

/** The services of the template behind the gateway. */
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

/** Services that refer to each other in circles, each set when it exists. */
type Links = Partial<Pick<Services, 'endpoint' | 'bus' | 'states' | 'streams'> & { busEndpoint: string }>;

function linked<Name extends keyof Links>(links: Links, name: Name): NonNullable<Links[Name]> {
  const service = links[name];
  if (service === undefined) throw new Error(`${name} is called before it is there`);
  return service;
}

/** The stores of messages, and the functions. They are called before the endpoint is there. */
function createStores(options: ServicesOptions, links: Links) {
  const { template, journal, clock } = options;
  const url = (): string => linked(links, 'endpoint').url;
  const queues = createQueues({ queues: template.queues, journal, clock, url });
  const sendToQueue: Queues['send'] = (...message) => queues.send(...message);
  const functions = createFunctions({
    ...options,
    functions: localFunctions(template, options.environments),
    // Points all services at this endpoint, supported or not, so that no call leaves this machine.
    variables: (own) => ({
      ...queuesAt(url(), own),
      AWS_ENDPOINT_URL: url(),
      AWS_ENDPOINT_URL_DYNAMODB: options.dynamodb,
      AWS_ENDPOINT_URL_EVENTBRIDGE: linked(links, 'busEndpoint'),
    }),
    sendToQueue,
    invoked: () => linked(links, 'streams').nudge(),
  });
  const [mail, messages] = [createMail({ journal, clock }), createMessages({ journal, clock })];
  return { queues, sendToQueue, functions, mail, messages };
}

type Stores = ReturnType<typeof createStores>;

/** The bus, what fires by the clock, and the state machines. */
function createEvents(options: ServicesOptions, { functions, sendToQueue }: Stores, links: Links) {
  const { template, journal, clock, activity } = options;
  const shared = { journal, clock, activity };
  const targets = createTargets({
    ...shared,
    functions,
    sendToQueue,
    startExecution: (stateMachineArn, input) =>
      linked(links, 'states').call('StartExecution', { stateMachineArn, input }),
  });
  const objects = createObjects({ journal, clock, buckets: template.buckets });
  const exports = createExports({
    journal,
    clock,
    tables: template.tables,
    objects,
    endpoint: options.engine.endpoint,
  });
  const states = createLocalStepFunctions({
    ...shared,
    ...stateMachines(template),
    functions: { ...functions, callAws: (call, request) => exports.call(call.replace('dynamodb:', ''), request) },
    emit: (...event) => linked(links, 'bus').emit(...event),
  });
  const bus = createBus({ ...template, targets, clock });
  const schedules = createSchedules({ ...shared, ...template, targets });
  return { targets, objects, states, bus, schedules, timers: createOneTimers({ ...shared, targets }) };
}

type Events = ReturnType<typeof createEvents>;

function endpointHandlers(template: StackTemplate, { queues, mail, messages }: Stores, events: Events): Handlers {
  const { bus, states, timers, objects } = events;
  return {
    AWSEvents: (action, body) => bus.call(action, body),
    AWSStepFunctions: (action, body) => states.call(action, body),
    AmazonSQS: (action, body) => queues.call(action, body),
    [sendEmailRoute]: (action, body) => mail.call(action, body),
    PinpointSMSVoiceV2: (action, body) => messages.sms(action, body),
    'query 2010-03-31': (action, body) => messages.sns(action, body),
    [sendWhatsAppRoute]: (action, body) => messages.whatsapp(action, body),
    '/schedules': (action, body) => timers.call(action, body),
    ...Object.fromEntries(template.buckets.map(({ ref }) => [`/${ref}`, (action: string) => objects.call(action)])),
  };
}

function startStreams(options: ServicesOptions, { functions, sendToQueue }: Stores): Promise<Streams> {
  const { template, callers, log } = options;
  return createStreams({
    ...options,
    tables: template.tables,
    mappings: template.mappings,
    functions,
    sendToQueue,
    pace: () => pace(() => Math.max(callers(), functions.pressing())),
    log: (text) => log('streams', `${text}\n`),
  });
}

/** Stops what starts work first, so that nothing fails because of the stop. */
async function stopServices(
  { functions, streams, states, schedules, endpoint }: Omit<Services, 'stop'>,
  timers: Events['timers'],
) {
  schedules.stop();
  timers.stop();
  states.stop();
  const read = streams.stop();
  await functions.stop();
  await read;
  await endpoint.stop();
}

/**
 * Starts all services, and continues what the last run left unfinished. When it resolves, each
 * service can reach all others.
 */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { template, eventbridge = (url: string) => Promise.resolve(url) } = options;
  const links: Links = {};
  const stores = createStores(options, links);
  const events = createEvents(options, stores, links);
  const { targets, objects: _objects, timers, ...shown } = events;
  const { bus, states, schedules } = shown;
  const endpoint = await startAwsEndpoint({ handlers: endpointHandlers(template, stores, events) });
  Object.assign(links, { bus, states, endpoint, busEndpoint: await eventbridge(endpoint.url) });
  const streams = await startStreams(options, stores);
  links.streams = streams;
  stores.functions.restore();
  targets.restore();
  states.restore();
  timers.restore();
  schedules.start();
  streams.nudge();
  const services = { ...stores, ...shown, streams, endpoint };
  return { ...services, stop: () => stopServices(services, timers) };
}
