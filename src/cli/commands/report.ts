import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { formatDuration } from '../../kernel/duration.ts';
import { EXIT, messageOf, RollproofError } from '../../kernel/errors.ts';
import { renderJUnit } from '../../proof/junit.ts';
import { renderReport } from '../../proof/report/report.ts';
import { countOf } from '../../kernel/count.ts';
import { formatWall, STATE_SIGN, STATE_WORD } from '../../proof/report/words.ts';
import { renderSummary } from '../../proof/summary.ts';
import type { ClaimState, DrillRecord } from '../../proof/record.ts';
import { flag, type Options, textOption } from '../options.ts';
import { findRecords, type ListedRecord, listRecords } from '../records.ts';
import { chosenState, type StateFolder } from '../state.ts';
import { columns, jsonLine, line, oneLine, paint, table } from '../terminal.ts';

/** Everything comes from record.json: a report is never more than what the drill wrote down. */
export async function report(args: readonly string[], options: Options): Promise<number> {
  const state = chosenState(textOption(options, 'state'));
  const writesFiles = options['html'] !== undefined || options['junit'] !== undefined;
  if (args.length === 0 && !writesFiles && !flag(options, 'summary')) return list(state, flag(options, 'json'));
  const found = await findRecords(state, args.length === 0 ? ['last'] : [...new Set(args)]);
  if (flag(options, 'json')) for (const { record } of found) jsonLine(record);
  else if (!writesFiles || flag(options, 'summary')) showSummaries(found);
  const records = found.map(({ record }) => record);
  await writeFiles(records, options);
  return EXIT.ok;
}

async function writeFiles(records: readonly DrillRecord[], options: Options): Promise<void> {
  const [html, junit] = [textOption(options, 'html'), textOption(options, 'junit')];
  if (junit !== undefined) await write(junit, renderJUnit(records));
  if (html === undefined) return;
  await write(html, renderReport(records));
  process.stderr.write(openingHint(resolve(html)));
}

const STYLE: Readonly<Record<ClaimState, 'green' | 'red' | 'yellow' | 'dim'>> = {
  'proven': 'green',
  'failed': 'red',
  'inconclusive': 'yellow',
  'not-examined': 'dim',
};

async function list(state: StateFolder, json: boolean): Promise<number> {
  const { records, unreadable } = await listRecords(state);
  if (json) {
    for (const { record, folder } of records) jsonLine({ kind: 'drill', ...summaryOf(record), folder });
    for (const each of unreadable) jsonLine({ kind: 'unreadable', ...each });
  } else showList(state, records);
  for (const { why } of json ? [] : unreadable) line(paint('yellow', `◐ ${oneLine(why)}`));
  return unreadable.length === 0 ? EXIT.ok : EXIT.inconclusive;
}

function showList(state: StateFolder, records: readonly ListedRecord[]): void {
  if (records.length === 0) {
    line(`no drill has ended in ${state.path} yet; rollproof demo shows one`);
    return;
  }
  const rows = table(
    records.map(({ record }) => {
      const { whole, unclean } = record.verdict;
      return [
        formatWall(record.drill.startedAt),
        record.drill.id,
        oneLine(`${record.plan.name} · ${record.scenario.name}`),
        record.clocks.rtaMs === null ? 'no RTA' : `RTA ${formatDuration(record.clocks.rtaMs)}`,
        `${STATE_SIGN[whole]} ${STATE_WORD[whole]}${unclean ? ', unclean' : ''}`,
      ];
    }),
  );
  rows.forEach((row, index) => line(paintEnd(row, records[index]?.record.verdict.whole ?? 'inconclusive')));
  line(
    paint(
      'dim',
      `\n${countOf(records.length, 'drill')} in ${state.path}, newest last; rollproof report last shows the newest`,
    ),
  );
}

/** Painted after the columns were measured: escapes have no width. */
function paintEnd(row: string, state: ClaimState): string {
  const at = row.lastIndexOf(STATE_SIGN[state]);
  return at < 0 ? row : row.slice(0, at) + paint(STYLE[state], row.slice(at));
}

function summaryOf(record: DrillRecord): Readonly<Record<string, unknown>> {
  const { drill, plan, scenario, verdict, clocks } = record;
  return {
    drill: drill.id,
    startedAt: drill.startedAt,
    plan: plan.name,
    planDigest: plan.digest,
    scenario: scenario.name,
    whole: verdict.whole,
    unclean: verdict.unclean,
    exitCode: verdict.exitCode,
    rtaMs: clocks.rtaMs,
  };
}

function showSummaries(found: readonly ListedRecord[]): void {
  const colour = paint('red', 'x') !== 'x';
  for (const { record, folder } of found) {
    line(renderSummary(record, { colour, width: columns() }));
    line(paint('dim', `drill ${record.drill.id}, ${formatWall(record.drill.startedAt)}`));
    line(openingHint(join(folder, 'report.html')).trimEnd());
  }
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
