import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appendToNightLog, readNightLog } from '../../src/adapters/night-log/night-log-folder.ts';
import { systemClock } from '../../src/adapters/process/clock.ts';
import type { EntryDraft } from '../../src/people/night-log/entry.ts';

/** Each writer reads, and then others write before it does: the moment in which a chain can break. */
test('twenty writers at once make one chain without gaps', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rp-night-'));
  try {
    const draft = (by: string): EntryDraft => ({
      about: 'go-back.lock',
      what: 'done',
      by,
      happenedAt: '2025-12-06T03:00:00+01:00',
      observation: '',
      corrects: null,
      plan: { name: 'crm', digest: `sha256:${'a'.repeat(64)}` },
    });
    const clock = systemClock();
    const writers = Array.from({ length: 20 }, (_, index) => `person ${index}`);
    await Promise.all(writers.map((by) => appendToNightLog({ folder, clock }, [draft(by), draft(by)])));
    const { entries, troubles } = await readNightLog(folder);
    expect(troubles).toEqual([]);
    expect(entries.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(new Set(entries.map(({ by }) => by)).size).toBe(20);
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
