import { defineConfig } from 'vitest/config';
import { LONG_STAGE, STAGES } from './scripts/stages.mjs';

/** Two cores are what we promise to be enough; more workers would only make the clocks of the drills worse. */
const MAX_WORKERS = 2;

const isLongWanted = process.argv.some((argument) => /(^|[=/])long(\/|$)/.test(argument));

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: MAX_WORKERS,
    projects: [...STAGES, ...(isLongWanted ? [LONG_STAGE] : [])].map(
      ({ name, include, timeoutMs, isAlone, globalSetup }) => ({
        test: {
          name,
          include: [include],
          globalSetup,
          testTimeout: timeoutMs,
          hookTimeout: Math.max(timeoutMs, 30_000),
          teardownTimeout: 30_000,
          fileParallelism: !isAlone,
          pool: 'forks' as const,
          restoreMocks: true,
        },
      }),
    ),
  },
});
