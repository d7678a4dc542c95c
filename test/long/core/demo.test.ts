// long: 9m
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { processesOf, rollproof } from '../../support/command-line.ts';

const folders: string[] = [];

function freshFolder(uid?: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollproof-demo-'));
  folders.push(folder);
  chmodSync(folder, 0o700);
  if (uid !== undefined) chownSync(folder, uid, uid);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Environments that still exist below a state folder. */
function environmentsIn(state: string): readonly string[] {
  const folder = join(state, 'environments');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Of S0, S2, S3 and S1. */
const PROVEN = [
  'data, files, function, access',
  'function, flows, loss, detection',
  'data, files, function, access, flows, loss, detection',
  'data, files, function, access, detection',
];
const BALANCE =
  /acknowledged\s+writes\s+of\s+office-day\s+are\s+accounted\s+for:\s+\d+\s+kept,\s+\d+\s+replayed\s+and\s+\d+\s+parked/;

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

describe('the demo, as a newcomer runs it', () => {
  const cases = [
    { name: 'with the PostgreSQL that npm brought', args: ['--pg', 'npm'], uid: undefined },
    { name: 'with whatever PostgreSQL is there', args: [], uid: undefined },
    { name: 'as an ordinary user', args: ['--pg', 'npm'], uid: NOBODY },
  ];

  it.each(cases)('$name: all four scenarios are proven, and nothing is left', async ({ args, uid }) => {
    if (uid !== undefined && !isRoot) {
      console.warn('skipped: another account can only be taken as root');
      return;
    }
    const cwd = freshFolder(uid);
    const state = join(cwd, '.rollproof');
    const ran = await rollproof(['demo', ...args], { cwd, ...(uid === undefined ? {} : { uid }) });
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    for (const claims of PROVEN) expect(ran.stdout).toContain(`${claims} proven`);
    expect(ran.stdout).toMatch(BALANCE);
    const [, report] = /^(?:Report|All in one): (.+)$/m.exec(ran.stdout) ?? [];
    expect(report === undefined ? 'no report' : existsSync(report)).toBe(true);
    expect(readdirSync(cwd)).toEqual(['.rollproof']);
    expect(environmentsIn(state)).toEqual([]);
    expect(processesOf(state)).toEqual([]);
  });
});
