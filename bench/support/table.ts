import { loadavg } from 'node:os';

export interface Figure {
  readonly what: string;
  readonly measured: string;
  /** Absent: shown for what it is, nothing is promised about it. */
  readonly target?: { readonly text: string; readonly ratio: number };
}

/** Prints one bench's figures; a ratio above 1 misses its target and makes the process end with 1. */
export function printFigures(title: string, figures: readonly Figure[]): void {
  const rows = figures.map(({ what, measured, target }) => [
    what,
    measured,
    target?.text ?? '',
    target === undefined ? '' : target.ratio.toFixed(2),
    target === undefined ? '' : target.ratio <= 1 ? 'met' : 'MISSED',
  ]);
  printTable(title, [['figure', 'measured', 'target', 'measured / target', ''], ...rows]);
  if (figures.some(({ target }) => target !== undefined && !(target.ratio <= 1))) process.exitCode = 1;
}

export function printTable(title: string, rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  console.log(`\n${title}`);
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    );
}

/** What else the machine was doing: without it a figure in milliseconds says little. */
export function printLoad(when: string): void {
  const [one, five] = loadavg();
  console.log(`load ${when}: ${(one ?? 0).toFixed(2)} over one minute, ${(five ?? 0).toFixed(2)} over five`);
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

/** A million bytes, as in every figure of ours. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
