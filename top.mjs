import { readFileSync, readdirSync } from 'node:fs';
const dir = '/tmp/w/me/prof/';
for (const f of readdirSync(dir)) {
  const p = JSON.parse(readFileSync(dir + f));
  const self = new Map(), byId = new Map(p.nodes.map((n) => [n.id, n]));
  const dt = p.timeDeltas; 
  p.samples.forEach((s, i) => { const n = byId.get(s); const k = `${n.callFrame.functionName} ${n.callFrame.url.split('/').slice(-3).join('/')}:${n.callFrame.lineNumber}`; self.set(k, (self.get(k) ?? 0) + dt[i] / 1000); });
  console.log(f);
  for (const [k, v] of [...self].sort((a, b) => b[1] - a[1]).slice(0, 40)) console.log(v.toFixed(0), k);
}
