import { type Bound, type Figure, verdictOf } from './figure.ts';

const shown = (value: number): string =>
  Number.isInteger(value) ? String(value) : Number(value.toPrecision(Math.abs(value) >= 1000 ? 8 : 6)).toString();

function bound(asked: Bound | undefined): string {
  if (!asked) return '';
  if ('min' in asked) return `≥ ${shown(asked.min)}`;
  if ('max' in asked) return `≤ ${shown(asked.max)}`;
  return `${shown(asked.is)} ± ${shown(asked.within)}`;
}

/** Figures as lines: name, ours, floor, target, reference, verdict. */
export function table(figures: Figure[]): string {
  const head = ['figure', 'ours', 'floor', 'target', 'reference', 'verdict'];
  const rows = figures.map((figure) => [
    figure.name,
    shown(figure.ours),
    bound(figure.floor),
    bound(figure.target),
    figure.reference ?? '',
    verdictOf(figure),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return [head, ...rows]
    .map((row) => `  ${row.map((field, i) => field.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
