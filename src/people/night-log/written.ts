import { type EntryDraft, HAPPENINGS, type Happening } from './entry.ts';

/** One line of what somebody wrote down, as text; nothing is known yet about whether it is right. */
export interface WrittenLine {
  readonly where: string;
  readonly about: string;
  readonly what: string;
  readonly by: string;
  readonly at: string;
  readonly observation: string;
  readonly corrects: string;
}

const COLUMNS = ['about', 'what', 'by', 'at', 'observation', 'corrects'] as const;

export interface Said {
  readonly where: string;
  readonly problem: string;
}

/** CSV with a line of names, or one JSON object a line with the same names. */
export function readWritten(
  text: string,
  file: string,
): { readonly lines: readonly WrittenLine[]; readonly problems: readonly Said[] } {
  const isJson = text.trimStart().startsWith('{');
  return isJson ? readNdjson(text, file) : readCsv(text, file);
}

function readNdjson(text: string, file: string): ReturnType<typeof readWritten> {
  const lines: WrittenLine[] = [];
  const problems: Said[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const where = `${file}:${index + 1}`;
    const value = parseObject(line);
    const unknown = value === undefined ? [] : Object.keys(value).filter((key) => !isColumn(key));
    if (value === undefined) problems.push({ where, problem: 'is no JSON object' });
    else if (unknown.length > 0) problems.push({ where, problem: unknownColumns(unknown) });
    else lines.push(lineOf(where, (name) => scalarText(value[name])));
  });
  return { lines, problems };
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined; // told by the caller, with its line
  }
}

function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function readCsv(text: string, file: string): ReturnType<typeof readWritten> {
  const [head, ...rows] = csvRows(text);
  const names = head?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  const unknown = names.filter((name) => !isColumn(name));
  if (head === undefined || unknown.length > 0 || !names.includes('about'))
    return {
      lines: [],
      problems: [
        {
          where: `${file}:1`,
          problem:
            unknown.length > 0 ? unknownColumns(unknown) : `the first line must name the columns: ${COLUMNS.join(',')}`,
        },
      ],
    };
  const lines = rows.map(({ line, cells }) =>
    lineOf(`${file}:${line}`, (name) => cells[names.indexOf(name)]?.trim() ?? ''),
  );
  const uneven = rows.filter(({ cells }) => cells.length !== names.length);
  return {
    lines,
    problems: uneven.map(({ line, cells }) => ({
      where: `${file}:${line}`,
      problem: `has ${cells.length} values for ${names.length} columns`,
    })),
  };
}

function isColumn(name: string): boolean {
  return COLUMNS.some((column) => column === name);
}

function unknownColumns(names: readonly string[]): string {
  return `has no column ${names.join(', ')}; there are ${COLUMNS.join(', ')}`;
}

function lineOf(where: string, value: (name: (typeof COLUMNS)[number]) => string): WrittenLine {
  const [about, what, by, at] = [value('about'), value('what'), value('by'), value('at')];
  return { where, about, what, by, at, observation: value('observation'), corrects: value('corrects') };
}

interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** RFC 4180: quoted values may hold commas, line ends and doubled quotes. */
function csvRows(text: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let startedAt = 1;
  const matches = text.replace(/^\ufeff/, '').matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g);
  for (const [whole, quoted, plain, end] of matches) {
    if (whole === '' && cells.length === 0) continue;
    cells.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    if (cells.some((cell) => cell.trim() !== '')) rows.push({ line: startedAt, cells });
    cells = [];
    startedAt = line;
  }
  return rows;
}

export interface DraftRules {
  readonly plan: EntryDraft['plan'];
  readonly nowMs: number;
  /** Number of entries that are written already: only those can be corrected. */
  readonly written: number;
  /** Entries that were corrected already: the newer one must be corrected instead. */
  readonly corrected: ReadonlyMap<number, number>;
  /** The whole name, or what is wrong with it. */
  readonly resolve: (about: string) => { readonly about: string } | { readonly problem: string };
}

/** Clocks on paper and clocks of machines differ by some minutes, not by more. */
const AHEAD_MS = 10 * 60_000;

/** Everything that is wrong at once; a file is written as a whole or not at all. */
export function draftsOf(
  lines: readonly WrittenLine[],
  rules: DraftRules,
): { readonly drafts: readonly EntryDraft[]; readonly problems: readonly Said[] } {
  const drafts: EntryDraft[] = [];
  const problems: Said[] = [];
  for (const line of lines) {
    const resolved = rules.resolve(line.about);
    const about = 'about' in resolved ? resolved.about : line.about;
    const what = happeningOf(line.what, about);
    const wrong = [
      'problem' in resolved ? resolved.problem : '',
      what === undefined ? `\`${line.what}\` did not happen to anybody; write ${HAPPENINGS.join(', ')}` : '',
      line.by === '' ? 'nobody is named who did it' : '',
      timeProblem(line.at, rules.nowMs),
      correctionProblem(line.corrects, rules),
    ].filter((problem) => problem !== '');
    problems.push(...wrong.map((problem) => ({ where: line.where, problem })));
    if (wrong.length > 0 || what === undefined) continue;
    const corrects = line.corrects === '' ? null : Number(line.corrects);
    drafts.push({
      about,
      what,
      by: line.by,
      happenedAt: withSeconds(line.at),
      observation: line.observation,
      corrects,
      plan: rules.plan,
    });
  }
  return { drafts, problems };
}

/** Left out, it is what is mostly meant: a step was done, a decision made, a trigger read. */
function happeningOf(written: string, about: string): Happening | undefined {
  if (written !== '') return HAPPENINGS.find((one) => one === written.trim().toLowerCase().replace(' ', '-'));
  if (about === 'decision') return 'decided';
  return about.startsWith('triggers.') ? 'read' : 'done';
}

const WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

function timeProblem(at: string, nowMs: number): string {
  if (at === '') return 'it does not say when it happened; write such as 2026-12-04T18:05+01:00';
  if (/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?$/.test(at))
    return `${at} has no zone; write it behind the time, such as ${at.replace(' ', 'T')}+01:00`;
  if (!WITH_ZONE.test(at) || Number.isNaN(Date.parse(at)) || !isOnCalendar(at))
    return `${at} is no time; write such as 2026-12-04T18:05+01:00`;
  return Date.parse(at) > nowMs + AHEAD_MS ? `${at} has not come yet` : '';
}

/** `Date.parse` takes 30 February for a day in March. */
function isOnCalendar(at: string): boolean {
  const day = at.slice(0, 10);
  return new Date(Date.parse(`${day}T00:00Z`)).toISOString().slice(0, 10) === day;
}

function correctionProblem(corrects: string, { written, corrected }: DraftRules): string {
  if (corrects === '') return '';
  const number = Number(corrects);
  if (!/^\d{1,9}$/.test(corrects) || number < 1 || number > written) return `there is no entry ${corrects} to correct`;
  const by = corrected.get(number);
  return by === undefined ? '' : `entry ${corrects} was corrected by entry ${by}: correct that one`;
}

function withSeconds(at: string): string {
  return /T\d{2}:\d{2}(Z|[+-])/.test(at) ? at.replace(/(T\d{2}:\d{2})/, '$1:00') : at;
}
