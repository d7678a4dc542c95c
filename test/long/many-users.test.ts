// long: 6m
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { systemClock } from '../../src/adapters/process/clock.ts';
import { prepareExample } from '../../src/cli/example.ts';
import { stateFolder } from '../../src/cli/state.ts';
import type { PlanInput } from '../../src/plan/schema.ts';
import type { DrillRecord } from '../../src/proof/record.ts';
import { rollproof } from '../support/command-line.ts';

const USERS = 5_000;
/** Without it a sweep took 52 s where it takes 92 s with it, so that a sweep at full speed is found out. */
const PER_SECOND = 500;

let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rollproof-users-'));
  const state = stateFolder(folder);
  await prepareExample({ state, clock: systemClock(), pg: undefined, scale: 0.05, users: USERS });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function withRate(file: string): { readonly file: string; readonly requestsPerUser: number } {
  const plan = parse(readFileSync(file, 'utf8')) as PlanInput;
  const groups = Object.values(plan.users ?? {});
  for (const group of groups) group.rate = { perSecond: PER_SECOND };
  writeFileSync(file, stringify(plan));
  // Logging in, and one request for each that an ability names.
  const named = groups.flatMap((group) => Object.values(group.can ?? {})).flatMap((ability) => Object.keys(ability));
  const requests = named.filter((key) => ['count', 'create', 'check', 'undo'].includes(key));
  return { file, requestsPerUser: 1 + requests.length };
}

it('sweeps 5,000 users, as slowly as the plan asks', async () => {
  const { file: plan, requestsPerUser } = withRate(join(stateFolder(folder).demo, 'rollproof.yaml'));
  const ran = await rollproof(['drill', 'clean-return', '--plan', plan, '--unattended', '--state', folder]);
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
  const [, report = ''] = /^Report: (.+)$/m.exec(ran.stdout) ?? [];
  const record = JSON.parse(readFileSync(join(report, '..', 'record.json'), 'utf8')) as DrillRecord;
  expect(record.claims.find((claim) => claim.name === 'access')).toMatchObject({ state: 'proven' });
  const sweeps = record.clocks.bars.filter((bar) => bar.id.startsWith('sweep.'));
  expect(sweeps.map((bar) => bar.id).toSorted()).toEqual(['sweep.after.staff', 'sweep.before.staff']);
  for (const { id, startMs, endMs } of sweeps) {
    console.log(`${id}: ${USERS} users in ${((endMs - startMs) / 1_000).toFixed(1)} s`);
    expect(endMs - startMs).toBeGreaterThan((USERS * requestsPerUser * 1_000) / PER_SECOND);
  }
});
