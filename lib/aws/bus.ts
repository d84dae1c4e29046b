import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { type BusEvent, eventSource } from '../events.ts';
import { inLanes } from './lanes.ts';

export interface Bus {
  /**
   * Puts events on the bus, tens at a time. Answers those that EventBridge did not take in several tries, by their place in `events`;
   * putting them again is harmless, as consumers are idempotent on the id. Throws nothing: what could not be sent at all was not taken.
   */
  put(events: readonly BusEvent[]): Promise<number[]>;
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

export function eventBus(client: EventBridgeClient, EventBusName: string): Bus {
  /** Those of one call that were refused. */
  async function send(chunk: Entry[]): Promise<Entry[]> {
    try {
      const { Entries = [] } = await client.send(
        new PutEventsCommand({ Entries: chunk.map(({ request }) => request) }),
      );
      return chunk.filter((_, i) => Entries[i]?.EventId === undefined);
    } catch (error) {
      console.error(error);
      return chunk;
    }
  }

  return {
    async put(events) {
      let left = events.map(({ name, detail }, place): Entry => {
        const Detail = JSON.stringify(detail);
        const request = { EventBusName, Source: eventSource, DetailType: name, Detail };
        return { place, bytes: Buffer.byteLength(Detail) + name.length + eventSource.length, request };
      });
      for (let tries = 0; left.length > 0 && tries < maxTries; tries++) {
        if (tries > 0) await jitter(tries);
        const refused: Entry[] = [];
        await inLanes(chunksOf(left), lanes, async (chunk) => void refused.push(...(await send(chunk))));
        left = refused.sort((a, b) => a.place - b.place);
      }
      return left.map(({ place }) => place);
    },
  };
}
