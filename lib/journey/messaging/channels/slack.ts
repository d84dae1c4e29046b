import { type DeliverMessage } from '../deliver.ts';
import { type Signing, outcomeOfAnswer, jsonHeaders } from './webhook.ts';

/** Slack's three characters of its own: unescaped, a customer's name could call a whole channel (`<!channel>`) or disguise a link. */
const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;' } as const;
const plain = (text: string): string => text.replace(/[&<>]/g, (letter) => escapes[letter as keyof typeof escapes]); // one of the three
/** Posts a message to an incoming webhook of Slack, which shows its text; a subject stands above it. */
export function slackChannel({ call }: Pick<Signing, 'call'>): DeliverMessage {
  return async ({ to, about: { workspace }, message: { subject, body } }) => {
    const text = plain(subject === undefined ? body : `*${subject}*\n${body}`);
    return outcomeOfAnswer(
      await call({ workspace, url: to, method: 'POST', headers: jsonHeaders, body: JSON.stringify({ text }) }),
      'slack',
    );
  };
}
