import { cp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { preparedExample } from '../support/example.ts';
import { rehearse } from '../support/rehearse.ts';
import { known, stepOf } from '../support/variants.ts';
import { comparisonOf, expectVerdict, rowsOf } from '../support/verdicts.ts';

test('a rollback to an older restore point loses the days since, row by row', async () => {
  const rehearsed = await rehearse({ scenario: 'clean-return', edit: (plan) => { stepOf(plan, 'go-back', 'restore').from = 'friday'; } });
  expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { data: 'failed', files: 'failed', access: 'proven' } });
  const rows = rowsOf(comparisonOf(rehearsed.record, 'db', 'at rest'));
  // What the seeded drift changed is what a restore of Friday takes away.
  expect(rows.filter((row) => row.startsWith('public.contacts update')).length).toBe(2);
  expect(rows).toContainEqual(expect.stringMatching(/^public\.contacts update id=\d+ name$/));
  expect(rows).toContainEqual(expect.stringMatching(/^public\.activities update id=\d+ body$/));
  expect(rowsOf(comparisonOf(rehearsed.record, 'docs', 'at rest'))).toContainEqual(expect.stringMatching(/ delete .*note-/));
});

test('a restore point that was cut off stops the drill before the first step, with the reason', async () => {
  const { folder } = preparedExample();
  const cut = join(folder, 'backups', 'cut');
  await cp(join(folder, 'backups', 'friday', 'db', 'base-backup'), cut, { recursive: true });
  const file = await open(join(cut, 'global', '1262'), 'r+');
  await file.truncate(100);
  await file.close();
  try {
    const rehearsed = await rehearse({ scenario: 'clean-return', edit: (plan) => {
      const db = known(plan.systems['db'], 'db');
      if (db.kind === 'postgres') db.restorePoints = { friday: [{ format: 'base-backup', path: 'backups/cut' }] };
    } });
    expectVerdict(rehearsed, { exit: 10, whole: 'inconclusive', claims: { data: 'inconclusive', files: 'inconclusive', function: 'inconclusive', access: 'inconclusive' } });
    expect(rehearsed.record.findings).toContainEqual(expect.objectContaining({ title: 'restore-start.db failed', blame: 'backup', actual: expect.stringMatching(/global\/1262/) }));
    expect(rehearsed.events.filter((event) => event.kind === 'node-started' && event.node.startsWith('go-live.'))).toEqual([]);
  } finally {
    await rm(cut, { recursive: true });
  }
});
