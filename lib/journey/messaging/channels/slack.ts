import { type DeliverMessage } from '../deliver.ts';
import { type Signing, outcomeOfAnswer, jsonHeaders } from './webhook.ts';

/**
 * Slack's special characters. Unescaped, a customer's name could notify a channel (`<!channel>`) or
 * disguise a link.
 */
const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;' } as const;
const plain = (text: string): string => text.replace(/[&<>]/g, (letter) => escapes[letter as keyof typeof escapes]); // one of the three

/**
 * Creates a channel that posts to an incoming webhook of Slack. A subject becomes the bold first
 * line.
 */
export function slackChannel({ call }: Pick<Signing, 'call'>): DeliverMessage {
  return async ({ to, about, message }) => {
    const { workspace } = about;
    const { subject, body } = message;
    const text = plain(subject === undefined ? body : `*${subject}*\n${body}`);
    const request = { workspace, url: to, method: 'POST', headers: jsonHeaders, body: JSON.stringify({ text }) };
    return outcomeOfAnswer(await call(request), 'slack');
  };
}
