import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EXIT, messageOf, RollproofError } from '../../kernel/errors.ts';
import { renderJUnit } from '../../proof/junit.ts';
import { visibleText } from '../../proof/report/markup.ts';
import { renderReport } from '../../proof/report/report.ts';
import { renderTrial } from '../../proof/report/trial.ts';
import { formatWall } from '../../proof/report/words.ts';
import { renderSummary } from '../../proof/summary.ts';
import { showResults } from '../list-results.ts';
import { flag, type Options, textOption } from '../options.ts';
import { findResults, type ListedResult } from '../records.ts';
import { chosenState } from '../state.ts';
import { columns, jsonLine, line, oneLine, paint } from '../terminal.ts';
import { trialSummary } from '../try/show-trial.ts';

/** Everything comes from record.json or trial.json: a report is never more than what was written down at the end. */
export async function report(args: readonly string[], options: Options): Promise<number> {
  const state = chosenState(textOption(options, 'state'));
  const writesFiles = options['html'] !== undefined || options['junit'] !== undefined;
  if (args.length === 0 && !writesFiles && !flag(options, 'summary')) return showResults(state, flag(options, 'json'));
  const found = await findResults(state, args.length === 0 ? ['last'] : [...new Set(args)]);
  const rendered = renderFiles(found, options);
  if (flag(options, 'json')) for (const { record } of found) jsonLine(record);
  else if (!writesFiles || flag(options, 'summary')) found.forEach(showSummary);
  for (const { file, text } of rendered) await write(file, text);
  const html = textOption(options, 'html');
  if (html !== undefined) process.stderr.write(openingHint(resolve(html)));
  return EXIT.ok;
}

/** Several drills make one report; a trial has one of its own, and no JUnit: it has no claims of a plan. */
function renderFiles(
  found: readonly ListedResult[],
  options: Options,
): readonly { readonly file: string; readonly text: string }[] {
  const [html, junit] = [textOption(options, 'html'), textOption(options, 'junit')];
  if (html === undefined && junit === undefined) return [];
  const drills = found.flatMap((each) => (each.kind === 'drill' ? [each.record] : []));
  const trials = found.flatMap((each) => (each.kind === 'trial' ? [each.record] : []));
  const [trial] = trials;
  if (trial !== undefined && (junit !== undefined || found.length > 1)) {
    throw new RollproofError(
      'usage-invalid',
      junit === undefined
        ? `${trial.trial.id} is a trial, which makes a report of its own`
        : `${trial.trial.id} is a trial, and only drills make JUnit XML`,
      { hint: 'Name drills only, or one trial with --html; rollproof report lists both.' },
    );
  }
  return [
    ...(junit === undefined ? [] : [{ file: junit, text: renderJUnit(drills) }]),
    ...(html === undefined
      ? []
      : [{ file: html, text: trial === undefined ? renderReport(drills) : renderTrial(trial) }]),
  ];
}

function showSummary(found: ListedResult): void {
  const { kind, id, startedAt, folder } = found;
  if (found.kind === 'drill')
    line(renderSummary(found.record, { colour: paint('red', 'x') !== 'x', width: columns() }));
  else line(trialSummary(found.record).split('\n').map(visibleText).join('\n'));
  line(paint('dim', `${kind} ${id}, ${formatWall(startedAt)}`));
  line(openingHint(join(folder, 'report.html')).trimEnd());
}

/** One file without any outside resource, so it can also be mailed. */
function openingHint(file: string): string {
  const hasDesktop = process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
  return `Report: ${oneLine(file)}\n${hasDesktop ? `  open it with: xdg-open ${oneLine(file)}` : '  one file that stands alone: copy it to your computer and open it in a browser'}\n`;
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(resolve(file), text).catch((error: unknown) => {
    throw new RollproofError('usage-invalid', `${file} cannot be written: ${messageOf(error)}`, {
      hint: 'Name a file in a folder that exists.',
      cause: error,
    });
  });
}
