import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalOptions } from '../../infra/local/runner.ts';

/** A gap in the clock: what it showed, at the earliest, when a runner was killed, and when the next one was up. */
interface Gap {
  from: number;
  to: number;
}

interface Answer<Body = unknown> {
  status: number;
  body: Body;
}

type Runner = LocalOptions & { data: string };

/** A runner that is killed again and again, and those who use it go on with the next one as if nothing had happened. */
export interface Mortal {
  gaps: Gap[];
  /** Asks until somebody answers, as every client does: what went wrong on the way is asked again. */
  ask<Body = unknown>(route: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<Body>>;
  /** Moves the clock there, unless it is past it, and waits until all that fell due is done. */
  until(instant: string): Promise<void>;
  /**
   * Does the work, and kills the runner at so many moments meanwhile, or as many as there is time for: the others come in the next. Every
   * second kill waits for a message to go out, if one does, and comes before anybody has noted that down.
   */
  during(kills: number, work: () => Promise<void>): Promise<void>;
  /** The kills there was no time for, one start after the other: a runner that only starts can be killed as well. */
  rest(): Promise<void>;
  end(): Promise<void>;
}

/**
 * Longest that a runner lives while there is something to kill, in times of what its start took, so that it gets as far on a slow machine
 * as on a fast one: functions have started, and most of what is asked is under way.
 */
const longestLife = 4;

/** How old the time may be that a runner has written down when it is killed. */
const keptEveryMs = 1_000;

/** A process that has loaded the runner and waits to be told to start. What it has compiled is kept for the next. */
function loaded(options: Runner) {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(options.data, 'compiled') };
  const child = spawn(process.execPath, ['test/support/crash-child.ts', JSON.stringify(options)], { env });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  const up = new Promise<{ url: string; now: number }>((resolve, reject) => {
    const read = (text: string): void => {
      output += text;
      const [, url, now] = /^up (\S+) (\d+)$/m.exec(output) ?? [];
      if (url !== undefined) resolve({ url, now: Number(now) });
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    void gone.then(() => reject(new Error(output)));
  });
  up.catch(() => undefined);
  return {
    start() {
      child.stdin.write('\n');
      return up;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Resolves when a message has gone out, as read from outside, or it is over. A runner that just begins may hold the file: that is waited for. */
async function aMessage(data: string, isOver: () => boolean): Promise<void> {
  const journal = new DatabaseSync(join(data, 'journal.db'), { readOnly: true, timeout: 10_000 });
  try {
    const last = journal.prepare('SELECT max(id) AS id FROM outbox');
    const before = last.get()?.id;
    while (!isOver() && last.get()?.id === before) await sleep(1);
  } finally {
    journal.close();
  }
}

export async function startMortal(options: Runner, random: () => number): Promise<Mortal> {
  const gaps: Gap[] = [];
  let living = loaded(options);
  let next = loaded(options);
  let url: Promise<string> = living.start().then((up) => up.url);
  let owed = 0;
  const begun = performance.now();
  await url;
  let startMs = performance.now() - begun;

  async function replace(): Promise<string> {
    await living.kill();
    const killed = performance.now();
    living = next;
    const up = await living.start();
    startMs = performance.now() - killed;
    gaps.push({ from: up.now - startMs - keptEveryMs, to: up.now });
    next = loaded(options);
    return up.url;
  }

  async function ask<Body>(route: string, body?: unknown, more: Record<string, string> = {}): Promise<Answer<Body>> {
    const [method = '', path = ''] = route.split(' ');
    const headers = { authorization: 'Bearer sk_local', 'content-type': 'application/json', ...more };
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    for (;;) {
      const answered = await fetch(`${await url}${path}`, init)
        .then(async (response) => ({ status: response.status, text: await response.text() }))
        .catch(() => undefined);
      if (answered && answered.status < 500 && answered.status !== 429)
        return { status: answered.status, body: JSON.parse(answered.text) as Body };
      await sleep(20);
    }
  }

  async function until(instant: string): Promise<void> {
    for (;;) {
      const { body } = await ask<{ now: string }>('GET /local/clock');
      const left = Math.ceil((Date.parse(instant) - Date.parse(body.now)) / 1_000);
      if (left <= 0) return;
      await ask('POST /local/clock', { advance: `${left}s` });
    }
  }

  /** Resolves when the time has come to kill, or there is nothing left to kill. */
  async function life(done: AbortSignal): Promise<void> {
    const isAtMessage = gaps.length % 2 === 0;
    const end = performance.now() + (isAtMessage ? 1 : random()) * longestLife * startMs;
    const isOver = (): boolean => done.aborted || performance.now() >= end;
    if (isAtMessage) return aMessage(options.data, isOver);
    while (!isOver()) await sleep(1);
  }

  async function during(kills: number, work: () => Promise<void>): Promise<void> {
    owed += kills;
    const done = new AbortController();
    const doing = work().finally(() => done.abort());
    while (owed > 0) {
      await Promise.race([doing, life(done.signal)]);
      if (done.signal.aborted) break;
      owed--;
      url = replace();
      await url;
    }
    await doing;
  }

  async function rest(): Promise<void> {
    for (; owed > 0; owed--) {
      await sleep(random() * startMs);
      url = replace();
      await url;
    }
  }

  return {
    ...{ gaps, ask, until, during, rest },
    async end() {
      await living.kill();
      await next.kill();
    },
  };
}
