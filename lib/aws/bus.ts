import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { type BusEvent, eventSource } from '../model/bus-events.ts';
import { mapConcurrent } from '../shared/concurrency.ts';
import { findPermanentRefusal } from './table/write-refusal.ts';

export interface Bus {
  /**
   * Puts events on the bus, tens at a time. Answers those that EventBridge did not take in several tries, by their place in `events`;
   * putting them again is harmless, as consumers are idempotent on the id. Throws nothing: what could not be sent at all was not taken.
   */
  put(events: readonly BusEvent[]): Promise<number[]>;
}

/** An event that EventBridge did not take. `refusal` says why it never will; without it a later try may succeed. */
export interface UntakenEvent {
  place: number;
  refusal?: string;
}

export interface ExplainingBus extends Bus {
  /** As `put`, and says which events will never be taken. Those are tried once. */
  offer(events: readonly BusEvent[]): Promise<UntakenEvent[]>;
}

/** What `PutEvents` takes in one call. */
const maxEntries = 10;
/** Sum of one call's entries. The limit is 256 KB, of which the other fields of an entry take some. */
const maxBytes = 240_000;

const maxTries = 5;
const lanes = 4;

/** Full jitter: any time up to 50 ms doubled with each try. */
const jitter = (tries: number): Promise<void> =>
  new Promise((resume) => setTimeout(resume, Math.random() * 50 * 2 ** tries));

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

/** EventBridge takes no larger entry: 256 KB of source, detail type and detail. */
const maxEntryBytes = 262_144;

/** Codes of entries that depend on the entry alone. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const refusals = new Set(['InvalidArgument', 'MalformedDetail']);

function toEntry({ name, detail }: BusEvent, place: number, EventBusName: string): Entry {
  const Detail = JSON.stringify(detail);
  const request = { EventBusName, Source: eventSource, DetailType: name, Detail };
  return { place, bytes: Buffer.byteLength(Detail) + name.length + eventSource.length, request };
}

/** What became of the entries of one call. */
interface Sent {
  again: Entry[];
  refused: UntakenEvent[];
}

/** A call that is refused for its content is sent again entry by entry, so that one entry is not the others' refusal. */
async function sendChunk(client: EventBridgeClient, chunk: Entry[]): Promise<Sent> {
  try {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: chunk.map(({ request }) => request) }));
    const untaken = chunk.flatMap((entry, i) => {
      const answer = Entries[i];
      return answer?.EventId === undefined ? [{ entry, code: answer?.ErrorCode ?? '' }] : [];
    });
    return {
      again: untaken.filter(({ code }) => !refusals.has(code)).map(({ entry }) => entry),
      refused: untaken
        .filter(({ code }) => refusals.has(code))
        .map(({ entry, code }) => ({ place: entry.place, refusal: `event.invalid: ${code}` })),
    };
  } catch (error) {
    console.error(error);
    if (findPermanentRefusal(error) === undefined) return { again: chunk, refused: [] };
    const [only] = chunk;
    if (only && chunk.length === 1) return { again: [], refused: [{ place: only.place, refusal: 'event.invalid' }] };
    const each = await Promise.all(chunk.map((entry) => sendChunk(client, [entry])));
    return { again: each.flatMap(({ again }) => again), refused: each.flatMap(({ refused }) => refused) };
  }
}

export function eventBus(client: EventBridgeClient, EventBusName: string): ExplainingBus {
  async function offer(events: readonly BusEvent[]): Promise<UntakenEvent[]> {
    const all = events.map((event, place) => toEntry(event, place, EventBusName));
    const large = all.filter(({ bytes }) => bytes > maxEntryBytes);
    const untaken: UntakenEvent[] = large.map(({ place }) => ({ place, refusal: 'event.too-large' }));
    let left = all.filter(({ bytes }) => bytes <= maxEntryBytes);
    for (let tries = 0; left.length > 0 && tries < maxTries; tries++) {
      if (tries > 0) await jitter(tries);
      const again: Entry[] = [];
      await mapConcurrent(chunksOf(left), lanes, async (chunk) => {
        const sent = await sendChunk(client, chunk);
        again.push(...sent.again);
        untaken.push(...sent.refused);
      });
      left = again.sort((a, b) => a.place - b.place);
    }
    return [...untaken, ...left.map(({ place }) => ({ place }))].sort((a, b) => a.place - b.place);
  }

  return { offer, put: async (events) => (await offer(events)).map(({ place }) => place) };
}
