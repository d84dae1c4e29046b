import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { routeKind } from '#lib/ingestion/message/parse-messages.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { world } from './ingestion-world.ts';

/** Samples named after the route they are posted to. */
const samples = globSync('events/http/*.json').filter((file) => routeKind(basename(file, '.json')) !== undefined);

test('there is a sample of every kind of message', () => {
  const kinds = samples.map((file) => basename(file, '.json')).sort();
  expect(kinds).toEqual(['alias', 'batch', 'group', 'identify', 'page', 'screen', 'track']);
});

test.each(samples)('%s is accepted whole', async (file) => {
  const body = JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
  const { answer } = await world().post(basename(file, '.json'), { body });
  expect(answer).toMatchObject({
    success: true,
    accepted: Array.isArray(body.batch) ? body.batch.length : 1,
    rejected: [],
  });
});
