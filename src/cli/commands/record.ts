import { readFile } from 'node:fs/promises';
import { appendToNightLog, readNightLog } from '../../adapters/night-log/night-log-folder.ts';
import { systemClock } from '../../adapters/process/clock.ts';
import { countOf } from '../../kernel/count.ts';
import { EXIT, messageOf, RollproofError } from '../../kernel/errors.ts';
import { correctionsIn, type NightLogEntry } from '../../people/night-log/entry.ts';
import { draftsOf, readWritten, type WrittenLine } from '../../people/night-log/written.ts';
import type { GoodPlan } from '../../plan/load.ts';
import { demanded, flag, type Options, textOption } from '../options.ts';
import { askCards, terminalQuestions } from '../record/ask.ts';
import { resolveName } from '../record/names.ts';
import { chosenState } from '../state.ts';
import { jsonLine, line, oneLine, paint } from '../terminal.ts';
import { goodPlan } from './drill.ts';

/** Keys in what people wrote on paper. Nothing that is written is ever changed: a later entry corrects. */
export async function record(args: readonly string[], options: Options): Promise<number> {
  const loaded = await goodPlan(textOption(options, 'plan'));
  if (loaded === null) return EXIT.badPlanOrUsage;
  const place: Place = {
    loaded,
    folder: chosenState(textOption(options, 'state')).nightLogOf(loaded.plan.name),
    json: flag(options, 'json'),
  };
  if (flag(options, 'list')) return list(place);
  const file = textOption(options, 'file');
  if (file !== undefined) return keyInFile(place, file);
  if (args.length > 0) return keyIn(place, [lineFrom(args, options)]);
  return askAndKeyIn(place);
}

interface Place {
  readonly loaded: GoodPlan;
  readonly folder: string;
  readonly json: boolean;
}

function lineFrom(args: readonly string[], options: Options): WrittenLine {
  return {
    where: 'record',
    about: demanded(args, 0, 'what it is about'),
    what: textOption(options, 'happened') ?? '',
    by: textOption(options, 'by') ?? '',
    at: textOption(options, 'at') ?? '',
    observation: textOption(options, 'saw') ?? '',
    corrects: textOption(options, 'corrects') ?? '',
  };
}

async function keyInFile(place: Place, file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new RollproofError('usage-invalid', `${file} cannot be read: ${messageOf(error)}`, {
      hint: 'Name a CSV or NDJSON file.',
      cause: error,
    });
  });
  const { lines, problems } = readWritten(text, file);
  const said = problems.map(({ where, problem }) => `${where} ${problem}`);
  return keyIn(place, lines, said.length === 0 && lines.length === 0 ? [`${file} holds no entries`] : said);
}

async function keyIn(place: Place, lines: readonly WrittenLine[], earlier: readonly string[] = []): Promise<number> {
  const made = await tryKeyIn(place, lines, earlier);
  if ('problems' in made) {
    for (const problem of made.problems) process.stderr.write(`${oneLine(problem)}\n`);
    process.stderr.write('nothing was written\n');
    return EXIT.badPlanOrUsage;
  }
  for (const entry of made.entries) show(entry, { json: place.json, correctedBy: undefined });
  return EXIT.ok;
}

async function tryKeyIn(
  { loaded, folder }: Place,
  lines: readonly WrittenLine[],
  earlier: readonly string[],
): Promise<{ readonly problems: readonly string[] } | { readonly entries: readonly NightLogEntry[] }> {
  const clock = systemClock();
  const { entries } = await readNightLog(folder);
  const { drafts, problems } = draftsOf(lines, {
    plan: { name: loaded.plan.name, digest: loaded.digest },
    nowMs: clock.wallMs(),
    written: entries.at(-1)?.number ?? 0,
    corrected: correctionsIn(entries),
    resolve: (about) => resolveName(loaded.plan, about),
  });
  const all = [...earlier, ...problems.map(({ where, problem }) => `${where}: ${problem}`)];
  return all.length > 0 ? { problems: all } : { entries: await appendToNightLog({ folder, clock }, drafts) };
}

async function askAndKeyIn(place: Place): Promise<number> {
  const questions = terminalQuestions();
  let written = 0;
  await askCards(place.loaded.plan, questions, async (lines) => {
    const made = await tryKeyIn(place, lines, []);
    if ('problems' in made) return made.problems;
    written += made.entries.length;
    return [];
  });
  line(`${countOf(written, 'entry', 'entries')} keyed in; rollproof record --list shows them`);
  return EXIT.ok;
}

async function list({ folder, json, loaded }: Place): Promise<number> {
  const { entries, troubles } = await readNightLog(folder);
  const corrected = correctionsIn(entries);
  for (const entry of entries) show(entry, { json, correctedBy: corrected.get(entry.number) });
  const others = new Set(entries.map((entry) => entry.plan.digest).filter((digest) => digest !== loaded.digest));
  if (!json && entries.length === 0) line(`nothing was keyed in for ${loaded.plan.name} yet`);
  if (!json && others.size > 0)
    line(paint('dim', `some entries were keyed in with another revision of the plan; --json shows its digest`));
  for (const trouble of troubles) process.stderr.write(`${oneLine(trouble)}\n`);
  return troubles.length === 0 ? EXIT.ok : EXIT.inconclusive;
}

interface Shown {
  readonly json: boolean;
  readonly correctedBy: number | undefined;
}

/** Both times always: when it happened, and when somebody keyed it in. */
function show(entry: NightLogEntry, { json, correctedBy }: Shown): void {
  if (json) {
    jsonLine({ kind: 'entry', ...entry, correctedBy: correctedBy ?? null });
    return;
  }
  const { number, happenedAt, recordedAt, about, what, by, observation, corrects } = entry;
  const head = `${String(number).padStart(3)}  ${timeText(happenedAt)}  ${about}  ${what.replace('-', ' ')}, ${by}`;
  const notes = [
    observation === '' ? '' : `“${observation}”`,
    corrects === null ? '' : `corrects ${corrects}`,
    correctedBy === undefined ? '' : `corrected by ${correctedBy}`,
    `recorded ${timeText(recordedAt)}`,
  ].filter((note) => note !== '');
  line(correctedBy === undefined ? oneLine(head) : paint('dim', oneLine(head)));
  line(paint('dim', `     ${oneLine(notes.join(' · '))}`));
}

function timeText(iso: string): string {
  const [, day = '', time = '', zone = ''] = /^(\S+)T(\d{2}:\d{2}(?::\d{2})?)[.\d]*(\S+)$/.exec(iso) ?? [];
  return `${day} ${time} ${zone === 'Z' ? 'UTC' : zone}`;
}
