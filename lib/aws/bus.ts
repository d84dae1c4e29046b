import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { type BusEvent, eventSource } from '../model/bus-events.ts';
import { mapConcurrent } from '../shared/concurrency.ts';
import { fullJitterMs, pause } from '../shared/retry.ts';
import { findPermanentRefusal } from './table/write-refusal.ts';

/** Publishes events to the bus. */
export interface Bus {
  /**
   * Puts events in batches of ten. Returns the places in `events` of those that EventBridge did not
   * accept after several attempts. A retry is harmless, because consumers are idempotent by id.
   * Does not throw: an event that could not be sent counts as not accepted.
   */
  put(events: readonly BusEvent[]): Promise<number[]>;
}

/**
 * An event that EventBridge did not accept. With `refusal` it never will; without, a retry may
 * succeed.
 */
export interface UntakenEvent {
  place: number;
  refusal?: string;
}

/** A bus that distinguishes permanent refusals. */
export interface ExplainingBus extends Bus {
  /** As `put`, and returns which events will never be accepted. Those are tried once. */
  offer(events: readonly BusEvent[]): Promise<UntakenEvent[]>;
}

/** Entries per `PutEvents` call. */
const maxEntries = 10;
/** Limit of one call's entries, bytes. EventBridge takes 256 KB, of which other fields use some. */
const maxBytes = 240_000;

const maxTries = 5;
const lanes = 4;

/** Full jitter: up to 50 ms, doubled with each attempt. */
const waitWithJitter = (tries: number): Promise<void> => pause(fullJitterMs({ baseMs: 50 }, tries));

interface Entry {
  place: number;
  bytes: number;
  request: PutEventsRequestEntry;
}

function chunksOf(entries: Entry[]): Entry[][] {
  const chunks: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const chunk = chunks.at(-1);
    bytes += entry.bytes;
    if (chunk && chunk.length < maxEntries && bytes <= maxBytes) {
      chunk.push(entry);
    } else {
      chunks.push([entry]);
      bytes = entry.bytes;
    }
  }
  return chunks;
}

/** Limit of an entry, bytes: source, detail type and detail. */
const maxEntryBytes = 262_144;

/**
 * Error codes caused by the entry itself. See
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
const refusals = new Set(['InvalidArgument', 'MalformedDetail']);

function toEntry({ name, detail }: BusEvent, place: number, EventBusName: string): Entry {
  const Detail = JSON.stringify(detail);
  const request = { EventBusName, Source: eventSource, DetailType: name, Detail };
  return { place, bytes: Buffer.byteLength(Detail) + name.length + eventSource.length, request };
}

/** Result of calls: entries to retry and entries refused. */
interface SendResult {
  retry: Entry[];
  refused: UntakenEvent[];
}

const mergeResults = (results: SendResult[]): SendResult => ({
  retry: results.flatMap(({ retry }) => retry),
  refused: results.flatMap(({ refused }) => refused),
});

/** Sorts the entries that one call did not accept by the codes in its answer. */
function readResult(chunk: Entry[], answers: readonly PutEventsResultEntry[]): SendResult {
  const untaken = chunk.flatMap((entry, i) => {
    const answer = answers[i];
    return answer?.EventId === undefined ? [{ entry, code: answer?.ErrorCode ?? '' }] : [];
  });
  return {
    retry: untaken.filter(({ code }) => !refusals.has(code)).map(({ entry }) => entry),
    refused: untaken
      .filter(({ code }) => refusals.has(code))
      .map(({ entry, code }) => ({ place: entry.place, refusal: `event.invalid: ${code}` })),
  };
}

/**
 * Sends one call. A call refused for its content is sent again entry by entry, so that one entry
 * does not cause the refusal of others.
 */
async function sendChunk(client: EventBridgeClient, chunk: Entry[]): Promise<SendResult> {
  try {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: chunk.map(({ request }) => request) }));
    return readResult(chunk, Entries);
  } catch (error) {
    console.error(error);
    if (findPermanentRefusal(error) === undefined) return { retry: chunk, refused: [] };
    const [only] = chunk;
    if (only && chunk.length === 1) return { retry: [], refused: [{ place: only.place, refusal: 'event.invalid' }] };
    return mergeResults(await Promise.all(chunk.map((entry) => sendChunk(client, [entry]))));
  }
}

/** Sends all entries once, a few calls at a time. `retry` is in the order of the events. */
async function sendEntries(client: EventBridgeClient, entries: Entry[]): Promise<SendResult> {
  const results: SendResult[] = [];
  await mapConcurrent(chunksOf(entries), lanes, async (chunk) => {
    results.push(await sendChunk(client, chunk));
  });
  const { retry, refused } = mergeResults(results);
  return { retry: retry.sort((a, b) => a.place - b.place), refused };
}

async function offerEvents(client: EventBridgeClient, entries: Entry[]): Promise<UntakenEvent[]> {
  const large = entries.filter(({ bytes }) => bytes > maxEntryBytes);
  const untaken: UntakenEvent[] = large.map(({ place }) => ({ place, refusal: 'event.too-large' }));
  let left = entries.filter(({ bytes }) => bytes <= maxEntryBytes);
  for (let tries = 0; left.length > 0 && tries < maxTries; tries++) {
    if (tries > 0) await waitWithJitter(tries);
    const { retry, refused } = await sendEntries(client, left);
    untaken.push(...refused);
    left = retry;
  }
  return [...untaken, ...left.map(({ place }) => ({ place }))].sort((a, b) => a.place - b.place);
}

/** The bus over EventBridge. */
export function eventBus(client: EventBridgeClient, EventBusName: string): ExplainingBus {
  const offer = (events: readonly BusEvent[]): Promise<UntakenEvent[]> => {
    const entries = events.map((event, place) => toEntry(event, place, EventBusName));
    return offerEvents(client, entries);
  };
  return { offer, put: async (events) => (await offer(events)).map(({ place }) => place) };
}
