import { join } from 'node:path';
import type { Recorded } from '../../journal/journal.ts';
import type { DrillRecord } from '../../proof/record.ts';
import { sharedTerminal } from './shared-terminal.ts';
import type { View } from './view.ts';

/** Format: `docs/formats/events-v1.md`. Facts may hold keys but never values, so every event may be printed. */
export function jsonView(write: (line: string) => void): View {
  sharedTerminal.askOn(process.stderr);
  return { take: (event: Recorded) => write(`${JSON.stringify(event)}\n`), end: () => undefined };
}

/** The last line of each scenario. */
export function verdictLine({ drill, scenario, verdict, clocks }: DrillRecord, folder: string): string {
  const { rtaMs, limitMs } = clocks;
  const report = join(folder, 'report.html');
  return `${JSON.stringify({ kind: 'verdict', drill: drill.id, scenario: scenario.name, ...verdict, rtaMs, limitMs, folder, report })}\n`;
}
