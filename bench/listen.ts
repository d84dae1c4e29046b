import { type Local } from '../infra/local/runner.ts';

/** What happened behind the gateway since the last `reset`. */
export interface Heard {
  /** Invocations by function, synchronous and asynchronous. */
  invocations: Record<string, number>;
  busEvents: number;
  executions: number;
  /** Bytes that functions printed, without what Lambda adds. */
  logBytes: number;
}

export interface Ear {
  heard(): Heard;
  reset(): void;
  /** The option `log` of the runner. */
  log(source: string, text: string): void;
  /** Listens in on a running system's functions, bus and executions. */
  attach(local: Local): void;
}

const silence = (): Heard => ({ invocations: {}, busEvents: 0, executions: 0, logBytes: 0 });

const nameOf = (arn: string): string => arn.split(':').at(-1) ?? arn;

export function createEar(): Ear {
  let heard = silence();
  const invoked = (arn: string): void => {
    const name = nameOf(arn);
    heard.invocations[name] = (heard.invocations[name] ?? 0) + 1;
  };
  return {
    heard: () => heard,
    reset: () => (heard = silence()),
    log: (source, text) => {
      if (source !== 'runner' && source !== 'gateway') heard.logBytes += Buffer.byteLength(text);
    },
    attach({ services: { functions, bus, states } }) {
      const invoke = functions.invoke.bind(functions);
      const invokeAsync = functions.invokeAsync.bind(functions);
      functions.invoke = (arn, payload) => (invoked(arn), invoke(arn, payload));
      functions.invokeAsync = (arn, payload) => (invoked(arn), invokeAsync(arn, payload));
      const put = bus.call.bind(bus);
      bus.call = (action, body) => {
        heard.busEvents += (body as { Entries: unknown[] }).Entries.length; // PutEvents is all it can be asked
        return put(action, body);
      };
      const call = states.call.bind(states);
      states.call = (action, body) => {
        if (action === 'StartExecution') heard.executions++;
        return call(action, body);
      };
    },
  };
}
