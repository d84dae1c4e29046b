import { FunctionError, type Invoke } from '../../infra/local/lambda/local-functions.ts';
import { randomFrom } from './random.ts';

export interface Crashes {
  between: (invoke: Invoke) => Invoke;
  /** How often each function died, by its name. */
  count(): Record<string, number>;
}

/** As Lambda tells of an environment that died. */
const died = (): FunctionError =>
  new FunctionError({ errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited', trace: [] });

/** Whoever only reads loses nothing by asking again. */
const isRead = (payload: string): boolean => payload.includes('"method":"GET"');

/**
 * Lets a share (0 to 1) of invocations die: most after all their work and before the answer, which is when most is at stake, some before
 * it. The same payload never twice, as a retry on AWS is as likely to succeed as any other.
 */
export function crashing({ seed, share }: { seed: number; share: number }): Crashes {
  const random = randomFrom(seed);
  const crashed = new Set<string>();
  const counts: Record<string, number> = {};
  const between =
    (invoke: Invoke): Invoke =>
    async (functionArn, payload) => {
      const key = `${functionArn} ${payload}`;
      if (isRead(payload) || crashed.has(key) || random() >= share) return invoke(functionArn, payload);
      crashed.add(key);
      const name = functionArn.split(':').at(-1) ?? '';
      counts[name] = (counts[name] ?? 0) + 1;
      if (random() < 0.7) await invoke(functionArn, payload);
      throw died();
    };
  return { between, count: () => ({ ...counts }) };
}
