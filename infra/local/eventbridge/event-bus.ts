import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type Json, type JsonObject } from '#lib/shared/json.ts';
import { AwsError } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { account, region } from '../template/intrinsics.ts';
import { compilePattern, type Matcher } from './event-patterns.ts';
import { readServiceRequest } from '../http/read-request.ts';
import { checkRequest, findRefusal, parseDetail, PutEventsEntry, PutEventsRequest } from './put-events.ts';
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

/** EventBridge gives whole seconds. */
const eventTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

interface CompiledRule {
  rule: Rule;
  matches: Matcher;
}

type BusRules = ReadonlyMap<string, CompiledRule[]>;

/**
 * Returns the enabled rules of each bus. Throws for a rule of an unknown bus, or a wrong pattern.
 */
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
    const entries = readServiceRequest(z.array(PutEventsEntry), given);
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
    return this.put(readServiceRequest(PutEventsRequest, body).Entries);
  }

  #putOne(entry: PutEventsEntry): PutEventsResult['Entries'][number] {
    const busName = entry.EventBusName.replace(/^.*event-bus\//, '');
    const { Source: source = '', DetailType: detailType = '', Detail = '', Resources: resources, Time } = entry;
    const detail = parseDetail(Detail);
    const refused = findRefusal(entry, detail);
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
