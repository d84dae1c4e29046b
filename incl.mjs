import { readFileSync, readdirSync } from 'node:fs';
const dir = '/tmp/w/me/prof/';
for (const f of readdirSync(dir)) {
  const p = JSON.parse(readFileSync(dir + f));
  const byId = new Map(p.nodes.map((n) => [n.id, n])); const parent = new Map();
  for (const n of p.nodes) for (const c of n.children ?? []) parent.set(c, n.id);
  const incl = new Map(), self = new Map(); let total = 0;
  p.samples.forEach((s, i) => { const d = p.timeDeltas[i] / 1000; const seen = new Set(); 
    const n0 = byId.get(s); if (/idle|program/.test(n0.callFrame.functionName)) return; total += d;
    for (let id = s; id !== undefined; id = parent.get(id)) { const n = byId.get(id); const k = `${n.callFrame.functionName} ${n.callFrame.url.split('/').slice(-3).join('/')}:${n.callFrame.lineNumber}`; if (!seen.has(k)) { seen.add(k); incl.set(k, (incl.get(k) ?? 0) + d); } }
    const url = n0.callFrame.url.split('/'); const g = url.includes('node_modules') ? url[url.indexOf('node_modules') + 1] + '/' + url[url.indexOf('node_modules') + 2] : url.slice(-3, -1).join('/') + (n0.callFrame.functionName === '(garbage collector)' ? 'GC' : ''); self.set(g, (self.get(g) ?? 0) + d);
  });
  console.log('total', total.toFixed(0));
  for (const [k, v] of [...self].sort((a, b) => b[1] - a[1]).slice(0, 14)) console.log('  self', v.toFixed(0), k);
  for (const [k, v] of [...incl].filter(([k]) => !/node_modules|:\d+$ /.test(k)).sort((a, b) => b[1] - a[1]).slice(0, 70)) console.log(v.toFixed(0), k);
}
