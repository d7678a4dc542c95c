import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unpackArchive } from '../../src/adapters/files/archive.ts';
import { readDirectory } from '../../src/adapters/directory/reading.ts';
import { manifestToJson } from '../../src/subject/manifest-json.ts';
import { preparedExample } from '../support/example.ts';
import { rehearse } from '../support/rehearse.ts';
import { comparisonOf, expectVerdict, findingsAbout, rowsOf } from '../support/verdicts.ts';

test('a backup that lacks a document of its source fails the loss, and the document is counted', async () => {
  const { folder } = preparedExample();
  const source = join(folder, 'source-documents');
  const baseline = join(folder, 'docs.baseline');
  await unpackArchive({ archive: join(folder, 'backups', 'friday', 'docs', 'docs.tar.zst'), into: source });
  await writeFile(join(source, 'made-after-the-backup.txt'), 'somebody went on working');
  await writeFile(baseline, manifestToJson(await readDirectory(source, { name: 'docs' })));
  try {
    const rehearsed = await rehearse({
      scenario: 'clean-return',
      edit: (plan) => {
        const docs = plan.systems['docs'];
        if (docs?.kind !== 'directory') throw new Error('the example has no documents');
        for (const form of docs.restorePoints?.['friday'] ?? []) form.baseline = baseline;
      },
    });
    expectVerdict(rehearsed, {
      exit: 10,
      whole: 'failed',
      claims: { data: 'proven', files: 'proven', loss: 'failed' },
    });
    const comparison = comparisonOf(rehearsed.record, 'docs', 'completeness of the backup');
    expect(comparison.difference.parts.map(({ before, after }) => (before ?? 0) - (after ?? 0))).toEqual([1]);
    expect(rowsOf(comparison)).toEqual([]);
    expect(findingsAbout(rehearsed.record, /is not what its source held/)).toMatchObject([{ blame: 'backup' }]);
    expect(rehearsed.record.notShown.join('\n')).toContain('completeness of the backup of db and docs: not proven');
  } finally {
    await rm(source, { recursive: true, force: true });
    await rm(baseline, { force: true });
  }
});
