import { countOf, formatCount } from '../../kernel/count.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { formatSize } from '../../kernel/size.ts';
import { formatWall, STATE_SIGN, STATE_WORD } from '../../proof/report/words.ts';
import {
  bytesPerSecond,
  fastestRestore,
  type TrialDamage,
  type TrialRecord,
  type TrialStore,
  type TrialFinding,
} from '../../proof/trial-record.ts';
import { wrapped } from '../terminal.ts';

const KEYS_SHOWN = 4;
const FINDINGS_SHOWN = 12;
const WIDTH = 80;
const LABEL = 11;

/** The end of a trial, for a terminal: sentence, then what it rests on, then what it does not say. */
export function trialSummary(record: TrialRecord): string {
  const { whole, unclean } = record.verdict;
  const lines = [
    ...hanging(
      `${STATE_SIGN[whole]} `,
      `${STATE_WORD[whole]}${unclean ? ', but the run is not clean' : ''}: ${coverage(record)}`,
    ),
    ...record.stores.flatMap(storeLines),
    ...findingLines(record.findings),
    '',
    'Not shown yet',
    ...record.notShown.flatMap((one) => hanging('  ○ ', one)),
  ];
  return lines.join('\n');
}

/** Never `proven` without what it covers and the size it was shown at. */
function coverage({ stores, verdict }: TrialRecord): string {
  if (verdict.whole !== 'proven')
    return stores.length === 1
      ? 'see below'
      : `${countOf(verdict.reasons.length, 'backup')} of ${stores.length}, see below`;
  const rows = stores.reduce((sum, store) => sum + (store.baseline?.rows ?? 0), 0);
  const bytes = stores.reduce((sum, store) => sum + (fastestRestore(store)?.bytes ?? 0), 0);
  return `the data, shown on ${formatCount(rows)} rows and files, ${formatSize(bytes)}`;
}

function storeLines(store: TrialStore): readonly string[] {
  const best = fastestRestore(store);
  return [
    '',
    ...hanging(`${STATE_SIGN[store.state]} `, `${store.sentence}.`),
    ...certificateLines(store),
    ...(best === null
      ? []
      : labelled(
          'restore',
          `${formatDuration(best.tookMs)}, the best of ${store.restores.length}; ${formatSize(best.bytes)}, ${formatSize(bytesPerSecond(best))}/s`,
        )),
    ...(store.baseline === null ? [] : labelled('baseline', store.baseline.digest)),
    ...equalityLines(store),
    ...damageLines(store),
  ];
}

function certificateLines({ certificate, recognisedAs, path, sizeBytes }: TrialStore): readonly string[] {
  if (certificate === null) return labelled('backup', path);
  const server =
    certificate.serverVersion === null ? '' : `; from PostgreSQL ${certificate.serverVersion.split(' ')[0]}`;
  return [
    ...labelled('backup', path),
    ...labelled(
      '',
      `${recognisedAs}${server}; ${formatSize(sizeBytes)}${certificate.sizeBytes === sizeBytes ? '' : ` (${formatSize(certificate.sizeBytes)} inside)`}; taken ${certificate.takenAt === null ? 'at an unknown time' : formatWall(certificate.takenAt)}`,
    ),
    ...labelled('', certificate.digest),
    ...certificate.parts.flatMap((part) =>
      labelled('', `${part.present ? '● ' : '○ no '}${part.what}${part.note === '' ? '' : `: ${part.note}`}`),
    ),
  ];
}

function equalityLines({ equality, kind }: TrialStore): readonly string[] {
  if (equality === null) return [];
  const { compared, unread, parts, objects, counters } = equality.difference;
  const amount =
    kind === 'postgres'
      ? `${countOf(compared.rows, 'row')} in ${countOf(compared.parts, 'table')}, ${countOf(compared.objects, 'definition')}, ${countOf(compared.counters, 'sequence')}`
      : `${formatCount(compared.rows)} files and folders`;
  const differing = [
    ...parts.map((part) => part.part),
    ...objects.map((object) => `${object.kind} ${object.name}`),
    ...counters.filter((one) => one.direction !== 'ahead').map((one) => `sequence ${one.name}`),
  ];
  return [
    ...labelled('equality', `${equality.verdict}: ${amount} compared with the baseline`),
    ...differing.flatMap((name) => labelled('', `✖ ${name} differs`)),
    ...unread.flatMap((one) => labelled('', `◐ ${one.what}: ${one.why}`)),
  ];
}

function damageLines({ damage }: TrialStore): readonly string[] {
  return damage.flatMap((one, index) => [
    ...labelled(
      index === 0 ? 'damage' : '',
      `${one.presence.shown ? '● found' : '◐ not shown'} ${one.fault}: ${one.description}`,
    ),
    ...(one.keys.length === 0 ? [] : labelled('', `  ${keysOf(one)}`)),
  ]);
}

function keysOf({ keys, rows }: TrialDamage): string {
  const shown = keys.slice(0, KEYS_SHOWN).join(', ');
  return rows > KEYS_SHOWN ? `${shown}, …` : shown;
}

const SIGN: Readonly<Record<TrialFinding['severity'], string>> = {
  critical: '✖',
  high: '✖',
  medium: '◐',
  low: '○',
  note: '○',
};

function findingLines(findings: readonly TrialFinding[]): readonly string[] {
  if (findings.length === 0) return [];
  const rest = findings.length - FINDINGS_SHOWN;
  return [
    '',
    'Findings',
    ...findings
      .slice(0, FINDINGS_SHOWN)
      .flatMap((finding) => [
        ...hanging(`  ${SIGN[finding.severity]} `, `${finding.severity}: ${finding.title}`),
        wrapped(finding.next, { indent: 4, width: WIDTH }),
      ]),
    ...(rest > 0 ? [`  and ${rest} more in the report`] : []),
  ];
}

function labelled(label: string, text: string): readonly string[] {
  return hanging(`  ${label.padEnd(LABEL)}`, text);
}

/** Further lines stand under the first word. */
function hanging(lead: string, text: string): readonly string[] {
  const lines = wrapped(text, { indent: lead.length, width: WIDTH }).split('\n');
  return lines.map((each, index) => (index === 0 ? `${lead}${each.trimStart()}` : each));
}
