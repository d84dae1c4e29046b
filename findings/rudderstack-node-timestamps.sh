#!/usr/bin/env bash
# @rudderstack/rudder-sdk-node 3.0.13 sends the caller's `timestamp` as `timestamp`, and the moment of the call as
# `originalTimestamp`. In Segment's common fields `originalTimestamp` is the time of the call on the device, or the time that
# the caller passed to a server-side library. A receiver that reads it that way dates imported history to the day of the
# import. Seen on Node 20.20.2: an event of 2024 arrives with `originalTimestamp` of today.
# Exits non-zero when that changes. Needs Node 18 or later and the npm registry. Listens on 127.0.0.1 only.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > package.json <<'JSON'
{ "private": true, "type": "module",
  "dependencies": { "@rudderstack/rudder-sdk-node": "3.0.13" },
  "overrides": { "@rudderstack/rudder-sdk-node": { "bull": "npm:empty-npm-package@1.0.0" } } }
JSON
npm install --silent --no-audit --no-fund --ignore-scripts
cat > run.mjs <<'JS'
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { createRequire } from 'node:module';
const loaded = createRequire(import.meta.url)('@rudderstack/rudder-sdk-node');
const Analytics = loaded.default ?? loaded;
const received = new Promise((resolve) => {
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const text = (raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw).toString();
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      server.close();
      resolve(JSON.parse(text));
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const client = new Analytics('key', { dataPlaneUrl: `http://127.0.0.1:${server.address().port}`, flushAt: 1 });
    client.track({ userId: 'u1', event: 'Order Completed', timestamp: new Date('2024-03-01T12:00:00.000Z') });
  });
});
const { batch } = await received;
const { timestamp, originalTimestamp } = batch[0];
console.log({ timestamp, originalTimestamp });
const isCallersTime = new Date(timestamp).getUTCFullYear() === 2024;
const isMomentOfCall = Math.abs(Date.now() - Date.parse(originalTimestamp)) < 60_000;
process.exit(isCallersTime && isMomentOfCall ? 0 : 1);
JS
node run.mjs
