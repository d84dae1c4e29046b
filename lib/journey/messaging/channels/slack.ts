import { type Deliver } from '../deliver.ts';
import { type Signing, endOf, jsonHeaders } from './webhook.ts';

/** Slack's three characters of its own: unescaped, a customer's name could call a whole channel (`<!channel>`) or disguise a link. */
const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;' } as const;
const plain = (text: string): string => text.replace(/[&<>]/g, (letter) => escapes[letter as keyof typeof escapes]); // one of the three
/** Posts a message to an incoming webhook of Slack, which shows its text; a subject stands above it. */
export function slack({ call }: Pick<Signing, 'call'>): Deliver {
  return async ({ to, about: { workspace }, message: { subject, body } }) => {
    const text = plain(subject === undefined ? body : `*${subject}*\n${body}`);
    return endOf(
      await call({ workspace, url: to, method: 'POST', headers: jsonHeaders, body: JSON.stringify({ text }) }),
      'slack',
    );
  };
}
