/** A draft as an author writes it, for the documentation. */
export const draft = {
  name: { en: 'First order', ko: '첫 주문' },
  entry: { triggers: [{ touchpoint: { event: 'Signed Up' } }], reentry: 'never' },
  exit: { event: 'Order Completed' },
  start: 'Wait a day',
  steps: {
    'Wait a day': { kind: 'wait', for: '1d', next: 'Is active' },
    'Is active': {
      kind: 'branch',
      otherwise: 'Remind',
      cases: [{ when: { did: 'Product Viewed', atLeast: 1, within: '1d' }, next: 'Done' }],
    },
    Remind: {
      kind: 'send',
      channel: 'email',
      purpose: 'marketing',
      next: 'Done',
      template: { subject: 'Anything missing?', body: 'Hello {{traits.firstName | there}}!' },
    },
    Done: { kind: 'exit' },
  },
};
