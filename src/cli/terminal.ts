import { styleText } from 'node:util';
import { visibleText } from '../proof/report/markup.ts';

type Style = Parameters<typeof styleText>[0];

/** Coloured only on a terminal that wants colours: NO_COLOR, FORCE_COLOR and pipes are heeded. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

export function line(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function jsonLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Names come from databases, file systems and servers: what a terminal would obey is made visible, and it stays one line. */
export function oneLine(text: string): string {
  return visibleText(text.replace(/[\t\n\r]+/g, ' '));
}

/** Width to write for; a pipe has none. */
export function columns(): number {
  return process.stdout.columns ?? 100;
}

/** Cut at `width` with an ellipsis. */
export function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}

/** Words broken at `width`, further lines indented by `indent`. */
export function wrapped(
  text: string,
  { indent = 0, width = columns() }: { indent?: number; width?: number } = {},
): string {
  const limit = Math.max(30, Math.min(width, 100)) - indent;
  const lines: string[] = [''];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= limit) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((each) => `${' '.repeat(indent)}${each}`).join('\n');
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
