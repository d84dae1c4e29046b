import { type HttpAnswer, type HttpCall } from '#lib/journey/messaging/guarded-http-call.ts';

/** Whom webhooks call: takes everything, or fails everything. */
export class Receiver {
  isUp = true;
  readonly calls: { enrolmentId: string; line: string }[] = [];
  readonly #now: () => string;

  constructor(now: () => string) {
    this.#now = now;
  }

  answer({ body = '' }: HttpCall): HttpAnswer {
    const { enrolmentId, stepId } = JSON.parse(body) as { enrolmentId: string; stepId: string }; // as the step writes it
    this.calls.push({ enrolmentId, line: `${this.#now()} ${stepId}: ${this.isUp ? 'taken' : 'failed'}` });
    const answer = { contentType: 'application/json', text: JSON.stringify({ code: 'taken' }), cut: false };
    return { outcome: 'answered', status: this.isUp ? 200 : 503, ...answer };
  }
}
