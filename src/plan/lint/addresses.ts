import type { PlanPath } from '../problem.ts';
import type { ServiceSystem, Step } from '../schema.ts';
import type { LintHit, LintRule } from './rule.ts';

/** Tools for which `-h` means a host; for others it is mostly help. */
const DATABASE_TOOLS =
  /^(psql|pg_\w+|vacuumdb|reindexdb|createdb|dropdb|createuser|dropuser|clusterdb|mysql\w*|mariadb[\w-]*)$/;

/** How an address looks. Names of files and versions with fewer than four parts must not be taken for one. */
const PATTERNS: readonly RegExp[] = [
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s'"/]+/i,
  /\b(?:postgres|postgresql|mysql|mariadb):\/\//i,
  /(?<![\w.-])(?:localhost|[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+):\d{2,5}(?!\w)/i,
  /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])/,
  /\[[0-9a-f]*:[0-9a-f:]+\](?::\d+)?/i,
  /\b(?:PGHOST|PGHOSTADDR|MYSQL_HOST)=\S+/,
  /(?<![\w-])(?:host|hostaddr)=[^\s'"]+/i,
];

/** The address that stands literally in a command or a text. */
export function literalAddress(text: string): string | undefined {
  return PATTERNS.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined);
}

function hostOption(argv: readonly string[]): { readonly index: number; readonly text: string } | undefined {
  const tool = argv[0]?.split('/').at(-1) ?? '';
  for (const [index, word] of argv.entries()) {
    const next = argv[index + 1];
    if (/^--host=./.test(word)) return { index, text: word };
    const takesNext = word === '--host' || (word === '-h' && DATABASE_TOOLS.test(tool));
    if (takesNext && next !== undefined) return { index: index + 1, text: `${word} ${next}` };
    if (/^-h./.test(word) && DATABASE_TOOLS.test(tool)) return { index, text: word };
  }
  return undefined;
}

export const addressInStep: LintRule = {
  id: 'PL-05',
  title: 'An address written literally',
  severity: 'error',
  capsConfidence: true,
  *find({ plan, procedures }) {
    for (const { step, path } of procedures.flatMap(({ steps }) => steps)) yield* inStep(step, path);
    for (const [name, check] of Object.entries(plan.checks)) yield* inCommand(check.run, ['checks', name, 'run']);
    for (const [name, system] of Object.entries(plan.systems)) {
      if (system.kind === 'service') yield* inService(system, ['systems', name]);
    }
  },
};

/** `onTheNight` is left out: it is what people do on the real systems. */
function* inStep(step: Step, path: PlanPath): Generator<LintHit> {
  yield* inCommand(step.run, [...path, 'run']);
  yield* inText(step.sql, [...path, 'sql']);
  yield* inValues(step.http, [...path, 'http']);
  if (step.wait !== undefined && 'sql' in step.wait) yield* inText(step.wait.sql, [...path, 'wait', 'sql']);
  if (typeof step.repeat !== 'object') return;
  if ('run' in step.repeat) yield* inCommand(step.repeat.run, [...path, 'repeat', 'run']);
  else yield* inText(step.repeat.sql, [...path, 'repeat', 'sql']);
}

function* inService(service: ServiceSystem, path: PlanPath): Generator<LintHit> {
  yield* inValues(service.env, [...path, 'env']);
  for (const [release, { run }] of Object.entries(service.releases)) {
    yield* inCommand(run, [...path, 'releases', release, 'run']);
  }
  yield* inCommand(service.jobs?.hold, [...path, 'jobs', 'hold']);
  yield* inCommand(service.jobs?.release, [...path, 'jobs', 'release']);
}

function* inCommand(argv: readonly string[] | undefined, path: PlanPath): Generator<LintHit> {
  if (argv === undefined) return;
  const option = hostOption(argv);
  if (option !== undefined) yield hit(option.text, [...path, option.index]);
  for (const [index, word] of argv.entries()) if (index !== option?.index) yield* inText(word, [...path, index]);
}

function* inText(text: string | undefined, path: PlanPath): Generator<LintHit> {
  const address = text === undefined ? undefined : literalAddress(text);
  if (address !== undefined) yield hit(address, path);
}

function* inValues(value: unknown, path: PlanPath): Generator<LintHit> {
  if (typeof value === 'string') yield* inText(value, path);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value))
    yield* inValues(member, [...path, Array.isArray(value) ? Number(key) : key]);
}

function hit(address: string, path: PlanPath): LintHit {
  // A password may stand in the address; what is shown ends before it.
  const shown = address.replace(/\/\/[^@/]*@/, '//…@');
  return {
    path,
    message: `the address \`${shown}\` is written literally: the same plan would reach the real system from a drill`,
    instead:
      'name a system, and take its address from the variables that `uses` sets; what differs on the night stands under `production` or `onTheNight`',
  };
}
