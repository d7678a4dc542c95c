import { cp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { preparedExample } from '../support/example.ts';
import { rehearse } from '../support/rehearse.ts';
import { known, stepOf } from '../support/variants.ts';
import type { Recorded } from '../../src/journal/journal.ts';
import { factsOf } from '../../src/proof/facts.ts';
import { comparisonOf, expectVerdict, rowsOf } from '../support/verdicts.ts';

interface Work {
  readonly table: string;
  readonly column: string;
  readonly count: number;
}

/** `2 rows of public.contacts: name`, as the drill notes its seeded work on the database. */
function driftOf(events: readonly Recorded[]): readonly Work[] {
  return factsOf(events, 'drift')
    .flatMap(({ facts }) => (facts.store === 'db' ? facts.changes : []))
    .map((sentence) => {
      const [, count = '', table = '', column = ''] = /^(\d+) rows? of (\S+): (\S+)$/.exec(sentence) ?? [];
      return { table, column, count: Number(count) };
    });
}

test('a rollback to an older restore point loses the days since, row by row', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      stepOf(plan, 'go-back', 'restore').from = 'friday';
    },
  });
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'failed', files: 'failed', access: 'proven' },
  });
  // What ordinary work changed since is what a restore of Friday takes away.
  const work = driftOf(rehearsed.events);
  const rows = rowsOf(comparisonOf(rehearsed.record, 'db', 'at rest'));
  expect(work.length).toBeGreaterThan(3);
  for (const { table, column, count } of work) {
    const named = rows.filter((row) => row.startsWith(`${table} update `) && row.split(/[ ,]/).includes(column));
    expect({ table, column, named: named.length }).toEqual({ table, column, named: count });
  }
  expect(rowsOf(comparisonOf(rehearsed.record, 'docs', 'at rest'))).toContainEqual(
    expect.stringMatching(/^files delete note-/),
  );
});

test('a restore point that was cut off stops the drill before the first step, with the reason', async () => {
  const { folder } = preparedExample();
  const cut = join(folder, 'backups', 'cut');
  await cp(join(folder, 'backups', 'friday', 'db', 'base-backup'), cut, { recursive: true });
  const file = await open(join(cut, 'global', '1262'), 'r+');
  await file.truncate(100);
  await file.close();
  try {
    const rehearsed = await rehearse({
      scenario: 'clean-return',
      edit: (plan) => {
        const db = known(plan.systems['db'], 'db');
        if (db.kind === 'postgres') db.restorePoints = { friday: [{ format: 'base-backup', path: 'backups/cut' }] };
      },
    });
    expectVerdict(rehearsed, {
      exit: 10,
      whole: 'failed',
      claims: { data: 'failed', files: 'inconclusive', function: 'inconclusive', access: 'inconclusive' },
    });
    expect(rehearsed.record.findings).toContainEqual(
      expect.objectContaining({
        title: 'restore-start.db failed',
        blame: 'backup',
        actual: expect.stringMatching(/global\/1262/),
      }),
    );
    expect(
      rehearsed.events.filter((event) => event.kind === 'node-started' && event.node.startsWith('go-live.')),
    ).toEqual([]);
  } finally {
    await rm(cut, { recursive: true });
  }
});

test('a restore point that is not there: headline, claim and exit code agree, with file, place and what to do', async () => {
  const { folder } = preparedExample();
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      const docs = known(plan.systems['docs'], 'docs');
      if (docs.kind === 'directory') docs.restorePoints = { friday: [{ format: 'tar', path: 'backups/gone.tar' }] };
    },
  });
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'inconclusive', files: 'failed', function: 'inconclusive', access: 'inconclusive' },
  });
  const { claims, verdict } = rehearsed.record;
  const sentence = claims.find(({ name }) => name === 'files')?.sentence ?? '';
  expect(sentence).toContain(`${join(folder, 'backups', 'gone.tar')} is not there; put the backup there, or correct`);
  const [, file = '', line = ''] = /friday of docs \((.+):(\d+):\d+\): /.exec(sentence) ?? [];
  expect(file).toBe(rehearsed.record.plan.file);
  expect(Number(line)).toBeGreaterThan(1);
  expect(verdict.reasons).toEqual([`files: ${sentence}`]);
});
