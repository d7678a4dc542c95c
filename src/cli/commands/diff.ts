import { EXIT } from '../../kernel/errors.ts';
import type { DifferenceVerdict } from '../../subject/difference.ts';
import { verdictOf } from '../../subject/difference.ts';
import { compareSources, type SourceComparison } from '../compare-sources.ts';
import { differenceText } from '../difference-text.ts';
import { type LeftOut, leaveOut, noteUnneeded, withoutLeftOut } from '../left-out.ts';
import { countOption, demanded, flag, type Options } from '../options.ts';
import { NO_VALUES, refuseValuesElsewhere, shownValues } from '../shown-values.ts';
import { openSource, type Source } from '../source.ts';
import { stopper } from '../stopper.ts';
import { jsonLine, line, oneLine, paint } from '../terminal.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { noteOpenPasswords } from '../open-password.ts';

/** The first is the earlier state, the second the later one. */
export async function diff(args: readonly string[], options: Options): Promise<number> {
  const before = await openSource(demanded(args, 0, 'the earlier database, folder or baseline'));
  const after = await openSource(demanded(args, 1, 'the later database, folder or baseline'));
  return showComparison({ before, after, options });
}

export interface ShowRequest {
  readonly before: Source;
  readonly after: Source;
  readonly options: Options;
}

const EXIT_OF: Readonly<Record<DifferenceVerdict, number>> = {
  equal: EXIT.ok,
  different: EXIT.failed,
  incomplete: EXIT.inconclusive,
};

export async function showComparison({ before, after, options }: ShowRequest): Promise<number> {
  const json = flag(options, 'json');
  const rows = countOption(options, 'rows', { least: 0, otherwise: 10 });
  const withValues = flag(options, 'values');
  if (withValues) refuseValuesElsewhere({ json, isTerminal: process.stdout.isTTY });
  noteOpenPasswords([before, after]);
  const values = withValues ? shownValues(rows) : null;
  const signal = stopper.begin();
  try {
    const made = await compareSources({ before, after, signal, values: values?.sink ?? NO_VALUES });
    const left = leaveOut(made.difference.unread, options);
    const difference = withoutLeftOut(made.difference, left);
    const exitCode = EXIT_OF[verdictOf(difference)];
    noteUnneeded(left);
    if (json) showJson({ ...made, difference }, { before, after, left, exitCode });
    else {
      line(paint('dim', `${oneLine(before.shown)} → ${oneLine(after.shown)}  ${formatDuration(made.tookMs)}`));
      line(differenceText({ difference, kind: made.after.store.kind, rows, values }));
      for (const { what } of left.onPurpose) line(paint('dim', `○ left out on purpose: ${oneLine(what)}`));
    }
    return exitCode;
  } finally {
    stopper.end();
  }
}

interface JsonFrame {
  readonly before: Source;
  readonly after: Source;
  readonly left: LeftOut;
  readonly exitCode: number;
}

/** Keys and column names, never values. */
function showJson(made: SourceComparison, frame: JsonFrame): void {
  const { difference, isExplained, tookMs } = made;
  const described = (side: 'before' | 'after'): object => ({
    shown: frame[side].shown,
    takenAt: made[side].takenAt,
    size: made[side].size,
  });
  jsonLine({ kind: 'sides', before: described('before'), after: described('after') });
  for (const part of difference.parts) jsonLine({ kind: 'part', ...part });
  for (const counter of difference.counters) jsonLine({ kind: 'counter', ...counter });
  for (const object of difference.objects) jsonLine({ kind: 'object', object });
  for (const unread of difference.unread) jsonLine({ kind: 'unread', ...unread });
  for (const unread of frame.left.onPurpose) jsonLine({ kind: 'left-out', ...unread });
  jsonLine({
    kind: 'verdict',
    verdict: verdictOf(difference),
    exitCode: frame.exitCode,
    compared: difference.compared,
    rowsNamed: isExplained,
    tookMs: Math.round(tookMs),
  });
}
