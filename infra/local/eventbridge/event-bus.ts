import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../../lib/shared/json.ts';
import { AwsError } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { account, region } from '../template/intrinsics.ts';
import { compilePattern, type Matcher } from './event-patterns.ts';
import { readServiceRequest } from '../http/read-request.ts';
import { targetPayload } from './target-input.ts';
import { type Targets } from './targets.ts';
import { type StackTemplate } from '../template/template.ts';

type Rule = StackTemplate['rules'][number];

/** Response of PutEvents: the event id of each entry, or its error. */
export interface PutEventsResult {
  FailedEntryCount: number;
  Entries: { EventId?: string; ErrorCode?: string; ErrorMessage?: string }[];
}

/** Event buses and their rules. */
export interface LocalBus {
  /**
   * PutEvents. Returns when all deliveries are in the journal. Throws for a request that
   * EventBridge rejects as a whole.
   */
  put(entries: unknown): PutEventsResult;
  /** Publishes an event of AWS itself on the default bus. */
  emit(source: string, detailType: string, detail: JsonObject): void;
  /** The API: `PutEvents`. */
  call(action: string, body: unknown): unknown;
}

interface BusOptions {
  buses: StackTemplate['buses'];
  rules: StackTemplate['rules'];
  targets: Pick<Targets, 'deliver'>;
  clock: VirtualClock;
  /** Called with each event that no rule matches. */
  unmatched?: (busName: string, event: JsonObject) => void;
}

const Entry = z.object({
  Time: z.number().optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string()).default([]),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().default('default'),
});
type Entry = z.infer<typeof Entry>;

const PutEvents = z.object({ Entries: z.array(z.unknown()) });

/** EventBridge's maximum entries of one request. */
const maxEntries = 10;

/** EventBridge's maximum size of all entries of a request, bytes. */
const maxRequestBytes = 256 * 1024;

const bytes = (text = ''): number => Buffer.byteLength(text);

const sizeOf = (entry: Entry): number =>
  (entry.Time === undefined ? 0 : 14) +
  bytes(entry.Source) +
  bytes(entry.DetailType) +
  bytes(entry.Detail) +
  entry.Resources.reduce((sum, resource) => sum + bytes(resource), 0);

function parseDetail(text: string): JsonObject | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return isJsonObject(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

/** EventBridge gives whole seconds. */
const eventTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

interface Refusal {
  code: string;
  message: string;
}

/** Returns the error of an entry in EventBridge's words, if any. */
function refusal(entry: Entry, detail: JsonObject | undefined): Refusal | undefined {
  const missing = (['Source', 'DetailType', 'Detail'] as const).find((name) => !entry[name]);
  if (missing)
    return {
      code: 'InvalidArgument',
      message: `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    };
  if (entry.Source?.startsWith('aws.'))
    return { code: 'NotAuthorizedForSourceException', message: `Not authorized for the source ${entry.Source}.` };
  if (!detail) return { code: 'MalformedDetail', message: 'Detail is malformed.' };
  return undefined;
}

interface CompiledRule {
  rule: Rule;
  matches: Matcher;
}

type BusRules = ReadonlyMap<string, CompiledRule[]>;

/** Returns the enabled rules of each bus. Throws for a rule of an unknown bus, or a wrong pattern. */
function compileRules({ buses, rules }: Pick<BusOptions, 'buses' | 'rules'>): BusRules {
  const byBus = new Map<string, CompiledRule[]>(
    ['default', ...buses.map(({ name }) => name)].map((name) => [name, []]),
  );
  for (const rule of rules) {
    if (!rule.enabled || rule.pattern === undefined) continue;
    const bus = byBus.get(rule.busName);
    if (!bus) throw new Error(`rule ${rule.id}: there is no event bus ${rule.busName}`);
    bus.push({ rule, matches: compilePattern(rule.pattern) });
  }
  return byBus;
}

/** Throws for a request that EventBridge rejects as a whole. */
function checkRequest(entries: readonly Entry[]): void {
  const count = entries.length;
  if (count < 1 || count > maxEntries)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: ${count} entries, 1 to ${maxEntries} are allowed`,
    );
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > maxRequestBytes)
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
}

interface EventDraft {
  source: string;
  detailType: string;
  detail: Json;
  at?: number | undefined;
  resources: string[];
}

const toEvent = (draft: EventDraft, id: string, now: number): JsonObject => ({
  version: '0',
  id,
  'detail-type': draft.detailType,
  source: draft.source,
  account,
  time: eventTime(draft.at ?? now),
  region,
  resources: draft.resources,
  detail: draft.detail,
});

/**
 * Delivers events to the targets of matching rules, at least once. A rejected entry does not affect
 * others of its request. Throws for a pattern that EventBridge rejects.
 */
export const createBus = (options: BusOptions): LocalBus => new RuleBus(options);

class RuleBus implements LocalBus {
  readonly #options: BusOptions;
  readonly #rules: BusRules;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#rules = compileRules(options);
  }

  put(given: unknown): PutEventsResult {
    const entries = readServiceRequest(z.array(Entry), given);
    checkRequest(entries);
    const Entries = entries.map((entry) => this.#putOne(entry));
    return { FailedEntryCount: Entries.filter(({ ErrorCode }) => ErrorCode).length, Entries };
  }

  emit(source: string, detailType: string, detail: JsonObject): void {
    this.#publish('default', { source, detailType, detail, resources: [] });
  }

  call(action: string, body: unknown): unknown {
    if (action !== 'PutEvents')
      throw new AwsError('UnknownOperationException', `EventBridge ${action} is not there locally`);
    return this.put(readServiceRequest(PutEvents, body).Entries);
  }

  #putOne(entry: Entry): PutEventsResult['Entries'][number] {
    const busName = entry.EventBusName.replace(/^.*event-bus\//, '');
    const { Source: source = '', DetailType: detailType = '', Detail = '', Resources: resources, Time } = entry;
    const detail = parseDetail(Detail);
    const refused = refusal(entry, detail);
    if (refused) return { ErrorCode: refused.code, ErrorMessage: refused.message };
    if (!this.#rules.has(busName))
      return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${busName} does not exist.` };
    const at = Time === undefined ? undefined : Time * 1000;
    return { EventId: this.#publish(busName, { source, detailType, detail: detail ?? {}, at, resources }) };
  }

  #publish(busName: string, draft: EventDraft): string {
    const { targets, clock, unmatched } = this.#options;
    const id = randomUUID();
    const event = toEvent(draft, id, clock.now());
    const matching = (this.#rules.get(busName) ?? []).filter(({ matches }) => matches(event));
    for (const { rule } of matching)
      for (const target of rule.targets) targets.deliver(target, targetPayload(event, target), rule.arn);
    if (matching.length === 0) unmatched?.(busName, event);
    return id;
  }
}
