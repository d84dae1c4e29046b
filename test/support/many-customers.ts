import { mapConcurrent } from '../../lib/shared/concurrency.ts';
import { type Mortal } from './crash-restart-runner.ts';
import { halfPastTwo, type Way, ways } from './journey-cases.ts';

/** Somebody on a way. They live in the zones in turn. */
export interface Person {
  id: string;
  way: Way;
  nth: number;
  zone: string;
}

const zones = Object.keys(halfPastTwo);

/** Everybody; `share` of them where not all are wanted. */
export const crowd = (share = 1): Person[] =>
  ways.flatMap((way) =>
    Array.from({ length: Math.ceil(way.people * share) }, (_, nth): Person => {
      return { id: `${way.id}-${nth}`, way, nth, zone: zones[nth % zones.length]! };
    }),
  );

/** People in one request, and requests at once. */
const together = 20;
const lanes = 4;

/** What customers and marketers do, all through a runner that dies now and then: whatever is asked is asked until it is taken. */
export interface Doings {
  now(): Promise<string>;
  /** Messages of each of them, at this moment. One without an id of its own gets one. */
  send(who: Person[], messages: (person: Person) => object[]): Promise<void>;
  /** They make themselves known and knock at the door of their journey. */
  enter(who: Person[]): Promise<void>;
  act(journeyId: string, action: string, body?: object): Promise<void>;
  publish(journeyId: string, journey: object, request?: object): Promise<void>;
  /** Answers every open task twice, the second time otherwise. Resolves with what the API said. */
  answerTasks(first: string, second: string): Promise<number[][]>;
}

export function doings({ ask }: Pick<Mortal, 'ask'>): Doings {
  let sent = 0;

  const now = async (): Promise<string> => (await ask<{ now: string }>('GET /local/clock')).body.now;

  async function expectOk(route: string, body: object, headers?: Record<string, string>): Promise<void> {
    const answered = await ask(route, body, headers);
    if (answered.status > 201) throw new Error(`${route}: ${answered.status} ${JSON.stringify(answered.body)}`);
  }

  async function send(who: Person[], messages: (person: Person) => object[]): Promise<void> {
    const groups = Map.groupBy(who, (person) => Math.floor(who.indexOf(person) / together));
    await mapConcurrent([...groups.values()], lanes, async (group) => {
      const timestamp = await now();
      const batch = group.flatMap((person) =>
        messages(person).map((message) => {
          return { type: 'track', userId: person.id, messageId: `m-${sent++}`, timestamp, ...message };
        }),
      );
      await expectOk('POST /v1/batch', { batch, writeKey: 'wk_local' });
    });
  }

  const act: Doings['act'] = (id, action, body = {}) => expectOk(`POST /v1/journeys/${id}/${action}`, body);

  return {
    now,
    send,
    act,

    enter: (who) =>
      send(who, ({ id, way, zone }) => [
        { type: 'identify', traits: { email: `${id}@example.com`, timezone: zone } },
        { event: `Knock ${way.id}` },
      ]),

    async publish(id, journey, request) {
      const entry = { triggers: [{ touchpoint: { event: `Knock ${id}` } }, { api: true }], reentry: 'always' };
      const draft = { name: { en: id, ko: id }, entry, ...journey };
      // There is one already, perhaps this one: its answer was lost.
      if ((await ask(`PUT /v1/journeys/${id}`, draft)).status === 428)
        await expectOk(`PUT /v1/journeys/${id}`, draft, { 'if-match': '*' });
      await act(id, 'publish', request);
    },

    async answerTasks(first, second) {
      const { body } = await ask<{ items: { taskId: string }[] }>('GET /v1/tasks?limit=100');
      const said: number[][] = [];
      await mapConcurrent(body.items, lanes, async ({ taskId }) => {
        const answer = async (words: string): Promise<number> =>
          (await ask(`POST /v1/tasks/${taskId}`, { answer: words })).status;
        said.push([await answer(first), await answer(second)]);
      });
      return said;
    },
  };
}
