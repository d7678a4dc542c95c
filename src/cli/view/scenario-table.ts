import { relative } from 'node:path';
import { formatDuration } from '../../kernel/duration.ts';
import type { DrillRecord } from '../../proof/record.ts';
import { STATE_SIGN, STATE_WORD } from '../../proof/report/words.ts';
import type { Paint } from './paint.ts';
import { columnsOf, fill, plainText } from './text.ts';

export interface TableRow {
  readonly record: DrillRecord;
  readonly report: string;
}

const GAP = '  ';
const MIN_NAME_COLUMNS = 10;
const TONE = { proven: 'succeeded', failed: 'failed', inconclusive: 'unknown', 'not-examined': 'muted' } as const;

/** A line for each scenario; reports are named below `folder`, so that lines stay short and paths whole. */
export function scenarioTable(
  rows: readonly TableRow[],
  options: { readonly folder: string; readonly width: number; readonly paint: Paint },
): readonly string[] {
  const { folder, width, paint } = options;
  const cells = rows.map(({ record, report }) => ({
    name: plainText(record.scenario.name),
    state: record.verdict.whole,
    verdict: `${STATE_SIGN[record.verdict.whole]} ${STATE_WORD[record.verdict.whole]}${record.verdict.unclean ? ', unclean' : ''}`,
    rta: record.clocks.rtaMs === null ? '–' : formatDuration(record.clocks.rtaMs),
    report: relative(folder, report),
  }));
  const all = [{ name: 'scenario', state: null, verdict: 'verdict', rta: 'RTA', report: 'report' }, ...cells];
  const columns = (pick: (cell: (typeof all)[number]) => string): number =>
    Math.max(...all.map((cell) => columnsOf(pick(cell))));
  const verdict = columns((cell) => cell.verdict);
  const rta = columns((cell) => cell.rta);
  const others = verdict + rta + columns((cell) => cell.report) + 3 * GAP.length;
  const name = Math.max(
    MIN_NAME_COLUMNS,
    Math.min(
      columns((cell) => cell.name),
      width - others,
    ),
  );
  return all.map((cell) => {
    const shown = fill(cell.verdict, verdict);
    const painted = cell.state === null ? shown : paint(TONE[cell.state], shown);
    return [fill(cell.name, name), painted, cell.rta.padStart(rta), cell.report].join(GAP);
  });
}
