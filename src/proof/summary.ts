import { formatDuration } from '../kernel/duration.ts';
import { formatSize } from '../kernel/size.ts';
import { namedDifferences } from './named-differences.ts';
import type { ClaimState, Clocks, DrillRecord } from './record.ts';
import { visibleText } from './report/markup.ts';
import { formatRange, KIND_WORD, shortDuration, STATE_SIGN, STATE_WORD } from './report/words.ts';
import { countOf } from '../kernel/count.ts';
import { balanceInWords, unaccountedInWords } from './work.ts';

export interface SummaryOptions {
  /** False under NO_COLOR, on a dumb terminal, or where the output is no terminal. The shapes stay. */
  readonly colour: boolean;
  readonly width: number;
}

const MAX_WIDTH = 80;
const MIN_WIDTH = 40;
/** SGR colours of the terminal's own palette, so that they fit its background. */
const COLOUR: Readonly<Record<ClaimState, number>> = { proven: 32, failed: 31, inconclusive: 33, 'not-examined': 90 };
const STATE_COLUMN = 15;
const NAME_COLUMN = 14;

/** The last thing that a drill prints: verdict, claims, clocks, in at most 80 columns. */
export function renderSummary(record: DrillRecord, options: SummaryOptions): string {
  const width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, options.width));
  const paint = options.colour ? paintState : (_state: ClaimState, text: string): string => text;
  const blocks = [
    heading(record, width, paint),
    claimLines(record, width, paint),
    clockLines(record.clocks, width),
    ...(record.work.length === 0 ? [] : [workLines(record, width)]),
    resultLines(record, width),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

type Paint = (state: ClaimState, text: string) => string;

function paintState(state: ClaimState, text: string): string {
  return `\u001b[${COLOUR[state]}m${text}\u001b[39m`;
}

function stateText(state: ClaimState): string {
  return `${STATE_SIGN[state]} ${STATE_WORD[state]}`;
}

function heading({ plan, scenario, verdict, volume }: DrillRecord, width: number, paint: Paint): string[] {
  const title = `${plan.name} · ${scenario.name} · ${KIND_WORD[scenario.kind]}`;
  const covered = `on ${countOf(volume.rows, 'row')}, ${formatSize(volume.bytes)}`;
  return [
    ...wrap(title, width),
    `${paint(verdict.whole, stateText(verdict.whole))} (${covered})`,
    ...(verdict.unclean ? wrap('The run is unclean: something that the drill made is still there.', width) : []),
    ...verdict.reasons.flatMap((reason) => indent(wrap(reason, width - 2), 2)),
  ];
}

function claimLines(record: DrillRecord, width: number, paint: Paint): string[] {
  return record.claims.flatMap((claim) => {
    const prefix = `${paint(claim.state, stateText(claim.state).padEnd(STATE_COLUMN))} ${claim.name.padEnd(NAME_COLUMN)}`;
    const left = STATE_COLUMN + 1 + NAME_COLUMN;
    const isNarrow = width < left + 24;
    const parts = claim.parts.map((part) => `${part.name} ${STATE_WORD[part.state]}: ${part.sentence}`);
    const room = isNarrow ? width - 2 : width - left;
    const lines = [
      ...[claim.sentence, ...parts].flatMap((sentence) => wrap(sentence, room)),
      ...namedDifferences(record, claim).flatMap((each) => hung(wrap(each, room - 2))),
    ];
    if (isNarrow) return [prefix.trimEnd(), ...indent(lines, 2)];
    return [`${prefix}${lines[0] ?? ''}`, ...indent(lines.slice(1), left)];
  });
}

function clockLines(clocks: Clocks, width: number): string[] {
  const row = (cells: readonly string[]): string => {
    const [name = '', actual = '', waiting = '', expected = '', state = ''] = cells;
    return cut(
      `${name.padEnd(12)}${actual.padStart(13)}${waiting.padStart(13)}${expected.padStart(27)}  ${state}`.trimEnd(),
      width,
    );
  };
  const rows = clocks.spans.map((span) =>
    span.state === 'none'
      ? row([span.clock, 'not measured'])
      : row([
          span.clock,
          formatDuration(span.actualMs),
          span.waitingMs === 0 ? '–' : formatDuration(span.waitingMs),
          formatRange(span.expected),
          span.state === 'measured' ? '' : span.state,
        ]),
  );
  return [row(['clock', 'actual', 'waiting', 'expected p50 to p90']), ...rows];
}

/** `captured = kept + replayed + parked + waived`, and what is left over. */
function workLines({ work, rpa }: DrillRecord, width: number): string[] {
  const balances = work.flatMap((one) => {
    const balance = one.balances.at(-1);
    const sum = balance === undefined ? 'nobody looked what became of its writes' : balanceInWords(balance);
    const rest = balance === undefined ? '' : `; ${unaccountedInWords(balance)}`;
    return wrap(`${one.name}: ${sum}${rest}`, width);
  });
  if (rpa === null) return balances;
  const span = rpa.spanMs === null ? '' : `, ${formatDuration(rpa.spanMs)}`;
  return [...balances, ...wrap(`RPA ${countOf(rpa.records, 'record')}${span} (${rpa.note})`, width)];
}

function resultLines(record: DrillRecord, width: number): string[] {
  const { clocks, findings } = record;
  const limit = clocks.limitMs === null ? 'no limit in the plan' : `limit ${shortDuration(clocks.limitMs)}`;
  const margin =
    clocks.marginMs === null
      ? ''
      : clocks.marginMs < 0
        ? `, ${formatDuration(-clocks.marginMs)} too long`
        : `, ${formatDuration(clocks.marginMs)} to spare`;
  const rta = clocks.rtaMs === null ? 'RTA not reached' : `RTA ${formatDuration(clocks.rtaMs)}`;
  const worst = findings.filter((finding) => finding.severity === 'critical' || finding.severity === 'high');
  const told = tellingOf(clocks);
  return [
    ...(told === '' ? [] : wrap(told, width)),
    ...wrap(`${rta} (${limit}${margin}); the whole drill ${formatDuration(clocks.totalMs)}`, width),
    ...worst.flatMap((finding) => [
      ...wrap(`${finding.id} ${finding.severity}: ${finding.title}`, width),
      ...indent(wrap(finding.next, width - 2), 2),
    ]),
    ...(findings.length > worst.length
      ? [`${countOf(findings.length - worst.length, 'further finding')} in the report`]
      : []),
    ...(record.notShown.length === 0
      ? []
      : ['Not shown:', ...record.notShown.flatMap((each) => indent(wrap(each, width - 2), 2))]),
  ];
}

function tellingOf({ communicate: { firstMessageMs, openAgainMs, openAgainAssumed } }: Clocks): string {
  const first = firstMessageMs === null ? [] : [`first message ${formatDuration(firstMessageMs)} after the decision`];
  const again =
    openAgainMs === null
      ? []
      : [
          `“open again” acknowledged ${formatDuration(openAgainMs)} after opening${openAgainAssumed ? ' (assumed)' : ''}`,
        ];
  const told = [...first, ...again].join('; ');
  return `${told.charAt(0).toUpperCase()}${told.slice(1)}`;
}

function indent(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => `${' '.repeat(columns)}${line}`);
}

/** Further lines stand under the text, not under its sign. */
function hung([first = '', ...further]: readonly string[]): string[] {
  return [first, ...indent(further, 2)];
}

/** Names come from outside: what a terminal would obey is made visible, and line ends become spaces. */
function plain(text: string): string {
  return visibleText(text.replace(/\s+/g, ' ')).trim();
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of plain(text)
    .split(' ')
    .flatMap((each) => piecesOf(each, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A word longer than the line is broken: nothing may be lost and nothing may stick out. */
function piecesOf(word: string, width: number): string[] {
  if (word.length <= width) return [word];
  return Array.from({ length: Math.ceil(word.length / width) }, (_, index) =>
    word.slice(index * width, (index + 1) * width),
  );
}
