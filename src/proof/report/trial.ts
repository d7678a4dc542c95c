import { createHash } from 'node:crypto';
import { countOf, formatCount } from '../../kernel/count.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { formatSize } from '../../kernel/size.ts';
import type { Comparison } from '../record.ts';
import {
  bytesPerSecond,
  fastestRestore,
  type TrialDamage,
  type TrialRecord,
  type TrialStore,
  type TrialFinding,
} from '../trial-record.ts';
import { bullets, digestText, facts, numberCell, section, table } from './blocks.ts';
import { differenceList, unreadList } from './difference-list.ts';
import { type Markup, markup, verbatim } from './markup.ts';
import { PICTURE_WIDTHS, picture } from './picture.ts';
import { lamp, shapeDefinitions } from './shape.ts';
import { styleSheet } from './style.ts';
import { drawTreemap } from './treemap.ts';
import { formatWall, listOf, STATE_WORD } from './words.ts';

/** The page of a trial without a plan. It stands alone like the report of a drill: no script, nothing from outside. */
export function renderTrial(record: TrialRecord): string {
  const title = `${listOf(record.stores.map((store) => store.name))}: ${STATE_WORD[record.verdict.whole]}`;
  const style = styleSheet([
    { name: 'trial', left: `trial of ${listOf(record.stores.map((store) => store.name))}`, right: record.trial.id },
  ]);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${verbatim(style)}</style>
</head>
<body>
${shapeDefinitions()}
<main><article id="trial" aria-labelledby="trial-title">
${opening(record)}
${record.stores.map(storeSections)}
${findingsSection(record.findings)}
${section({ id: 'not-shown', title: 'What was not shown yet' }, markup`${bullets(record.notShown)}`)}
${environmentSection(record)}
</article></main>
</body>
</html>
`.text;
}

function opening(record: TrialRecord): Markup {
  const { verdict, trial } = record;
  return markup`<header>
<p class="crumb"><b>Trial of ${record.stores.length === 1 ? 'a backup' : countOf(record.stores.length, 'backup')}</b> · without a plan</p>
<h1 id="trial-title">${headline(record)}</h1>
<p class="verdict">${lamp(verdict.whole)}</p>
${verdict.unclean && markup`<p class="notice">The run is unclean: something that the trial made is still there, or got out. See the findings.</p>`}
${bullets(verdict.reasons)}
<p class="muted">Tried ${formatWall(trial.startedAt)} to ${formatWall(trial.endedAt)}. Each backup was restored, read and sealed; a second copy was damaged on purpose, restored again and compared.</p>
${numbers(record)}
</header>`;
}

/** Never “proven” without what it covers and the size it was shown at. */
function headline({ verdict, stores }: TrialRecord): string {
  const names = listOf(stores.map((store) => store.name));
  const [rows, bytes] = [
    sum(stores, (store) => store.baseline?.rows ?? 0),
    sum(stores, (store) => fastestRestore(store)?.bytes ?? 0),
  ];
  if (verdict.whole === 'proven')
    return `The data of ${names} comes back from backup, shown on ${formatCount(rows)} rows and files, ${formatSize(bytes)}.`;
  if (verdict.whole === 'failed') return `A backup does not bring its data back.`;
  return `This trial does not show whether ${names} comes back from backup.`;
}

function sum(stores: readonly TrialStore[], of: (store: TrialStore) => number): number {
  return stores.reduce((total, store) => total + of(store), 0);
}

function numbers({ stores }: TrialRecord): Markup {
  const times = stores.flatMap((store) => fastestRestore(store) ?? []);
  const [ms, bytes] = [
    times.reduce((total, one) => total + one.tookMs, 0),
    times.reduce((total, one) => total + one.bytes, 0),
  ];
  const damage = stores.flatMap((store) => store.damage);
  const tiles: ReadonlyArray<readonly [number: string, label: string, note: string]> = [
    [times.length === 0 ? '–' : formatDuration(ms), 'restore time', 'the best of those measured'],
    [
      times.length === 0 ? '–' : `${formatSize(bytesPerSecond({ what: '', tookMs: ms, bytes }))}/s`,
      'restored',
      'on this machine',
    ],
    [
      formatCount(sum(stores, (store) => store.equality?.difference.compared.rows ?? 0)),
      'rows and files compared',
      `${countOf(
        sum(stores, (store) => store.equality?.difference.compared.objects ?? 0),
        'definition',
      )}`,
    ],
    [
      `${damage.filter((one) => one.presence.shown).length} of ${damage.length}`,
      'faults found',
      'none of them announced',
    ],
    [formatSize(sum(stores, (store) => store.sizeBytes)), 'size of the backup', `${formatSize(bytes)} restored`],
  ];
  return markup`<dl class="numbers">${tiles.map(([number, label, note]) => markup`<div><dt>${label}</dt><dd><b>${number}</b><span>${note}</span></dd></div>`)}</dl>`;
}

function storeSections(store: TrialStore, index: number): Markup {
  return section(
    { id: `store-${index + 1}`, title: store.name },
    markup`<p>${lamp(store.state)} ${store.sentence}.</p>
${certificateBlock(store)}
${equalityBlock(store, index)}
${damageBlock(store)}`,
  );
}

function certificateBlock(store: TrialStore): Markup {
  const { certificate } = store;
  const given = facts([
    ['Backup', markup`<code>${store.path}</code>`],
    ['Recognised as', store.recognisedAs],
    ...store.companions.map((one) => [`With`, markup`<code>${one.path}</code> ${one.what}`] as const),
  ]);
  if (certificate === null) return markup`<h3>Certificate</h3>${given}`;
  const parts = certificate.parts.map(
    (part) =>
      markup`<li>${lamp(part.present ? 'proven' : 'not-examined', part.present ? 'present' : 'not in it')} ${part.what} <small>${part.note}</small></li>`,
  );
  const messages = certificate.messages.map((each) => [
    each.pattern,
    numberCell(formatCount(each.count)),
    each.severity,
    each.examples.map((example) => markup`<code>${example}</code><br>`),
  ]);
  return markup`<div class="certificate"><h3>Certificate</h3>${given}${facts([
    ['Size', formatSize(store.sizeBytes)],
    ['Inside', certificate.sizeBytes === store.sizeBytes ? null : formatSize(certificate.sizeBytes)],
    ['Taken', certificate.takenAt === null ? 'unknown' : formatWall(certificate.takenAt)],
    ['Server', certificate.serverVersion],
    ['Tool', certificate.toolVersion],
    ['Digest', digestText(certificate.digest)],
  ])}<ul class="plain">${parts}</ul>${store.restores.length > 0 && table({ caption: 'Restores', head: ['Restore', '#Time', '#Restored', '#A second'], rows: store.restores.map((one) => [one.what, numberCell(formatDuration(one.tookMs)), numberCell(formatSize(one.bytes)), numberCell(`${formatSize(bytesPerSecond(one))}`)]) })}${
    messages.length > 0 &&
    table({
      caption: 'Messages of the first restore',
      head: ['Message', '#Count', 'Severity', 'Examples'],
      rows: messages,
    })
  }</div>`;
}

const VERDICT_STATE = { equal: 'proven', different: 'failed', incomplete: 'inconclusive' } as const;

function equalityBlock({ equality, baseline, kind }: TrialStore, index: number): Markup {
  if (baseline === null) return markup``;
  const sealed = facts([
    ['Sealed', formatWall(baseline.sealedAt)],
    [
      'Content',
      `${formatCount(baseline.rows)} ${kind === 'postgres' ? 'rows' : 'files and folders'}, ${formatSize(baseline.bytes)}`,
    ],
    ['Baseline', digestText(baseline.digest)],
  ]);
  if (equality === null)
    return markup`<h3>Equality</h3><p>${lamp('not-examined')} The trial did not get so far.</p>${sealed}`;
  const { compared } = equality.difference;
  const amount = `${countOf(compared.rows, kind === 'postgres' ? 'row' : 'file')}, ${countOf(compared.objects, 'definition')} and ${countOf(compared.counters, 'sequence')}`;
  return markup`<div class="comparison"><h3>Equality after the damage and the restore</h3>
<p>${lamp(VERDICT_STATE[equality.verdict], equality.verdict)} ${amount} compared with the baseline in ${formatDuration(equality.tookMs)}.</p>${sealed}
${treemap(equality, `equality-${index}`)}${differenceList(equality)}${unreadList(equality)}${bullets(equality.notes)}</div>`;
}

function treemap(comparison: Comparison, scope: string): Markup | null {
  if (comparison.tiles.length === 0) return null;
  const height = comparison.verdict === 'different' ? 200 : 120;
  const unit = comparison.kind === 'postgres' ? 'row' : 'file';
  return markup`<figure>${picture(scope, (size, id) => drawTreemap(comparison.tiles, { width: PICTURE_WIDTHS[size], height, scope: id, unit }))}</figure>`;
}

function damageBlock({ damage, found }: TrialStore): Markup {
  if (found === null) return markup``;
  return markup`<h3>What was damaged, and what reading alone found</h3>${table({
    caption: 'Damage done to the second copy',
    head: ['Fault', 'Done', 'Found', 'After the restore'],
    rows: damage.map(damageRow),
  })}<p>Rows and definitions that the damaged copy did not have in common with the baseline:</p>${differenceList(found)}`;
}

function damageRow(one: TrialDamage): readonly Markup[] {
  return [
    markup`${one.fault} ${one.name}`,
    markup`${one.description}`,
    markup`${lamp(one.presence.shown ? 'proven' : 'inconclusive', one.presence.shown ? 'found' : 'not shown')} <small>${one.presence.evidence}</small>`,
    one.remaining.length === 0
      ? lamp('proven', 'nothing is left of it')
      : markup`${lamp('failed', 'damage is left')}${bullets(one.remaining)}`,
  ];
}

const SEVERITY_STATE = {
  critical: 'failed',
  high: 'failed',
  medium: 'inconclusive',
  low: 'not-examined',
  note: 'not-examined',
} as const;

function findingsSection(findings: readonly TrialFinding[]): Markup {
  const items = findings.map(
    (
      finding,
    ) => markup`<li><h3>${lamp(SEVERITY_STATE[finding.severity], finding.severity)} ${finding.title} <small>${finding.id}</small></h3>
<p><b>What now:</b> ${finding.next}</p>${facts([
      ['Expected', finding.expected],
      ['Actual', finding.actual],
      ['To be mended in', finding.blame],
    ])}</li>`,
  );
  return section(
    { id: 'findings', title: 'Findings' },
    items.length === 0 ? markup`<p>No findings.</p>` : markup`<ul class="findings">${items}</ul>`,
  );
}

function environmentSection({ environment, versions, trial }: TrialRecord): Markup {
  const { isolation } = environment;
  const level =
    isolation.level === 'none'
      ? lamp('inconclusive', 'not isolated')
      : lamp(
          isolation.escaped.length === 0 ? 'proven' : 'failed',
          isolation.escaped.length === 0 ? `isolated (${isolation.level})` : 'something got out',
        );
  return section(
    { id: 'environment', title: 'Environment and evidence' },
    facts([
      [
        'Isolation',
        markup`${level} ${countOf(isolation.attempts, 'outward attempt')}. ${isolation.outsideReached ? 'The same attempt from outside succeeded.' : 'The same attempt from outside did not succeed either, so this shows little.'}${bullets(isolation.escaped)}`,
      ],
      [
        'Left behind',
        environment.leaked.length === 0
          ? lamp('proven', 'nothing')
          : markup`${lamp('failed', 'something is left')}${bullets(environment.leaked)}`,
      ],
      ['Machine', environment.machine],
      [
        'Timing profile',
        environment.profile === 'faithful' ? 'faithful: settings as in production' : 'fast: may not prove time',
      ],
      ['Trial', trial.id],
      ['Seed of the damage', trial.seed],
      ['Command', markup`<code>${trial.command}</code>`],
      ...Object.entries(versions),
    ]),
  );
}
