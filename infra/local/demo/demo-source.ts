import { parentPort, workerData } from 'node:worker_threads';
import { Analytics } from '@segment/analytics-node';
import { type DemoMessage, type SourceData } from './demo-customers.ts';
import { installVirtualDate } from '../clock/install-virtual-date.ts';

/**
 * A source in a thread of its own: Segment's Node library as it is, on a machine whose clock is the
 * world's.
 */

const { url, writeKey, time } = workerData as SourceData; // what run-demo.ts gives
installVirtualDate(time);
// A flush may leave the last messages to the interval, because it compares with what was pending at
// the previous flush.
const analytics = new Analytics({ writeKey, host: url, flushAt: 100, flushInterval: 5, maxRetries: 3 });
const errors: string[] = [];
analytics.on('error', ({ reason }) => errors.push(String(reason)));

function enqueue(message: DemoMessage): void {
  switch (message.type) {
    case 'track':
      return analytics.track(message);
    case 'identify':
      return analytics.identify(message);
    case 'page':
      return analytics.page(message);
    case 'screen':
      return analytics.screen(message);
  }
}

/** Replies when the batch was accepted. */
parentPort?.on('message', (messages: DemoMessage[]) => {
  messages.forEach(enqueue);
  void analytics.flush().then(() => parentPort?.postMessage(errors.splice(0)));
});
