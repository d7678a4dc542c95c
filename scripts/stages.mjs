// The test stages, in the order in which `npm test` runs them: fastest first. vitest.config.ts makes a project of each.

/** @typedef {{ name: string, include: string, timeoutMs: number, isAlone: boolean, globalSetup: string[] }} Stage */

/** @returns {Stage} */
function stage(name, timeoutMs, { include = `test/${name}/**/*.test.ts`, isAlone = false, globalSetup = [] } = {}) {
  return { name, include, timeoutMs, isAlone, globalSetup };
}

/** `isAlone`: one file at a time, because it measures time or kills processes. `globalSetup` runs once before them all. */
export const STAGES = [
  stage('unit', 20_000, { include: 'src/**/*.test.ts' }),
  stage('architecture', 60_000),
  stage('golden', 60_000),
  stage('launcher', 30_000),
  stage('contract', 60_000),
  stage('controls', 180_000, { globalSetup: ['test/support/example-setup.ts'] }),
  stage('crash', 180_000, { isAlone: true }),
  stage('e2e', 180_000, { isAlone: true }),
];

/** Only for `npm run test:long`; not part of a plain `vitest run`. */
export const LONG_STAGE = stage('long', 900_000, { isAlone: true });
