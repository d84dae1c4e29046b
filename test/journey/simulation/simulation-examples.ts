import { aSend } from '../journey-examples.ts';

export const from = Date.parse('2026-01-01T00:00:00.000Z');
export const everywhere = { reach: { email: 1 }, refuses: 0, responds: {}, zones: { UTC: 1 } };
export const Done = { kind: 'exit' };
export const rest = (length: string, next: string) => ({ kind: 'wait', for: length, next });
/** Two messages, one at once and one after a wait. */
export const twice = (length: string) => ({
  steps: { Hello: aSend({ next: 'Rest' }), Rest: rest(length, 'Again'), Again: aSend(), Done },
});
export const touched = (name: string, at: string) => ({
  ...{ messageId: `${name} ${at}`, at, type: 'track' as const, name, channel: 'web', userId: 'ada' },
  ...{ properties: {}, context: {} },
});
export const identified = (at: string) => ({
  ...touched('Identified', at),
  ...{ type: 'identify' as const, properties: { email: 'ada@example.com' } },
});
