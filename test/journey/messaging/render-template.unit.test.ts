import { expect, test } from 'vitest';
import { truncate, renderMessage } from '#lib/journey/messaging/render-template.ts';

const body = (template: string, values = {}) => renderMessage({ body: template }, values).body;

test('values stand in their places, and fallbacks where there are none', () => {
  const values = { traits: { firstName: 'Mina', orders: 3, vip: false, empty: ' ' }, vars: { offer: { id: 'x' } } };
  expect(body('Hi {{traits.firstName}}, {{ traits.orders }} {{traits.vip}} {{vars.offer.id | none}}', values)).toBe(
    'Hi Mina, 3 false x',
  );
  expect(body('Hi {{traits.lastName | there}}{{traits.empty | !}}{{traits.nothing}}', values)).toBe('Hi there!');
  expect(body('{{vars.offer | nothing to show}}', values)).toBe('nothing to show');
});

test('nothing in a template or a value is run', () => {
  expect(body('{{constructor.constructor | no}}{{traits.__proto__.x | no}}', { traits: {} })).toBe('nono');
  expect(body('{{traits.a}}', { traits: { a: '{{traits.secret}}', secret: 's' } })).toBe('{{traits.secret}}');
  expect(body('{{traits.a}}', { traits: { a: "$&$1$'" } })).toBe("$&$1$'");
  expect(body('{{ never closed')).toBe('{{ never closed');
});

test('a subject is one short line', () => {
  const { subject } = renderMessage(
    { subject: '{{traits.name}}', body: 'x' },
    { traits: { name: `a\r\nBcc: b@c.de ${'x'.repeat(300)}` } },
  );
  expect(subject).toMatch(/^a Bcc: b@c\.de x+$/);
  expect(subject).toHaveLength(200);
});

test('a huge trait does not make a huge message', () => {
  expect(body('{{traits.a}}', { traits: { a: 'x'.repeat(100_000) } }).length).toBe(20_000);
});

test('no character is cut in half, nor is half a one put in', () => {
  expect(body('{{traits.a}}!', { traits: { a: 'a\ud800b' } })).toBe('a\ufffdb!');
  expect([truncate('ab😀', 3), truncate('ab😀', 4), truncate('abc', 2)]).toEqual(['ab', 'ab😀', 'ab']);
});
