import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findMemoryController } from '../../src/adapters/process/memory-limit.ts';
import { putRelease } from '../../src/cli/releases.ts';
import { preparedExample } from '../support/example.ts';
import { rehearse } from '../support/rehearse.ts';
import { known } from '../support/variants.ts';
import { claimOf, expectVerdict, findingsAbout } from '../support/verdicts.ts';

/** Serves as release 10 does; from its second start in one place on, which is after the rollback, it eats memory. */
const HUNGRY = `
import { appendFileSync, readFileSync } from 'node:fs';
const starts = process.env.RUN_DIR + '/starts';
appendFileSync(starts, 'x');
await import('./app.js');
const eaten = [];
if (readFileSync(starts).length > 1) setInterval(() => eaten.push(Buffer.alloc(16_000_000, 1)), 20);
`;

test.skipIf(findMemoryController() === undefined)(
  'a program that runs out of memory here says nothing about the plan (needs root and a memory controller)',
  async () => {
    const { folder } = preparedExample();
    const release = join(folder, 'releases', 'hungry');
    await mkdir(release, { recursive: true });
    await putRelease(join(folder, 'releases', 'crm-10.tar'), release);
    await writeFile(join(release, 'hungry.js'), HUNGRY);
    try {
      const rehearsed = await rehearse({
        scenario: 'clean-return',
        edit: (plan) => {
          const app = known(plan.systems['app'], 'app');
          if (app.kind !== 'service') throw new Error('app is a service');
          app.memory = '200MB';
          app.releases['10'] = {
            ...known(app.releases['10'], 'release 10'),
            from: 'releases/hungry',
            run: ['node', 'hungry.js'],
          };
        },
      });
      const { record } = rehearsed;
      expectVerdict(rehearsed, {
        exit: 11,
        whole: 'inconclusive',
        claims: { data: 'inconclusive', function: 'inconclusive' },
      });
      expect(claimOf(record, 'function').sentence).toMatch(/out of memory/);
      expect(findingsAbout(record, /out of memory/)).toMatchObject([{ blame: 'environment' }]);
      expect(record.findings.filter((finding) => finding.blame === 'plan' && finding.severity === 'critical')).toEqual(
        [],
      );
    } finally {
      await rm(release, { recursive: true });
    }
  },
);
