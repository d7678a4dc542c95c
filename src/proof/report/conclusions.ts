import { countOf, formatCount } from '../../kernel/count.ts';
import type { DrillRecord, RestorePointRecord } from '../record.ts';
import { digestOf } from '../../kernel/digest.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { formatSize } from '../../kernel/size.ts';
import { bullets, details, digestText, facts, numberCell, section, table } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';
import { formatWall } from './words.ts';

export function restorePointsSection(record: DrillRecord, scope: string): Markup {
  const content =
    record.restorePoints.length === 0
      ? markup`<p>${lamp('not-examined')} No restore point was used.</p>`
      : markup`${record.restorePoints.map(certificate)}`;
  return section({ id: `${scope}-restore-points`, title: 'Restore points' }, content);
}

function certificate(point: RestorePointRecord): Markup {
  const parts = point.parts.map(
    (part) =>
      markup`<li>${lamp(part.present ? 'proven' : 'failed', part.present ? 'present' : 'missing')} ${part.what} <small>${part.note}</small></li>`,
  );
  const messages = point.messages.map((each) => [
    each.pattern,
    numberCell(formatCount(each.count)),
    each.severity,
    each.examples.map((example) => markup`<code>${example}</code><br>`),
  ]);
  return markup`<div class="certificate"><h3>${point.store}, ${point.name}</h3>
<p>${point.restoreMs === null ? lamp('not-examined', 'not restored') : markup`${lamp('proven', 'restored')} in ${formatDuration(point.restoreMs)}`}</p>
${facts([
  ['Format', point.format],
  ['Size', formatSize(point.sizeBytes)],
  ['Taken', point.takenAt === null ? 'unknown' : formatWall(point.takenAt)],
  ['Server', point.serverVersion],
  ['Tool', point.toolVersion],
  ['Digest', digestText(point.digest)],
])}${parts.length > 0 && markup`<ul class="plain">${parts}</ul>`}${messages.length > 0 && table({ caption: `Messages while restoring ${point.store}, ${point.name}`, head: ['Message', '#Count', 'Severity', 'Examples'], rows: messages })}</div>
`;
}

export function notShownSection({ notShown, plan }: DrillRecord, scope: string): Markup {
  const caps =
    plan.caps.length > 0 && markup`<p>The plan cannot count as proven while these stand:</p>${bullets(plan.caps)}`;
  const lint =
    plan.lint.length > 0 &&
    markup`<p>Said when the plan was checked:</p>${bullets(plan.lint.map((each) => markup`${each.severity} ${each.id} at <code>${each.at}</code>: ${each.message}`))}`;
  return section(
    { id: `${scope}-not-shown`, title: 'What was not shown' },
    markup`${notShown.length === 0 ? markup`<p>Nothing is listed.</p>` : bullets(notShown)}${caps}${lint}`,
  );
}

export function environmentSection({ environment, versions, volume }: DrillRecord, scope: string): Markup {
  const { isolation } = environment;
  const isolated =
    isolation.escaped.length === 0
      ? lamp(
          isolation.level === 'none' ? 'inconclusive' : 'proven',
          isolation.level === 'none' ? 'not isolated' : `isolated (${isolation.level})`,
        )
      : markup`${lamp('failed', 'something got out')}${bullets(isolation.escaped)}`;
  const control = isolation.outsideReached
    ? 'The same attempt from outside succeeded.'
    : 'The same attempt from outside did not succeed either, so this shows little.';
  return section(
    { id: `${scope}-environment`, title: 'Environment and versions' },
    facts([
      ['Host', environment.host],
      ['Isolation', markup`${isolated} ${countOf(isolation.attempts, 'outward attempt')}. ${control}`],
      [
        'Timing profile',
        environment.profile === 'faithful' ? 'faithful: settings as in production' : 'fast: may not prove time',
      ],
      ['Machine', environment.machine],
      [
        'Left behind',
        environment.leaked.length === 0
          ? lamp('proven', 'nothing')
          : markup`${lamp('failed', 'something is left')}${bullets(environment.leaked)}`,
      ],
      [
        'Volume',
        `${countOf(volume.rows, 'row')}, ${formatSize(volume.bytes)}${volume.productionBytes === null ? '' : ` of ${formatSize(volume.productionBytes)} in production`}`,
      ],
      ...Object.entries(versions),
    ]),
  );
}

export function evidenceSection(record: DrillRecord, scope: string): Markup {
  const digests = (entries: Readonly<Record<string, string>>): Markup =>
    facts(Object.entries(entries).map(([name, digest]) => [name, digestText(digest)]));
  return section(
    { id: `${scope}-evidence`, title: 'Evidence' },
    markup`${facts([
      ['Drill', record.drill.id],
      ['Command', markup`<code>${record.drill.command}</code>`],
      ['Exit code', record.verdict.exitCode],
      ['Plan file', record.plan.file],
      ['Plan digest', digestText(record.plan.digest)],
      ['Record digest', digestText(digestOf(record))],
      ['Journal', markup`${countOf(record.journal.events, 'event')}, ${digestText(record.journal.digest)}`],
      ['Sealed truth', record.truthDigest === null ? null : digestText(record.truthDigest)],
    ])}<h3>Schema fingerprints</h3>${digests(record.schemaFingerprint)}${details('Digest of each part of the plan', digests(record.plan.parts))}`,
  );
}
