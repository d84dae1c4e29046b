/** One line of the report. `counted` figures are the same on every machine, within the tolerance: they may not grow. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  atMost?: number;
  atLeast?: number;
  counted?: boolean;
}

/** Counted figures as recorded, by name. */
export type Baseline = Record<string, number>;

/** Retried conflicts and how batches happen to fall make small differences. */
const tolerance = 1.1;

/** Whether a counted figure grew past what was recorded. */
export function grew({ name, value, counted }: Figure, baseline: Baseline): boolean {
  const before = baseline[name];
  return counted === true && before !== undefined && value > before * tolerance + 0.01;
}

const shown = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 2 : 0 });

function target({ value, atMost, atLeast }: Figure): string {
  if (atMost !== undefined) return `${value <= atMost ? 'holds' : 'MISSED'}: at most ${shown(atMost)}`;
  if (atLeast !== undefined) return `${value >= atLeast ? 'holds' : 'MISSED'}: at least ${shown(atLeast)}`;
  return '';
}

export function line(figure: Figure, baseline: Baseline): string {
  const { name, value, unit } = figure;
  const growth = grew(figure, baseline) ? ` GREW from ${shown(baseline[name] ?? NaN)}` : '';
  return `${name.padEnd(56)} ${shown(value).padStart(9)} ${unit.padEnd(7)} ${target(figure)}${growth}`.trimEnd();
}

/** The page `docs/costs.md`. */
export function page(figures: Figure[], at: string): string {
  return [
    '# What it costs',
    '',
    `Written by \`npm run bench -- --record\` on ${at.slice(0, 10)}. Counts are those of the deployed template on the embedded engine, dollars those of`,
    '`lib/shared/prices.json` (list price, no free tier) with 30 ms billed for each invocation at 512 MB on arm64, logs and traces included.',
    'Times are of the machine the bench ran on: two shared cores, load generator included.',
    '',
    '| figure | value | | target |',
    '|---|---:|---|---|',
    ...figures.map((figure) => `| ${figure.name} | ${shown(figure.value)} | ${figure.unit} | ${target(figure)} |`),
    '',
  ].join('\n');
}
