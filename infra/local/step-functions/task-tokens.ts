import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { type CallId, type TaskTokens } from '#lib/states-language/execution/host.ts';
import { type Journal } from '../journal/open-journal.ts';

const Call = z.tuple([z.int(), z.int(), z.int()]);

/**
 * Signed task tokens that name their call, so they cannot be forged and need no storage. The key is
 * in the journal, so a token stays valid after a restart.
 */
export class Tokens implements TaskTokens {
  readonly #key: Buffer;

  constructor(journal: Journal) {
    journal.prepare('INSERT OR IGNORE INTO sfn_key (id, secret) VALUES (1, ?)').run(randomBytes(32).toString('hex'));
    const { secret } = journal.prepare('SELECT secret FROM sfn_key').get() as { secret: string };
    this.#key = Buffer.from(secret, 'hex');
  }

  of(call: CallId): string {
    const body = Buffer.from(JSON.stringify(call));
    return Buffer.concat([this.#sign(body), body]).toString('base64url');
  }

  read(token: string): CallId | undefined {
    const bytes = Buffer.from(token, 'base64url');
    const [signature, body] = [bytes.subarray(0, 16), bytes.subarray(16)];
    if (signature.length < 16 || !timingSafeEqual(signature, this.#sign(body))) return undefined;
    return Call.parse(JSON.parse(body.toString()));
  }

  #sign(body: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(body).digest().subarray(0, 16);
  }
}
