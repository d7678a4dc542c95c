import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordSchema } from '../../src/proof/record.ts';

const ROOT = dirname(dirname(import.meta.dirname));
const INSTALL_MS = 170_000;

interface Done {
  readonly exitCode: number;
  readonly output: string;
  /** npm's own remarks stand here too. */
  readonly errors: string;
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly version?: string;
}

/** What ships, installed into an empty folder: no sources, no tests, no development packages. */
describe('the packed package', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rpt-'));
    await install(folder);
  }, INSTALL_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('carries what it needs at run time and nothing else', () => {
    const root = join(folder, 'node_modules', 'rollproof');
    for (const path of [
      'dist/cli/main.js',
      'dist/cli/gate.js',
      'dist/cli/proxy.js',
      'dist/cli/simulated-users.js',
      'dist/cli/inbox.js',
      'dist/cli/hidden-writer.js',
      'examples/in-place-upgrade/generate.mjs',
      'templates',
      'schema/rollproof-plan.schema.json',
      'docs/lint',
    ])
      expect(existsSync(join(root, path)), path).toBe(true);
    for (const path of ['src', 'test', 'bench', 'scripts']) expect(existsSync(join(root, path)), path).toBe(false);
  });

  it('says its version', async () => {
    const { version } = readJson(join(ROOT, 'package.json')) as { version: string };
    expect(await npx('--version')).toMatchObject({ exitCode: 0, output: `${version}\n` });
  });

  it('checks a plan, and says what is wrong in a bad one', async () => {
    const example = join('node_modules', 'rollproof', 'examples', 'in-place-upgrade', 'rollproof.yaml');
    expect((await npx('check', example)).exitCode).toBe(0);
    writeFileSync(join(folder, 'bad.yaml'), 'rollproof: 1\nnaem: x\n');
    const bad = await npx('check', 'bad.yaml');
    expect(bad.exitCode).toBe(2);
    expect(bad.output + bad.errors).toContain('naem');
  });

  it('rehearses an example, with its state in another place than the package', async () => {
    const state = join(folder, 'elsewhere', 'state');
    const demo = await npx('demo', '--example', 'in-place-upgrade', '--profile', 'fast', '--state', state);
    expect(demo.exitCode, demo.output + demo.errors).toBe(0);
    expect(demo.output).toContain(state);
    const drills = join(state, 'drills');
    const records = readdirSync(drills, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => recordSchema.parse(readJson(join(drills, entry.name, 'record.json'))));
    expect(Object.fromEntries(records.map(({ scenario, verdict }) => [scenario.kind, verdict.exitCode]))).toEqual({
      S0: 0,
      S1: 0,
    });
    expect(readdirSync(join(state, 'environments'))).toEqual([]);
  });

  async function npx(...args: readonly string[]): Promise<Done> {
    return run('npx', ['--no-install', 'rollproof', ...args], folder);
  }
});

/**
 * The very versions of our lockfile, so that what `npm ci` brought for this test lies in npm's cache and nothing has to be
 * looked up.
 */
async function install(folder: string): Promise<void> {
  const packed = join(folder, 'packed');
  mkdirSync(packed);
  await succeed('npm', ['pack', '--silent', '--pack-destination', packed], ROOT);
  const archive = readdirSync(packed)[0] ?? '';
  const resolved = `file:packed/${archive}`;
  const manifest = { name: 'somewhere', version: '1.0.0', private: true, dependencies: { rollproof: resolved } };
  const ours = readJson(join(ROOT, 'package.json')) as Record<string, unknown>;
  const { packages, ...lock } = readJson(join(ROOT, 'package-lock.json')) as {
    packages: Record<string, LockedPackage>;
  };
  const shipped = Object.entries(packages).filter(([path, entry]) => path !== '' && entry.dev !== true);
  const { version, bin, dependencies, optionalDependencies, engines } = ours;
  const own = { version, resolved, bin, dependencies, optionalDependencies, engines };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({
      ...lock,
      name: manifest.name,
      version: manifest.version,
      packages: { '': manifest, 'node_modules/rollproof': own, ...Object.fromEntries(shipped) },
    }),
  );
  await succeed('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], folder);
}

async function succeed(program: string, args: readonly string[], cwd: string): Promise<void> {
  const done = await run(program, args, cwd);
  if (done.exitCode !== 0)
    throw new Error(
      `${program} ${args[0] ?? ''} ended with ${done.exitCode}: ${(done.output + done.errors).slice(-2_000)}`,
    );
}

async function run(program: string, args: readonly string[], cwd: string): Promise<Done> {
  const options = { cwd, env: withoutOuterNpm(), maxBuffer: 1 << 26 };
  return promisify(execFile)(program, args, options).then(
    ({ stdout, stderr }) => ({ exitCode: 0, output: stdout, errors: stderr }),
    (error: { code?: unknown; stdout?: string; stderr?: string }) => ({
      exitCode: typeof error.code === 'number' ? error.code : 1,
      output: error.stdout ?? '',
      errors: error.stderr ?? '',
    }),
  );
}

/** `npm test` tells its children which package they are in; these are in another one. */
function withoutOuterNpm(): NodeJS.ProcessEnv {
  const outer = /^(INIT_CWD|npm_(package|lifecycle|command|config_local_prefix).*)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !outer.test(name)));
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
