import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { connect, type Connection } from '../../src/adapters/postgres/connection.ts';
import { systemClock } from '../../src/adapters/process/clock.ts';
import { prepareExample } from '../../src/cli/example.ts';
import { openSource } from '../../src/cli/source.ts';
import { stateFolder } from '../../src/cli/state.ts';
import type { PlanInput } from '../../src/plan/schema.ts';
import { EXAMPLE_SCALE } from '../support/example.ts';
import { makeWorkplace, objectsOf, rollproof, type Workplace } from './run-cli.ts';

const BIN = fileURLToPath(new URL('../../bin/rollproof.js', import.meta.url));
const HOUR_MS = 3_600_000;
/** A contact like another one, of an account that is not there. */
const ORPHAN = `insert into contacts overriding system value select (jsonb_populate_record(c,
  '{"id": 900000001, "account_id": -1, "email": "nobody@example.com"}')).* from contacts c order by c.id limit 1`;

let place: Workplace;
let plan: string;
let superuser: Connection;
let live: string;
let rollbackMs: number;
let backByMs: number;

/** A real drill for the time of a rollback, then the new side of the same plan, up and kept: what is watched. */
beforeAll(async () => {
  place = await makeWorkplace();
  const folder = await prepareExample({
    state: stateFolder(place.state),
    clock: systemClock(),
    pg: undefined,
    scale: EXAMPLE_SCALE,
  });
  plan = join(folder, 'rollproof.yaml');
  const input = parse(await readFile(plan, 'utf8')) as PlanInput;
  backByMs = Math.floor((Date.now() + 24 * HOUR_MS) / 1_000) * 1_000;
  watched(input);
  await writeFile(plan, stringify(input));
  const common = ['--plan', plan, '--state', place.state, '--unattended', '--json'];
  const drilled = await rollproof(['drill', 'clean-return', ...common]);
  expect(drilled.err).toBe('');
  const [record] = (await rollproof(['report', 'last', '--json', '--state', place.state])).out.split('\n');
  const { clocks, volume } = JSON.parse(record ?? '{}') as {
    clocks: { rtaMs: number };
    volume: { shareOfProduction: number };
  };
  // Worst of one × 1.25, scaled up to the size of production.
  rollbackMs = clocks.rtaMs * 1.25 * Math.max(1, 1 / volume.shareOfProduction);
  const kept = await rollproof(['drill', 'clean-return', ...common, '--until', 'go-live.up', '--keep']);
  const note = objectsOf(kept).find((event) => event['topic'] === 'kept');
  if (note === undefined) throw new Error(`the new side was not kept: ${kept.err}`);
  const { stores } = note['facts'] as { stores: { db: { address: string } } };
  const source = await openSource(stores.db.address);
  if (source.kind !== 'postgres') throw new Error('the new side is no PostgreSQL');
  superuser = await connect(source.address);
  await superuser.query('create role watcher login; grant pg_read_all_data to watcher; create role writer login');
  await superuser.query('grant select, insert on contacts to writer; alter table contacts disable trigger all');
  live = stores.db.address;
}, 240_000);

afterAll(async () => {
  await superuser?.close();
  await rollproof(['clean', '--all', '--yes', '--state', place.state]);
  await place?.[Symbol.asyncDispose]();
});

function watched(input: PlanInput): void {
  const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
  input.window = { opens: iso(backByMs - 48 * HOUR_MS), backBy: iso(backByMs) };
  const { db } = input.systems;
  if (db?.kind !== 'postgres') throw new Error('the example has no db');
  db.production = { size: '100KiB', read: { secret: 'env:LIVE' } };
  input.watch = {
    lead: '5m',
    cost: { records: { in: 'db', sql: 'select count(*) from activities where id > 100000000' }, each: '1m' },
    alert: [
      { webhook: { secret: 'env:HOOK', shape: 'slack' } },
      { mail: { to: ['lead@example.com'], from: 'rollproof@example.com', server: { secret: 'env:MAIL' } } },
    ],
  };
}

function addressAs(role: string): string {
  const url = new URL(live.replace(/^(postgres(?:ql)?:\/\/)[^/]*@?\//, '$1x@h/'));
  url.username = role;
  return url.href.replace('@h/', '@/');
}

/** What arrived at a real HTTP listener and a real mail server. */
async function openEars(): Promise<{
  readonly env: Readonly<Record<string, string>>;
  readonly posts: string[];
  readonly mails: string[];
  close(): Promise<void>;
}> {
  const posts: string[] = [];
  const mails: string[] = [];
  const http = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      posts.push(body);
      response.end('ok');
    });
  });
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData: (stream, _session, done) => {
      let text = '';
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
      stream.on('end', () => {
        mails.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const mailPort = (smtp.server.address() as AddressInfo).port;
  return {
    env: {
      HOOK: `http://127.0.0.1:${(http.address() as AddressInfo).port}/hooks/secret-part`,
      MAIL: `smtp://127.0.0.1:${mailPort}`,
    },
    posts,
    mails,
    close: async () => {
      await new Promise((resolve) => http.close(resolve));
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    },
  };
}

type Line = Readonly<Record<string, unknown>>;

/** A watch that goes on until it is told to stop; `until` resolves with the first line that fits. */
function startWatch(env: Readonly<Record<string, string>>): {
  until(fits: (line: Line) => boolean): Promise<Line>;
  readonly lines: readonly Line[];
  stop(): Promise<number | null>;
} {
  const args = [BIN, 'watch', plan, '--state', place.state, '--every', '150ms', '--json'];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines: Line[] = [];
  let waits: { readonly fits: (line: Line) => boolean; readonly tell: (line: Line) => void }[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = JSON.parse(part) as Line;
      lines.push(line);
      for (const wait of waits.filter(({ fits }) => fits(line))) wait.tell(line);
      waits = waits.filter(({ fits }) => !fits(line));
    }
  });
  return {
    lines,
    until: (fits) => {
      const known = lines.find(fits);
      return known === undefined ? new Promise((tell) => waits.push({ fits, tell })) : Promise.resolve(known);
    },
    stop: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

const isChange = (about: string, state: string) => (line: Line) =>
  line['kind'] === 'change' && line['about'] === about && line['state'] === state;

describe('rollproof watch against the running new side', () => {
  it('turns red when an orphan is inserted, shows the latest safe moment, and tells once', async () => {
    const ears = await openEars();
    const watching = startWatch({ ...ears.env, LIVE: addressAs('watcher') });
    try {
      const first = await watching.until((line) => line['kind'] === 'headroom' && line['lastSafe'] !== null);
      // Five minutes of messages, a quarter of an hour to decide.
      const expected = backByMs - rollbackMs - 20 * 60_000;
      expect(Math.abs(Date.parse(String(first['lastSafe'])) - expected)).toBeLessThan(5);
      expect(first['colour']).toBe('green');
      expect(first['records']).toBe(0);
      await watching.until((line) => line['trigger'] === 'orphans' && line['standing'] === 'quiet');
      await superuser.query(ORPHAN);
      const red = await watching.until(isChange('orphans', 'red'));
      expect(red['sentence']).toBe('orphans (TR-03) is red: 1, limit above 0. Mandatory: go back.');
      await watching.until((line) => line['kind'] === 'alert' && line['to'] === 'lead@example.com');
      await watching.until((line) => line['kind'] === 'alert' && line['to'] === 'webhook env:HOOK');
      // Five more readings, and not one more message.
      const readings = () => watching.lines.filter((line) => line['trigger'] === 'orphans').length;
      const enough = readings() + 5;
      await watching.until(() => readings() >= enough);
      expect(ears.posts).toHaveLength(1);
      expect(ears.mails).toHaveLength(1);
      expect(ears.posts[0]).toContain('orphans red');
      expect(ears.posts[0]).toContain('latest safe moment to call the rollback: ');
      expect(ears.mails[0]).toContain('To: lead@example.com');
      await superuser.query('delete from contacts where account_id = -1');
      await watching.until(isChange('orphans', 'quiet'));
      await watching.until(() => ears.posts.length === 2);
      await superuser.query(ORPHAN);
      await watching.until((line) => isChange('orphans', 'red')(line) && line !== red);
      expect(await watching.stop()).toBe(10);
      expect(JSON.stringify(watching.lines)).not.toContain('secret-part');
    } finally {
      await watching.stop();
      await superuser.query('delete from contacts where account_id = -1');
      await ears.close();
    }
  });

  it('ends once with 0, 10 or 3 and says so in plain lines', async () => {
    const once = (env: Readonly<Record<string, string>>) =>
      rollproof(['watch', plan, '--state', place.state, '--once'], {
        env: { HOOK: 'http://127.0.0.1:9/', MAIL: 'smtp://127.0.0.1:9', ...env },
      });
    const quiet = await once({ LIVE: addressAs('watcher') });
    expect(quiet).toMatchObject({ code: 0, err: '' });
    expect(quiet.out).toMatch(
      /latest safe moment to call the rollback: \w{3} \d{4}-\d\d-\d\d \d\d:\d\d \+00:00, in 23 h/,
    );
    expect(quiet.out).toContain('cost of a rollback now: 0 records to carry back');
    await superuser.query(ORPHAN);
    const red = await once({ LIVE: addressAs('watcher') });
    await superuser.query('delete from contacts where account_id = -1');
    expect(red.code).toBe(10);
    expect(red.out).toContain('orphans (TR-03) is red: 1');
    expect(red.out).toContain('could not tell webhook env:HOOK: ');
    const away = await once({ LIVE: 'postgresql://watcher@127.0.0.1:9/crm' });
    expect(away.code).toBe(3);
    expect(away.out).toContain('orphans (TR-03) cannot be read');
  });

  it('refuses a role that can write, and a source that the plan does not say', async () => {
    const env = { HOOK: 'http://127.0.0.1:9/', MAIL: 'smtp://127.0.0.1:9' };
    const writer = await rollproof(['watch', plan, '--state', place.state, '--once'], {
      env: { ...env, LIVE: addressAs('writer') },
    });
    expect(writer.code).toBe(3);
    expect(writer.out).toMatch(/the role of .* can write \(public\.contacts\), so the server would not refuse it/);
    const unset = await rollproof(['watch', plan, '--state', place.state, '--once'], { env });
    expect(unset.code).toBe(3);
    expect(unset.err).toContain('the environment variable LIVE is not set');
  });
});
