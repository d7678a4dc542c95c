import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Backtest } from '../../src/proof/backtest.ts';
import type { PlanInput } from '../../src/plan/schema.ts';
import { processesOf, rollproof } from '../support/command-line.ts';
import { preparedExample } from '../support/example.ts';

const COUNT_ORPHANS = `
const pg = require('node:module').createRequire(process.env.APP_MODULES + '/x')('pg');
const client = new pg.Client(process.env.DATABASE_URL);
client.connect()
  .then(() => client.query('select count(*) from contacts c where c.account_id is not null and not exists (select from accounts a where a.id = c.account_id)'))
  .then(({ rows }) => (console.log(rows[0].count), client.end()));`;

/** The example with one trigger of each kind besides its own. */
function edit(plan: PlanInput): void {
  const every = { live: '5m', drill: '200ms' };
  plan.triggers = {
    ...plan.triggers,
    'outage': { in: 'app', http: '/health', measure: 'status', below: 200, above: 499, readings: 2, every },
    'always': { in: 'db', sql: 'select 1', above: 0, readings: 1, every },
    'curious': { in: 'db', sql: 'select 1', above: 0, readings: 1, every, class: 'watch' },
    // Commands at the same time, and on the copy: beside it there is no orphan.
    'command': { in: 'app', run: ['node', '-e', COUNT_ORPHANS], above: 0, readings: 2, every },
    'steady': { in: 'app', run: ['node', '-e', 'console.log(3)'], above: 5, readings: 2, every },
  };
  const scenario = plan.scenarios['data-corruption'];
  if (scenario === undefined) throw new Error('the example has no such scenario');
  scenario.faults = [
    ...(scenario.faults ?? []),
    { id: 'DC-16', in: 'db', table: 'deals', column: 'amount', seed: 7 },
    { id: 'DC-03', in: 'db', table: 'meta', column: 'value', seed: 7 },
    { id: 'GF-05', in: 'db', table: 'permissions', column: 'public', seed: 7 },
  ];
}

test('a back-test names what is noticed, what is missed and what is red without damage, and leaves nothing', async () => {
  const { folder, cache } = preparedExample();
  const state = await mkdtemp(join(tmpdir(), 'rpc-'));
  const file = join(folder, `${basename(state)}.yaml`);
  try {
    await symlink(cache, join(state, 'cache'));
    const plan = parse(await readFile(join(folder, 'rollproof.yaml'), 'utf8')) as PlanInput;
    edit(plan);
    await writeFile(file, stringify(plan));
    const ran = await rollproof([
      'backtest',
      'data-corruption',
      '--plan',
      file,
      '--state',
      state,
      '--profile',
      'fast',
      '--json',
    ]);
    const result = JSON.parse(ran.stdout) as Backtest & { readonly broken: string | null };
    expect(result.broken).toBeNull();
    expect(result.rows.map(({ fault, result: end }) => [fault, end])).toEqual([
      [null, 'false-alarm'],
      ['DC-03', 'noticed'],
      ['DC-16', 'missed'],
      ['DC-03', 'inconclusive'],
      ['GF-05', 'noticed'],
    ]);
    const [healthy, noticed] = result.rows;
    expect(healthy?.by.map(({ name }) => name)).toEqual(['always']);
    expect(noticed?.by.map(({ name }) => name)).toEqual(['orphans', 'command']);
    // Two readings at five minutes each.
    expect(noticed).toMatchObject({ readings: 2, liveMs: 600_000 });
    expect(result).toMatchObject({ misses: 1, falseAlarms: 1, exitCode: 10 });
    expect(result.neverRed).toEqual(['outage', 'steady']);
    expect(ran.code).toBe(10);
    expect(processesOf(state)).toEqual([]);
  } finally {
    await rm(file, { force: true });
    await rm(state, { recursive: true, force: true });
  }
});
