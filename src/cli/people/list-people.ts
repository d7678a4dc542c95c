import { countOf } from '../../kernel/count.ts';
import { resultOf, type TabletopRecord } from '../../people/tabletop/tabletop.ts';
import type { RosterRecord } from '../../proof/record.ts';
import { formatWall } from '../../proof/report/words.ts';
import { line, oneLine, paint, table } from '../terminal.ts';

export function showWalks(records: readonly TabletopRecord[]): void {
  if (records.length === 0) return;
  line(paint('dim', '\nTabletops, newest last; they prove nothing about time or data'));
  const rows = records.map((record) => {
    const { walked, of, findings, isByNamedRoles } = resultOf(record);
    return [
      formatWall(record.startedAt),
      record.id,
      oneLine(`${record.plan.name} · ${record.scenario}`),
      `${walked} of ${countOf(of, 'step')}${isByNamedRoles ? ' by their roles' : ''}`,
      countOf(findings.length, 'finding'),
    ];
  });
  for (const row of table(rows)) line(row);
}

/** Competence from attendance: how often somebody took part, in which roles, and when last. */
export function showPeople(people: RosterRecord['earlier']): void {
  if (people.length === 0) return;
  line(paint('dim', '\nWho took part in drills'));
  const rows = people.map(({ person, drills }) => [
    oneLine(person),
    countOf(drills.length, 'drill'),
    oneLine([...new Set(drills.flatMap(({ roles }) => roles))].join(', ')),
    `last ${formatWall(drills.at(-1)?.at ?? '')}`,
    drills.some(({ decided }) => decided) ? 'has called a rollback' : '',
  ]);
  for (const row of table(rows)) line(row);
}
