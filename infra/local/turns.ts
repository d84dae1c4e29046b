import { availableParallelism } from 'node:os';

/** Who has waited that long for a free processor waits no longer: a crowd that never goes must not hold anybody for good. Milliseconds. */
const patienceMs = 5_000;

/**
 * Whose turn it is where functions share the processors of one machine. (Each has its own on Lambda.) Those that can wait begin while fewer of
 * the others are under way than there are processors, or after five seconds.
 */
export interface Turns {
  /** Invocations under way of functions that somebody waits for, those that wait for an environment among them. */
  readonly prompt: number;
  /** Counts an invocation of such a function as under way, until what is answered is called. */
  begin(): () => void;
  /** Whether a function that can wait may begin now what has waited since, by `performance.now()`. */
  isFree(since: number): boolean;
}

export function createTurns(processors = availableParallelism()): Turns {
  let prompt = 0;
  return {
    get prompt() {
      return prompt;
    },
    begin() {
      prompt++;
      return () => {
        prompt--;
      };
    },
    isFree: (since) => prompt < processors || performance.now() - since >= patienceMs,
  };
}
