import { expect, test } from 'vitest';
import { keyInBody, keyInHeader } from '#lib/ingestion/request/request-key.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test.each([
  ['Basic with the colon', `Basic ${base64('wk_local:')}`, 'wk_local'],
  ['Basic without the colon', `Basic ${base64('wk_local')}`, 'wk_local'],
  ['Basic with a password', `basic ${base64('wk_local:secret')}`, 'wk_local'],
  ['Bearer', 'Bearer wk_local', 'wk_local'],
  ['no header', undefined, undefined],
  ['another scheme', 'Digest abc', undefined],
  ['a key without a scheme', 'wk_local', undefined],
])('%s', (_name, header, key) => {
  expect(keyInHeader(header)).toBe(key);
});

test('a key in the body is text', () => {
  expect(keyInBody({ writeKey: 'wk_local' })).toBe('wk_local');
  expect(keyInBody({ writeKey: { $ne: '' } })).toBeUndefined();
});
