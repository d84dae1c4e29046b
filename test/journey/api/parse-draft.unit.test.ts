import { expect, test } from 'vitest';
import { parseDraft, parseVersionNumber } from '#lib/journey/api/parse-draft.ts';
import { aJourney } from '../journey-examples.ts';

const { version: _version, id: _id, ...body } = aJourney();

test('the address names a draft that does not name itself, and a version in it is ignored', () => {
  expect(parseDraft(body, 'welcome')).toEqual({ ...body, id: 'welcome' });
  expect(parseDraft({ ...body, id: 'welcome', version: 7 }, 'welcome')).not.toHaveProperty('version');
});

test.each([
  ['another id', { ...body, id: 'other' }, 'journey.invalid'],
  ['no definition', {}, 'journey.invalid'],
  ['no object', 'text', 'journey.invalid'],
  ['more than 256 KB', { ...body, name: { en: 'x'.repeat(262_144), ko: 'x' } }, 'journey.too-large'],
])('a draft with %s is refused', (_, given, code) => {
  expect(() => parseDraft(given, 'welcome')).toThrow(code);
});

test('a version is a number from 1 on', () => {
  expect(parseVersionNumber('12')).toBe(12);
  for (const text of [undefined, '', '0', '-1', '1.5', 'draft'])
    expect(() => parseVersionNumber(text)).toThrow('version.invalid');
});
